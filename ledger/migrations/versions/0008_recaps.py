"""Issued recaps: the frozen figures of a period, and the event that vouches for them.

Follows 0007.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "recap",
        sa.Column("period", sa.String(length=8), nullable=False),
        sa.Column("opens_on", sa.String(length=10), nullable=False),
        sa.Column("ends_before", sa.String(length=10), nullable=False),
        sa.Column("opening", sa.Integer(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("obstacles", sa.Text(), nullable=False),
        sa.Column("advice", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", Moment(timezone=True), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.PrimaryKeyConstraint("period"),
        sa.UniqueConstraint("event_id", name="one_event_a_recap"),
    )
