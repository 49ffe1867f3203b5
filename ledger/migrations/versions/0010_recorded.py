"""An index for what is new in the book, which the first page counts by the moment of recording.

Follows 0009.
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_index("ix_entry_recorded_at", "entry", ["recorded_at"])
