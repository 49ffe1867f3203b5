"""No table changes: from here on events hold digests of mails and letters, which an older program would not write.

Follows 0010.
"""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Only mark the book, so that an older program refuses it."""
