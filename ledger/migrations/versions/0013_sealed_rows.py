"""No table changes: from here on events hold digests of broadcasts and accounts, which older programs do not write.

Follows 0012.
"""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only mark the book, so that an older program refuses it."""
