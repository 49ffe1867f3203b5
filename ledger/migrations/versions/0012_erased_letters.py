"""When the words of a letter of ours were lawfully erased, told by the letter itself instead of by comparing clocks.

Follows 0011.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; letters that were owed when their entry was erased were erased with it."""
    op.add_column("letter", sa.Column("erased_at", Moment(timezone=True), nullable=True))
    entry, letter = (
        sa.table(name, *map(sa.column, ("id", "entry_id", "owed_at", "erased_at"))) for name in ("entry", "letter")
    )
    erased = sa.select(entry.c.erased_at).where(entry.c.id == letter.c.entry_id, letter.c.owed_at <= entry.c.erased_at)
    op.execute(letter.update().values(erased_at=erased.scalar_subquery()))
