"""What is typed in is written once, with whatever was told, and owes its letter where an address was left."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from ingest.judge import rules_of, theme_reader_of
from ledger import broadcasts, files, recording, search, workflow
from ledger.database import Database
from ledger.models import Broadcast, Entry, EntryFile, Event, EventValue, Letter, Raw
from ledger.recording import Desk, TakenOtherwise, Told, Untakable
from ledger.words import Channel, Kind, LetterState
from tests.ledger.shelf import TODAY, WIB
from tests.office import FIRST, NOW, SECOND, Office, rulebook, settings

JPEG = b"\xff\xd8\xff\xe0" + b"foto" * 50
PDF = b"%PDF-1.7 surat"
ONCE = "0123456789abcdef" * 2


def told(**said: object) -> Told:
    usual = {
        "channel": Channel.TELEPON,
        "kind": Kind.PENGADUAN,
        "service": "umum",
        "received_at": NOW,
        "account": "Upah belum dibayar. Sudah tiga bulan.",
    }
    return Told(**(usual | said))  # type: ignore[arg-type]


def take(database: Database, said: Told, *attached: tuple[str, bytes]) -> Entry:
    with database.writing() as session:
        return take_in(session, said, *attached)


def take_in(session: Session, said: Told, *attached: tuple[str, bytes]) -> Entry:
    desk = Desk.of(settings())
    return recording.take_down(session, said, desk, attached=files.pack(attached), at=NOW, actor="siti")[0]


def test_what_was_told_stands_in_the_book(database: Database) -> None:
    entry = take(
        database,
        told(name="Budi", phone="422121", organisation="PT Contoh", address="Jalan Mawar 1", represents="Istrinya",
             secret=True, matter="Upah", once=ONCE),
    )  # fmt: skip
    assert (entry.number, entry.channel, entry.recorded_by) == ("PGD/2026/0001", Channel.TELEPON, "siti")
    assert (entry.phone, entry.phone_e164) == ("(0335) 422121", "+62335422121")
    assert (entry.represents, entry.secret, entry.matter, entry.once) == ("Istrinya", True, "Upah", ONCE)
    assert recording.missing(entry) == []
    assert Office(database).rows(Letter) == []
    assert Office(database).wrong() == []


def test_only_the_matter_is_needed_and_the_rest_is_asked_for(database: Database) -> None:
    entry = take(database, told(account="gaji belum dibayar"))
    assert entry.matter == "gaji belum dibayar"
    assert recording.missing(entry) == ["nama", "instansi (kosong bila perorangan)", "alamat", "telepon"]
    with pytest.raises(Untakable, match="salah satu sudah cukup") as refused:
        take(database, told(account=""))
    assert refused.value.field == "uraian"
    assert take(database, told(account="", matter="Upah")).number == "PGD/2026/0002"


def test_a_number_that_nothing_can_read_is_kept_as_it_was_told(database: Database) -> None:
    entry = take(database, told(phone="yang kemarin itu"))
    assert (entry.phone, entry.phone_e164) == ("yang kemarin itu", "")


def test_a_form_sent_twice_makes_one_entry(database: Database) -> None:
    desk = Desk.of(settings())
    with database.writing() as session:
        first, new = recording.take_down(session, told(once=ONCE), desk, at=NOW, actor="siti")
    with database.writing() as session:
        later = NOW + timedelta(minutes=1)  # "now" of the same form, sent once more
        second, again = recording.take_down(session, told(once=ONCE, received_at=later), desk, at=later, actor="siti")
    assert (first.id, new, again) == (second.id, True, False)
    assert len(Office(database).rows(Entry)) == 1
    assert take(database, told()).id != take(database, told()).id


@pytest.mark.parametrize(
    "other",
    [{"account": "lain"}, {"name": "Budi"}, {"phone": "422121"}, {"email": "budi@contoh.co.id"}, {"secret": True}],
)
def test_a_form_that_made_an_entry_of_something_else_is_refused_in_words(
    database: Database, other: dict[str, object]
) -> None:
    take(database, told(once=ONCE))
    with pytest.raises(TakenOtherwise, match="sudah dicatat sebagai PGD/2026/0001"):
        take(database, told(once=ONCE, **other))
    assert len(Office(database).rows(Entry)) == 1
    assert Office(database).wrong() == []


def test_a_form_sent_again_is_the_same_though_its_entry_was_corrected_since(database: Database) -> None:
    entry = take(database, told(once=ONCE, name="Budi"))
    with database.writing() as session:
        act = workflow.Act("siti", NOW)
        row = session.get_one(Entry, entry.id)
        workflow.correct(session, row, {"name": "Boedi"}, act, rulebook=rulebook(), default_mailbox=FIRST)
    assert take(database, told(once=ONCE, name="Budi")).id == entry.id
    assert len(take_files(database, told(once=ONCE, name="Budi"), ("surat.pdf", PDF))) == 1


def take_files(database: Database, said: Told, *attached: tuple[str, bytes]) -> list[EntryFile]:
    entry = take(database, said, *attached)
    with database.reading() as session:
        return files.of_entry(session, entry.id or 0)


@pytest.mark.parametrize("written", ["0812 3456 7890 / 0857 1234 5678", "0335 422121 psw 12", "08123456789 (Bu Ani)"])
def test_nothing_told_beside_a_telephone_number_is_thrown_away(database: Database, written: str) -> None:
    entry = take(database, told(phone=written))
    assert entry.phone == written and entry.phone_e164.startswith("+62")


@pytest.mark.parametrize(("service", "mailbox"), [("ppjp", FIRST), ("siskotkln", SECOND), ("umum", FIRST)])
def test_an_acknowledgement_goes_out_where_an_address_was_left(database: Database, service: str, mailbox: str) -> None:
    take(database, told(service=service, email="budi@contoh.co.id"))
    letter = Office(database).rows(Letter)[0]
    assert (letter.mailbox, letter.recipient, letter.state) == (mailbox, "budi@contoh.co.id", LetterState.OWED)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": "budi@"}, "surel"),
        ({"email": "budi @contoh.co.id"}, "surel"),
        ({"kind": Kind.LAINNYA}, "jenis"),
        ({"channel": Channel.EMAIL}, ""),
        ({"broadcast_id": 99}, ""),
    ],
)
def test_what_cannot_be_taken_down_names_its_field_and_leaves_nothing(
    database: Database, said: dict[str, object], field: str
) -> None:
    with pytest.raises(Untakable) as refused:
        take(database, told(**said))
    assert refused.value.field == field
    assert Office(database).rows(Entry) == []
    assert Office(database).rows(Event) == []


def test_the_matter_is_the_first_sentence_cut_to_a_line() -> None:
    assert recording.matter_of("Upah saya belum dibayar. Sudah tiga bulan.") == "Upah saya belum dibayar"
    assert recording.matter_of("gaji\nsejak Mei") == "gaji"
    long = recording.matter_of("kata " * 100)
    assert long.endswith("kata …") and len(long) <= recording.LONGEST_MATTER + 2
    assert recording.matter_of("x" * 500) == "x" * 90 + " …"


def test_an_entry_typed_an_hour_later_is_said_to_be() -> None:
    assert recording.recorded_later(Channel.TELEPON, NOW - timedelta(hours=1), NOW)
    assert not recording.recorded_later(Channel.TELEPON, NOW - timedelta(minutes=59), NOW)
    assert not recording.recorded_later(Channel.EMAIL, NOW - timedelta(days=9), NOW)


# Files


def test_files_are_kept_by_their_digest_with_an_event(database: Database) -> None:
    first = take(database, told(), ("surat.jpg", JPEG), ("ktp.pdf", PDF), ("sama.jpg", JPEG))
    second = take(database, told(), ("lagi.jpg", JPEG))
    office = Office(database)
    assert [(row.entry_id, row.name, row.content_type, row.size) for row in office.rows(EntryFile)] == [
        (first.id, "surat.jpg", "image/jpeg", len(JPEG)),
        (first.id, "ktp.pdf", "application/pdf", len(PDF)),
        (second.id, "lagi.jpg", "image/jpeg", len(JPEG)),
    ]
    with database.reading() as session:
        assert len(list(session.exec(select(Raw)))) == 2
        assert [event.verb for event in session.exec(select(Event).order_by(Event.id))] == [  # type: ignore[arg-type]
            "dicatat", "berkas", "dicatat", "berkas",
        ]  # fmt: skip
        names = session.exec(select(EventValue.value).where(EventValue.field == "nama_berkas")).all()
        assert sorted(names) == ["lagi.jpg", "surat.jpg; ktp.pdf"]
        assert files.names_of(session, first.id or 0) == ["surat.jpg", "ktp.pdf"]
    assert office.wrong() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("surat.jpg", b"<svg onload=alert(1)>"),
        ("surat.png", b"<html>"),
        ("surat.pdf", b"MZ\x90"),
        ("kosong.pdf", b""),
        ("spasi.pdf", b" %PDF-1.7"),
    ],
)
def test_a_file_is_known_by_its_bytes_and_not_by_its_name(name: str, content: bytes) -> None:
    with pytest.raises(files.UnfitFile, match="bukan foto"):
        files.pack([(name, content)])


def test_files_are_bounded_in_size_and_number() -> None:
    assert len(files.pack([("a.jpg", JPEG.ljust(files.MOST_BYTES, b"x"))])) == 1
    with pytest.raises(files.UnfitFile, match="terlalu besar"):
        files.pack([("a.jpg", JPEG.ljust(files.MOST_BYTES + 1, b"x"))])
    with pytest.raises(files.UnfitFile, match="Paling banyak 6"):
        files.pack([(f"{at}.jpg", JPEG + bytes([at])) for at in range(7)])
    assert files.pack([("\x00" * 3000, JPEG)])[0].name == "\ufffd" * 120


# Broadcasts


def open_one(session: Session, **said: object) -> Broadcast:
    usual = {"aired_on": TODAY, "programme": "", "presenter": "Rini", "at": NOW, "actor": "siti"}
    return broadcasts.open_broadcast(session, **(usual | said))  # type: ignore[arg-type]


def test_a_broadcast_holds_its_callers_until_it_is_closed(database: Database) -> None:
    with database.writing() as session:
        broadcast = open_one(session)
    for name in ("Budi", "Sari"):
        take(database, told(channel=Channel.RADIO, broadcast_id=broadcast.id, aired_at=NOW, name=name))
    take(database, told(name="Bukan radio"))
    with database.writing() as session:
        kept = session.get_one(Broadcast, broadcast.id)
        assert [entry.name for entry in broadcasts.callers(session, kept)] == ["Budi", "Sari"]
        broadcasts.close(session, kept, at=NOW, actor="siti")
    with pytest.raises(Untakable, match="sudah ditutup"):
        take(database, told(channel=Channel.RADIO, broadcast_id=broadcast.id))
    with database.writing() as session:
        broadcasts.reopen(session, session.get_one(Broadcast, broadcast.id), at=NOW, actor="siti")
    assert take(database, told(channel=Channel.RADIO, broadcast_id=broadcast.id)).broadcast_id == broadcast.id
    assert Office(database).wrong() == []


def test_a_broadcast_opened_twice_is_gone_on_with(database: Database) -> None:
    with database.writing() as session:
        first, second = open_one(session), open_one(session, programme="  ")
        other = open_one(session, programme="Bolinggoan")
        assert (first.id, first.programme) == (second.id, "Laporo Rek")
        broadcasts.close(session, first, at=NOW, actor="siti")
        closed_at = first.closed_at
        broadcasts.close(session, first, at=NOW + timedelta(hours=1), actor="siti")
        assert first.closed_at == closed_at
        again = open_one(session)
        assert len({first.id, other.id, again.id}) == 3
        assert [each.id for each in broadcasts.latest(session)] == [again.id, other.id, first.id]


def test_the_time_on_the_air_is_kept_apart_from_that_of_the_typing() -> None:
    clock = (NOW - timedelta(hours=1)).astimezone(WIB).time()
    today = Broadcast(aired_on=TODAY.isoformat(), programme="", opened_by="", opened_at=NOW)
    before = Broadcast(aired_on="2026-11-20", programme="", opened_by="", opened_at=NOW)
    assert broadcasts.on_air(today, None, now=NOW, zone=WIB) == NOW
    assert broadcasts.on_air(today, clock, now=NOW, zone=WIB) == NOW - timedelta(hours=1)
    assert broadcasts.on_air(before, clock, now=NOW, zone=WIB) == NOW - timedelta(days=3, hours=1)
    assert broadcasts.on_air(before, None, now=NOW, zone=WIB) is None
    assert broadcasts.received(before, None, now=NOW, zone=WIB).isoformat() == "2026-11-20T05:00:00+00:00"
    assert broadcasts.received(today, NOW, now=NOW, zone=WIB) == NOW
    with pytest.raises(Exception, match="belum tiba"):
        broadcasts.on_air(today, (NOW + timedelta(hours=1)).astimezone(WIB).time(), now=NOW, zone=WIB)


def test_what_was_told_is_judged_as_a_mail_would_be(database: Database) -> None:
    desk = Desk.of(settings(), theme_reader_of(settings(), rules_of(settings())))
    threatened = told(account="Upah saya ditahan dan saya dipukul mandor kemarin.")
    with database.writing() as session:
        entry, _ = recording.take_down(session, threatened, desk, at=NOW, actor="siti")
        calm, _ = recording.take_down(session, told(account="Upah Mei belum dibayar."), desk, at=NOW, actor="siti")
    assert "upah" in entry.themes and "dipukul" in entry.urgent and not entry.restricted
    assert (calm.themes, calm.urgent) == (["upah"], "")
    bribed = told(matter="Pungli di loket", account="Petugas loket minta uang 200 ribu.")
    with database.writing() as session:
        assert recording.take_down(session, bribed, desk, at=NOW, actor="siti")[0].restricted
    unnamed = told(matter="Upah", account="Upah Mei belum dibayar. Tolong nama saya jangan disebut.")
    with database.writing() as session:
        assert recording.take_down(session, unnamed, desk, at=NOW, actor="siti")[0].secret and not calm.secret
    with database.reading() as session:
        first = search.top(session, search.Filter(), zone=WIB, today=TODAY, limit=9)[0]
    assert first.number == entry.number
    assert Office(database).wrong() == []
