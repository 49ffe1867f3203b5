"""The mail of a letter: to one recipient, threaded, marked as automatic, and closed to whatever a stranger wrote."""

import email
import shutil
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from config.settings import Settings
from ledger.entries import Rulebook
from ledger.models import Entry, Letter
from ledger.words import Channel, Kind, Purpose, Register
from replies.compose import TEMPLATES, Composer, LetterError, as_mail, greeting_name
from tests.wire.office import NOON, Box, office_of

NUMBER = "PGD/2026/0001"
# As long as those that real offices of a large provider give, and longer than a line may be.
LONG_ID = f"{'AM9PR04MB8274' * 4}@{'AM9PR04MB8274.' * 3}prod.outlook.example.org"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return office_of(tmp_path_factory.mktemp("office"), [Box()])


def letter(**changed: object) -> Letter:
    plain: dict[str, object] = {
        "entry_id": 1,
        "purpose": Purpose.TANDA_TERIMA,
        "mailbox": "layanan@kantor.example.org",
        "recipient": "warga@warga.example.org",
        "rfc_message_id": "tt.pgd-2026-0001.abc@kantor.example.org",
        "answers": "surat.1@warga.example.org",
        "subject": "Tanda terima pengaduan PGD/2026/0001",
        "body_text": "Yth. Saudara,\n\n.satu titik di awal baris\nSalam “hangat” – kantor\n",
        "body_html": "<p>Yth. Saudara</p>\n",
        "owed_at": NOON,
    }
    return Letter(**(plain | changed))


def entry(**changed: object) -> Entry:
    plain: dict[str, object] = {
        "series": Register.PGD,
        "year": 2026,
        "sequence": 1,
        "number": NUMBER,
        "channel": Channel.EMAIL,
        "mailbox": "layanan@kantor.example.org",
        "kind": Kind.PENGADUAN,
        "service": "ppjp",
        "received_at": NOON,
        "recorded_at": NOON,
        "name": "Warga Contoh",
        "email": "warga@warga.example.org",
    }
    return Entry(**(plain | changed))


def sent(settings: Settings, **changed: object) -> EmailMessage:
    return email.message_from_bytes(as_mail(letter(**changed), NUMBER, settings, at=NOON), policy=policy.default)


ONLY = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "X-Buku-Menjawab",
    "References",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-Buku-Nomor",
    "MIME-Version",
    "Content-Type",
}


def test_the_mail_has_these_headers_once_each_and_no_others(settings: Settings) -> None:
    mail = sent(settings)
    assert sorted(mail.keys()) == sorted(ONLY)
    assert mail["To"] == "warga@warga.example.org"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Buku-Nomor"] == NUMBER
    assert mail["Message-ID"] == "<tt.pgd-2026-0001.abc@kantor.example.org>"
    assert mail["In-Reply-To"] == mail["References"] == mail["X-Buku-Menjawab"] == "<surat.1@warga.example.org>"
    assert mail["From"].addresses[0].addr_spec == "layanan@kantor.example.org"


def test_the_date_is_the_moment_of_sending_in_the_offices_time(settings: Settings) -> None:
    mail = sent(settings)
    assert parsedate_to_datetime(mail["Date"]) == NOON
    assert mail["Date"].endswith("+0700")


def test_the_thread_goes_on_after_what_the_writer_referred_to(settings: Settings) -> None:
    mail = sent(settings, refers_to=["a@x.example.org", "surat.1@warga.example.org", "b@x.example.org"])
    assert mail["References"].split() == ["<a@x.example.org>", "<surat.1@warga.example.org>", "<b@x.example.org>"]


def test_a_mail_without_a_message_id_is_answered_without_threading(settings: Settings) -> None:
    mail = sent(settings, answers="")
    assert {"In-Reply-To", "References", "X-Buku-Menjawab"}.isdisjoint(mail.keys())


def test_a_message_id_longer_than_a_line_is_passed_on_letter_by_letter(settings: Settings) -> None:
    others = [f"{number}.{LONG_ID}" for number in range(20)]
    raw = as_mail(letter(answers=LONG_ID, refers_to=others), NUMBER, settings, at=NOON)
    head = raw.partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    assert f"In-Reply-To: <{LONG_ID}>".encode() in head
    assert head.count(f"<{LONG_ID}>".encode()) == 3
    assert all(f"<{one}>".encode() in head for one in others)
    assert b"=?" not in head
    assert max(len(line) for line in raw.splitlines()) < 998


def test_both_parts_are_readable_and_say_the_same_charset(settings: Settings) -> None:
    mail = sent(settings)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n") == letter().body_text
    assert html.get_content().replace("\r\n", "\n") == letter().body_html
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_every_line_ends_as_smtp_wants_and_all_is_ascii(settings: Settings) -> None:
    raw = as_mail(letter(subject="Ñandú “kutip” – " + "ü" * 200), NUMBER, settings, at=NOON)
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


SMUGGLED = ["\n", "\r", "\r\n", "\n ", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\x00"]


@pytest.mark.parametrize("line_end", SMUGGLED, ids=[repr(one) for one in SMUGGLED])
@pytest.mark.parametrize("field", ["answers", "refers_to"])
def test_no_line_end_in_a_strangers_message_id_makes_a_header(settings: Settings, field: str, line_end: str) -> None:
    evil = f"a@b.example.org>{line_end}Bcc: <korban@x.example.org"
    mail = sent(settings, **{field: [evil] if field == "refers_to" else evil})
    assert set(mail.keys()) <= ONLY
    assert "korban" not in mail.as_string()


# All that stands in headers and comes from strangers: the Message-ID, what it refers to, the address. Subject and name
# come by way of the templates, and are tried there.
@trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.text(max_size=60), refers_to=st.lists(st.text(max_size=60), max_size=4))
def test_whatever_stands_in_a_message_id_the_headers_stay_ours(
    settings: Settings, answers: str, refers_to: list[str]
) -> None:
    mail = sent(settings, answers=answers, refers_to=refers_to)
    assert set(mail.keys()) <= ONLY
    assert len(mail.keys()) == len(set(mail.keys()))


@pytest.mark.parametrize("line_end", SMUGGLED[:4], ids=[repr(one) for one in SMUGGLED[:4]])
def test_a_line_end_in_the_subject_is_refused_rather_than_sent(settings: Settings, line_end: str) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        as_mail(letter(subject=f"Tanda terima{line_end}Bcc: korban@x.example.org"), NUMBER, settings, at=NOON)


EVIL_NAMES = [
    "Budi\r\nBcc: korban@x.example.org",
    "<script>alert(1)</script>",
    "{{ office.name }}",
    "Klik http://jahat.example.org sekarang",
    "Budi\u202egnp.exe",
    "A" * 5000,
    "\x1b[31mBudi",
]


@pytest.mark.parametrize("name", EVIL_NAMES)
def test_a_strangers_name_can_smuggle_nothing_into_a_letter(settings: Settings, name: str) -> None:
    rendered = Composer(settings, Rulebook.of(settings)).render(
        entry(name=name), mailbox="layanan@kantor.example.org", files=0
    )
    raw = as_mail(
        letter(subject=rendered.subject, body_text=rendered.text, body_html=rendered.html), NUMBER, settings, at=NOON
    )
    assert set(email.message_from_bytes(raw).keys()) == ONLY
    for smuggled in ("korban", "<script>", "jahat", "\u202e", "\x1b", "AAAAAAAA"):
        assert smuggled not in rendered.subject + rendered.text + rendered.html


def test_a_name_keeps_its_parts_in_the_greeting() -> None:
    assert greeting_name("  Siti   Nur'aini, S.H. ") == "Siti Nur'aini, S.H."
    assert greeting_name("R. Ngt. Sulastri") == "R. Ngt. Sulastri"
    assert greeting_name("Budi 2") == ""


BROKEN = {
    "syntax": b"Yth. {{ number",
    "an unknown word": b"Yth. {{ no_such_word }}",
    "a sum of unlike things": b"{{ promises + 1 }}",
    "saved in another code page": "Yth. Saudara – “hormat”".encode("cp1252"),
    "a call of what cannot be called": b"{{ number() }}",
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_template_broken_in_any_way_is_one_kind_of_failure(settings: Settings, tmp_path: Path, broken: bytes) -> None:
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    (folder / "tanda_terima_pengaduan" / "body.txt").write_bytes(broken)
    composer = Composer(settings, Rulebook.of(settings), folder)
    with pytest.raises(LetterError, match="tanda_terima_pengaduan"):
        composer.render(entry(), mailbox="layanan@kantor.example.org", files=0)
    composer.check()  # says what it can see, and never fails itself


def test_the_check_names_a_template_that_cannot_be_read(settings: Settings, tmp_path: Path) -> None:
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    composer = Composer(settings, Rulebook.of(settings), folder)
    assert composer.check() == []
    (folder / "tanda_terima_saran" / "body.txt").write_bytes(BROKEN["saved in another code page"])
    (wrong,) = composer.check()
    assert "tanda_terima_saran/body.txt" in wrong


def test_a_missing_template_is_told(settings: Settings, tmp_path: Path) -> None:
    folder = shutil.copytree(TEMPLATES, tmp_path / "templates")
    shutil.rmtree(folder / "tanda_terima_netral")
    with pytest.raises(LetterError, match="netral"):
        Composer(settings, Rulebook.of(settings), folder).render(
            entry(needs_review=True), mailbox="layanan@kantor.example.org", files=0
        )


@pytest.mark.parametrize("moment", [datetime(2026, 12, 31, 20, tzinfo=UTC)])
def test_the_letter_tells_the_day_of_receipt_in_the_offices_time(settings: Settings, moment: datetime) -> None:
    rendered = Composer(settings, Rulebook.of(settings)).render(
        entry(received_at=moment), mailbox="layanan@kantor.example.org", files=2
    )
    assert "1 Januari 2027 pukul 03.00 WIB" in rendered.text
    assert NUMBER in rendered.subject
