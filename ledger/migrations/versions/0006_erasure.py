"""Lawful erasure: when the personal data of an entry or a mail went, and a tombstone for every mail whose bytes went.

Follows 0005.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    for table in ("entry", "message"):
        op.add_column(table, sa.Column("erased_at", Moment(timezone=True), nullable=True))
    op.create_table(
        "tombstone",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("letter_key", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_tombstone_letter_key", "tombstone", ["letter_key"], unique=False)
    op.create_index("ix_tombstone_event_id", "tombstone", ["event_id"], unique=False)
