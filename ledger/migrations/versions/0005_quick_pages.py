"""Indexes for what every page of the desk counts: what is due, what waits for a look, what an officer has.

Follows 0004.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ON_SQLITE, _ON_POSTGRESQL = sa.text("needs_review IS 1"), sa.text("needs_review IS true")


def upgrade() -> None:
    """Go one step forward."""
    op.create_index("entries_by_due", "entry", ["due_on", "status"])
    op.create_index("entries_of_officer", "entry", ["officer", "status"])
    op.create_index(
        "entries_to_review", "entry", ["received_at", "id"], sqlite_where=_ON_SQLITE, postgresql_where=_ON_POSTGRESQL
    )
    op.create_index(
        "mails_to_review", "message", ["disposition", "id"], sqlite_where=_ON_SQLITE, postgresql_where=_ON_POSTGRESQL
    )
