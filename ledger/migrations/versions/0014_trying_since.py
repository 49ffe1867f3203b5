"""Since when a letter of ours is tried, so that it is not given up for the days on which nobody could try.

Follows 0013.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward; of a letter on its way the time in which it may be tried begins anew."""
    op.add_column("letter", sa.Column("trying_since", Moment(timezone=True), nullable=True))
