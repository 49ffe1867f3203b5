"""How the daily backup last went, and what a book restored from one must remember.

Follows 0008.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "backup_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tried_at", Moment(timezone=True), nullable=False),
        sa.Column("succeeded_at", Moment(timezone=True), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "restoration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("restored_at", Moment(timezone=True), nullable=False),
        sa.Column("promised", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
