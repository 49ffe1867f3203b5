"""Setting PDF: nothing is read as markup, pages are counted through, and the same values give the same bytes."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from ledger.documents.cover import MILLIMETRES, Cover, Seal
from ledger.documents.typeset import TypesettingFailed, typeset, typeset_rows
from ledger.words import Paper
from tests.ledger.documents.asking import pages, signed_by, text
from tests.office import settings

AT = datetime(2026, 11, 23, 3, 10, tzinfo=UTC)
COLUMNS = [{"title": "No.", "width": 1, "align": "right"}, {"title": "Nama", "width": 5, "align": "left"}]


def cover(**more: object) -> Cover:
    given = {"office": settings().office, "title": "Buku Pengaduan", "period": "Bulan November 2026", "made_at": AT}
    return Cover(**(given | {"landscape": True} | more))  # type: ignore[arg-type]


def book_of(names: list[str], *, part_rows: int = 300, **more: object) -> bytes:
    out = BytesIO()
    rows = [{"cells": [str(place), name], "void": False} for place, name in enumerate(names, 1)]
    content = {"columns": COLUMNS, "legible": [], "sum": f"{len(names)} entri"}
    typeset_rows("book.typ", cover(**more), content, rows, out, part_rows=part_rows)
    return out.getvalue()


HOSTILE = [
    '#panic() #set page(width: 1mm) #import "x"',
    "$x^2$ *tebal* _miring_ `kode` = Judul",
    "<label> @label \\ // /* komentar",
    '"}, {"cells": ["9"]',
    ']#read("/etc/passwd")[',
    "#sys.inputs https://example.org ~ -- ---",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_markup_in_a_name_is_printed_and_never_read(name: str) -> None:
    assert "".join(name.split()) in "".join(text(book_of([name])).split())


def test_control_signs_lone_surrogates_and_turned_text_do_no_harm() -> None:
    (page,) = pages(book_of(["Siti\x00\x07\x1b[31m \ud800Aminah\u202e\u2066 \ufffe\ufeff!"]))
    assert "Siti[31m Aminah !" in page


def test_a_word_without_spaces_breaks_inside_its_column() -> None:
    pdf = book_of(["a" * 900, "kata.yang-panjang@alamat.example.org" * 9])
    assert "a" * 900 in "".join(text(pdf).split())
    right = MILLIMETRES[Paper.A4][1] / 25.4 * 72

    def within(said: str, current: list[float], matrix: list[float], font: object, size: float) -> None:
        assert 0 <= matrix[4] < right

    PdfReader(BytesIO(pdf)).pages[0].extract_text(visitor_text=within)


def test_what_is_copied_from_a_page_is_what_stands_in_the_book() -> None:
    seal = Seal(7, "0123456789abcdef" * 4)
    for paper in (Paper.A4, Paper.A5):
        pdf = book_of(["warga.kota.kedua@alamat-panjang.example.org"], seal=seal, paper=paper, title="Buku " + "x" * 30)
        (page,) = pages(pdf)
        assert "\u200b" not in page
        assert "warga.kota.kedua@alamat-panjang.example.org" in page.replace("\n", "")
        assert seal.hash in page
        metadata = PdfReader(BytesIO(pdf)).metadata
        assert metadata is not None and metadata.title == f"Buku {'x' * 30} – Bulan November 2026"


def test_every_page_bears_its_number_and_the_sum_of_pages() -> None:
    found = pages(book_of([f"Nama {number}" for number in range(1, 201)]))
    assert len(found) > 3
    assert [f"Halaman {number} dari {len(found)}" in page for number, page in enumerate(found, 1)] == [True] * len(
        found
    )


def test_the_head_of_the_table_is_repeated_on_every_page() -> None:
    found = pages(book_of([f"Nama {number}" for number in range(1, 201)]))
    assert ["Nama" in page and "No." in page for page in found] == [True] * len(found)


@pytest.mark.parametrize("count", [40, 41, 199, 200])
def test_parts_join_without_losing_a_row_or_a_page(count: int) -> None:
    names = [f"Nama-{number}-akhir " + "kata " * (number % 40) for number in range(count)]
    whole, parted = pages(book_of(names)), pages(book_of(names, part_rows=40))
    assert [" ".join(page.split()) for page in parted] == [" ".join(page.split()) for page in whole]


def test_parts_that_fit_on_less_than_a_page_join_too() -> None:
    names = [f"Nama {number}" for number in range(60)]
    assert pages(book_of(names, part_rows=3)) == pages(book_of(names))


def test_a_book_without_rows_is_one_page() -> None:
    assert len(pages(book_of([]))) == 1


def test_the_letterhead_stands_on_the_first_page_and_the_signatures_on_the_last() -> None:
    found = pages(book_of([f"Nama {number}" for number in range(1, 201)], part_rows=50))
    assert ["DINAS PERINDUSTRIAN DAN TENAGA KERJA" in page for page in found] == [True] + [False] * (len(found) - 1)
    assert ["Mengetahui," in page for page in found] == [False] * (len(found) - 1) + [True]
    assert ["BUKU PENGADUAN" in page for page in found] == [True] * len(found)


def test_signatories_are_those_of_the_settings_and_dotted_lines_otherwise() -> None:
    bare = text(book_of(["x"]))
    assert "Kepala Dinas Perindustrian dan Tenaga Kerja" in bare
    assert "Petugas Penerima Pengaduan" in bare
    assert bare.count("NIP ......") == 2
    named = signed_by(head_title="Kepala Bidang", head_name="Drs. H. Bambang", head_nip="1970", officer_name="Siti")
    said = text(book_of(["x"], office=named.office))
    assert "Mengetahui, Kepala Bidang Drs. H. Bambang NIP 1970" in said
    assert "Probolinggo, 23 November 2026 Petugas Penerima Pengaduan Siti NIP ......" in said


def test_the_seal_stands_at_the_foot_of_every_page_whole() -> None:
    seal = Seal(1234, "0123456789abcdef" * 4)
    found = pages(book_of([f"Nama {number}" for number in range(1, 101)], seal=seal))
    assert len(found) > 1
    for page in found:
        assert f"Segel buku: peristiwa ke-1234 · {seal.hash}" in " ".join(page.split())


def test_the_same_values_give_the_same_bytes() -> None:
    names = [f"Nama {number}" for number in range(100)]
    assert book_of(names) == book_of(names)
    assert book_of(names, part_rows=30) == book_of(names, part_rows=30)


@pytest.mark.parametrize("paper", list(Paper))
def test_the_sheet_has_the_size_of_its_paper(paper: Paper) -> None:
    box = PdfReader(BytesIO(book_of(["x"], paper=paper))).pages[0].mediabox
    size = tuple(round(float(points) / 72 * 25.4) for points in (box.height, box.width))
    assert size == MILLIMETRES[paper]


def test_every_font_comes_inside_the_document() -> None:
    fonts = PdfReader(BytesIO(book_of(["Siti", "العربية"]))).pages[0]["/Resources"]["/Font"]
    described = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts.values()]
    assert described
    assert all({"/FontFile2", "/FontFile3"} & set(one) for one in described)


def test_the_document_bears_the_moment_that_was_given_and_not_that_of_the_clock() -> None:
    for part_rows in (300, 30):
        about = PdfReader(BytesIO(book_of(["x"] * 100, part_rows=part_rows))).metadata
        assert about is not None
        assert about.creation_date == AT
        assert (about.title or "").startswith("Buku Pengaduan")


def test_what_cannot_be_set_is_one_failure_that_says_so() -> None:
    with pytest.raises(TypesettingFailed, match="Dokumen tidak dapat disusun"):
        typeset("tidak-ada.typ", cover(), {})
