"""Kept mail opens again for display, apart from the page that shows it."""

import multiprocessing
from collections.abc import Iterator

import pytest

from ingest.parse import UnreadableMail, parse
from ingest.reading import IsolatedReader, Opener
from ledger.errors import UnreadableRaw
from ledger.ports import OpenedMail
from tests.office import settings

LETTER = (
    b"From: siti@example.org\r\nSubject: Upah\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/html\r\n\r\n<p onclick=alert(1)>Upah</p>\r\n"
    b'--x\r\nContent-Disposition: attachment; filename="../../etc/ktp.txt"\r\n\r\nisi\r\n--x--\r\n'
)
NO_MAIL = b""


@pytest.fixture
def reader() -> Iterator[IsolatedReader]:
    reader = IsolatedReader(settings())
    yield reader
    reader.close()
    assert multiprocessing.active_children() == []


def test_a_mail_opens_with_headers_words_and_files(reader: IsolatedReader) -> None:
    opened = reader.open(LETTER)
    assert ("subject", "Upah") in [(name.lower(), value) for name, value in opened.headers]
    assert "Upah" in opened.text
    assert opened.html is not None
    assert [(file.name, file.content.strip()) for file in opened.files] == [("ktp.txt", b"isi")]


def test_what_nothing_can_read_is_said_with_its_reason(reader: IsolatedReader) -> None:
    with pytest.raises(UnreadableMail) as wrong:
        parse(NO_MAIL)
    with pytest.raises(UnreadableRaw, match=str(wrong.value)):
        reader.open(NO_MAIL)
    assert isinstance(reader.open(LETTER), OpenedMail)


def test_opening_is_a_function_of_the_bytes_alone() -> None:
    opener = Opener(settings())
    assert opener(LETTER) == opener(LETTER)
    assert isinstance(opener(NO_MAIL), str)


def test_lines_that_may_be_words_of_the_letter_stand_above_it() -> None:
    opened = Opener(settings())(b"From: siti@example.org\r\nX-A: b\r\nUpah.\r\nSubject: c\r\n\r\nSiti\r\n")
    assert isinstance(opened, OpenedMail)
    assert opened.text.split() == ["Upah.", "Subject:", "c", "Siti"]
