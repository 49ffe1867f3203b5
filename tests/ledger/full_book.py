"""A book with rows of many sorts, and every row of a book for comparing it with another."""

from datetime import timedelta

from sqlalchemy import select

from ledger import snapshot, staff
from ledger.database import Database
from ledger.ports import Bounce
from ledger.words import Disposition, Role
from tests.office import NOW, SECOND, Office, judged, unread, write_entry

Rows = dict[str, list[dict[str, object]]]


def fill(database: Database) -> Office:
    """Write mails of every sort, entries typed in, letters and an account into a book."""
    office = Office(database)
    opening = judged(subject="Pengaduan “upah” – ☺", rfc_message_id="a@example.org")
    office.settle_one(opening, raw=bytes(range(256)) * 40)
    office.settle_one(opening, raw=b"the same letter in other bytes")
    office.settle_one(judged("Tambahan.", rfc_message_id="b@example.org", references=["a@example.org"]))
    office.settle_one(judged("Keluar kantor.", screened=Disposition.AUTOMATIC), mailbox=SECOND)
    office.settle_one(unread())
    lost = office.settle_one(judged("Surat yang kembali.", sender="hilang@example.org", subject="Lain"))
    bounce = Bounce("hilang@example.org", "5.1.1", office.mark_sent(lost.number or "").rfc_message_id)
    office.settle_one(judged("Undelivered", screened=Disposition.BOUNCE, bounce=bounce))
    with database.writing() as session:
        write_entry(session, name="Siti", email="siti@example.org", once="formulir-1")
        write_entry(session, at=NOW + timedelta(microseconds=1), name="Budi", themes=("upah",), secret=True)
        staff.add(session, "admin", "Admin", Role.ADMIN, at=NOW, actor=staff.PROGRAM)
    return office


def rows_of(database: Database) -> Rows:
    """Return every row of every table, in the order of their keys."""
    with database.reading() as session:
        return {
            table.name: [
                dict(row) for row in session.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
            for table in snapshot.tables()
        }
