"""The letter that holds an officer's own answer: framed as every letter, sent as a person's, closed to mischief."""

import email
import html
import re
from collections.abc import Callable
from email import policy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from config.settings import Settings
from ledger import letters, workflow
from ledger.database import Database
from ledger.entries import Rulebook
from ledger.letters import Rendered
from ledger.models import Entry, Letter
from ledger.ports import LetterFacts
from ledger.words import Channel, Kind, LetterState, Purpose, Register, Status
from replies.compose import Composer, as_mail, paragraphs_of
from replies.policy import Send, Withheld, decide
from tests.wire.office import NOON, Box, Clock, mail, office_of, smtp_of
from tests.wire.outbox import Outbox
from tests.wire.smtp import SmtpSink

NUMBER = "PGD/2026/0001"
OFFICE = "layanan@kantor.example.org"
WORDS = "Upah Saudara sudah kami tanyakan.\nPerusahaan menjawab:\n\n- dibayar Jumat;\n- dengan   dendanya."


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return office_of(tmp_path_factory.mktemp("office"), [Box(OFFICE)])


def entry(**changed: object) -> Entry:
    plain: dict[str, object] = {
        "series": Register.PGD,
        "year": 2026,
        "sequence": 1,
        "number": NUMBER,
        "channel": Channel.EMAIL,
        "mailbox": OFFICE,
        "kind": Kind.PENGADUAN,
        "service": "ppjp",
        "received_at": NOON,
        "recorded_at": NOON,
        "name": "Siti Aminah",
        "email": "warga@warga.example.org",
    }
    return Entry(**(plain | changed))


def answered(settings: Settings, words: str = WORDS, **changed: object) -> Rendered:
    return Composer(settings, Rulebook.of(settings)).answer(entry(**changed), words=words, mailbox=OFFICE)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_the_words_stand_between_kop_greeting_closing_and_the_officers_function(settings: Settings) -> None:
    rendered = answered(settings)
    office = settings.office
    said = flat(rendered.text)
    parts = (
        office.government.upper(),
        office.name.upper(),
        "JAWABAN Nomor Register PGD/2026/0001",
        "Yth. Bapak/Ibu/Saudara Siti Aminah",
        "Dengan hormat,",
        "Upah Saudara sudah kami tanyakan.",
        "Perusahaan menjawab:",
        "- dibayar Jumat; - dengan dendanya.",
        "mencantumkan [PGD/2026/0001] pada subjek",
        "Demikian disampaikan",
        office.signer,
        "ditulis oleh petugas kami",
    )
    places = [said.find(part) for part in parts]
    assert -1 not in places and places == sorted(places)
    assert rendered.subject == "[PGD/2026/0001] Jawaban atas pengaduan Saudara"
    assert "otomatis" not in rendered.text + rendered.html and "Tanda Terima" not in rendered.text + rendered.html
    assert "\nPerusahaan menjawab:\n\n- dibayar Jumat;\n- dengan dendanya.\n\n" in rendered.text


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.LAINNYA])
@pytest.mark.parametrize("doubtful", [True, False])
def test_text_and_html_say_the_same_words(settings: Settings, kind: Kind, doubtful: bool) -> None:
    rendered = answered(settings, WORDS + "\n\n" + "kata " * 60, kind=kind, needs_review=doubtful)
    body = rendered.html.partition("</head>")[2]
    of_html = html.unescape(re.sub(r"<[^>]+>(\n?)", r"\1", body)).split()
    rule = "-" * 76
    assert [word for word in of_html if word != "-"] == [w for w in rendered.text.split() if w not in ("-", rule)]
    assert max(map(len, rendered.text.splitlines())) <= 78 and "\n\n\n" not in rendered.text
    assert ("atas surat Saudara" in rendered.subject) is doubtful


def test_what_an_officer_types_stays_words(settings: Settings) -> None:
    hostile = "<script>alert(1)</script> & {{ office.name }} {% raw %}\n.\nBcc: korban@x.example.org"
    rendered = answered(settings, hostile)
    assert (
        "<script" not in rendered.html
        and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {{ office.name }}" in rendered.html
    )
    assert "{{ office.name }} {% raw %}\n.\nBcc:" in rendered.text
    letter = owed(words=hostile, subject=rendered.subject, body_text=rendered.text, body_html=rendered.html)
    sent = email.message_from_bytes(as_mail(letter, NUMBER, settings, at=NOON), policy=policy.default)
    assert "Bcc" not in sent


@trying(max_examples=60, deadline=None)
@given(words=st.text(max_size=200))
def test_any_words_become_paragraphs_without_losing_one(words: str) -> None:
    paragraphs = paragraphs_of(words)
    assert " ".join(line for paragraph in paragraphs for line in paragraph).split() == words.split()


def owed(**changed: object) -> Letter:
    plain: dict[str, object] = {
        "entry_id": 1,
        "purpose": Purpose.JAWABAN,
        "mailbox": OFFICE,
        "recipient": "warga@warga.example.org",
        "rfc_message_id": "jw.pgd-2026-0001.abc@kantor.example.org",
        "answers": "surat.2@warga.example.org",
        "refers_to": ["tt.pgd-2026-0001.abc@kantor.example.org"],
        "subject": "[PGD/2026/0001] Jawaban",
        "body_text": "Isi\n",
        "body_html": "<p>Isi</p>\n",
        "owed_at": NOON,
    }
    return Letter(**(plain | changed))


def test_the_mail_of_an_answer_is_a_persons_and_threads(settings: Settings) -> None:
    sent = email.message_from_bytes(as_mail(owed(), NUMBER, settings, at=NOON), policy=policy.default)
    assert {"Auto-Submitted", "X-Auto-Response-Suppress", "Precedence"}.isdisjoint(sent.keys())
    assert sent["In-Reply-To"] == "<surat.2@warga.example.org>"
    assert sent["References"] == "<tt.pgd-2026-0001.abc@kantor.example.org> <surat.2@warga.example.org>"
    assert sent["X-Buku-Nomor"] == NUMBER and sent["To"] == "warga@warga.example.org"


@pytest.mark.parametrize(
    ("facts", "sends"),
    [
        (LetterFacts("a@example.org", no_reply=("x",), by_officer=True), True),
        (LetterFacts("a@example.org", sent_lately=10_000, by_officer=True), True),
        (LetterFacts("", by_officer=True), False),
        (LetterFacts("a@localhost", by_officer=True), False),
        (LetterFacts(OFFICE, by_officer=True), False),
        (LetterFacts("a@example.org", no_reply=("x",)), False),
        (LetterFacts("a@example.org", sent_lately=10_000), False),
    ],
)
def test_only_the_rows_of_the_address_hold_for_an_answer(settings: Settings, facts: LetterFacts, sends: bool) -> None:
    assert isinstance(decide(facts, settings), Send if sends else Withheld)


@pytest.fixture
def make(database: Database, smtp_sink: SmtpSink, tmp_path: Path) -> Callable[[], Outbox]:
    settings = office_of(tmp_path, [Box(OFFICE, smtp=smtp_of(smtp_sink))], letters={"timeout_seconds": 1})
    return lambda: Outbox(database, settings, Clock())


def the_entry(session: Session) -> Entry:
    return session.exec(select(Entry).order_by(col(Entry.id))).one()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_answer_goes_out_even_to_a_mail_that_a_machine_may_not_answer(
    make: Callable[[], Outbox], smtp_sink: SmtpSink
) -> None:
    outbox = make()
    outbox.arrive(mail(1, X_Auto_Response_Suppress="All"))
    outbox.round()
    act = workflow.Act("siti", outbox.clock())
    with outbox.database.writing() as session:
        workflow.answer(session, the_entry(session), act, words=WORDS, default_mailbox=OFFICE)
    outbox.round()
    assert outbox.states() == [LetterState.WITHHELD, LetterState.SENT]
    (sent,) = smtp_sink.accepted()
    head = email.message_from_bytes(sent.raw, policy=policy.default)
    assert head["In-Reply-To"] == "<surat.1@warga.example.org>" and "Auto-Submitted" not in head
    plain = head.get_body(("plain",))
    assert plain is not None and "Upah Saudara sudah kami tanyakan." in plain.get_content()
    with outbox.database.reading() as session:
        assert the_entry(session).status is Status.DIJAWAB
        assert [each.written_by for each in letters.of_entry(session, 1)] == ["", "siti"]
    outbox.nothing_wrong()
