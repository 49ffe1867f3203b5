"""The display name of an entry's sender, for entries whose writer does not say who he is.

Follows 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("entry", sa.Column("sender_name", sa.Text(), nullable=False, server_default=""))
