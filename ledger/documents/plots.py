"""Draws the plots of a recap as SVG that needs no style sheet: two colours that stay apart on a grey printer."""

from collections.abc import Iterable, Sequence
from html import escape
from math import ceil, log10

from ledger.documents.plain import plain, shortened
from ledger.recap import Count, Course

WIDTH = 360
_INK, _FAINT, _LINE, _ACCENT, _PAPER = "#1d2528", "#536066", "#c9d1d3", "#0b5d5e", "#ffffff"
_FONT = "Libertinus Serif, system-ui, Segoe UI, Roboto, Liberation Sans, Arial, sans-serif"
_LEFT, _TOP, _BASE, _TALL = 34, 34, 176, 210
_FEW = 6
"""With so many parts or fewer there is room for the number above each bar."""
_ROW = 24
_BARS_FROM = 166
_LONGEST_LABEL = 24


def course(parts: Sequence[Course], *, key: str) -> str:
    """Draw what was received and finished in each part of a period; `key` makes the ids of the drawing its own."""
    top = _round_up(max((max(part.received, part.finished) for part in parts), default=0))
    step = (WIDTH - _LEFT - 4) / max(len(parts), 1)
    wide = min(step * 0.36, 26.0)
    drawn = [*_scale(top), *_legend()]
    for place, part in enumerate(parts):
        middle = _LEFT + step * (place + 0.5)
        for number, left, fill in ((part.received, middle - wide, _ACCENT), (part.finished, middle, _PAPER)):
            tall = (_BASE - _TOP) * number / top
            drawn.append(_bar(left + 0.5, _BASE - tall, wide - 1, tall, fill))
            if len(parts) <= _FEW and number:
                drawn.append(_text(left + wide / 2, _BASE - tall - 4, str(number), anchor="middle", size=11))
        drawn.append(_text(middle, _BASE + 15, _short(part.label), anchor="middle", size=11))
    told = "; ".join(f"{part.label}: masuk {part.received}, selesai {part.finished}" for part in parts)
    return _svg(key, _TALL, "Masuk dan selesai", f"Diagram batang. {told}.", drawn)


def bars(counts: Sequence[Count], *, key: str, title: str) -> str:
    """Draw one horizontal bar for each count, with its label on the left and its number at its end."""
    most = max((count.number for count in counts), default=0) or 1
    drawn = []
    for place, count in enumerate(counts):
        top = 6 + place * _ROW
        wide = (WIDTH - _BARS_FROM - 40) * count.number / most
        label = shortened(count.label, _LONGEST_LABEL)
        drawn.append(_text(_BARS_FROM - 8, top + 13, label, anchor="end", size=12))
        drawn.append(_bar(_BARS_FROM, top, wide, _ROW - 7, _ACCENT))
        drawn.append(_text(_BARS_FROM + wide + 5, top + 13, str(count.number), size=12))
    told = "; ".join(f"{count.label}: {count.number}" for count in counts)
    return _svg(key, 12 + len(counts) * _ROW, title, f"Diagram batang. {told}.", drawn)


def _round_up(most: int) -> int:
    """Return the end of a scale of four whole steps that holds a number."""
    if most <= 4:
        return 4
    unit = 10 ** int(log10(most / 4))
    step = next(factor * unit for factor in (1, 2, 5, 10) if factor * unit * 4 >= most)
    return int(ceil(most / step) * step)


def _scale(top: int) -> Iterable[str]:
    steps = next(number for number in (4, 3, 5, 2, 1) if top % number == 0)
    for place in range(steps + 1):
        height = _BASE - (_BASE - _TOP) * place / steps
        yield f'<line x1="{_LEFT}" x2="{WIDTH}" y1="{height:.1f}" y2="{height:.1f}" stroke="{_LINE}"/>'
        yield _text(_LEFT - 5, height + 4, str(top * place // steps), anchor="end", size=11, fill=_FAINT)


def _legend() -> Iterable[str]:
    yield _bar(_LEFT + 0.5, 3.5, 12, 12, _ACCENT)
    yield _text(_LEFT + 18, 14, "Masuk", size=12)
    yield _bar(_LEFT + 75.5, 3.5, 12, 12, _PAPER)
    yield _text(_LEFT + 93, 14, "Selesai", size=12)


def _short(label: str) -> str:
    """Return a label of the course for the foot of the drawing: "Jan", "1–7"."""
    days = label.removeprefix("Tanggal ")
    return days if days[:1].isdigit() else days[:3]


def _bar(left: float, top: float, wide: float, tall: float, fill: str) -> str:
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(wide, 0):.1f}" height="{max(tall, 0):.1f}" '
        f'fill="{fill}" stroke="{_ACCENT}"/>'
    )


def _text(left: float, base: float, words: str, *, anchor: str = "start", size: int, fill: str = _INK) -> str:
    at = f'x="{left:.1f}" y="{base:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"'
    return f"<text {at}>{escape(plain(words))}</text>"


def _svg(key: str, tall: int, title: str, told: str, drawn: Iterable[str]) -> str:
    named = f'role="img" aria-labelledby="{key}-judul {key}-isi"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" font-family="{_FONT}" {named}>'
        f'<title id="{key}-judul">{escape(plain(title))}</title><desc id="{key}-isi">{escape(plain(told))}</desc>'
        f"{''.join(drawn)}</svg>"
    )
