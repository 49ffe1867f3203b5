"""Telling persons from machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import parse
from ingest.report import bounce_of, meaning_of
from ingest.screen import RULES, screen
from ledger.ports import Screening
from ledger.words import Disposition
from tests.fuzzing import FUZZ

NOBODY: frozenset[str] = frozenset()


def _screened(headers: str, body: str = "Isi surat.", own: frozenset[str] = NOBODY) -> Screening:
    default = "" if "From:" in headers else "From: Siti <siti@example.org>\n"
    raw = f"{default}{headers}\n\n{body}\n".encode()
    return screen(parse(raw), own_message=False, own_addresses=own)


def test_a_message_that_we_sent_is_own_whatever_else_it_is() -> None:
    mail = parse(b"From: dinas@example.go.id\nMessage-ID: <kita@example.go.id>\nAuto-Submitted: auto-replied\n\nx")
    screening = screen(mail, own_message=True, own_addresses=NOBODY)
    assert screening.disposition is Disposition.OWN
    assert [hit.disposition for hit in screening.hits] == [Disposition.OWN, Disposition.AUTOMATIC]


def test_our_own_address_alone_only_forbids_the_answer() -> None:
    screening = _screened("From: Loket <Loket@Example.go.id>\nSubject: Titipan", own=frozenset({"loket@example.go.id"}))
    assert screening.disposition is None
    assert screening.no_reply


def test_every_row_that_matches_is_kept_and_the_first_decides() -> None:
    screening = _screened("Auto-Submitted: auto-generated\nList-Id: <warga.example.org>\nPrecedence: bulk")
    assert screening.disposition is Disposition.AUTOMATIC
    assert [hit.disposition for hit in screening.hits] == [Disposition.AUTOMATIC, Disposition.LIST, Disposition.LIST]
    assert screening.hits[0].found == "Auto-Submitted: auto-generated"


def test_the_names_of_the_rows_are_sentences_of_their_own() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert all(name[0].isupper() and len(name.split()) > 1 for name in names)


def test_bounces_come_before_automatic_mail_and_lists_in_the_table() -> None:
    order = [rule.disposition for rule in RULES]
    assert order.index(Disposition.BOUNCE) < order.index(Disposition.LIST)
    assert order[-1] is None


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: no",
        "X-Auto-Response-Suppress: DR, NDR, RN, NRN",
        "Precedence: first-class",
        "Feedback-ID: 1:penyedia",
        "DKIM-Signature: v=1; d=example.org",
        "X-Autoreply: no",
        "Subject: Auto loader tambang rusak",
        "Subject: Auto response dari sistem Saudara tidak jelas\nIn-Reply-To: <a@example.org>",
        "Subject: Cuti haid tidak diberikan\nIn-Reply-To: <a@example.org>",
        "Subject: Pengiriman uang pesangon gagal",
        "Subject: Undelivered mail, mohon penjelasan",
        "From: Mail Siti <mail.siti@example.org>",
        "From: Delivery Budi <kurir@example.org>",
        "From: Reply Motor <balas@example.org>",
    ],
)
def test_a_person_is_kept_and_may_be_answered(headers: str) -> None:
    screening = _screened(headers)
    assert screening.disposition is None
    assert screening.no_reply == ()


@pytest.mark.parametrize(
    "headers",
    [
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Return-Path: <>",
        "From: donotreply@example.org",
        "From: jangan-dibalas@example.org",
        "From: siti@example.org\nReply-To: no.reply@example.org",
        "From: postmaster@example.org",
        "X-Loop: siti@example.org",
        "X-MS-Exchange-Inbox-Rules-Loop: siti@example.org",
        "Auto-Submitted: auto-forwarded",
        "X-OTRS-Loop: yes",
        "Subject: Out of Office: Siti",
    ],
)
def test_doubt_keeps_the_letter_and_withholds_the_answer(headers: str) -> None:
    screening = _screened(headers)
    assert screening.disposition is None
    assert screening.no_reply


@pytest.mark.parametrize(
    ("headers", "disposition"),
    [
        ("Auto-Submitted: auto-notified", Disposition.AUTOMATIC),
        ("X-Autorespond: Terima kasih", Disposition.AUTOMATIC),
        ("Precedence: auto_reply", Disposition.AUTOMATIC),
        ("Return-Path: <>\nSubject: Automatic reply: Tanda Terima", Disposition.AUTOMATIC),
        ("Return-Path: <>\nIn-Reply-To: <a@example.org>", Disposition.AUTOMATIC),
        ("Subject: Jawaban otomatis: x\nX-Auto-Response-Suppress: All", Disposition.AUTOMATIC),
        ("Subject: Siti is out of the office\nPrecedence: junk", Disposition.AUTOMATIC),
        ("From: MAILER-DAEMON@example.net\nSubject: Halo", Disposition.AUTOMATIC),
        ("Precedence: junk", Disposition.LIST),
        ("Mailing-List: list warga@example.org", Disposition.LIST),
        ("Sender: owner-warga@example.org", Disposition.LIST),
        ("Return-Path: <warga-bounces+siti=example.org@lists.example.org>", Disposition.LIST),
        ("X-Failed-Recipients: budi@example.net", Disposition.BOUNCE),
    ],
)
def test_machines_are_told_by_their_marks(headers: str, disposition: Disposition) -> None:
    assert _screened(headers).disposition is disposition


def test_words_of_a_bounce_from_a_person_are_no_bounce() -> None:
    screening = _screened(
        "Subject: Surel ke dinas ditolak", "Jawabannya: 550 5.1.1 user unknown, could not be delivered."
    )
    assert screening.disposition is None


def test_a_copied_bounce_under_its_own_subject_is_kept_but_not_answered() -> None:
    screening = _screened("Subject: Undeliverable: Upah", "Your message could not be delivered.")
    assert screening.disposition is None
    assert screening.no_reply


@pytest.mark.parametrize(
    ("body", "recipient", "status"),
    [
        ("<budi@example.net>: host mx said: 550 5.1.1 unknown (in reply to RCPT TO)", "budi@example.net", "5.1.1"),
        (
            "Could not deliver to the following:\n\n    budi@example.net\n\nReason: mailbox full",
            "budi@example.net",
            None,
        ),
        ("Failed Recipient: budi@example.net\nReason: 552 5.2.2 over quota", "budi@example.net", "5.2.2"),
        ("To: siti@example.org could not be sent from 10.1.1.5 by version 4.7.12", "siti@example.org", "4.7.12"),
        ("Undelivered. No more is known.", None, None),
    ],
)
def test_a_report_in_plain_words_is_read(body: str, recipient: str | None, status: str | None) -> None:
    screening = _screened("From: MAILER-DAEMON@mx.example.net\nTo: dinas@example.go.id\nSubject: failure notice", body)
    assert screening.bounce is not None
    assert (screening.bounce.recipient, screening.bounce.status) == (recipient, status)


def test_our_own_address_is_never_taken_for_the_recipient_that_failed() -> None:
    own = frozenset({"dinas@example.go.id"})
    raw = b"From: MAILER-DAEMON@mx.example.net\n\nFrom dinas@example.go.id to\n<budi@example.net>: unknown user\n"
    assert bounce_of(parse(raw), own).recipient == "budi@example.net"


def test_only_a_bounce_says_what_bounced() -> None:
    assert _screened("Auto-Submitted: auto-replied").bounce is None


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("5.1.1", "alamat penerima tidak ada atau salah tulis"),
        ("5.2.2", "kotak surat penerima penuh"),
        ("5.2.25", "kotak surat penerima tidak dapat menerima surat"),
        ("5.7.26", "ditolak oleh aturan keamanan server penerima"),
        ("5.0.0", "alasannya tidak dijelaskan"),
        ("", "alasannya tidak dijelaskan"),
    ],
)
def test_a_status_code_is_said_in_plain_words(status: str, meaning: str) -> None:
    assert meaning_of(status) == meaning


_NAMES = st.sampled_from(
    [
        *("From", "Sender", "Reply-To", "Return-Path", "Subject", "To", "X-Failed-Recipients", "Message-ID"),
        *("Auto-Submitted", "Precedence", "List-Id", "X-Autoreply", "X-Loop", "X-Spam-Flag", "In-Reply-To"),
        *("Content-Type", "Final-Recipient", "Status", "Action", "Diagnostic-Code", "Disposition", "X-RT-Ticket"),
    ]
)
_VALUES = st.one_of(
    st.sampled_from(
        [
            *("<>", "auto-replied", "auto-generated", "bulk", "list", "no", "yes", "5.1.1", "4.2.2 (penuh)", "failed"),
            *("MAILER-DAEMON@example.org", "no-reply@example.org", "Siti <siti@example.org>", "rfc822; a@example.org"),
            *("multipart/report; report-type=delivery-status; boundary=b", "message/delivery-status", "text/plain"),
            *("Undelivered Mail Returned to Sender", "Balasan otomatis: ", "Re: ", "out of office", "(gagal) terkirim"),
        ]
    ),
    st.text(max_size=40),
)
_HEADERS = st.lists(st.tuples(_NAMES, _VALUES), max_size=12)
_BODY_LINES = st.lists(
    st.one_of(
        st.sampled_from(["--b", "--b--", "", "550 5.1.1 User unknown", "RCPT TO:<a@example.org>", "Status: 5.0.0"]),
        st.builds("{}: {}".format, _NAMES, _VALUES),
    ),
    max_size=15,
)


@FUZZ
@given(_HEADERS, _BODY_LINES)
def test_no_mail_whatever_makes_the_screening_fail(headers: list[tuple[str, str]], body: list[str]) -> None:
    lines = [f"{name}: {' '.join(value.split())}" for name, value in headers]
    raw = "\r\n".join(["From: Siti <siti@example.org>", *lines, "", *body]).encode("utf-8", "surrogateescape")
    found = screen(parse(raw), own_message=False, own_addresses=frozenset({"loket@example.go.id"}))
    assert (found.disposition is None) == (not found.hits)
    assert found.bounce is None or found.disposition is Disposition.BOUNCE
