"""Forms: bounded, cleaned, and everything typed comes back with what is wrong beside it."""

import asyncio
from html.parser import HTMLParser

import pytest
from fastapi import Request
from starlette.exceptions import HTTPException

from config.settings import Settings
from ledger.database import Database
from ledger.desk.forms import MOST_FIELDS, MOST_FILES, Form, FormErrors, UploadedFile, read_form
from ledger.desk.frame import Frame
from tests.ledger.shelf import NOW, PreparedReader

URLENCODED = "application/x-www-form-urlencoded"


def read(body: bytes, kind: str = URLENCODED, *, max_bytes: int = 1_000_000, part: int = 1000) -> Form:
    parts = [body[at : at + part] for at in range(0, len(body), part)] or [b""]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    headers = [(b"content-type", kind.encode("latin-1"))] if kind else []
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    return asyncio.run(read_form(Request(scope, receive), max_bytes=max_bytes))  # type: ignore[arg-type]


def multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(f"--batas\r\n{head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts) + b"--batas--\r\n"


MULTIPART = "multipart/form-data; boundary=batas"


def test_a_form_is_read_as_typed() -> None:
    form = read(b"nama=Siti+Rahma&pokok=satu%0D%0Adua&kosong=&nama=Budi&%C3%A9=%E2%82%AC")
    assert form.values == {"nama": "Budi", "pokok": "satu\r\ndua", "kosong": "", "é": "€"}
    assert form.files == ()


def test_a_line_of_text_is_cleaned_and_what_is_absent_is_empty() -> None:
    form = Form({"nama": "  Siti \t\n Rahma\x00\x1b[2J\u2028 \ud800 "})
    assert form.text("nama") == "Siti Rahma[2J"
    assert form.text("tiada") == form.lines("tiada") == ""


def test_lines_keep_their_breaks_and_lose_the_empty_ends() -> None:
    assert Form({"pokok": "\r\n  satu  \r\n\r\ndua\rtiga \n\n"}).lines("pokok") == "  satu\n\ndua\ntiga"


def test_letters_made_of_two_marks_become_one() -> None:
    assert Form({"nama": "Cafe\u0301"}).text("nama") == "Café"


def test_what_is_too_long_is_refused_beside_its_field() -> None:
    with pytest.raises(FormErrors) as wrong:
        Form({"nama": "x" * 501}).text("nama")
    assert wrong.value.errors == {"nama": "Terlalu panjang: paling banyak 500 huruf, ini 501."}
    with pytest.raises(FormErrors):
        Form({"pokok": "x" * 20_001}).lines("pokok")
    assert len(Form({"pokok": "x" * 20_000}).lines("pokok")) == 20_000


@pytest.mark.parametrize("written", ["", "-1", "1.5", "x", "٣", "²", "2147483648", "9" * 21])
def test_what_is_no_whole_number_is_refused(written: str) -> None:
    with pytest.raises(FormErrors):
        Form({"versi": written}).whole("versi")


def test_a_whole_number_is_read() -> None:
    assert [Form({"versi": written}).whole("versi") for written in ("0", " 12 ", "2147483647")] == [0, 12, 2147483647]


def test_files_come_with_their_names_and_bytes_and_an_empty_field_is_none() -> None:
    body = multipart(
        ('Content-Disposition: form-data; name="nama"', "Siti é".encode()),
        ('Content-Disposition: form-data; name="foto"; filename="../../a.png"\r\nContent-Type: image/png', b"\x89PNG"),
        ('Content-Disposition: form-data; name="foto"; filename=""\r\nContent-Type: application/octet-stream', b""),
    )
    form = read(body, MULTIPART)
    assert form.values == {"nama": "Siti é"}
    assert form.files == (UploadedFile("foto", "../../a.png", "image/png", b"\x89PNG"),)


@pytest.mark.parametrize("kind", [URLENCODED, MULTIPART])
def test_a_form_that_is_too_big_is_refused_after_it_was_read_to_its_end(kind: str) -> None:
    body = b"nama=" + b"x" * 5000
    if kind == MULTIPART:
        body = multipart(('Content-Disposition: form-data; name="nama"', b"x" * 5000))
    with pytest.raises(HTTPException) as wrong:
        read(body, kind, max_bytes=3000)
    assert wrong.value.status_code == 413
    assert read(body, kind, max_bytes=6000).values["nama"] == "x" * 5000


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"x", "text/plain", 415),
        (b"x", "multipart/form-data", 400),
        (b"x", "multipart/form-data; boundary=", 400),
        (b"bukan batas", MULTIPART, 400),
        (b"--batas\r\nrusak\r\n\r\n", MULTIPART, 400),
        (multipart(("X: 1", b"tanpa nama")), MULTIPART, 400),
        (b"&".join(b"a=1" for _ in range(MOST_FIELDS + 1)), URLENCODED, 400),
        (
            multipart(*(('Content-Disposition: form-data; name="a"', b"1") for _ in range(MOST_FIELDS + 1))),
            MULTIPART,
            400,
        ),
        (
            multipart(  # more than anybody would choose: what too many are is said by whoever keeps them
                *(
                    ('Content-Disposition: form-data; name="a"; filename="a"\r\nContent-Type: a/b', b"1")
                    for _ in range(MOST_FILES + 1)
                )
            ),
            MULTIPART,
            400,
        ),
    ],
)
def test_what_is_no_form_is_refused(body: bytes, kind: str, status: int) -> None:
    with pytest.raises(HTTPException) as wrong:
        read(body, kind)
    assert wrong.value.status_code == status


def test_bytes_that_are_no_text_are_read_all_the_same() -> None:
    assert read(b"nama=%ff%00\xff").text("nama") == "\ufffd\ufffd"
    assert read(b"", "").values == {}


# The templates


class Tags(HTMLParser):
    """Collects the tags of a page with what they carry."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [given for name, given in self.found if name == tag]


@pytest.fixture
def render(database: Database, office: Settings) -> object:
    frame = Frame.of(database, office, PreparedReader(), lambda: NOW)

    def rendered(call: str, **given: object) -> Tags:
        source = '{% import "forms.html" as forms %}' + "{{ forms." + call + " }}"
        return Tags(frame.templates.from_string(source).render(**given))

    return rendered


HOSTILE = '"><script>alert(1)</script>'
FIELDS = [
    "text_field('nama', 'Nama', value, hint='Petunjuk', error=error)",
    "area('nama', 'Nama', value, hint='Petunjuk', error=error)",
    "choice('nama', 'Nama', {'a': 'A', 'b': value}, 'a', hint='Petunjuk', error=error)",
    "radios('nama', 'Nama', {'a': 'A', 'b': value}, 'a', hint='Petunjuk', error=error)",
]


@pytest.mark.parametrize("call", FIELDS)
def test_every_field_has_its_label_its_hint_and_its_complaint(render, call: str) -> None:  # type: ignore[no-untyped-def]
    tags = render(call, value=HOSTILE, error="Salah.")
    assert tags.of("script") == []
    field = next(given for tag, given in tags.found if given.get("id") == "isian-nama")
    assert field["name"] == "nama"
    described = {word for _, given in tags.found for word in (given.get("aria-describedby") or "").split()}
    ids = {given.get("id") for _, given in tags.found}
    assert "salah-nama" in described and described <= ids
    assert tags.of("legend") or tags.of("label")[0]["for"] == "isian-nama"


@pytest.mark.parametrize("call", FIELDS)
def test_a_field_that_is_right_is_not_marked(render, call: str) -> None:  # type: ignore[no-untyped-def]
    tags = render(call, value="Siti", error="")
    assert not any("aria-invalid" in given for _, given in tags.found)
    assert not any(given.get("id") == "salah-nama" for _, given in tags.found)


def test_typed_lines_come_back_whole_in_an_area(render, database: Database, office: Settings) -> None:  # type: ignore[no-untyped-def]
    frame = Frame.of(database, office, PreparedReader(), lambda: NOW)
    source = '{% import "forms.html" as forms %}{{ forms.area("pokok", "Pokok", value) }}'
    page = frame.templates.from_string(source).render(value="\n dua\n\n tiga")
    # A browser drops the first line break of an area.
    assert ">\n\n dua\n\n tiga</textarea>" in page


def test_the_summary_leads_to_each_field_and_is_silent_where_nothing_is_wrong(render) -> None:  # type: ignore[no-untyped-def]
    tags = render("summary({'nama': 'Isi nama.', '': 'Umum.'})")
    assert [given["href"] for given in tags.of("a")] == ["#isian-nama"]
    assert tags.of("div")[0]["role"] == "alert"
    assert render("summary({})").found == []
