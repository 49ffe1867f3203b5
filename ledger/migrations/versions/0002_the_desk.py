"""The desk.

Follows 0001.
"""

import sqlalchemy as sa
from alembic import op

from ledger.models import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("aired_on", sa.String(length=10), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("presenter", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("opened_at", Moment(timezone=True), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum("petugas", "kepala", "admin", "pembaca", name="role", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("nip", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", Moment(timezone=True), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "entry_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("raw_digest", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["raw_digest"],
            ["raw.digest"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entry_file_entry_id", "entry_file", ["entry_id"])

    op.create_table(
        "form_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=80), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("saved_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("staff_id", "form", name="one_draft_a_form"),
    )
    op.create_table(
        "staff_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("started_at", Moment(timezone=True), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
        ),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"])

    for column in ("officer", "unit", "forwarded_to", "merged_into", "split_from"):
        op.add_column("entry", sa.Column(column, sa.String(), nullable=False, server_default=""))
    op.add_column("entry", sa.Column("secret", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("entry", sa.Column("represents", sa.Text(), nullable=False, server_default=""))
    op.add_column("entry", sa.Column("aired_at", Moment(timezone=True), nullable=True))
    op.add_column("entry", sa.Column("broadcast_id", sa.Integer(), nullable=True))
    op.add_column("entry", sa.Column("once", sa.String(length=64), nullable=True))
    op.create_index("ix_entry_broadcast_id", "entry", ["broadcast_id"])
    op.create_index("ix_entry_once", "entry", ["once"], unique=True)
    op.add_column("letter", sa.Column("written_by", sa.String(), nullable=False, server_default=""))
    op.add_column("letter", sa.Column("words", sa.Text(), nullable=False, server_default=""))
