"""What a letter is about, and whether it can wait: found by phrases, said with the words that were found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.judge import rules_of, theme_reader_of
from ledger.ports import Themed, Wording
from tests.fuzzing import FUZZ
from tests.office import settings

READER = theme_reader_of(settings(), rules_of(settings()))


def read(text: str, subject: str = "") -> Themed:
    return READER.read(Wording(subject, text))


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("Gaji bulan Juni belum juga masuk.", "upah"),
        ("sy di phk tanpa surat, pesangonnya nol", "phk"),
        ("THR tahun ini diganti sembako.", "thr"),
        ("Iuran BPJS dipotong tapi tidak disetor.", "bpjs"),
        ("Kami lembur tiap malam dan tidak ada libur.", "jam_kerja"),
        ("Pekerja las tidak diberi sarung tangan, itu melanggar K3.", "k3"),
        ("Ijazah saya ditahan pabrik sejak dua tahun.", "ijazah_ditahan"),
        ("Petugas loket minta 50 ribu baru berkas jalan.", "pengawasan"),
        ("ada pungli di loket pak", "pengawasan"),
        ("Mau tanya syarat rekom paspor untuk CPMI.", "penempatan"),
        ("Mohon pendaftaran perjanjian pemborongan kami.", "alih_daya"),
        ("Sudah 3 minggu belum ada kabar, disuruh bolak balik.", "layanan"),
        ("Saya dilecehkan atasan di gudang.", "kekerasan"),
    ],
)
def test_a_letter_shows_its_theme(text: str, theme: str) -> None:
    assert theme in read(text).themes


@pytest.mark.parametrize(
    "text",
    [
        "Mohon identitas saya dirahasiakan, saya takut dipecat.",
        "Tolong nama kami jangan disebut ke pihak perusahaan.",
        "Jangan sebutkan nama saya ya pak.",
        "ojo disebutno jeneng kulo nggih",
        "Nama saya samarkan saja; ini nama samaran.",
        "Kami melapor secara anonim.",
        "tulung dirahasiakan pak",
        "Saya khawatir identitas saya bocor ke mandor.",
    ],
)
def test_a_writer_who_asks_not_to_be_named_is_kept_secret_with_the_words_as_reason(text: str) -> None:
    told = read(text)
    assert told.secret
    assert any(reason.startswith("minta dirahasiakan: ") for reason in told.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "Identitas saya tidak perlu dirahasiakan.",
        "Perusahaan tidak mau menunjukkan slip gaji.",
        "Nama saya Siti, jangan sampai berkasnya hilang lagi.",
        "Data perusahaan kami lampirkan; mohon nama petugas disebutkan.",
        "Mohon identitas pekerja diperiksa.",
    ],
)
def test_nobody_is_kept_secret_who_does_not_ask_for_it(text: str) -> None:
    assert not read(text).secret


def test_themes_stand_in_the_order_of_the_table_and_each_once() -> None:
    themes = read("THR tidak dibayar, THR tahun lalu juga. Gaji dipotong, upah lembur tidak ada.").themes
    assert themes == ("upah", "thr", "jam_kerja")


def test_the_subject_counts_too() -> None:
    assert read("Mohon ditindaklanjuti.", "Re: pungli di loket").restricted


@pytest.mark.parametrize(
    "text",
    [
        "Tidak ada pungli di sini, petugasnya baik.",
        "Pelayanan bagus dan tanpa calo.",
        "Semoga kantor ini tetap bebas pungli.",
        "Ada spanduk zona integritas di depan.",
    ],
)
def test_what_is_denied_or_only_named_is_not_told(text: str) -> None:
    assert read(text) == Themed() or not (read(text).restricted or "pengawasan" in read(text).themes)


def test_only_the_conduct_of_officers_is_restricted() -> None:
    assert read("Oknum petugas minta uang pelicin.").restricted
    assert not read("Mandor memotong upah kami.").restricted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Teman saya dipukul mandor kemarin.", "kekerasan atau ancaman (“dipukul”)"),
        ("Adik saya dikurung di penampungan.", "disekap, dikurung, atau tidak dapat pulang (“dikurung”)"),
        ("Yang kerja di sana umur 14 tahun pak.", "menyangkut anak di bawah umur (“umur 14 tahun”)"),
        ("Anak saya terbang besok pagi.", "berangkat dalam beberapa hari (“terbang besok”)"),
        ("Jarinya putus kemarin.", "kematian, kecelakaan, atau bahaya di tempat kerja (“jarinya putus”)"),
    ],
)
def test_danger_is_told_with_the_words_that_show_it(text: str, reason: str) -> None:
    assert read(text).urgent == reason
    assert f"mendesak: {reason}" in read(text).reasons


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mohon info syarat kartu kuning.",
        "Saya tidak dipukul, hanya dimarahi.",
        "Bagaimana cara ikut jaminan kecelakaan kerja?",
        "Saya sudah bekerja 14 tahun.",
        "Umur saya 27 tahun.",
    ],
)
def test_a_letter_without_danger_can_wait(text: str) -> None:
    assert read(text).urgent == ""


def test_an_amount_of_money_is_not_repeated_in_the_reason() -> None:
    said = " ".join(read("Petugas minta Rp 150.000 untuk tanda tangan.").reasons)
    assert "(jumlah uang)" in said
    assert "150" not in said


@FUZZ
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                ["petugas", "minta", "50 ribu", "tidak", "dipukul", "umur", "14", "besok", "terbang", ".", "?"]
            )
        ).map(" ".join),
    )
)
def test_no_text_whatever_makes_the_reading_fail(text: str) -> None:
    themed = read(text, text[:40])
    assert set(themed.themes) <= set(settings().themes.themes)
    assert bool(themed.urgent) == any(reason.startswith("mendesak") for reason in themed.reasons)
