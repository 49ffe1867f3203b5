"""What a letter says of its writer: labels, sentences, signatures, letterheads, and the traps beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.identity import identify, phone_e164
from ledger.ports import Found
from tests.fuzzing import FUZZ

Four = tuple[str | None, str | None, str | None, str | None]


def four(text: str, sender: str = "") -> Four:
    """The values alone: name, organisation, address, telephone."""
    read = identify(text, sender)

    def value(found: Found | None) -> str | None:
        return found.value if found else None

    return value(read.name), value(read.organisation), value(read.address), value(read.phone)


ALL: Four = ("Bagus Tirta", "CV Contoh Lestari", "Jl. Melon Gg. 3 No. 5", "0812-9999-0001")


@pytest.mark.parametrize(
    "text",
    [
        "Nama : Bagus Tirta\nInstansi : CV Contoh Lestari\nAlamat : Jl. Melon Gg. 3 No. 5\nNo. HP : 0812-9999-0001",
        "NAMA= Bagus Tirta\nPERUSAHAAN= CV Contoh Lestari\nALAMAT= Jl. Melon Gg. 3 No. 5\nHP= 0812-9999-0001",
        "*Nama*: Bagus Tirta\n*Instansi*: CV Contoh Lestari\n*Alamat*: Jl. Melon Gg. 3 No. 5\n*WA*: 0812-9999-0001",
        "1. Nama Lengkap : Bagus Tirta.\n2. Tempat Kerja : CV Contoh Lestari\n3. Alamat Rumah : Jl. Melon Gg. 3 No. 5\n"
        "4. Nomor yang bisa dihubungi : 0812-9999-0001",
        "- Nama - Bagus Tirta\n- Instansi - CV Contoh Lestari\n- Alamat - Jl. Melon Gg. 3 No. 5\n"
        "- Telp - 0812-9999-0001",
        "Nama\t: Bagus Tirta\nInstansi\t: CV Contoh Lestari\nAlamat\tJl. Melon Gg. 3 No. 5\nHP\t0812-9999-0001",
        "Nama\n:\nBagus Tirta\nInstansi\n:\nCV Contoh Lestari\nAlamat\n:\nJl. Melon Gg. 3 No. 5\nHP\n:\n0812-9999-0001",
        "| Nama | Bagus Tirta |\n| Instansi | CV Contoh Lestari |\n| Alamat | Jl. Melon Gg. 3 No. 5 |\n"
        "| No HP | 0812-9999-0001 |",
        "Nama: Bagus Tirta, Instansi: CV Contoh Lestari, Alamat: Jl. Melon Gg. 3 No. 5, HP: 0812-9999-0001",
        "Nama/Instansi/Alamat/HP: Bagus Tirta / CV Contoh Lestari / Jl. Melon Gg. 3 No. 5 / 0812-9999-0001",
        "Mohon ditegur.\n\nHormat saya,\n\nBagus Tirta\nCV Contoh Lestari\nJl. Melon Gg. 3 No. 5\nHP 0812-9999-0001",
        "Mohon ditegur. Bagus Tirta, CV Contoh Lestari, Jl. Melon Gg. 3 No. 5, 0812-9999-0001",
        "Terima kasih.\n--\nBagus Tirta | Staf CV Contoh Lestari\nJl. Melon Gg. 3 No. 5\nM: 0812-9999-0001",
        "Perkenalkan, nama saya Bagus Tirta dari CV Contoh Lestari, alamat di Jl. Melon Gg. 3 No. 5, "
        "dan nomor saya 0812-9999-0001. Kami ingin bertanya.",
    ],
)
def test_all_four_items_are_read_however_they_are_laid_out(text: str) -> None:
    assert four(text) == ALL


def test_an_address_goes_on_over_its_lines_until_the_next_label() -> None:
    read = identify(
        "Alamat : Jl. Anggrek 7 RT 02 RW 05\nKel. Contoh Kec. Contohan\nKota Contoh 67200\nHP : 081299990002"
    )
    assert read.address is not None
    assert read.address.value == "Jl. Anggrek 7 RT 02 RW 05 Kel. Contoh Kec. Contohan Kota Contoh 67200"


def test_a_line_of_three_words_with_a_number_is_name_place_telephone() -> None:
    assert four("gaji kami telat terus. Seno, Karangcontoh, 081299990003") == (
        "Seno",
        None,
        "Karangcontoh",
        "081299990003",
    )


def test_a_letterhead_names_the_organisation() -> None:
    name, organisation, address, phone = four(
        "PT CONTOH KARYA\nJl. Industri No. 12 Telp. (0335) 430999\n\nNomor : 12/CK/XI/2026\nPerihal : Permohonan\n\n"
        "Dengan hormat, terlampir berkas.\n\nHormat kami,\n\nDanu Wirawan, S.T.\nDirektur"
    )
    assert (name, organisation, address, phone) == (
        "Danu Wirawan, S.T.",
        "PT CONTOH KARYA",
        "Jl. Industri No. 12",
        "(0335) 430999",
    )


@pytest.mark.parametrize("value", ["-", "perorangan", "Pribadi", "umum", "warga", "tidak ada"])
def test_who_belongs_to_no_organisation_is_a_private_person(value: str) -> None:
    assert four(f"Nama: Rara\nInstansi: {value}")[1] == "Perorangan"


@pytest.mark.parametrize(
    "written", ["Bapak Slamet Widodo", "Bpk. Slamet Widodo", "Sdr. Slamet Widodo", "Ibu Slamet Widodo"]
)
def test_a_form_of_address_is_not_part_of_the_name(written: str) -> None:
    assert four(f"Nama : {written}")[0] == "Slamet Widodo"


def test_titles_and_degrees_stay_with_the_name() -> None:
    assert four("Nama : Hj. Mila Karmila, S.E., M.M.")[0] == "Hj. Mila Karmila, S.E., M.M."


def test_the_accused_is_not_the_writer() -> None:
    text = (
        "Data Pelapor\nNama : Tini Lestari\nHP : 081299990004\n\nData Terlapor\nNama : Orang Lain\n"
        "Alamat : Jl. Lain 1\nHP : 081299990005\n\nDemikian laporan saya."
    )
    assert four(text) == ("Tini Lestari", None, None, "081299990004")


@pytest.mark.parametrize("label", ["Nama terlapor", "Nama ibu", "Nama bank", "Nama suami", "Nama pelaku"])
def test_the_names_of_others_are_not_the_writers(label: str) -> None:
    assert four(f"{label} : Orang Lain\nNama : Rini Astuti")[0] == "Rini Astuti"
    assert four(f"{label} : Orang Lain\n")[0] is None


def test_a_present_employer_is_the_writers_organisation_and_a_former_one_is_not() -> None:
    assert four("Saya Nur Aini, karyawati PT Garmen Contoh. Lembur tidak dibayar.")[1] == "PT Garmen Contoh"
    assert four("Saya mantan karyawan PT Garmen Contoh, upah terakhir belum dibayar.")[1] is None


def test_a_company_that_an_outsider_reports_is_not_his_own() -> None:
    assert four("Saya melaporkan PT Garmen Contoh yang membuang limbah. Dani Prakoso, 0812-9999-0006")[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "NIK : 3574011203900001",
        "No KK: 3574011203900002",
        "NPWP 01.234.567.8-001.000",
        "Upah saya Rp 3.045.172 sebulan",
        "Surat nomor 560/012/425.117/2026",
        "No. rekening 081299990007",
        "12/HRD/PT-XYZ/XI/2026",
    ],
)
def test_numbers_of_other_kinds_are_no_telephones(text: str) -> None:
    assert identify(text).phone is None


@pytest.mark.parametrize(
    ("written", "international"),
    [
        ("0812-9999-0008", "+6281299990008"),
        ("+62 812-9999-0008", "+6281299990008"),
        ("62812 9999 0008", "+6281299990008"),
        ("0812.9999.0008", "+6281299990008"),
        ("0812\u00a09999\u00a00008", "+6281299990008"),
        ("O812 9999 OOO8", "+6281299990008"),
        ("0899999900012", "+62899999900012"),
        ("(0335) 400123", "+62335400123"),
        ("0335-400123", "+62335400123"),
        ("0335/400123", "+62335400123"),
        ("+62 335 400123", "+62335400123"),
        ("(0335) 400123 ext 12", "+62335400123"),
    ],
)
def test_a_telephone_is_kept_as_written_and_can_be_written_internationally(written: str, international: str) -> None:
    read = identify(f"Hubungi saya di nomor {written} ya pak")
    assert read.phone is not None
    assert read.phone.value == written.replace("\u00a0", " ")
    assert phone_e164(read.phone.value) == international


def test_of_several_numbers_the_first_is_taken() -> None:
    assert four("HP: 0812-9999-0009 / 0857-9999-0010")[3] == "0812-9999-0009"


def test_the_number_of_an_officer_complained_about_is_not_the_writers() -> None:
    assert four("Oknum petugas itu memakai nomor 0812-9999-0011 untuk meminta uang.")[3] is None


def test_a_number_without_area_code_needs_the_area_to_be_named() -> None:
    assert phone_e164("400123") is None
    assert phone_e164("400123", local_area="0335") == "+62335400123"


@pytest.mark.parametrize("nonsense", ["", "abc", "0", "+", "123456789012345678901234567890", "08"])
def test_what_cannot_be_a_number_is_none(nonsense: str) -> None:
    assert phone_e164(nonsense) is None


def test_the_display_name_is_never_an_answer_by_itself() -> None:
    assert identify("kantor buka jam berapa", "Wawan Gunarso").name is None


def test_the_display_name_confirms_a_name_written_small() -> None:
    read = identify("saya wawan mau lapor pak", "Wawan Gunarso")
    assert read.name is not None
    assert read.name.value == "wawan"


def test_a_single_closing_word_is_not_a_name() -> None:
    assert identify("Petugasnya kasar sekali. Menyebalkan.").name is None


def test_a_letter_that_says_nothing_of_its_writer_gives_nothing() -> None:
    assert four("mau tanya syarat daftar apa saja ya, terima kasih") == (None, None, None, None)


def test_every_value_tells_where_it_stood_and_how_sure_it_is() -> None:
    read = identify("Nama : Rara Puspita\n\nRara Puspita")
    assert read.name is not None
    assert "Nama" in read.name.source
    assert 0.9 <= read.name.confidence <= 1


def test_javanese_introductions_are_understood() -> None:
    name, _, address, phone = four("Nuwun sewu, kulo Sutinah griyo kulo Dusun Gempol RT 4, badhe tanglet. 081299990012")
    assert (name, address, phone) == ("Sutinah", "Dusun Gempol RT 4", "081299990012")


@pytest.mark.parametrize(
    ("text", "name", "organisation", "address", "phone"),
    [
        ("Loketnya buka jam berapa ya? Ratno", "Ratno", None, None, None),
        ("kak berkas sy sudah masuk belum ya? 😅 ratno", "ratno", None, None, None),
        ("Mohon diperiksa. Ratno.", "Ratno", None, None, None),
        ("Mohon diperiksa. - Ratno", "Ratno", None, None, None),
        ("Mohon diperiksa. Ratno Kedopok", "Ratno", None, "Kedopok", None),
        ("Mohon diperiksa.\nRatno Kareng Lor RT 02 RW 01", "Ratno", None, "Kareng Lor RT 02 RW 01", None),
        ("Mohon diperiksa. Ratno CV Contoh Lestari", "Ratno", "CV Contoh Lestari", None, None),
        ("mohon dicek pak. ratno jl. Melati 4\n0812-9999-0031", "ratno", None, "jl. Melati 4", "0812-9999-0031"),
        ("Sudah tiga hari menunggu. Ratno, sopir pabrik", "Ratno", None, None, None),
        (
            "Mohon bimbingan.\n\nRatno\nPT Contoh Karya\nJl. Melati 4\n(0335) 000 431",
            "Ratno",
            "PT Contoh Karya",
            "Jl. Melati 4",
            "(0335) 000 431",
        ),
        ("Pak, kulo Cak Ratno saking Wonoasih, badhe tanglet.", "Ratno", None, "Wonoasih", None),
        ("Saya Ratno Jl. Melati 4, Kanigaran. Upah belum dibayar.", "Ratno", None, "Jl. Melati 4, Kanigaran", None),
        ("Pagi bu, ini Ratno CV Contoh Lestari. Berkas menyusul.", "Ratno", "CV Contoh Lestari", None, None),
        ("Narahubung: drg. Ratna Contoh, 0335 000 432", "drg. Ratna Contoh", None, None, "0335 000 432"),
        (
            "Mohon arahan.\n-- \nRatno\nStaf CV Contoh Lestari\nHP 0812-9999-0032",
            "Ratno",
            "CV Contoh Lestari",
            None,
            "0812-9999-0032",
        ),
    ],
)
def test_short_signatures_and_introductions_are_taken_apart(
    text: str, name: str, organisation: str | None, address: str | None, phone: str | None
) -> None:
    assert four(text) == (name, organisation, address, phone)


@pytest.mark.parametrize(
    "text",
    [
        "Mohon diproses. Makasih",
        "Mohon diproses. Trims.",
        "Antre tiga jam. Melelahkan.",
        "Sistemnya mati lagi. Percuma",
        "Gaji dibayar separuh. Kontrak tidak ada.",
        "Yang ditanya lokasi saja. Di Jl. Melati 4 ada pabrik tahu.",
        "Saya penderita asma, mohon kursi.",
    ],
)
def test_the_last_words_of_a_letter_are_not_always_a_signature(text: str) -> None:
    assert four(text) == (None, None, None, None)


def test_the_office_that_is_written_to_is_never_the_writers_own() -> None:
    text = "Nomor: 07/XI/2026\n\nKepada Yth. Pimpinan Dinas Perindustrian dan Tenaga Kerja Kota Probolinggo mohon izin."
    assert four(text)[1] is None


@pytest.mark.parametrize("written", ["Cak Ratno", "Mbak Ratno", "Mbah Ratno", "Lek Ratno", "P. Ratno", "Bu Guru Ratno"])
def test_the_forms_of_address_of_the_region_are_not_part_of_the_name(written: str) -> None:
    assert four(f"Nama : {written}")[0] == "Ratno"


def test_an_ending_that_says_where_nothing_stands_is_read_without_failing() -> None:
    assert four("alamat saya di dan saya tinggal di yang")[2] is None


# Other people in a letter


@pytest.mark.parametrize(
    "text",
    [
        "Juragan kami, Pak Darmo Susilo (0813-0000-8101), belum membayar lembur.",
        "Calonya bernama Bambang Irawan, nomor WA nya 0813-0000-8101, sulit dicari.",
        "Yang nipu saya namanya Bambang Irawan, nomornya 0813-0000-8101.",
        "HRD kami Bu Lestari (0813-0000-8101) bilang kontrak habis.",
        "Uang saya transfer ke Mandiri 00123 a.n. BAMBANG IRAWAN sebesar 4 juta.",
        "Saya ditelepon nomor 0813-0000-8101, katanya dari dinas.",
        "0813-0000-8101 mengaku pegawai dinas dan minta uang.",
        "Telepon loket 0335-000811 tidak pernah diangkat.",
        "Saya dipukul di gudang. Pelaku Hasan Basri\n\nAtas perhatiannya terima kasih.",
        "Identitas pelaku:\nNama : Bambang Irawan\nAlamat : Jl. Nangka 5\nHP : 0813-0000-8101\n\nMohon ditindak.",
        "Nama agen: Bambang Irawan\nNo HP: 0813-0000-8101\nAlamat: Jl. Nangka 5",
        "Kami melengkapi berkas rekom paspor CPMI a.n. Karsini Dewi, tujuan Taiwan.",
        "Saya tertipu lowongan palsu, pelakunya kabur. Ini no nya 0813-0000-8101",
        "Alamat pabriknya Jl. Nangka 5, mohon diperiksa.",
    ],
)
def test_the_foreman_the_agent_the_payee_and_the_caller_are_not_the_writer(text: str) -> None:
    assert four(text) == (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "name", "phone"),
    [
        ("Hormat kami,\nDoni Kurniawan\nHRD CV Contoh Plastik\n0813-0000-8102", "Doni Kurniawan", "0813-0000-8102"),
        ("Petugas lapangan kami: Sdr. Aziz Maulana 0813-0000-8102", "Aziz Maulana", "0813-0000-8102"),
        ("Sponsornya Bu Eni 0813-0000-8101 kabur, saya bisa dihubungi di 0813-0000-8102", None, "0813-0000-8102"),
        ("Nomor penipu 0813-0000-8101. Nomor saya 0813-0000-8102", None, "0813-0000-8102"),
        ("Saya ditipu agen, mohon bantuan. Siti Wulandari, 0813-0000-8102", "Siti Wulandari", "0813-0000-8102"),
        ("Tolong telepon kakak saya 0813-0000-8102, hp saya disita", None, "0813-0000-8102"),
        ("Sponsor: H. Bakri\nHP: 0813-0000-8101\n\nNama: Siti\nHP: 0813-0000-8102", "Siti", "0813-0000-8102"),
        ("Mandor: Rudi\nTelp: 0813-0000-8101\nNama saya: Siti\nHP: 0813-0000-8102", "Siti", "0813-0000-8102"),
        ("Upah ditahan mandor saya Hasan. Siti Wulandari, 0813-0000-8102", "Siti Wulandari", "0813-0000-8102"),
        ("Mohon rekom a.n. Karsini. Saya petugas lapangan Aziz Maulana", "Aziz Maulana", None),
        ("Saya mewakili ibu saya, Ibu Painah, yang upahnya kurang. Saya Rudi Hartono.", "Rudi Hartono", None),
    ],
)
def test_beside_other_people_the_writer_is_still_found(text: str, name: str | None, phone: str | None) -> None:
    found = four(text)
    assert (found[0], found[3]) == (name, phone)


def test_the_other_side_of_an_agreement_is_not_the_writers_firm() -> None:
    assert four("Mohon dicatat perjanjian PT Contoh Boga – PT Contoh Tirta. Rini, PT Contoh Tirta")[:2] == (
        "Rini", "PT Contoh Tirta",
    )  # fmt: skip
    assert four("Perjanjian kami dengan PT Contoh Boga. Mohon dicatat.")[1] is None


def test_the_writers_own_address_counts_before_that_of_the_firm() -> None:
    assert four("Alamat kantor: Jl. Besi 12\nAlamat: Jl. Kenari 4")[2] == "Jl. Kenari 4"
    assert four("Alamat kantor: Jl. Besi 12")[2] == "Jl. Besi 12"


@pytest.mark.parametrize(
    ("value", "organisation"),
    [
        ("warga masyarakat", "Perorangan"),
        ("masyarakat umum biasa", "Perorangan"),
        ("Warga Jaya Abadi", "Warga Jaya Abadi"),
        ("PT Contoh Rasa. Mohon dilakukan pemeriksaan segera", "PT Contoh Rasa"),
    ],
)
def test_an_organisation_is_cleaned_of_what_is_none(value: str, organisation: str) -> None:
    assert four(f"Instansi: {value}")[1] == organisation


# Capitals that prove nothing


@pytest.mark.parametrize(
    "text",
    [
        "Saya Mau Tanya Kenapa Uang Lembur Belum Keluar Sampai Sekarang",
        "KAMI BURUH PABRIK MINTA KEADILAN, HRD BILANG TIDAK ADA UANG",
        "Saya Duda Punya Anak Tiga Butuh Kerja",
        "Dengan Ini Saya Melaporkan Gaji Kami Yang Belum Dibayar",
        "Saya Kristen dan dilarang libur Natal",
        "Saya Ibu Rumah Tangga, belum pernah bekerja",
    ],
)
def test_words_in_capitals_are_no_names(text: str) -> None:
    assert four(text) == (None, None, None, None)


def test_names_are_found_among_capitals_and_keep_them() -> None:
    text = "PAK SAYA YULI ASTUTIK KARYAWAN PT CONTOH SANDANG GAJI 2 BULAN BELUM KELUAR HP 081300008102"
    assert four(text) == ("YULI ASTUTIK", "PT CONTOH SANDANG", None, "081300008102")
    assert four("Saya Yuli Astutik Karyawan PT Contoh Jaya Abadi Belum Digaji")[:2] == (
        "Yuli Astutik", "PT Contoh Jaya Abadi",
    )  # fmt: skip


# What stands below a signature


@pytest.mark.parametrize(
    "below",
    [
        "Dikirim dari ponsel Oppo saya",
        "Sent from my Galaxy",
        "Dikirim dari Yahoo Mail. Unduh aplikasinya",
        "PERHATIAN: Surel ini rahasia, bila Anda bukan penerima mohon dihapus.\nDilarang menyalin isinya.",
        "This email is confidential and for the addressee only.",
        "Segala keluhan dapat disampaikan ke keluhan@contoh.example.",
        "Demikian surat ini, atas bantuan Bapak kami sampaikan terima kasih.\nWassalamu'alaikum wr. wb.",
        "Sekian, semoga Bapak dan Ibu sehat selalu.",
    ],
)
def test_a_signature_is_found_above_footers_disclaimers_and_courtesies(below: str) -> None:
    text = f"Lembur kami tidak dibayar. Yuni Astuti, Jl. Salak 2, 0813-0000-8102\n\n{below}"
    assert four(text) == ("Yuni Astuti", None, "Jl. Salak 2", "0813-0000-8102")


def test_a_sentence_above_the_courtesies_is_no_signature_and_a_warning_no_disclaimer() -> None:
    assert four("Upah belum dibayar oleh Pak Hasan Basri.\n\nDemikian, terima kasih.") == (None, None, None, None)
    assert four("Perhatian: mandor kasar sekali.\nYuni Astuti, Jl. Salak 2")[0] == "Yuni Astuti"


def test_lines_quoted_from_somebody_else_are_not_the_writers_unless_he_filled_a_form() -> None:
    quoted = "Lembur ditahan. Yuni Astuti\n> Saya Bambang Irawan, 0813-0000-8101, memecat Saudara."
    assert four(quoted) == ("Yuni Astuti", None, None, None)
    assert four("> Nama: Yuni Astuti\n> HP: 0813-0000-8102")[0::3] == ("Yuni Astuti", "0813-0000-8102")


# Other ways to say who one is


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kantor kami di kota, telp kantor 0335-000812", (None, None, None, "0335-000812")),
        ("saya lina marlina alamat jl kenari 4 mau lapor", ("lina marlina", None, "jl kenari 4", None)),
        ("pak saya karsono mau ngadu soal upah", ("karsono", None, None, None)),
        ("pak saya kecewa mau ngadu soal upah", (None, None, None, None)),
        ("pak saya ngontrak mau daftar pindah", (None, None, None, None)),
        ("bu ini karsono pl pt contoh insan, berkas menyusul", ("karsono", "pt contoh insan", None, None)),
        ("Salam,\nRini Wulandari Personalia CV Contoh Boga", ("Rini Wulandari", "CV Contoh Boga", None, None)),
        ("Hormat kami, Ketua Abd. Rosyid", ("Abd. Rosyid", None, None, None)),
        ("Mohon ditolong. Kakaknya, Nur Hayati, 0813-0000-8102", ("Nur Hayati", None, None, "0813-0000-8102")),
        ("Jayalah selalu. Ibunya Wawan", (None, None, None, None)),
        ("Perwakilan pekerja: Ahmad Zainal 0813-0000-8102", ("Ahmad Zainal", None, None, "0813-0000-8102")),
        ("Ibu: sudah makan le?\nSaya: belum", (None, None, None, None)),
        ("domisili Perum Contoh Blok C 9. Apa bisa daftar?", (None, None, "Perum Contoh Blok C 9", None)),
        ("Alamat: sda KTP\nHP: 0813-0000-8102", (None, None, None, "0813-0000-8102")),
        ("Alamat Pelapor\tJl. Kenari 4", (None, None, "Jl. Kenari 4", None)),
        ("1\tNama\tRini\n2\tAlamat\tJl. Kenari 4", ("Rini", None, "Jl. Kenari 4", None)),
        ("wa 813-0000-8102", (None, None, None, "813-0000-8102")),
        ("WA: wa.me/6281300008102", (None, None, None, "6281300008102")),
        ("omzet 8130000810 setahun", (None, None, None, None)),
        ("No: 0857O0008102", (None, None, None, "0857O0008102")),
    ],
)
def test_what_is_said_in_other_ways_is_understood(text: str, expected: Four) -> None:
    assert four(text) == expected


def test_a_mobile_number_without_its_zero_is_written_internationally() -> None:
    assert phone_e164("813-0000-8102") == "+6281300008102"


_ALPHABET = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(
            [
                "Nama",
                ":",
                "\n",
                "HP",
                "0812",
                "9999",
                "0001",
                "Jl.",
                "RT",
                "PT",
                "Contoh",
                ",",
                "/",
                "saya",
                "alamat",
                "\t",
                "|",
                "*",
                "(",
                ")",
                "S.H.",
                "Hormat saya",
                "-",
                " ",
            ]
        ),
        max_size=60,
    ).map(" ".join),
)


@FUZZ
@given(_ALPHABET, st.text(max_size=30))
def test_no_text_whatever_makes_the_reading_fail(text: str, sender: str) -> None:
    read = identify(text, sender)
    for found in (read.name, read.organisation, read.address, read.phone):
        assert found is None or (found.value.strip() and 0 <= found.confidence <= 1)


@FUZZ
@given(st.one_of(st.text(max_size=40), st.from_regex(r"[+0-9OIl ().-]{0,25}", fullmatch=True)))
def test_no_text_whatever_makes_the_number_fail(raw: str) -> None:
    written = phone_e164(raw, local_area="0335")
    assert written is None or written.startswith("+")


def test_a_number_where_the_address_should_stand_leaves_no_address() -> None:
    assert four("ALAMAT 02000000") == (None, None, None, "02000000")


# What looks like an address or a name and is none


@pytest.mark.parametrize(
    "ending",
    [
        "Probolinggo, November 2026\nHormat saya,\n\nSlamet Riyono",
        "Hormat saya,\n\nSlamet Riyono\nProbolinggo, 23/11/2026",
        "Hormat kami,\nSlamet Riyono\nKetua RT 05 Kelurahan Wonoasih",
        "Hormat kami,\nSlamet Riyono\nSekretaris Desa Pabean",
        "a.n. Kepala Desa Banjarsari\nSekretaris Desa,\n\nSlamet Riyono",
        "Hormat kami,\nSlamet Riyono\nInspektorat Kota Contoh",
        "Salam,\nSlamet Riyono\n\nTembusan:\n1. Ketua DPRD Kota Contoh\n2. Jl. Kapuas 9",
        "Slamet Riyono, Berkah Jaya Abadi, 0812-0000-7001",
        "Alamat : sama dengan KTP\nNama : Slamet Riyono",
    ],
)
def test_a_date_line_an_office_a_copy_or_a_firm_is_no_address(ending: str) -> None:
    name, _, address, _ = four(f"Upah kami belum dibayar.\n\n{ending}")
    assert (name, address) == ("Slamet Riyono", None)


def test_the_address_of_him_to_whom_the_letter_goes_is_not_the_writers() -> None:
    text = "Kepada Bapak Wali Kota Probolinggo\nJalan Panglima Sudirman 19\n\nPetugas galak.\n\nTuti Handayani"
    assert four(text) == ("Tuti Handayani", None, None, None)


def test_a_sentence_that_begins_with_the_word_for_street_is_no_address() -> None:
    assert four("Jalan gelap.\n\nPengurus RW 03\nDarsono") == ("Darsono", None, None, None)


def test_a_cheer_is_no_name() -> None:
    assert four("Makasih ya min 🙏🙏\nSemangattt") == (None, None, None, None)


def test_a_line_of_name_place_and_number_counts_at_the_head_of_a_letter_too() -> None:
    text = "Siti Rohana, Kanigaran, 0812-0000-7006\nBPJS saya tidak dibayar"
    assert four(text) == ("Siti Rohana", None, "Kanigaran", "0812-0000-7006")


def test_a_place_behind_a_name_without_capitals_is_an_address() -> None:
    text = "saya wati dari mayangan mau lapor thr belum cair hp 085700007003"
    assert four(text) == ("wati", None, "mayangan", "085700007003")


def test_who_signs_for_others_is_named_by_his_office() -> None:
    text = "Hormat kami\nPengurus Serikat Buruh Pelabuhan\nJl. Tembaga 2\nKetua: Rahmat Hidayat\nHP 0821 0000 7015"
    assert four(text)[0] == "Rahmat Hidayat"
    assert four("Hormat kami,\n\nNurul Hidayati\nKepala Cabang CV Bina Karya\nKota Probolinggo")[:3] == (
        "Nurul Hidayati", "CV Bina Karya", None,
    )  # fmt: skip


def test_a_title_with_a_full_stop_belongs_to_the_name() -> None:
    assert four("Nama: Prof. Dr. Harun Al Ayubi")[0] == "Prof. Dr. Harun Al Ayubi"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            "Narahubung Hendra, telepon 0857 0000 4321, alamat kantor Jalan\nMerpati Raya No. 8, Kota Probolinggo.",
            "Jalan Merpati Raya No. 8, Kota Probolinggo",
        ),
        ("Kantor kami beralamat di Jl.\nAnggur 7 Kademangan.", "Jl. Anggur 7 Kademangan"),
        ("Mohon dikirim ke alamat toko Jalan Panglima 15, terima kasih.", "Jalan Panglima 15"),
    ],
)
def test_an_address_that_goes_on_in_the_next_line_is_read_whole(text: str, address: str) -> None:
    found = identify(text).address
    assert found is not None and found.value == address
