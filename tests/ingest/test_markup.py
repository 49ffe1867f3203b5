"""HTML as text."""

import pytest

from ingest.markup import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("Satu<br>dua<br/>tiga", "Satu\ndua\ntiga"),
        ("<p>Satu</p><p>dua</p>", "Satu\n\ndua"),
        ("<div>Satu</div><div>dua</div>", "Satu\ndua"),
        ("Upah &lt; UMK &amp; lembur &#8211; nihil", "Upah < UMK & lembur – nihil"),
        ("<!-- <p>tersembunyi</p> -->Tampak", "Tampak"),
        ("<!-- tidak ditutup Tampak", "tidak ditutup Tampak"),
        ('<a title="a > b" href="x">Tautan</a>', "Tautan"),
        ("5 < 7 dan 9 > 3", "5 < 7 dan 9 > 3"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<title>Judul</title>Isi", "Isi"),
        ("<table><tr><td>Nama<td>: Siti<tr><td>HP<td>: 08</table>", "Nama : Siti\nHP : 08"),
        ("<blockquote>menjorok</blockquote>", "menjorok"),
        ("Isi <b", "Isi <b"),
    ],
)
def test_html_is_rendered_line_by_line(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_quotes_inside_quotes_are_marked_twice() -> None:
    html = "<blockquote type=cite>satu<blockquote type=cite>dua</blockquote></blockquote>tiga"
    assert [line for line in html_to_text(html).split("\n") if line.strip("> ")] == ["> satu", "> > dua", "tiga"]
