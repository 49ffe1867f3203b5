"""Telling newly written words from quoted ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quote import separate
from tests.fuzzing import FUZZ

OLD = "Pengaduan Saudara telah kami terima."


@pytest.mark.parametrize(
    "heading",
    [
        "Pada Sen, 23 Nov 2026 pukul 08.15 Dinas <dinas@example.go.id> menulis:",
        "Pada tanggal Sen, 23 Nov 2026 08.15 Dinas <dinas@example.go.id>\nmenulis:",
        "Pada Senin, 23 November 2026 08.15.32 WIB, Dinas <dinas@example.go.id> menulis:",
        "On Mon, Nov 23, 2026 at 8:15 AM Dinas <dinas@example.go.id> wrote:",
        "On Nov 23, 2026, at 8:15 AM, Dinas wrote:",
        "On Monday, November 23, 2026 at 08:15:32 AM GMT+7,\nDinas Tenaga Kerja\n<dinas@example.go.id> wrote:",
        "2026-11-23 8:15 GMT+07:00 Dinas <dinas@example.go.id>:",
        "Dinas <dinas@example.go.id> menulis pada 23 November 2026:",
        "-----Pesan Asli-----",
        "-----Original Message-----\nFrom: Dinas\nSent: Monday, November 23, 2026 8:15 AM\nTo: Siti\nSubject: Tanda",
        "Dari: Dinas <dinas@example.go.id>\nDikirim: Senin, 23 November 2026 08.15\nKepada: Siti\nPerihal: Tanda",
        "________________________________\nFrom: Dinas\nSent: 2026-11-23\nTo: Siti\nSubject: Tanda Terima",
        "------------------ Original ------------------\nFrom: Dinas\nDate: Nov 23, 2026 08:15 AM\nTo: Siti",
        "2026-11-23 8:15 GMT+07:00 Dinas <dinas@example.go.id>:",
        "2026/11/23 Dinas <dinas@example.go.id>\n\n| Kutipan surat kami",
        "*From:* Dinas <dinas@example.go.id>\n*Date:* Monday, November 23, 2026 at 8:15 AM\n*To:* Siti",
    ],
)
def test_the_older_letter_below_a_heading_is_taken_off(heading: str) -> None:
    found = separate(f"Belum ada kabar.\n\n{heading}\n\n{OLD}\n", "Re: Tanda Terima")
    assert found.text == "Belum ada kabar."
    assert OLD in found.quoted


@pytest.mark.parametrize(
    "letter",
    [
        "Pada rapat hari Senin kepala bagian menulis:\n\nsemua yang protes dipecat.",
        "Pada 3 November 2026 saya bertanya ke loket@example.go.id lalu petugas menulis kasar.\n\nMohon ditindak.",
        "Petugas loket@example.go.id menulis bahwa 2 berkas saya hilang.\n\nMohon ditindak.",
        "Isi surat peringatan itu begini:\n> saudara dianggap mangkir\n> saudara diberhentikan",
        "Yth. Kepala Dinas\n\nTanggal: 3 November 2026\nHal: upah\nDari: Siti\nKepada: Kepala Dinas\n\nUpah dipotong.",
        "Laporan\n----------\nUpah dipotong 30.000 per hari.\n----------\nMohon ditindak.",
        "Berkas asli sudah lama\ndikirim dari hp saya",
        "Nomor HP saya -- yang lama hilang -- sudah ganti.",
        "From Probolinggo with respect,\nSiti",
        ">From kantor kami mohon bantuan.",
        "Kronologi\n\n2026-11-03 Budi <budi@example.net>\n\nmenyuruh kami lembur tanpa upah.",
        "Kronologi:\n--\n" + "\n".join(f"Tanggal {day} November upah tidak dibayar." for day in range(1, 20)),
    ],
)
def test_what_only_looks_like_a_quote_or_signature_stays(letter: str) -> None:
    found = separate(letter, "Pengaduan")
    assert found.text == letter
    assert found.quoted == found.signature == ""


@pytest.mark.parametrize(
    "line",
    [
        "Dikirim dari iPhone saya",
        "Dikirim dari ponsel cerdas Samsung Galaxy saya.",
        "Dikirim dari Yahoo Mail di Android",
        "Terkirim dari perangkat Xiaomi saya",
        "Sent from my Galaxy",
        "Sent from Mail for Windows",
        "Dapatkan Outlook untuk Android<https://aka.ms/AAb9ysg>",
    ],
)
def test_a_phones_own_line_is_the_signature(line: str) -> None:
    found = separate(f"Jam berapa loket buka?\n\n{line}\n", "Tanya")
    assert (found.text, found.signature) == ("Jam berapa loket buka?", line)


def test_words_below_a_phones_line_keep_it_in_the_text() -> None:
    letter = "Satu.\n\nDikirim dari iPhone saya\n\nDua."
    assert separate(letter).text == letter


def test_a_bare_reply_mark_with_a_forward_subject_gives_the_forwarded_words() -> None:
    heading = "From: Budi\nSent: 1 November 2026 10:00\nTo: Siti\nSubject: Upah"
    text = f"-----Original Message-----\n{heading}\n\nUpah saya dipotong."
    assert separate(text, "FW: Upah").text == "Upah saya dipotong."
    assert separate(text, "Upah").text == text


@pytest.mark.parametrize(
    ("mark", "subject", "forwarded"),
    [
        ("---------- Forwarded message ---------\nDari: Imam <i@example.org>\nSubjek: gaji\n", "", "Gaji saya."),
        ("From: Imam <i@example.org>\nSent: Friday\nTo: dinas\nSubject: gaji\n", "FW: gaji", "Gaji saya."),
        ("From: Imam <i@example.org>\nSent: Friday\nTo: dinas\nSubject: gaji\n", "RE: gaji", ""),
        ("Pada Jum, 20 Nov 2026 pukul 14.05 Imam <i@example.org> menulis:\n", "Re: gaji", ""),
    ],
    ids=["marked", "by its subject", "an answer", "an answer from a phone"],
)
def test_below_a_note_the_forwarded_letter_is_told_from_one_that_is_answered(
    mark: str, subject: str, forwarded: str
) -> None:
    found = separate(f"Mohon ditangani.\n\n{mark}\nGaji saya.\n", subject)
    assert (found.text, found.forwarded) == ("Mohon ditangani.", forwarded)
    assert "Gaji saya." in found.quoted


def test_of_a_forward_in_a_forward_the_innermost_letter_is_the_text() -> None:
    inner = "---------- Forwarded message ---------\nDari: Budi <b@example.net>\nSubject: Upah\n\nUpah saya dipotong."
    outer = f"---------- Forwarded message ---------\nDari: Siti <s@example.org>\nSubject: Fwd: Upah\n\n{inner}"
    assert separate(outer, "Fwd: Fwd: Upah").text == "Upah saya dipotong."


def test_nothing_is_lost_of_a_letter_longer_than_is_looked_at() -> None:
    letter = "\n".join(f"baris {number}" for number in range(12_000))
    assert separate(letter).text == letter


_LINES = st.sampled_from(
    [
        *(
            "Halo",
            "",
            "> kutipan",
            ">> lama",
            "-- ",
            "--",
            "----------",
            "Dari: a@example.org",
            "Tanggal: 1 Nov 2026 10.00",
        ),
        *(
            "Kepada: b",
            "Perihal: c",
            "Pada 1 Nov 2026 10.00 a@example.org menulis:",
            "-----Pesan Asli-----",
            "menulis:",
        ),
        *(
            "---------- Forwarded message ----------",
            "Dikirim dari iPhone saya",
            "Mulai pesan terusan:",
            "\u200b",
            "\xa0",
        ),
    ]
)


@FUZZ
@given(
    st.lists(st.one_of(_LINES, st.text(max_size=30)), max_size=30).map("\n".join),
    st.sampled_from(["", "Fwd: x", "Re: x"]),
)
def test_the_text_is_never_empty_if_the_mail_has_any(text: str, subject: str) -> None:
    assert bool(separate(text, subject).text) == bool(text.strip())


@FUZZ
@given(st.lists(_LINES, max_size=30).map("\n".join), st.sampled_from(["", "Fwd: x", "Re: x"]))
def test_every_word_of_the_mail_stands_in_one_of_the_three(text: str, subject: str) -> None:
    found = separate(text, subject)
    parts = "\n".join((found.text, found.quoted, found.signature))
    assert all(parts.count(word) >= 1 for word in ("Halo", "kutipan", "lama") if word in text)


def test_of_a_letter_forwarded_by_hand_between_two_marks_the_letter_is_the_text() -> None:
    found = separate(
        "--- begin forwarded text\n\nFrom: Budi <budi@example.net>\nDate: Mon, 23 Nov 2026 08:15:00 +0700\n"
        "Subject: Upah\n\nUpah kami dipotong.\n",
        "Upah",
    )
    assert found.text == "Upah kami dipotong."


def test_a_line_that_says_whom_it_quotes_goes_with_the_quotation() -> None:
    found = separate(
        "Belum ada kabar.\n\nQuoting Dinas <dinas@example.go.id>:\n\n> Telah\n> kami terima.\n", "Re: Upah"
    )
    assert found.text == "Belum ada kabar."
