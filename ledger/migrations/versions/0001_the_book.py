"""The book.

Follows nothing.
"""

import sqlalchemy as sa
from alembic import op

from ledger import triggers
from ledger.models import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go one step forward."""
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "series", sa.Enum("PGD", "REG", "SRN", "INF", name="register", native_enum=False, length=32), nullable=False
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("email", "telepon", "petugas", "radio", "lainnya", name="channel", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("channel_word", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pengaduan", "permohonan", "saran", "informasi", "lainnya", name="kind", native_enum=False, length=32
            ),
            nullable=False,
        ),
        sa.Column("service", sa.String(length=32), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "diterima",
                "diverifikasi",
                "menunggu_kelengkapan",
                "didisposisikan",
                "diproses",
                "diteruskan",
                "dijawab",
                "selesai",
                "ditolak",
                "dicabut",
                "duplikat",
                "batal",
                name="status",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("recorded_at", Moment(timezone=True), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=True),
        sa.Column("due_rule", sa.String(), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_e164", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("matter", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("review_reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("series", "year", "sequence", name="one_entry_a_number"),
    )
    op.create_index("ix_entry_channel", "entry", ["channel"], unique=False)
    op.create_index("ix_entry_email", "entry", ["email"], unique=False)
    op.create_index("ix_entry_phone_e164", "entry", ["phone_e164"], unique=False)
    op.create_index("ix_entry_received_at", "entry", ["received_at"], unique=False)
    op.create_index("ix_entry_service", "entry", ["service"], unique=False)
    op.create_index("ix_entry_status", "entry", ["status"], unique=False)

    op.create_table(
        "folder_state",
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("highest_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", "folder"),
    )
    op.create_table(
        "mailbox_state",
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("tried_at", Moment(timezone=True), nullable=False),
        sa.Column("succeeded_at", Moment(timezone=True), nullable=True),
        sa.Column("failing_since", Moment(timezone=True), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox"),
    )
    op.create_table(
        "raw",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_table(
        "series",
        sa.Column(
            "name", sa.Enum("PGD", "REG", "SRN", "INF", name="register", native_enum=False, length=32), nullable=False
        ),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", "year"),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.Enum("tanda_terima", name="purpose", native_enum=False, length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "owed",
                "queued",
                "sending",
                "sent",
                "failed",
                "withheld",
                "uncertain",
                name="letterstate",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("rfc_message_id", sa.String(length=255), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("refers_to", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=False),
        sa.Column("releasable", sa.Boolean(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", Moment(timezone=True), nullable=True),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("owed_at", Moment(timezone=True), nullable=False),
        sa.Column("sending_at", Moment(timezone=True), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("rfc_message_id"),
    )
    op.create_index("ix_letter_recipient", "letter", ["recipient"], unique=False)
    op.create_index("ix_letter_entry_id", "letter", ["entry_id"], unique=False)
    op.create_index("letters_by_state", "letter", ["state", "next_attempt_at"], unique=False)
    op.create_index(
        "one_acknowledgement_an_entry",
        "letter",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("purpose = 'tanda_terima'"),
        postgresql_where=sa.text("purpose = 'tanda_terima'"),
    )

    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("raw_digest", sa.String(), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("junk", sa.Boolean(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=False),
        sa.Column("rfc_message_id", sa.String(length=512), nullable=True),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("sender_address", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("sent_at", Moment(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=False),
        sa.Column(
            "disposition",
            sa.Enum(
                "recorded",
                "follow_up",
                "duplicate",
                "automatic",
                "bounce",
                "list",
                "own",
                "unregistered",
                "quarantined",
                name="disposition",
                native_enum=False,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("no_reply", sa.JSON(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pengaduan", "permohonan", "saran", "informasi", "lainnya", name="kind", native_enum=False, length=32
            ),
            nullable=True,
        ),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("duplicate_of", sa.Integer(), nullable=True),
        sa.Column("settled_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["duplicate_of"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["raw_digest"],
            ["raw.digest"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("raw_digest"),
    )
    op.create_index("ix_message_content_key", "message", ["content_key"], unique=False)
    op.create_index("ix_message_disposition", "message", ["disposition"], unique=False)
    op.create_index("ix_message_entry_id", "message", ["entry_id"], unique=False)
    op.create_index("ix_message_rfc_message_id", "message", ["rfc_message_id"], unique=False)

    op.create_table(
        "arrival",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("folder", sa.String(length=255), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("junk", sa.Boolean(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("taken", "unfetchable", "before_start", "left", name="arrivalstate", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("received_at", Moment(timezone=True), nullable=True),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("raw_digest", sa.String(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["raw_digest"],
            ["raw.digest"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("mailbox", "folder", "uid_validity", "uid", name="one_arrival_a_uid"),
    )
    op.create_index(
        "arrivals_to_settle",
        "arrival",
        ["id"],
        unique=False,
        sqlite_where=sa.text("message_id IS NULL AND state = 'taken'"),
        postgresql_where=sa.text("message_id IS NULL AND state = 'taken'"),
    )
    op.create_index("ix_arrival_message_id", "arrival", ["message_id"], unique=False)
    op.create_index("ix_arrival_raw_digest", "arrival", ["raw_digest"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id", "position", name="one_attachment_a_position"),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_event_entry_id", "event", ["entry_id"], unique=False)
    op.create_index("ix_event_letter_id", "event", ["letter_id"], unique=False)
    op.create_index("ix_event_message_id", "event", ["message_id"], unique=False)
    op.create_index("ix_event_verb", "event", ["verb"], unique=False)

    op.create_table(
        "event_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["event.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_id", "field", name="one_value_a_field"),
    )
    op.execute("INSERT INTO chain_head (id, position, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    triggers.create(op.get_bind())
