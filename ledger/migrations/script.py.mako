"""${message}.

Follows ${down_revision or "nothing"}.
"""

import sqlalchemy as sa
from alembic import op

import ledger.models

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    ${upgrades if upgrades else "pass"}
