"""Telling persons from machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parse import parse
from ingest.report import bounce_of
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
        "Subject: CUTI\nIn-Reply-To: <a@example.org>",
        "Subject: Cuti (melahirkan) ditolak mandor\nIn-Reply-To: <a@example.org>",
        "Subject: Di luar kantor - lembur tak dihitung\nIn-Reply-To: <a@example.org>",
        "Subject: Auto (CV Contoh) menahan ijazah\nIn-Reply-To: <a@example.org>",
        "Subject: Annual leave: hak saya ditolak",
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
        "Subject: Out of the office until Monday",
        "Subject: Jawaban otomatis Re: Tanda Terima",
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
        ("Subject: Yahoo! Auto Response\nIn-Reply-To: <a@example.org>", Disposition.AUTOMATIC),
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


AWAY = "Terima kasih atas surelnya. Saya sedang cuti dan kembali bekerja pada 7 Desember. Hubungi rekan saya."
AWAY_IN_ENGLISH = "Thank you. I am currently on leave with limited access to e-mail and will reply when I return."


@pytest.mark.parametrize(
    ("subject", "body", "answers", "disposition", "silent"),
    [
        ("Saya sedang cuti", AWAY, True, Disposition.AUTOMATIC, True),
        ("Saya sedang cuti", AWAY, False, None, True),
        ("On vacation until 7 December", AWAY_IN_ENGLISH, True, Disposition.AUTOMATIC, True),
        ("Cuti", "Saya sedang cuti melahirkan sampai tanggal 5, tetapi upah tidak dibayar.", True, None, False),
        (
            "Dibaca: Tanda terima",
            "Pesan Anda kepada saya telah dibaca pada 3 Desember.",
            False,
            Disposition.AUTOMATIC,
            False,
        ),
        ("Dibaca: surat saya dulu?", "Apakah surat saya bulan lalu sudah dibaca oleh Bapak?", True, None, False),
    ],
)
def test_what_heads_an_absence_or_a_complaint_alike_is_decided_by_the_body(
    subject: str, body: str, answers: bool, disposition: Disposition | None, silent: bool
) -> None:
    headers = f"Subject: {subject}" + ("\nIn-Reply-To: <a@example.org>" if answers else "")
    screening = _screened(headers, body)
    assert (screening.disposition, bool(screening.no_reply)) == (disposition, silent)


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


_STATUS_REPORT = "Final-Recipient: rfc822; budi@example.net\nAction: {action}\nStatus: {status}\n"


@pytest.mark.parametrize(
    ("action", "status", "delayed"),
    [("failed", "4.4.7", False), ("delayed", "4.4.1", True), ("failed", "5.1.1", False)],
)
def test_the_action_of_a_report_tells_a_delay_from_a_failure_whatever_the_status(
    action: str, status: str, delayed: bool
) -> None:
    report = _STATUS_REPORT.format(action=action, status=status)
    raw = (
        "From: MAILER-DAEMON@mx.example.net\nSubject: Mail\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n\nLihat di bawah.\n'
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n{report}\n--b--\n"
    ).encode()
    assert bounce_of(parse(raw), frozenset()).delayed is delayed


@pytest.mark.parametrize(
    ("subject", "body", "delayed"),
    [
        ("Warning: could not send message for past 4 hours", "Will keep trying until message is 5 days old.", True),
        ("Delivery Status Notification (Delay)", "The message has not been delivered yet; we will retry.", True),
        ("Surat tertunda", "Surat belum sampai. Server akan terus dicoba lagi selama 3 hari.", True),
        ("failure notice", "I have tried for days. I am giving up; I will not try again. 4.4.1", False),
        ("Undelivered Mail", "<budi@example.net>: connection timed out (#4.4.1)", False),
    ],
)
def test_a_report_in_plain_words_says_whether_the_letter_is_still_tried(subject: str, body: str, delayed: bool) -> None:
    raw = f"From: MAILER-DAEMON@mx.example.net\nSubject: {subject}\n\n{body}\n".encode()
    assert bounce_of(parse(raw), frozenset()).delayed is delayed


def test_our_own_address_is_never_taken_for_the_recipient_that_failed() -> None:
    own = frozenset({"dinas@example.go.id"})
    raw = b"From: MAILER-DAEMON@mx.example.net\n\nFrom dinas@example.go.id to\n<budi@example.net>: unknown user\n"
    assert bounce_of(parse(raw), own).recipient == "budi@example.net"


def test_only_a_bounce_says_what_bounced() -> None:
    assert _screened("Auto-Submitted: auto-replied").bounce is None


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
