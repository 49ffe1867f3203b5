"""Holds what every acknowledgement must say, must never say, and how it is laid out."""

import html
import re
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError, select_autoescape

from config.settings import Office, Service, load
from ledger.words import Kind, Purpose

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "replies" / "templates"
LETTERS = ("pengaduan", "permohonan", "saran", "informasi", "netral")
PARTS = ("body.txt", "body.html")

OFFICE = Office.model_validate(
    {
        "government": "Pemerintah Kota Contoh",
        "name": "Dinas Perindustrian dan Tenaga Kerja",
        "short": "Disperinaker",
        "address": "Jalan Contoh Raya No. 20, Kelurahan Contoh, Kecamatan Contoh, Kota Contoh, Jawa Timur 67213",
        "city": "Contoh",
        "telephone": "(0335) 555121",
        "hours": ["Senin–Kamis pukul 07.30–16.00 WIB", "Jumat pukul 07.30–14.30 WIB"],
        "elsewhere": ["Apabila belum puas, Saudara berhak menyampaikannya melalui SP4N-LAPOR! atau kepada Ombudsman."],
    }
)
BY_FILE = Service.model_validate(
    {
        "title": "Pelayanan Pendaftaran Perjanjian Penyedia Jasa Pekerja/Buruh dan Pemborongan Pekerjaan",
        "short": "Pendaftaran Perjanjian",
        "requirements": [
            {"text": "Surat permohonan pendaftaran perjanjian penyedia jasa pekerja/buruh dan pemborongan pekerjaan"},
            {"text": "Salinan perjanjian kerja sama", "required": False},
        ],
        "steps": [{"text": "Berkas diperiksa"}],
        "time_limit": {"amount": 3, "unit": "hari_kerja"},
        "fee": "Tidak dipungut biaya",
        "products": ["Lembar tanda bukti pendaftaran"],
        "channels": ["petugas", "telepon", "email"],
    }
)
IN_PERSON = Service.model_validate(
    {
        "title": "Pelayanan Sistem Komputerisasi Tenaga Kerja Luar Negeri (SISKOTKLN)",
        "short": "SISKOTKLN",
        "requirements": [
            {"text": "Surat resmi perekrutan tenaga kerja"},
            {"text": "Dokumen Calon Pekerja Migran Indonesia"},
        ],
        "steps": [{"text": "Dokumen diperiksa"}],
        "time_limit": {"amount": 75, "unit": "menit"},
        "fee": "Tidak dipungut biaya",
        "products": ["Berita Acara", "KICPMI", "Rekomendasi Paspor"],
        "channels": ["petugas", "telepon", "email", "radio"],
        "in_person": True,
    }
)
SERVICES = (BY_FILE, IN_PERSON, None)


@dataclass(frozen=True, slots=True)
class Promise:
    label: str
    due: str
    span: str


FULL: dict[str, object] = {
    "office": OFFICE,
    "number": "PGD/2026/0001",
    "greeting_name": "Siti Aminah",
    "kind_label": "Pengaduan",
    "service": BY_FILE,
    "received": "Senin, 23 November 2026 pukul 08.15 WIB",
    "channel_label": "surel (e-mail)",
    "mailbox": "layanan@example.org",
    "files": 2,
    "missing": ("alamat", "nomor telepon yang dapat dihubungi"),
    "promises": (
        Promise("Verifikasi pengaduan", "Kamis, 26 November 2026", "3 hari kerja"),
        Promise("Penyelesaian pengaduan yang perlu diperiksa", "Jumat, 11 Desember 2026", "14 hari kerja"),
    ),
    "received_by_mail": True,
    "split_from": "",
}
MINIMAL = FULL | {
    "office": OFFICE.model_copy(update={"elsewhere": ()}),
    "greeting_name": "",
    "service": None,
    "files": 0,
    "missing": (),
    "promises": (),
}
TYPED_IN = FULL | {"channel_label": "telepon", "received_by_mail": False, "files": 0}
SPLIT = FULL | {"number": "PGD/2026/0002", "split_from": "PGD/2026/0001"}
CONTEXTS = (
    FULL,
    MINIMAL,
    TYPED_IN,
    FULL | {"split_from": "REG/2026/0007"},
    FULL | {"missing": ()},
    FULL | {"promises": ()},
)


def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(("html",), default=False, default_for_string=False),
        trim_blocks=True,
        lstrip_blocks=True,
    )


ENVIRONMENT = environment()


def render(letter: str, part: str, context: dict[str, object]) -> str:
    return ENVIRONMENT.get_template(f"tanda_terima_{letter}/{part}").render(context)


def flat(text: str) -> str:
    return " ".join(text.split())


def words_of_text(rendered: str) -> list[str]:
    return [word for word in rendered.replace("[ ]", "").split() if word not in {"-", ":", "-" * 76}]


def words_of_html(rendered: str) -> list[str]:
    body = rendered.partition("</head>")[2]
    return html.unescape(re.sub(r"<[^>]+>(\n?)", r"\1", body.replace("</td>", " "))).replace("☐", "").split()


every_letter = pytest.mark.parametrize("letter", LETTERS)
every_case = pytest.mark.parametrize(
    ("letter", "context"),
    [(letter, context | {"service": service}) for letter, context, service in product(LETTERS, CONTEXTS, SERVICES)],
)


def test_every_kind_that_gets_a_number_has_its_folder() -> None:
    expected = {f"{Purpose.TANDA_TERIMA}_{kind}" for kind in Kind if kind is not Kind.LAINNYA}
    expected.add(f"{Purpose.TANDA_TERIMA}_netral")
    found = {folder.name for folder in TEMPLATES.iterdir() if folder.name.startswith(Purpose.TANDA_TERIMA)}
    assert found == expected


@pytest.mark.parametrize(
    ("letter", "subject"),
    [
        ("pengaduan", "[PGD/2026/0001] Tanda Terima Pengaduan"),
        ("permohonan", "[PGD/2026/0001] Tanda Terima Permohonan"),
        ("saran", "[PGD/2026/0001] Tanda Terima Saran"),
        ("informasi", "[PGD/2026/0001] Tanda Terima Permintaan Informasi"),
        ("netral", "[PGD/2026/0001] Tanda Terima Surat"),
    ],
)
def test_the_subject_is_one_line_with_the_number_in_brackets(letter: str, subject: str) -> None:
    assert render(letter, "subject.txt", FULL) == subject


@every_case
def test_text_and_html_say_the_same_words_in_the_same_order(letter: str, context: dict[str, object]) -> None:
    assert words_of_html(render(letter, "body.html", context)) == words_of_text(render(letter, "body.txt", context))


@every_case
def test_the_text_is_laid_out_for_78_columns_without_gaps(letter: str, context: dict[str, object]) -> None:
    text = render(letter, "body.txt", context)
    assert max(map(len, text.splitlines())) <= 78
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    prose = [re.sub(r"^[\w/ ]{18} : ", "", line).lstrip() for line in text.splitlines()]
    assert not [line for line in prose if "  " in line]


@every_case
def test_the_columns_of_the_table_stand_under_each_other(letter: str, context: dict[str, object]) -> None:
    rows = [line for line in render(letter, "body.txt", context).splitlines() if " : " in line]
    assert len(rows) >= 3
    assert {line.index(" : ") for line in rows} == {18}


@every_case
def test_nothing_of_the_template_or_of_python_is_seen(letter: str, context: dict[str, object]) -> None:
    for part in PARTS:
        rendered = render(letter, part, context)
        for leak in ("None", "True", "False", "{{", "{%", "{#", "Markup", "hari_kerja", "&amp;lt;", "()"):
            assert leak not in rendered
    assert not re.search(r"<\w", render(letter, "body.txt", context))


@every_case
def test_every_acknowledgement_says_what_is_required(letter: str, context: dict[str, object]) -> None:
    said = flat(render(letter, "body.txt", context))
    for sentence in (
        "PEMERINTAH KOTA CONTOH DINAS PERINDUSTRIAN DAN TENAGA KERJA",
        "Nomor Register : PGD/2026/0001",
        "Kepada Yth. Bapak/Ibu/Saudara",
        "Dengan hormat, Terima kasih atas",
        "telah kami terima pada Senin, 23 November 2026 pukul 08.15 WIB",
        "dengan Nomor Register PGD/2026/0001",
        "Mohon tidak memberikan uang, hadiah, atau imbalan dalam bentuk apa pun",
        "kami jaga kerahasiaannya",
        "membalas surel ini dengan tetap mencantumkan [PGD/2026/0001] pada subjek",
        "layanan@example.org",
        "(0335) 555121",
        "Senin–Kamis pukul 07.30–16.00 WIB",
        "Demikian disampaikan, atas perhatian Saudara diucapkan terima kasih. Petugas Penerima Pengaduan",
        "Surel ini dikirim otomatis dan boleh dibalas: balasan Saudara dibaca oleh petugas",
    ):
        assert sentence in said


@every_letter
def test_the_parts_follow_the_customary_order(letter: str) -> None:
    said = flat(render(letter, "body.txt", FULL))
    parts = (
        "PEMERINTAH",
        "TANDA TERIMA",
        "Kepada Yth.",
        "Dengan hormat",
        "Terima kasih atas",
        "Tanggal Terima :",
        "mohon berkenan melengkapi",
        "Kamis, 26 November 2026",
        "imbalan",
        "kerahasiaannya",
        "mencantumkan",
        "SP4N-LAPOR!",
        "Demikian disampaikan",
        "Petugas Penerima",
        "dikirim otomatis",
    )
    places = [said.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if letter != "netral"])
def test_each_promise_stands_with_its_date_and_span(letter: str) -> None:
    said = flat(render(letter, "body.txt", FULL))
    assert "- Verifikasi pengaduan: paling lambat Kamis, 26 November 2026 (3 hari kerja)" in said
    assert "paling lambat Jumat, 11 Desember 2026 (14 hari kerja)" in said


@every_letter
def test_a_letter_without_promises_names_no_date_and_no_empty_list(letter: str) -> None:
    for part in PARTS:
        rendered = render(letter, part, MINIMAL)
        assert "paling lambat" not in rendered
        assert "jadwal berikut" not in rendered
        assert not re.search(r"<ul[^>]*>\s*</ul>", rendered)


@every_letter
def test_missing_identity_is_asked_for_kindly_and_never_as_a_condition(letter: str) -> None:
    said = flat(render(letter, "body.txt", FULL))
    assert "mohon berkenan melengkapi" in said
    assert "- alamat - nomor telepon yang dapat dihubungi" in said
    assert "tetap kami proses walaupun keterangan tersebut belum dilengkapi" in said
    assert "melengkapi" not in render(letter, "body.txt", MINIMAL)


@every_letter
def test_an_unknown_name_is_greeted_without_a_gap(letter: str) -> None:
    assert "\nYth. Bapak/Ibu/Saudara\n" in render(letter, "body.txt", MINIMAL)
    assert "\nYth. Bapak/Ibu/Saudara Siti Aminah\n" in render(letter, "body.txt", FULL)


@every_letter
def test_an_endless_name_is_broken_before_it_leaves_the_page(letter: str) -> None:
    text = render(letter, "body.txt", FULL | {"greeting_name": "A" * 200})
    assert max(map(len, text.splitlines())) <= 78


@every_letter
def test_a_hostile_name_is_escaped_in_html_and_left_as_it_is_in_text(letter: str) -> None:
    hostile = FULL | {"greeting_name": "<script>alert(1)</script> & 'x'"}
    assert "<script" not in render(letter, "body.html", hostile)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp;" in render(letter, "body.html", hostile)
    assert "<script>alert(1)</script> & 'x'" in render(letter, "body.txt", hostile)


@every_letter
def test_every_value_is_escaped_in_html(letter: str) -> None:
    marks = {name: f"<i>{name}</i>" for name in ("number", "received", "channel_label", "mailbox", "kind_label")}
    hostile = FULL | marks
    hostile |= {
        "missing": ("<i>lacking</i>",),
        "promises": (Promise("<i>label</i>", "<i>due</i>", "<i>span</i>"),),
        "office": OFFICE.model_copy(
            update={name: f"<i>{name}</i>" for name in ("government", "name", "address", "telephone", "signer")}
            | {"hours": ("<i>hours</i>",), "elsewhere": ("<i>elsewhere</i>",)}
        ),
        "service": BY_FILE.model_copy(update={"title": "<i>title</i>", "fee": "<i>fee</i>", "products": ("<i>p</i>",)}),
    }
    rendered = render(letter, "body.html", hostile)
    assert "<i>" not in rendered.lower()
    assert "&lt;i&gt;received&lt;/i&gt;" in rendered


def test_the_neutral_letter_names_no_kind() -> None:
    for context, part in product((FULL, MINIMAL, TYPED_IN), ("subject.txt", *PARTS)):
        said = render("netral", part, context | {"service": None}).replace(OFFICE.signer, "").lower()
        assert not re.search(r"pengaduan|permohonan|keluhan|aduan|saran|informasi", said)


def test_the_neutral_letter_still_names_the_first_date() -> None:
    said = flat(render("netral", "body.txt", FULL))
    assert "Selanjutnya surat Saudara kami pelajari paling lambat Kamis, 26 November 2026 (3 hari kerja)." in said


@pytest.mark.parametrize("part", PARTS)
def test_a_request_by_file_shows_the_checklist_and_the_published_limit(part: str) -> None:
    said = flat(html.unescape(re.sub(r"<[^>]+>", " ", render("permohonan", part, FULL))))
    assert "paling lama 3 hari kerja terhitung sejak berkas dinyatakan lengkap" in said
    assert "Mohon dipastikan dokumen berikut telah terlampir" in said
    assert said.index(BY_FILE.requirements[0].text) < said.index("Apabila ada, mohon disertakan pula")
    assert said.index("Apabila ada, mohon disertakan pula") < said.index(BY_FILE.requirements[1].text)
    assert "Lembar tanda bukti pendaftaran" in said
    assert "Layanan ini tidak dipungut biaya." in said
    assert "mengundang" not in said


@pytest.mark.parametrize("part", PARTS)
def test_a_request_in_person_is_an_invitation_with_documents_hours_fee_and_product(part: str) -> None:
    context = FULL | {"service": IN_PERSON}
    said = flat(html.unescape(re.sub(r"<[^>]+>", " ", render("permohonan", part, context))))
    for sentence in (
        "mengundang Saudara datang ke kantor kami pada jam pelayanan",
        "75 menit",
        "Mohon dipastikan dokumen berikut dibawa:",
        "Surat resmi perekrutan tenaga kerja",
        "Dokumen Calon Pekerja Migran Indonesia",
        "Tidak dipungut biaya",
        "Berita Acara; KICPMI; Rekomendasi Paspor",
        "Jumat pukul 07.30–14.30 WIB",
        OFFICE.address,
    ):
        assert sentence in said
    assert "sejak berkas" not in said
    assert "Apabila ada" not in said


UNDATED = Promise("Penerbitan lembar tanda bukti", "", "3 hari kerja sejak berkas dinyatakan lengkap")


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if letter != "netral"])
def test_a_promise_whose_count_has_not_begun_names_its_span_alone(letter: str) -> None:
    context = FULL | {"promises": (UNDATED,)}
    text = render(letter, "body.txt", context)
    assert "bukti: paling lambat 3 hari kerja sejak berkas dinyatakan lengkap" in flat(text)
    assert "()" not in text
    assert words_of_html(render(letter, "body.html", context)) == words_of_text(text)


def test_the_neutral_letter_passes_over_a_promise_without_a_date() -> None:
    alone = flat(render("netral", "body.txt", FULL | {"promises": (UNDATED,)}))
    assert "kami pelajari untuk ditentukan tindak lanjutnya." in alone
    both = flat(render("netral", "body.txt", FULL | {"promises": (UNDATED, Promise("x", "Kamis", "2 hari"))}))
    assert "kami pelajari paling lambat Kamis (2 hari)." in both


def test_a_request_typed_in_does_not_speak_of_enclosures() -> None:
    said = render("permohonan", "body.txt", TYPED_IN)
    assert "telah diserahkan" in said
    assert "terlampir" not in said


def test_a_request_for_no_known_service_promises_to_name_the_requirements() -> None:
    said = flat(render("permohonan", "body.txt", FULL | {"service": None}))
    assert "memberitahukan persyaratan serta tata caranya" in said
    assert "[ ]" not in said


def test_a_fee_that_is_not_free_is_not_called_free() -> None:
    paid = BY_FILE.model_copy(update={"fee": "Rp10.000"})
    said = flat(render("permohonan", "body.txt", FULL | {"service": paid}))
    assert "Biaya/Tarif : Rp10.000" in said
    assert "tidak dipungut biaya" not in said
    assert "Di luar biaya/tarif tersebut tidak ada pungutan apa pun." in said


@every_letter
def test_a_matter_typed_in_says_why_the_letter_comes_to_this_address(letter: str) -> None:
    said = flat(render(letter, "body.txt", TYPED_IN))
    assert "sampaikan melalui telepon." in said
    assert "alamat surel yang Saudara berikan kepada petugas kami" in said
    assert "Jumlah Lampiran" not in said
    assert "tidak merasa mengirim" not in said


@every_letter
def test_a_second_matter_of_a_letter_names_both_numbers(letter: str) -> None:
    for part in PARTS:
        said = flat(html.unescape(re.sub(r"<[^>]+>", "", render(letter, part, SPLIT))))
        assert "dicatat tersendiri" not in said
        assert "kami catat tersendiri dengan Nomor Register PGD/2026/0002, terpisah dari perkara" in said
        assert "perkara dengan Nomor Register PGD/2026/0001." in said
        assert "tersendiri" not in render(letter, part, FULL)


@every_letter
def test_the_number_of_attachments_is_told_and_also_that_there_were_none(letter: str) -> None:
    assert "Jumlah Lampiran    : 2 berkas\n" in render(letter, "body.txt", FULL)
    assert "Jumlah Lampiran    : tidak ada\n" in render(letter, "body.txt", MINIMAL)


@every_letter
def test_html_is_safe_for_mail_programs(letter: str) -> None:
    rendered = render(letter, "body.html", FULL)
    assert not re.search(r"<(img|script|style|link|form|iframe|svg)\b|\bon\w+=|url\(|https?:", rendered)
    schemes = {href.partition(":")[0] for href in re.findall(r'href="([^"]*)"', rendered)}
    assert schemes == {"mailto", "tel"}
    assert "mailto:layanan@example.org?subject=%5BPGD/2026/0001%5D" in rendered
    assert "tel:0335555121" in rendered
    assert max(map(len, rendered.splitlines())) < 998
    for tag in ("table", "tr", "td", "ul", "li", "p", "a"):
        assert len(re.findall(rf"<{tag}[ >]", rendered)) == rendered.count(f"</{tag}>")


@every_letter
@pytest.mark.parametrize("name", [name for name in FULL if name not in {"kind_label", "service"}])
def test_a_forgotten_value_is_an_error_and_not_an_empty_place(letter: str, name: str) -> None:
    lacking = {key: value for key, value in FULL.items() if key != name}
    with pytest.raises(UndefinedError, match=name):
        render(letter, "body.txt", lacking)


@every_letter
def test_the_office_as_it_is_configured_fits_every_letter(letter: str) -> None:
    settings = load(ROOT / "config" / "office.toml")
    for box in settings.mailboxes:
        service = settings.services[box.service]
        context = FULL | {"office": settings.office, "service": service, "mailbox": box.address}
        text = render(letter, "body.txt", context)
        assert flat(service.title) in flat(text).replace(" : ", " ")
        assert max(map(len, text.splitlines())) <= 78
        assert words_of_html(render(letter, "body.html", context)) == words_of_text(text)


def test_the_neutral_letter_names_no_kind_with_the_configured_office_either() -> None:
    office = load(ROOT / "config" / "office.toml").office
    said = render("netral", "body.txt", FULL | {"office": office, "service": None}).replace(office.signer, "").lower()
    assert not re.search(r"pengaduan|permohonan|keluhan", said)
