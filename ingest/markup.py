"""Turn the HTML of a mail into plain text, in time that grows only with its length."""

import re
from collections.abc import Iterator
from html import unescape

_PARAGRAPHS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul", "dl", "blockquote"})
_BLOCKS = _PARAGRAPHS | {
    "address",
    "article",
    "aside",
    "body",
    "center",
    "dd",
    "div",
    "dt",
    "fieldset",
    "figure",
    "footer",
}
_BLOCKS |= {"form", "header", "html", "li", "main", "nav", "section", "tbody", "tfoot", "thead", "tr"}
_SILENT = frozenset({"head", "script", "style", "title", "template", "noscript", "object", "svg", "math", "xml"})
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:]*)")
_QUOTE_MARK = re.compile(
    r"type\s*=\s*[\"']?cite|class\s*=\s*[\"'][^\"']*(?:quote|cite)|border-left(?:-width)?\s*:", re.IGNORECASE
)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_RULE = "_" * 32
_LONGEST_TAG = 100_000


def html_to_text(html: str) -> str:
    """Render HTML as text: paragraphs and list items on lines of their own, quoted blocks marked with "> "."""
    page = _rendered(html, _SILENT)
    if page.is_silent():  # a style or title that was never closed would swallow the letter
        page = _rendered(html, frozenset())
    return page.text()


def _rendered(html: str, silent: frozenset[str]) -> "_Page":
    page = _Page(silent)
    for kind, content in _tokens(html):
        if kind == "text":
            page.write(content)
        else:
            page.tag(content)
    return page


def _tokens(html: str) -> Iterator[tuple[str, str]]:
    """Cut HTML into texts and tags (a tag without its angle brackets); comments and declarations fall away."""
    at, closed = 0, True
    while (start := html.find("<", at)) >= 0:
        if start > at:
            yield "text", html[at:start]
        following = html[start + 1 : start + 2]
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4) if closed else -1
            closed = end >= 0
            if not closed:  # an open comment would swallow the letter: only its mark is dropped
                at = start + 4
                continue
            at = end + 3
        elif following.isalpha() or following in ("/", "!", "?"):
            end = _tag_end(html, start)
            if end < 0:
                yield "text", html[start:]
                return
            yield "tag", html[start + 1 : end]
            at = end + 1
        else:
            yield "text", "<"
            at = start + 1
    if at < len(html):
        yield "text", html[at:]


def _tag_end(html: str, start: int) -> int:
    """Find the ">" that closes a tag; one inside an attribute's quotes does not count."""
    end = html.find(">", start)
    for _ in range(4):
        tag = html[start:end]
        if end < 0 or (tag.count('"') % 2 == 0 and tag.count("'") % 2 == 0) or end - start > _LONGEST_TAG:
            return end
        further = html.find(">", end + 1)
        if further < 0 or "<" in html[end:further]:
            return end
        end = further
    return end


class _Page:
    """The text under construction."""

    def __init__(self, silent: frozenset[str]) -> None:
        self._silent_tags = silent
        self._lines: list[str] = []
        self._line: list[str] = []
        self._quotes: list[bool] = []
        self._quote_depth = 0
        self._silent: str = ""
        self._pre = 0
        self._blank_wanted = False
        self._in_cell = False
        self._cell_break = False
        self._cell_start = 0

    def is_silent(self) -> bool:
        return bool(self._silent)

    def write(self, raw: str) -> None:
        if self._silent:
            return
        text = unescape(raw) if "&" in raw else raw
        if self._pre:
            head, *rest = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._line.append(head)
            for line in rest:
                self._break()
                self._line.append(line)
            return
        text = _SPACE.sub(" ", text)
        if self._cell_break and text.strip():
            self._close_line()
            self._cell_break = False
        if not self._line or self._line[-1].endswith(" "):
            text = text.lstrip(" ")
        if text:
            self._line.append(text)

    def tag(self, tag: str) -> None:
        found = _TAG_NAME.match(tag)
        if found is None:
            return
        name, closing = found[1].lower(), tag.startswith("/")
        if self._silent:
            # The page's own parts end what a forgotten </head> or </title> left open.
            if (closing and name == self._silent) or name == "body":
                self._silent = ""
            return
        if name in self._silent_tags and not closing and not tag.endswith("/"):
            self._silent = name
        elif name == "br":
            self._break()
        elif name == "hr":
            self._close_line()
            self._lines.append(self._prefix() + _RULE)
        elif name in ("td", "th"):
            self._cell(closing=closing)
        elif self._in_cell and name in ("p", "div"):
            # Word puts each value of a table into a paragraph: one row stays one line.
            self._cell_break = "".join(self._line[self._cell_start :]).strip() != ""
            self._blank_wanted |= self._cell_break and name == "p"
        elif name in _BLOCKS:
            self._block(name, tag, closing=closing)

    def text(self) -> str:
        self._close_line()
        text = "\n".join(line.rstrip() for line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", text.replace("\xa0", " ").replace("\xad", "")).strip("\n")

    def _cell(self, *, closing: bool) -> None:
        if self._cell_break:
            self._cell_break = self._blank_wanted = False
        if self._line:
            self.write(" ")
        self._in_cell = not closing
        self._cell_start = len(self._line)

    def _block(self, name: str, tag: str, *, closing: bool) -> None:
        self._close_line()
        self._cell_start, self._cell_break = 0, False
        self._in_cell = self._in_cell and name not in ("tr", "table")
        self._blank_wanted |= name in _PARAGRAPHS
        if name == "blockquote" and closing:
            self._lines.append("")
            self._quote_depth -= self._quotes.pop() if self._quotes else False
        elif name == "blockquote":
            self._quotes.append(bool(_QUOTE_MARK.search(tag)))
            self._quote_depth += self._quotes[-1]
        elif name == "pre":
            self._pre = max(0, self._pre + (-1 if closing else 1))
        elif name == "li" and not closing:
            self._line.append("- ")

    def _prefix(self) -> str:
        return "> " * min(self._quote_depth, 8)

    def _break(self) -> None:
        if self._blank_wanted and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._prefix())
        self._blank_wanted = False
        self._lines.append(self._prefix() + "".join(self._line))
        self._line = []

    def _close_line(self) -> None:
        if "".join(self._line).strip():
            self._break()
        self._line = []
