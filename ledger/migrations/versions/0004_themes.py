"""Themes, urgency and restricted entries.

Follows 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.add_column("entry", sa.Column("themes", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("entry", sa.Column("urgent", sa.Text(), nullable=False, server_default=""))
    op.add_column("entry", sa.Column("restricted", sa.Boolean(), nullable=False, server_default=sa.false()))
