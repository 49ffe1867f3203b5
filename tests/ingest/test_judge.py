"""A raw mail is judged as a pure function of its bytes."""

import base64
import hashlib
import pickle
from datetime import UTC, datetime

import pytest

from ingest.judge import FileFacts, Judge, Judged, Unread, classifier_of
from ledger.ports import Wording
from ledger.words import Disposition, Kind
from tests.ingest.test_attached import pdf, word
from tests.office import FIRST, SECOND, settings

JUDGE = Judge(settings())
LETTER = """From: Siti Aminah <siti@example.org>
To: <{to}>
Subject: =?utf-8?q?Pengaduan_upah?=
Message-ID: <satu@example.org>
In-Reply-To: <nol@example.org>
References: <awal@example.org> <nol@example.org>
Date: Mon, 23 Nov 2026 08:00:00 +0700
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain; charset=utf-8

Yth. Bapak/Ibu,

Saya mengadukan PT Contoh karena upah saya tidak dibayar sejak bulan Agustus. Mohon ditindaklanjuti.

Nama: Siti Aminah
Alamat: Jalan Mawar 1, Kanigaran
Telepon: 0812-3456-7890

On Sun, 22 Nov 2026, kantor wrote:
> Surat lama.
--x
Content-Type: application/pdf; name=slip.pdf
Content-Disposition: attachment; filename=slip.pdf
Content-Transfer-Encoding: base64

JVBERg==
--x--
"""


def _judge(raw: str, mailbox: str = FIRST) -> Judged:
    verdict = JUDGE(raw.replace("\n", "\r\n").encode(), mailbox)
    assert isinstance(verdict, Judged)
    return verdict


def test_a_letter_is_read_in_all_its_parts() -> None:
    mail = _judge(LETTER.format(to=FIRST))
    assert (mail.rfc_message_id, mail.sender_address, mail.sender_name) == (
        "satu@example.org",
        "siti@example.org",
        "Siti Aminah",
    )
    assert (mail.subject, mail.sent_at) == ("Pengaduan upah", datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
    assert sorted(mail.references) == ["awal@example.org", "nol@example.org"]
    assert ("upah saya tidak dibayar" in mail.text, "Surat lama" in mail.text) == (True, False)
    assert "Surat lama" in mail.quoted
    assert mail.files == (FileFacts("slip.pdf", "application/pdf", 4, hashlib.sha256(b"%PDF").hexdigest()),)
    assert mail.identity.name is not None
    assert (mail.identity.name.value, mail.phone_e164) == ("Siti Aminah", "+6281234567890")
    assert mail.judgement.kind is Kind.PENGADUAN
    assert mail.screening.disposition is None


def test_the_nearest_reference_comes_first() -> None:
    assert _judge(LETTER.format(to=FIRST)).references[0] == "nol@example.org"


def test_the_same_bytes_are_judged_the_same_by_any_judge() -> None:
    raw = LETTER.format(to=FIRST)
    other = Judge(settings())(raw.replace("\n", "\r\n").encode(), FIRST)
    assert _judge(raw) == other


def test_a_verdict_crosses_the_border_of_a_process() -> None:
    mail = _judge(LETTER.format(to=FIRST))
    assert pickle.loads(pickle.dumps(mail)) == mail


def test_an_unknown_mailbox_is_told_from_the_recipients() -> None:
    letter = LETTER.replace("PT Contoh karena upah saya tidak dibayar sejak bulan Agustus", "sesuatu")
    for address in (FIRST, SECOND):
        assert _judge(letter.format(to=address.upper()), "") == _judge(letter.format(to=address.upper()), address)


def test_what_travel_adds_does_not_change_the_content_key() -> None:
    raw = LETTER.format(to=FIRST)
    travelled = "Received: from mx\nDelivered-To: x@example.org\n" + raw.replace("<satu@", "<dua@")
    assert _judge(travelled).content_key == _judge(raw).content_key


@pytest.mark.parametrize(
    "change", [("upah saya", "gaji saya"), ("siti@", "budi@"), ("JVBERg==", "JVBERjE="), ("_upah", "_thr")]
)
def test_other_words_writer_file_or_subject_change_the_content_key(change: tuple[str, str]) -> None:
    raw = LETTER.format(to=FIRST)
    assert _judge(raw.replace(*change)).content_key != _judge(raw).content_key


@pytest.mark.parametrize(
    "date", ["Mon, 01 Jan 0001 00:00:00 +0700", "Fri, 31 Dec 9999 23:59:59 -0700", "besok", "", "99 Foo 20xx 25:61"]
)
def test_no_date_of_a_sender_stops_the_reading(date: str) -> None:
    sent_at = _judge(LETTER.format(to=FIRST).replace("Mon, 23 Nov 2026 08:00:00 +0700", date)).sent_at
    assert sent_at is None or sent_at.tzinfo is not None


@pytest.mark.parametrize("raw", [b"", b"\x00", b"\xff\xfe\xfd" * 1000, bytes(range(256)) * 50, b"\r\n\r\n\r\n"])
def test_what_is_no_mail_is_a_verdict_and_no_exception(raw: bytes) -> None:
    verdict = JUDGE(raw, FIRST)
    assert isinstance(verdict, Judged) or (isinstance(verdict, Unread) and verdict.error)


def test_a_machines_answer_is_screened() -> None:
    mail = _judge("Auto-Submitted: auto-replied\n" + LETTER.format(to=FIRST))
    assert mail.screening.disposition is Disposition.AUTOMATIC


def test_mail_from_one_of_our_addresses_is_no_machines_and_is_not_answered() -> None:
    mail = _judge(LETTER.format(to=FIRST).replace("siti@example.org", SECOND))
    assert mail.screening.disposition is None
    assert mail.screening.no_reply


def _with_file(body: str, name: str, content: bytes, subject: str = "Surat") -> bytes:
    encoded = base64.encodebytes(content).decode()
    return (
        f"From: Rara <rara@example.org>\nTo: <{FIRST}>\nSubject: {subject}\nMessage-ID: <lampiran@example.org>\n"
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{body}\n--x\nContent-Type: application/octet-stream\n"
        f"Content-Disposition: attachment; filename={name}\nContent-Transfer-Encoding: base64\n\n{encoded}\n--x--\n"
    ).encode()


def _judged(raw: bytes) -> Judged:
    verdict = JUDGE(raw, FIRST)
    assert isinstance(verdict, Judged)
    return verdict


ATTACHED = (
    "Nama: Rara Puspita",
    "Alamat: Jl. Melati 4, Kanigaran",
    "Telepon: 0812-9999-0021",
    "Saya mengadukan upah saya yang tidak dibayar tiga bulan oleh CV Contoh Lestari. Saya juga dipukul mandor.",
)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "terlampir",
        "Mohon pengaduan ini diproses, berkas dalam lampiran.",
        "Assalamualaikum, surat saya terlampir nggih. Terima kasih.",
        ".",
    ],
)
def test_a_letter_in_an_attachment_counts_like_the_body_that_only_points_at_it(body: str) -> None:
    mail = _judged(_with_file(body, "surat.docx", word(*ATTACHED)))
    assert mail.text == body.strip()
    assert mail.attached_text.split("\n") == list(ATTACHED)
    assert mail.judgement.kind is Kind.PENGADUAN
    assert (mail.identity.name, mail.identity.phone) != (None, None)
    assert mail.identity.name and mail.identity.name.value == "Rara Puspita"
    assert mail.identity.name.source.startswith("lampiran, ")
    assert mail.phone_e164 == "+6281299990021"
    assert "upah" in mail.themed.themes and mail.themed.urgent


def test_a_body_that_says_something_itself_leaves_its_attachments_closed() -> None:
    body = "Saya Dewi Contoh mau bertanya syarat pendaftaran pemborongan, apakah cukup satu surat permohonan?"
    mail = _judged(_with_file(body, "surat.docx", word(*ATTACHED)))
    assert mail.attached_text == ""
    assert mail.themed.themes == ("alih_daya",)
    assert mail.identity.name and mail.identity.name.value == "Dewi Contoh"


def test_what_the_body_says_of_its_writer_goes_before_the_attachment() -> None:
    mail = _judged(_with_file("Surat terlampir.\n\nHormat saya,\n\nDewi Contoh", "surat.docx", word(*ATTACHED)))
    assert mail.identity.name and mail.identity.name.value == "Dewi Contoh"
    assert mail.identity.address and mail.identity.address.value == "Jl. Melati 4, Kanigaran"


def test_a_scan_under_an_empty_body_goes_to_an_officer() -> None:
    mail = _judged(_with_file("", "scan.pdf", pdf(""), subject="Permohonan pendaftaran perjanjian pemborongan"))
    assert mail.attached_text == ""
    assert mail.judgement.needs_review


def test_a_scan_under_a_body_that_says_what_is_wanted_needs_no_officer_for_that() -> None:
    body = "Mohon pendaftaran perjanjian pemborongan CV Contoh Lestari, berkas terlampir."
    subject = "Permohonan pendaftaran perjanjian pemborongan"
    with_scan = _judged(_with_file(body, "scan.pdf", pdf(""), subject=subject))
    wording = Wording(subject, body, ("scan.pdf",), FIRST)
    assert with_scan.judgement == classifier_of(settings()).judge(wording)


def test_a_letter_shows_its_themes_and_why_it_cannot_wait() -> None:
    mail = _judged(_with_file("Teman saya dipukul mandor dan THR kami tidak dibayar.", "a.jpg", b"\xff\xd8"))
    assert mail.themed.themes == ("thr", "kekerasan")
    assert mail.themed.urgent == "kekerasan atau ancaman (“dipukul”)"


COMPLAINT = "Saya mengadukan PT Contoh karena upah saya tidak dibayar sejak bulan Agustus. Mohon ditindaklanjuti."


_NOTE = "Mohon ditangani, surat ini masuk ke kotak kami."
_COMPLAINT = "Upah saya di PT Contoh sudah tiga bulan tidak dibayar dan saya dipecat tanpa pesangon."
_BELOW = f"""From: pentalasker@example.org
Subject: Fwd: gaji
Message-ID: <dua@example.org>

{_NOTE}

---------- Forwarded message ---------
Dari: Imam <imam@example.org>
Tanggal: Jum, 20 Nov 2026 14.05
Subjek: gaji
Kepada: <pentalasker@example.org>

{_COMPLAINT}
"""
_INSIDE = f"""From: pentalasker@example.org
Subject: Fwd: gaji
Message-ID: <tiga@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

{_NOTE}
--x
Content-Type: message/rfc822

From: Imam <imam@example.org>
Subject: gaji

{_COMPLAINT}
--x--
"""


@pytest.mark.parametrize("raw", [_BELOW, _INSIDE], ids=["below the note", "inside"])
def test_a_letter_handed_on_with_a_note_is_judged_by_what_it_says(raw: str) -> None:
    mail = _judge(raw)
    assert (mail.text, mail.judgement.kind, mail.judgement.needs_review) == (_NOTE, Kind.PENGADUAN, False)
    assert "upah" in mail.themed.themes and "phk" in mail.themed.themes


def test_whoever_writes_at_length_above_a_forwarded_letter_is_judged_by_his_own_words() -> None:
    own = (
        "Terima kasih, persoalan di bawah ini sudah selesai bulan lalu setelah mediasi yang Bapak pimpin. Sekarang "
        "kami ingin mengusulkan agar jadwal mediasi ditempel di papan pengumuman loket dan di situs kantor, supaya "
        "pekerja lain tahu kapan dapat datang tanpa bolos kerja setengah hari."
    )
    mail = _judge(_BELOW.replace(_NOTE, own))
    assert (mail.text, mail.judgement.kind) == (own, Kind.SARAN)


def test_a_letter_forwarded_as_an_attachment_with_not_a_word_is_the_text() -> None:
    found = _judged(
        b"From: siti@example.org\nContent-Type: multipart/mixed; boundary=x\n\n"
        + f"--x\nContent-Type: message/rfc822\n\nFrom: budi@example.org\nSubject: Upah\n\n{COMPLAINT}\n--x--\n".encode()
    )
    assert found.text == COMPLAINT
    assert found.judgement.kind is Kind.PENGADUAN
    assert [file.name for file in found.files] == ["Upah.eml"]


def test_words_among_broken_headers_stand_above_the_letter_and_an_officer_looks() -> None:
    found = _judged(f"From: siti@example.org\nX-A: b\n{COMPLAINT}\nSubject: Upah\n\nNama: Siti Aminah\n".encode())
    assert found.text == f"{COMPLAINT}\nSubject: Upah\n\nNama: Siti Aminah"
    assert found.subject == "Upah"
    assert (found.judgement.kind, found.judgement.needs_review) == (Kind.PENGADUAN, True)


def test_words_that_stand_nowhere_but_among_broken_headers_are_judged() -> None:
    found = _judged(f"From: siti@example.org\nX-A: b\n{COMPLAINT}\nSubject: Upah\n".encode())
    assert found.text == f"{COMPLAINT}\nSubject: Upah"
    assert found.judgement.kind is Kind.PENGADUAN


def test_a_text_without_any_header_is_shown_to_an_officer() -> None:
    found = _judged(COMPLAINT.encode())
    assert (found.text, found.sender_address) == (COMPLAINT, "")
    assert found.judgement.needs_review
