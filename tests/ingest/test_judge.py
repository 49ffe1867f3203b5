"""A raw mail is judged as a pure function of its bytes."""

import base64
import hashlib
import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.judge import FileFacts, Judge, Judged, Unread, classifier_of
from ledger.ports import Wording
from ledger.words import Disposition, Kind
from tests.fuzzing import LONG_LETTERS
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
_BELOW = f"""From: {SECOND}
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
_INSIDE = f"""From: {SECOND}
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
    mail = _judge(_BELOW.replace(_NOTE, own).replace(f"From: {SECOND}", "From: rara@example.org"))
    assert (mail.text, mail.judgement.kind) == (own, Kind.SARAN)
    assert mail.judgement.needs_review, "the letter below is a complaint"


_OFFICIAL_NOTE = (
    "Yth. Ibu Kepala Bidang,\nbersama ini kami sampaikan surat yang masuk ke alamat kami kemarin sore untuk mendapat "
    "disposisi. Kami menunggu petunjuk bidang mana yang menyiapkan konsep jawaban dan kapan rapat koordinasinya.\n"
    "Rini Contoh\nHP 0812-9999-0061"
)


@pytest.mark.parametrize("raw", [_BELOW, _INSIDE], ids=["below the note", "inside"])
def test_a_letter_that_staff_hand_on_speaks_however_long_their_note_is(raw: str) -> None:
    signed = f"{_COMPLAINT}\n\nNama: Imam Contoh\nHP: 0812-9999-0062"
    mail = _judge(raw.replace(_NOTE, _OFFICIAL_NOTE).replace(_COMPLAINT, signed))
    assert (mail.text, mail.judgement.kind) == (_OFFICIAL_NOTE, Kind.PENGADUAN)
    assert "upah" in mail.themed.themes
    assert mail.identity.name and mail.identity.name.value == "Imam Contoh"
    assert mail.identity.name.source.startswith("surat yang diteruskan, ")
    assert mail.phone_e164 == "+6281299990062"


def test_of_a_letter_that_names_nobody_the_heading_says_who_wrote_it() -> None:
    mail = _judge(_BELOW.replace(_NOTE, _OFFICIAL_NOTE))
    assert mail.identity.name and (mail.identity.name.value, mail.identity.phone) == ("Imam", None)


def test_the_values_of_who_hands_a_letter_on_and_of_its_writer_are_not_mixed() -> None:
    note = "Saya Dewi Contoh, mohon bantu tetangga saya."
    signed = f"{_COMPLAINT}\n\nNama: Imam Contoh\nHP: 0812-9999-0062"
    mail = _judge(_BELOW.replace(_NOTE, note).replace(_COMPLAINT, signed).replace(SECOND, "dewi@example.org", 1))
    assert mail.identity.name and mail.identity.name.value == "Dewi Contoh"
    assert mail.identity.phone is None


@pytest.mark.parametrize(
    "note",
    [
        "Selamat sore, perkenankan saya mengirim berkas ini karena rumah saya jauh. Semoga berkenan membacanya.",
        "Bu, ceritanya panjang jadi saya ketik di Word. Mohon dibaca dulu.",
        "Yang terhormat Bapak Kepala, surat resmi kami sertakan. Besar harapan kami mendapat jawaban tertulis.",
        "Kindly open the file, I could not write it here.",
    ],
)
def test_a_letter_below_a_courteous_note_is_read_whatever_the_note_looks_like(note: str) -> None:
    mail = _judged(_with_file(note, "surat.docx", word(*ATTACHED)))
    assert mail.attached_text
    assert mail.judgement.kind is Kind.PENGADUAN
    assert mail.identity.name and mail.identity.name.value == "Rara Puspita"
    scanned = _judged(_with_file(note, "surat.pdf", pdf("")))
    assert scanned.judgement.kind is Kind.PENGADUAN or scanned.judgement.needs_review


_CONTRACT = (
    "PERJANJIAN PEMBORONGAN PEKERJAAN",
    "Nama: Bagus Contoh, selanjutnya disebut Pihak Pertama.",
    "Pihak Kedua membayar upah paling lambat tanggal lima dan menanggung kecelakaan di tempat kerja.",
)


def test_a_contract_below_a_request_does_not_speak_for_it() -> None:
    body = "Kami dari CV Contoh Lestari mengajukan pendaftaran perjanjian pemborongan, dokumen terlampir."
    mail = _judged(_with_file(body, "kontrak.docx", word(*_CONTRACT)))
    assert (mail.judgement.kind, mail.judgement.needs_review) == (Kind.PERMOHONAN, False)
    assert (mail.attached_text, mail.themed.urgent, mail.identity.name) == ("", "", None)


def test_a_complaint_attached_to_a_letter_about_something_else_is_shown_to_an_officer() -> None:
    body = "Kami dari CV Contoh Lestari mengajukan pendaftaran perjanjian pemborongan, dokumen terlampir."
    mail = _judged(_with_file(body, "surat.docx", word(*ATTACHED[3:])))
    assert (mail.judgement.kind, mail.judgement.needs_review) == (Kind.PERMOHONAN, True)


def test_a_complaint_and_the_complaint_attached_to_it_are_one_letter() -> None:
    body = (
        "Saya mengadukan PT Contoh karena gaji saya sebagai penjaga malam sudah empat bulan tidak dibayar, dan setiap "
        "kali saya menanyakannya saya hanya disuruh menunggu. Urutan kejadiannya saya tulis dalam dokumen ini."
    )
    mail = _judged(_with_file(body, "kronologi.docx", word("Pada 3 November saya mengadu, lalu saya dipukul mandor.")))
    assert mail.judgement.kind is Kind.PENGADUAN
    assert mail.attached_text and mail.themed.urgent


def _plain(body: str, subject: str = "", headers: str = "") -> Judged:
    head = f"From: Rara <rara@example.org>\nTo: <{FIRST}>\nSubject: {subject}\nMessage-ID: <polos@example.org>\n"
    return _judge(f"{head}{headers}Content-Type: text/plain; charset=utf-8\n\n{body}\n")


@pytest.mark.parametrize(
    ("body", "subject"),
    [
        ("Mohon segera ditindaklanjuti Bu.", ""),
        ("Tolong ya Pak", "Laporan"),
        ("Pak", "Aduan"),
        ("Mohon dibaca", "Keluhan"),
    ],
)
def test_who_says_nothing_but_that_he_wants_something_is_seen_by_an_officer(body: str, subject: str) -> None:
    assert _plain(body, subject).judgement.needs_review


@pytest.mark.parametrize("body", ["Terima kasih.", "Terima kasih banyak, Bapak dan Ibu. Salam hormat."])
def test_who_only_thanks_needs_no_officer(body: str) -> None:
    assert not _plain(body).judgement.needs_review


def test_who_says_it_in_the_subject_has_said_something() -> None:
    mail = _plain("Mohon bantuannya", "gaji tiga bulan tidak dibayar PT Contoh")
    assert (mail.judgement.kind, mail.judgement.needs_review) == (Kind.PENGADUAN, False)


_OLDER = "Pada Sab, 21 Nov 2026 pukul 07.10 {writer} menulis:\n> " + _COMPLAINT
_ANSWERS = "In-Reply-To: <lama@example.org>\n"


def test_below_a_note_that_says_nothing_the_letter_of_somebody_else_is_read() -> None:
    body = f"Tolong dibantu Bu.\n\n{_OLDER.format(writer='Bos <bos@example.net>')}"
    mail = _plain(body, "Re: gaji", _ANSWERS)
    assert (mail.text, mail.judgement.kind) == ("Tolong dibantu Bu.", Kind.PENGADUAN)
    assert mail.judgement.needs_review, "nobody said that the letter is handed on"


@pytest.mark.parametrize("writer", [f"Dinas <{FIRST}>", f"Dinas <{SECOND.upper()}>"])
def test_a_letter_of_ours_never_speaks_for_who_answers_it(writer: str) -> None:
    mail = _plain(f"Tolong dibantu Bu.\n\n{_OLDER.format(writer=writer)}", "Re: surat", _ANSWERS)
    assert mail.wording.text == "Tolong dibantu Bu."
    assert mail.judgement.needs_review


def test_danger_in_a_letter_that_is_no_complaint_is_seen_by_an_officer() -> None:
    mail = _plain(
        "Terima kasih banyak atas bantuan dinas, tetangga kami yang disekap majikan sudah pulang dengan selamat."
    )
    assert mail.judgement.kind is not Kind.PENGADUAN
    assert mail.themed.urgent
    assert mail.judgement.needs_review


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


_PIECES = st.sampled_from(
    [
        *(
            "\n",
            "\n\n",
            ">",
            "-",
            "--",
            ".",
            " ",
            "1",
            "=",
            "?",
            ":",
            ",",
            "@",
            "<",
            "_",
            "*",
            "#",
            "/",
            "(",
            ")",
            "\t",
            "|",
        ),
        *("a", "Nama", "nama:", "Jl. ", "PT ", "08", "0812", "rp", "a.n. ", "Saya ", "On ", "wrote:", "menulis:"),
        *("Dari: ", "RT", "no.", "tidak ", "ibu ", "gaji "),
    ]
)


@LONG_LETTERS
@given(st.lists(_PIECES, min_size=1, max_size=4).map("".join), st.booleans())
def test_no_letter_of_one_piece_again_and_again_holds_the_others_up(piece: str, subject: bool) -> None:
    long = piece * (12_000 // len(piece))
    heading = " ".join(long.split()) if subject else "Pengaduan"
    raw = f"From: w@example.org\r\nSubject: {heading}\r\n\r\n{long}\r\n".encode()
    assert isinstance(JUDGE(raw, ""), Judged)
