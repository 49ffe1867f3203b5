"""Telling newly written words from quoted ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.quote import older_letter, separate
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
    assert (found.text, found.footer) == ("Jam berapa loket buka?", line)


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
    assert (found.text, found.forwarded.text if found.forwarded else "") == ("Mohon ditangani.", forwarded)
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
def test_every_word_of_the_mail_stands_in_one_of_the_four(text: str, subject: str) -> None:
    found = separate(text, subject)
    parts = "\n".join((found.text, found.quoted, found.signature, found.footer))
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


@pytest.mark.parametrize(
    "block",
    [
        "Bekerja sejak 2019 di bagian gudang\nSejak Mei upah belum dibayar",
        "Saya dan dua teman dirumahkan.",
        "mandor memotong setoran\npemilik menolak bertemu",
        "Budi Contoh\n\nNB: tolong jangan hubungi kantor kami.",
        "We were told to leave on Friday.",
    ],
)
def test_sentences_below_two_dashes_are_no_signature(block: str) -> None:
    found = separate(f"Selamat siang\n--\n{block}\n", "Pengaduan")
    assert block in found.text
    assert found.signature == ""


@pytest.mark.parametrize(
    "block",
    [
        "Siti Aminah\nStaf Keuangan, PT Contoh\nJl. Diponegoro 3\nHP 0812-9999-0055",
        "Hormat saya\nDimas\ndimas@disnaker.example.org",
        "CV Contoh Lestari\nDirektur Utama\nwww.melayani.example.org\nhubungi kami (0335) 999999",
        "PT Contoh Digital\nMember of Contoh Group",
    ],
)
def test_a_block_of_names_and_places_below_two_dashes_is_the_signature(block: str) -> None:
    found = separate(f"Jam berapa loket buka?\n--\n{block}\n", "Tanya")
    assert (found.text, found.signature) == ("Jam berapa loket buka?", block)


_DISCLAIMERS = [
    "Disclaimer: isi surel beserta lampirannya rahasia.",
    "PERHATIAN - Pesan ini hanya bagi penerima yang berhak.\nBila keliru, hapus dan beri tahu pengirim.",
    "Apabila Saudara bukan penerima, dilarang menyalin pesan elektronik ini.",
    "Confidentiality Notice\nThis message may contain privileged material.",
    "If you are not the intended recipient, please delete this e-mail.",
    "Mohon pertimbangkan pohon-pohon kita sebelum mencetak surel.",
    "Bebas virus. www.avast.com",
    "Semua kritik dan saran silakan dikirim melalui layanan@example.org",
]


@pytest.mark.parametrize("paragraph", _DISCLAIMERS)
@pytest.mark.parametrize("above", ["", "--\n", "Dikirim dari iPhone saya\n\n"], ids=["bare", "dashes", "phone"])
def test_a_disclaimer_is_the_footer_and_not_the_letter(paragraph: str, above: str) -> None:
    found = separate(f"Apakah loket buka hari Sabtu?\n\n{above}{paragraph}\n", "Tanya")
    assert found.text == "Apakah loket buka hari Sabtu?"
    assert found.footer.endswith(paragraph)


def test_words_below_a_disclaimer_stay_with_the_letter() -> None:
    found = separate(f"Satu.\n\n{_DISCLAIMERS[0]}\n\nNB: besok kantor tutup?\n", "Tanya")
    assert found.text == "Satu.\n\nNB: besok kantor tutup?"


@pytest.mark.parametrize(
    "paragraph",
    [
        "PENTING: laporan ini bersifat rahasia.",
        "Email ini bersifat rahasia, mohon identitas pelapor dijaga dan hapus nama di dalamnya.",
        "Perhatian: dilarang lembur tanpa upah, begitu bunyi undang-undang.",
        "Jika Anda bukan penerima bantuan, katanya, jangan protes.",
        "Semua keluhan sudah disampaikan ke HRD dan tidak ada jawaban.",
        "Semua keluhan saya kirim ke hrd@example.net, tidak dijawab.",
        "Setiap masukan ditolak.",
        "Segala pesan dari HRD dihapus.",
        "Pesan ini ditulis sebelum dicetak di koran.",
        "Informasi yang kami terima berbeda dengan isi kontrak.",
    ],
)
def test_what_only_sounds_like_a_disclaimer_is_the_letter(paragraph: str) -> None:
    letter = f"Selamat siang.\n\n{paragraph}"
    assert separate(letter, "Laporan").text == letter


@pytest.mark.parametrize(
    "line",
    [
        "Dikirim dari Yahoo Mail. Unduh aplikasinya sekarang",
        "Sent from my phone. Please excuse any typos.",
        "Dikirim dari iPhone saya. Mohon maaf bila ada salah ketik.",
    ],
)
def test_a_phones_own_line_may_have_a_second_sentence(line: str) -> None:
    assert separate(f"Jam berapa loket buka?\n\n{line}", "Tanya").footer == line


def test_a_second_sentence_of_the_writers_keeps_a_phones_line_in_the_text() -> None:
    letter = "Ini buktinya.\n\nDikirim dari HP saya. HP lama dirampas satpam."
    assert separate(letter, "Lapor").text == letter


_HEADING = "Dari: Dinas <dinas@example.go.id>\nDikirim: Senin, 23 November 2026 08.15\nKepada: Rara\nPerihal: Kurang"


@pytest.mark.parametrize(
    "note",
    [
        "Jawaban kami tulis di bawah dengan huruf biru.",
        "Tanggapan saya ada di sela-sela surat Bapak, berwarna merah.",
        "Isian sudah kami lengkapi di bawah ini",
        "My answers are inline.",
    ],
)
def test_who_says_that_he_answers_below_is_heard_below_too(note: str) -> None:
    found = separate(f"{note}\n\n{_HEADING}\n\nSebutkan alamat.\nJl. Kenanga 7\n", "RE: Kurang")
    assert note in found.text
    assert "Jl. Kenanga 7" in found.text
    assert "Dikirim:" in found.quoted


def test_who_answers_above_leaves_the_older_letter_below() -> None:
    found = separate(f"Jawaban saya: alamat Jl. Kenanga 7.\n\n{_HEADING}\n\n{OLD}\n", "RE: Kurang")
    assert found.text == "Jawaban saya: alamat Jl. Kenanga 7."


_TYPED = [
    "Yth. Kepala Dinas\n\nDari: Rara\nTanggal: 3 November 2026 pukul 09.00\nKepada: Kepala Dinas\nHal: THR",
    "Mohon dibantu.\n\nDari: Rara <r@example.org>\nTanggal: 3 November 2026\nKepada: Kepala Dinas\nHal: THR",
    "Data diri\n______________\nTanggal: 3 November 2026 09.00\nDari: Rara\nKepada: Kepala Dinas",
    "Urutan kejadian:\n\nPada 3 November 2026 09.00 Ibu Maya <maya@example.net> menulis:",
    "Berikut kata atasan\n\nPada 3 November 2026 09.00 Ibu Maya <maya@example.net> menulis:",
]


@pytest.mark.parametrize("top", _TYPED)
def test_in_a_first_letter_what_a_person_may_have_typed_heads_no_older_letter(top: str) -> None:
    letter = f"{top}\n\nTHR kami diganti sembako."
    assert separate(letter, "Laporan THR").text == letter


@pytest.mark.parametrize("lead", ["Selamat pagi Bapak/Ibu,", "Kronologi:", "Isi pesan pemilik toko:"])
def test_a_greeting_or_a_title_above_a_quotation_is_not_the_whole_letter(lead: str) -> None:
    letter = (
        f"{lead}\n\nPada Sen, 2 Nov 2026 pukul 07.00 Bos <bos@example.net> menulis:\n> mulai besok libur tanpa upah"
    )
    assert separate(letter, "Mohon bantuan").text == letter
    assert "libur tanpa upah" not in separate(letter, "Re: Mohon bantuan").text


def test_in_a_first_letter_lines_with_angle_marks_are_the_writers_wherever_they_stand() -> None:
    letter = "Begini tulisan pemilik toko kepada kami\n\n> mulai besok libur tanpa upah sampai ada kabar dari saya"
    assert separate(letter, "Mohon bantuan").text == letter
    assert separate(letter, "Mohon bantuan", answers=True).text == "Begini tulisan pemilik toko kepada kami"


def test_the_headers_of_an_answer_make_a_typed_heading_one_of_an_older_letter() -> None:
    heading = "Dari: Dinas <d@example.go.id>\nTanggal: 3 November 2026 09.00\nKe: Rara\nSubjek: Tanda"
    text = f"Belum ada kabar.\n\n{heading}\n\n{OLD}"
    assert separate(text, "", answers=True).text == "Belum ada kabar."
    assert OLD in separate(text, "").text


def test_below_a_note_of_a_first_letter_a_programs_heading_begins_a_letter_handed_on() -> None:
    found = separate(f"Mohon ditangani.\n\n{_HEADING}\n\nUpah kami dipotong.", "Upah")
    assert found.text == "Mohon ditangani."
    assert found.forwarded and found.forwarded.text == "Upah kami dipotong."
    assert found.forwarded.writer == ("Dinas", "dinas@example.go.id")


def test_an_attribution_with_the_older_letter_on_its_own_line_is_taken_off() -> None:
    line = f"Pada Sen, Nov 23, 2026 at 8:15, Dinas<dinas@example.go.id> menulis:   {OLD}"
    assert separate(f"Sudah kami kirim.\n\n{line}", "Re: Tanda").text == "Sudah kami kirim."
    said = "Pada 3 November 2026 pukul 10.00 saya menyurati <hrd@example.net> dan HRD menulis:  tidak ada."
    assert separate(said, "Re: THR").text == said


@pytest.mark.parametrize(
    ("quoted", "writer"),
    [
        ("Pada Sen, 23 Nov 2026 08.15 Imam <i@example.org> menulis:\n\n> Gaji saya.\n>> lama", ("", "i@example.org")),
        ("Dari: Imam <i@example.org>\nDikirim: 23 November 2026 08.15\nKe: Budi\nPerihal: gaji\n\nGaji saya.",
         ("Imam", "i@example.org")),
        ("-----Pesan Asli-----\nFrom: Imam\nSubject: gaji\n\nGaji saya.", ("Imam", "")),
        ("> Gaji saya.", ("", "")),
    ],
    ids=["attribution", "heading", "delimiter", "marks alone"],
)  # fmt: skip
def test_the_newest_letter_is_taken_out_of_what_is_quoted(quoted: str, writer: tuple[str, str]) -> None:
    found = older_letter(quoted)
    assert found is not None
    assert (found.text, found.writer) == ("Gaji saya.", writer)


def test_in_nothing_quoted_there_is_no_letter() -> None:
    assert older_letter("") is None
    assert older_letter("\n>\n") is None
