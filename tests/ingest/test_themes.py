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


@pytest.mark.parametrize(
    "text",
    [
        "Kepala regu menggampari anak buahnya kalau target kurang.",
        "Bibi saya digebuki nyonya rumah tiap salah masak.",
        "bosku seneng njitak ambek nyabet punggung arek-arek",
        "Tang ale' etampar bi' juraganna.",
        "Manajer suka meremas pantat karyawati.",
        "Pak bos sering ngajak saya ngamar, kalau menolak kontrak tidak diperpanjang.",
        "She was beaten by her employer in Kuwait.",
        "Pintu mess digembok tiap malam.",
        "anak saya tidak diijinkan pulang sama agensinya",
        "Majikan melarang bulik saya menelepon keluarga dan pulang.",
        "dua hari nggak dikasih makan sama majikan",
        "They locked us in the dormitory.",
        "umure adikku sik telulas wis dikongkon nggiling padi",
        "Di gudang garam ada tiga bocah kelas 1 SMP ikut memikul.",
        "Keponakan saya usia enam belas dipekerjakan di kafe malam.",
        "jam 9 nanti malam flight saya ke Hongkong",
        "Hari Kamis depan saya diberangkatkan ke Brunei.",
        "Lengan kiri saya tersangkut konveyor.",
        "kaki bapak kelindes forklift",
        "Rekan kami kejatuhan palet dan pingsan.",
    ],
)
def test_danger_is_found_by_the_root_of_the_word_in_whatever_voice_and_tongue(text: str) -> None:
    assert read(text).urgent


@pytest.mark.parametrize(
    "text",
    [
        "Umur peserta minimal 16 tahun apa 17 tahun?",
        "Dibutuhkan pelayan toko, wanita, usia 17 sampai 22 tahun.",
        "anak saya umur 9 tahun dan 13 tahun, gaji saya dipotong",
        "Anak pertama saya kelas 3 SMP, saya dirumahkan dari pabrik.",
        "Sampai sekarang masih smp bulan ini belum digaji.",
        "Kontrak kerja 12 bulan, umur saya 27, masa kerja 14 tahun.",
        "Saya berangkat ke kantor dinas besok pagi untuk antar berkas.",
        "Besok saya berangkat kerja jam 6, jadi tidak bisa datang.",
        "Apakah BPJS menanggung kecelakaan kerja di jalan?",
        "Seminar keracunan bahan kimia, Sabtu depan.",
        "Sarung tangan dipotong dari gaji.",
        "Mohon tanda tangan di surat putus kontrak.",
        "Gaji saya tersendat, terpukul sekali rasanya.",
        "pukul 08.00 rapat dimulai",
        "Rekom belum bisa keluar juga.",
        "Saya tidak boleh pulang sebelum jam 8 malam.",
        "Kami diajak sosialisasi di hotel Bromo.",
    ],
)
def test_words_of_danger_in_another_sense_let_a_letter_wait(text: str) -> None:
    assert read(text).urgent == ""


@pytest.mark.parametrize(
    "text",
    [
        "Di perusahaan kami belum pernah terdengar ada pemukulan.",
        "Kami tidak pernah sekali pun melihat adanya penyiksaan di mess.",
        "Mandor kami tidak pernah menampar atau menendang siapa pun.",
        "Tidak ada satu pun pekerja yang disekap di sini.",
        "Pemukulan tidak pernah terjadi di sini.",
    ],
)
def test_a_denial_reaches_to_the_end_of_its_clause(text: str) -> None:
    assert read(text).urgent == ""


@pytest.mark.parametrize(
    "text",
    [
        "Tidak tahu kenapa saya ditendang mandor.",
        "Bukan hanya dipotong gajinya, saya juga ditampar.",
        "gaji tidak dibayar dipukul pula",
        "Upah belum diberikan malah dijambak.",
        "Jangan sampai teman kami dihajar lagi.",
        "tidak tahan dipukuli terus",
    ],
)
def test_a_denial_of_something_else_hides_no_danger(text: str) -> None:
    assert read(text).urgent


@pytest.mark.parametrize(
    "text",
    [
        "jangan sampai HRD tau kalau kami yang mengadu",
        "Tolong jaga kerahasiaan pelapor.",
        "Nama pelapor mohon disembunyikan.",
        "saya takut ketahuan bos",
        "aduan ini bersifat rahasia ya bu",
        "Data pribadi saya tolong jangan diteruskan ke perusahaan.",
        "Saya tidak ingin atasan tahu bahwa saya menulis ini.",
        "Mohon privasi kami dijaga.",
        "Cukup panggil saya NN saja.",
        "asmo kulo ampun disebut nggih",
        "Please do not share my identity with the factory.",
    ],
)
def test_whoever_fears_to_be_known_is_kept_secret(text: str) -> None:
    assert read(text).secret


@pytest.mark.parametrize(
    "text",
    [
        "Email ini rahasia dan hanya untuk penerima yang dituju.",
        "Rahasia perusahaan dibocorkan mandor.",
        "Jangan sampai berkas saya hilang.",
        "Karyawan takut di-PHK karena order sepi.",
        "saya sudah lapor bos, bos tahu",
        "Perusahaan tidak memberi tahu kami.",
    ],
)
def test_secrets_of_others_and_other_fears_keep_nobody_secret(text: str) -> None:
    assert not read(text).secret


@pytest.mark.parametrize(
    "text",
    [
        "Pegawai bagian pendaftaran menerima bingkisan dari penyedia jasa.",
        "mas loket nagih 75 ribu buat cap",
        "Staf disnaker narik setoran tiap bulan dari pabrik.",
        "Mediatornya dikasih amplop pihak perusahaan.",
        "Pengawas naker main mata sama pemilik pabrik.",
        "Orang dinas nyuruh kami mbeli formulir di koperasinya.",
        "Saya kasih uang 100 ribu ke petugas supaya antrean maju.",
        "operator rekom minta seratus ribu per berkas",
        "sing jogo loket njaluk duit rokok",
        "Petugas loket merayu adik saya.",
        "dimintai 30 ribu untuk legalisir",
    ],
)
def test_what_officers_take_or_do_is_restricted_whoever_they_are_called(text: str) -> None:
    assert read(text).restricted


@pytest.mark.parametrize(
    "text",
    [
        "Bapak dinas tolong, bos kami minta uang seragam.",
        "Mohon bantuan dinas, saya hanya terima 500 ribu sebulan.",
        "Petugas meminta saya melengkapi fotokopi KTP.",
        "Petugas menerima berkas saya.",
        "Pegawai toko minta uang lembur dibayar.",
        "Agen minta 3 juta untuk paspor dan rekom.",
        "mandor kasi uang makan telat",
        "Adik saya ditipu calo pabrik sepatu.",
        "Kepala bagian produksi meminta kami lembur.",
    ],
)
def test_the_conduct_of_others_is_not_restricted(text: str) -> None:
    assert not read(text).restricted


def test_reasons_quote_the_words_as_the_letter_spells_them() -> None:
    assert "“ga boleh pulang”" in read("majikan ga boleh pulang katanya").urgent


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
