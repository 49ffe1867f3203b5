"""The text of attached PDF and DOCX letters is read within its limits, whatever the files hold."""

import io
import zipfile
from itertools import count

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from ingest.attached import MOST_BYTES, MOST_LETTERS, MOST_PAGES, text_of
from ingest.parse import AttachedFile
from tests.fuzzing import FUZZ


def pdf(*pages: str) -> bytes:
    """Write a PDF by hand: one page for each text, a line of the page for each of its lines."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for text in pages:
        shown = b"".join(b"(" + line.encode("latin-1") + b") Tj T* " for line in text.split("\n"))
        stream = b"BT /F1 12 Tf 14 TL 72 720 Td " + shown + b"ET"
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents %d 0 R>>"
            % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return out + start % (len(objects) + 1, table, len(objects) + 1, len(out))


def word(*paragraphs: str, heading: str = "", rows: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """Write a DOCX with a header, paragraphs and one table."""
    document = docx.Document()
    if heading:
        document.sections[0].header.paragraphs[0].text = heading
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(rows=0, cols=len(rows[0]))
        for row in rows:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def file(content: bytes, name: str = "surat.pdf") -> AttachedFile:
    return AttachedFile(name, "application/octet-stream", content)


LETTER = "Kepada Yth. Kepala Dinas\nUpah kami bulan Juli belum dibayar."


def test_a_pdf_gives_its_lines() -> None:
    assert text_of([file(pdf(LETTER))]) == LETTER


def test_the_pages_of_a_pdf_follow_each_other() -> None:
    assert text_of([file(pdf("halaman satu", "halaman dua"))]).split("\n") == ["halaman satu", "halaman dua"]


def test_a_docx_gives_letterhead_paragraphs_and_table_rows_in_order() -> None:
    content = word("Kami mohon pendaftaran.", heading="CV Contoh Lestari", rows=(("Nama", "Rara"), ("HP", "0812")))
    assert text_of([file(content, "surat.docx")]) == (
        "CV Contoh Lestari\nKami mohon pendaftaran.\nNama\tRara\nHP\t0812"
    )


def _word_of(*blocks: str) -> bytes:
    """Write a DOCX whose body is these pieces of WordprocessingML."""
    document = docx.Document()
    spaces = f'{nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    spaces += ' xmlns:v="urn:schemas-microsoft-com:vml"'
    for block in blocks:
        whole = parse_xml(f"<w:body {spaces}>{block}</w:body>")
        for element in list(whole):
            document.element.body.insert(len(document.element.body) - 1, element)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _row(*cells: str) -> str:
    return "<w:tr>" + "".join(f"<w:tc>{cell}</w:tc>" for cell in cells) + "</w:tr>"


_BOX = f"<w:txbxContent>{_paragraph('di dalam kotak')}</w:txbxContent>"


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        (f"<w:sdt><w:sdtPr/><w:sdtContent>{_paragraph('isian blok')}</w:sdtContent></w:sdt>", ["isian blok"]),
        (
            "<w:p><w:r><w:t>Nama: </w:t></w:r>"
            "<w:sdt><w:sdtContent><w:r><w:t>Rara</w:t></w:r></w:sdtContent></w:sdt></w:p>",
            ["Nama: Rara"],
        ),
        (
            '<w:p><w:ins w:id="1"><w:r><w:t>Upah baru</w:t></w:r></w:ins>'
            '<w:del w:id="2"><w:r><w:delText>lama</w:delText><w:t>usang</w:t></w:r></w:del></w:p>',
            ["Upah baru"],
        ),
        (
            f"<w:p><w:r><w:t>Di luar</w:t><mc:AlternateContent><mc:Choice>{_BOX}</mc:Choice>"
            f"<mc:Fallback><w:pict><v:textbox>{_BOX}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
            "</w:r></w:p>",
            ["Di luar", "di dalam kotak"],
        ),
        (f"<w:p><w:r><w:pict><v:textbox>{_BOX}</v:textbox></w:pict></w:r></w:p>", ["", "di dalam kotak"]),
        (
            "<w:tbl>"
            + _row(_paragraph("luar") + "<w:tbl>" + _row(_paragraph("Nama"), _paragraph("Rara")) + "</w:tbl>")
            + "</w:tbl>",
            ["luar", "Nama\tRara"],
        ),
        (
            "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>HP</w:t><w:tab/><w:t>0812</w:t></w:r></w:p>",
            ["HP\t0812"],
        ),
        ("<w:p><w:r><w:instrText>PAGE</w:instrText><w:t>satu</w:t><w:br/><w:t>dua</w:t></w:r></w:p>", ["satu", "dua"]),
    ],
    ids=["control", "control in a line", "tracked", "box", "old box", "table in a table", "tabs", "field and break"],
)
def test_a_docx_gives_what_a_reader_of_the_page_sees_and_each_word_once(block: str, lines: list[str]) -> None:
    read = text_of([file(_word_of(_paragraph("awal"), block, _paragraph("akhir")), "a.docx")])
    assert read.split("\n") == ["awal", *lines, "akhir"]


@pytest.mark.parametrize("name", ["surat", "surat.doc", "unduhan.bin", "surat.zip"])
def test_a_docx_is_known_by_what_is_in_it_whatever_its_name(name: str) -> None:
    assert text_of([file(word("dari Word"), name)]) == "dari Word"


def test_an_archive_of_another_kind_says_nothing() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("surat.txt", "rahasia")
    assert text_of([file(out.getvalue(), "surat.docx")]) == ""


def test_several_files_follow_each_other_and_others_say_nothing() -> None:
    files = [file(word("dari Word"), "a.docx"), file(b"\xff\xd8\xff foto", "b.jpg"), file(pdf("dari PDF"), "c.pdf")]
    assert text_of(files) == "dari Word\ndari PDF"


def test_a_pdf_is_known_by_its_bytes_whatever_its_name() -> None:
    assert text_of([file(b"\n" + pdf(LETTER), "tanpa-nama.bin")]) == LETTER


def test_a_scan_gives_nothing() -> None:
    assert text_of([file(pdf(""))]) == ""


def test_a_file_over_the_limit_is_not_opened() -> None:
    content = pdf(LETTER)
    assert text_of([file(content + b" " * (MOST_BYTES - len(content) + 1))]) == ""


def test_only_the_first_pages_are_read() -> None:
    pages = [f"halaman {number}" for number in range(MOST_PAGES + 3)]
    assert text_of([file(pdf(*pages))]).split("\n") == pages[:MOST_PAGES]


def test_no_more_letters_are_kept_than_the_limit() -> None:
    assert len(text_of([file(word(*["x" * 30_000] * 5), "a.docx")])) <= MOST_LETTERS


def test_time_is_up_between_two_pages() -> None:
    ticks = count()
    read = text_of([file(pdf(*[f"halaman {number}" for number in range(12)]))], lambda: float(next(ticks)))
    assert read.split("\n") == [f"halaman {number}" for number in range(6)]


def test_a_page_that_draws_too_much_is_passed_over() -> None:
    heavy = "x" * 1_100_000
    assert text_of([file(pdf(heavy, "halaman kecil"))]) == "halaman kecil"


def test_a_docx_that_unpacks_to_too_much_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, zipfile.ZipFile(io.BytesIO(word("isi"))) as sound:
        for entry in sound.infolist():
            packed.writestr(entry, sound.read(entry))
        packed.writestr("word/media/besar.bin", bytes(40_000_000))
    assert len(out.getvalue()) < MOST_BYTES
    assert text_of([file(out.getvalue(), "bom.docx")]) == ""


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4",
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj trailer<</Root 1 0 R>>",
        pdf(LETTER)[:-200],
        b"PK\x03\x04",
        b"PK\x05\x06" + bytes(18),
        word("isi")[:3000],
    ],
)
def test_a_damaged_file_says_nothing_and_breaks_nothing(content: bytes) -> None:
    assert isinstance(text_of([file(content, "rusak.docx"), file(content, "rusak.pdf")]), str)
    assert text_of([file(content, "rusak.docx"), file(pdf("utuh"), "b.pdf")]).endswith("utuh")


SOUND = {"surat.pdf": pdf(LETTER, "dua"), "surat.docx": word("isi", rows=(("a", "b"),))}


@FUZZ
@given(st.sampled_from(sorted(SOUND)), st.lists(st.tuples(st.integers(0, 40_000), st.integers(0, 255)), max_size=20))
def test_no_bytes_whatever_make_the_reading_fail(name: str, changes: list[tuple[int, int]]) -> None:
    content = bytearray(SOUND[name])
    for place, byte in changes:
        content[place % len(content)] = byte
    assert isinstance(text_of([file(bytes(content), name)]), str)


@FUZZ
@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"PK\x03\x04"]))
def test_no_invented_bytes_make_the_reading_fail(content: bytes, head: bytes) -> None:
    assert isinstance(text_of([file(head + content, "a.docx")]), str)
