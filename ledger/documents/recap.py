"""Makes the documents of a recap: PDF with plots, workbook, plain text; an issued one from its frozen figures alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO

from ledger import dates, labels
from ledger.documents import plots, sheets
from ledger.documents.cover import Cover, Seal
from ledger.documents.sheets import WHOLE, Column
from ledger.documents.typeset import typeset
from ledger.issuing import Report
from ledger.recap import Count, Figures, Line, StatusLine, Table
from ledger.words import RecapForm

TITLE = "Rekapitulasi Buku Pengaduan"

COLUMNS: dict[str, str] = {
    "carried": "Sisa periode lalu",
    "added": "Tambahan periode lalu",
    "received": "Masuk",
    "reopened": "Dibuka kembali",
    "lapsed": "Penutupan gugur",
    "moved_in": "Pindah masuk",
    "finished": "Selesai",
    "refused": "Ditolak",
    "withdrawn": "Dicabut",
    "merged": "Digabung",
    "void": "Batal",
    "moved_out": "Pindah keluar",
    "remaining": "Sisa akhir",
}
"""The columns of the balance in the order in which they add up."""

EXPLAINED = (
    "Sisa akhir = sisa periode lalu + tambahan + masuk + dibuka kembali + penutupan gugur + pindah masuk "
    "− selesai − ditolak − dicabut − digabung − batal − pindah keluar.",
    "Masuk dihitung menurut tanggal diterima, selesai menurut tanggal ditutup, semuanya menurut waktu kantor.",
    "Tambahan periode lalu: diterima sebelum periode ini, tetapi baru dicatat setelah rekap periode lalu diterbitkan.",
    "Penutupan gugur: penutupan yang diurungkan, atau nomor yang dibatalkan setelah ditutup (lalu dihitung batal).",
    "Pindah masuk dan pindah keluar: penggolongan sisa periode lalu dibetulkan pada periode ini.",
    "Diteruskan ke instansi lain belum mengakhiri perkara: tetap sisa sampai ditutup.",
)


_MOST_THEMES = 10


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot with what stands in the table beside it."""

    key: str
    title: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def numbers(line: Line) -> list[int]:
    """Return the numbers of a row in the order of COLUMNS."""
    return [getattr(line, column) for column in COLUMNS]


def span(figures: Figures) -> str:
    """Say from which to which day: "1 November 2026 s.d. 30 November 2026"."""
    return " s.d. ".join(_day(day) for day in (figures.first, figures.last))


def _day(day: str) -> str:
    return dates.long_date(date.fromisoformat(day)).partition(", ")[2]


def standing(report: Report) -> str:
    """Say whether these are the figures of an issued recap, or provisional ones."""
    office = report.office
    at = dates.long_moment(report.seen_at, office.zone, office.zone_label)
    if report.issued is None:
        return f"Angka sementara menurut buku pada {at}; rekap ini belum diterbitkan."
    return f"Diterbitkan oleh {report.issued.name} ({labels.ROLES[report.issued.role]}) pada {at}."


def facts(figures: Figures) -> list[tuple[str, str]]:
    """Return the shares and times in words."""
    total, pace = figures.total, figures.pace
    done = f"{percent(total.finished, total.burden)} ({total.finished} dari {total.burden} perkara yang ditangani)"
    return [
        ("Selesai", done if total.burden else "Tidak ada perkara yang ditangani."),
        ("Selesai tepat waktu", _of(pace.in_time, total.finished)),
        ("Selesai terlambat", _of(pace.late, total.finished)),
        ("Selesai, tanpa batas waktu", _of(pace.unlimited, total.finished)),
        ("Lama penyelesaian, median", _days(pace.median)),
        ("Lama penyelesaian, terlama", _days(pace.longest)),
        ("Sisa yang lewat batas waktu", _of(pace.overdue, total.remaining)),
        ("Berkadar pengawasan, dari masuk dan tambahan", str(figures.restricted)),
    ]


def percent(part: int, whole: int) -> str:
    """Say a share: "62,5%"; "–" of nothing."""
    return f"{100 * part / whole:.1f}%".replace(".", ",") if whole else "–"


def _of(part: int, whole: int) -> str:
    return f"{part} dari {whole} ({percent(part, whole)})" if whole else str(part)


def _days(days: float | None) -> str:
    return "–" if days is None else f"{days:g} hari kalender".replace(".", ",")


def pictures(figures: Figures) -> list[Picture]:
    """Return the plots of a recap, each with its table; none of an empty period, themes only where there are any."""
    if figures.is_empty:
        return []
    course = tuple((part.label, str(part.received), str(part.finished)) for part in figures.course)
    return [
        Picture(
            "perjalanan",
            "Masuk dan selesai",
            plots.course(figures.course, key="perjalanan"),
            ("Bagian periode", "Masuk", "Selesai"),
            course,
        ),
        *(_barred(table.key, f"Masuk {table.title.lower()}", _noun(table), _came(table)) for table in figures.tables),
        *([_barred("tema", "Tema terbanyak", "Tema", figures.themes[:_MOST_THEMES])] if figures.themes else []),
    ]


def _noun(table: Table) -> str:
    return table.title.removeprefix("Menurut ").capitalize()


def _came(table: Table) -> list[Count]:
    return [Count(line.key, line.label, line.received) for line in table.lines]


def _barred(key: str, title: str, noun: str, counts: Sequence[Count]) -> Picture:
    rows = tuple((count.label, str(count.number)) for count in counts)
    return Picture(key, title, plots.bars(counts, key=key, title=title), (noun, "Jumlah"), rows)


def themes_told(figures: Figures) -> str:
    """Say how themes are counted."""
    return (
        "Tema menurut kata-kata surat; satu perkara dapat mempunyai beberapa tema, yang batal dan digabung tidak "
        f"dihitung. Tanpa tema: {figures.without_theme}."
    )


def cover(report: Report) -> Cover:
    """Return the cover of a recap; an issued one bears the moment and the event of its issuing."""
    return Cover(
        office=report.office,
        title=TITLE,
        period=f"{report.figures.label} ({span(report.figures)})",
        made_at=report.seen_at,
        notes=(standing(report),),
        seal=Seal(report.place, report.hash),
        landscape=True,
    )


def pdf(report: Report) -> bytes:
    """Return a recap as PDF; the same report gives the same bytes. Raises TypesettingFailed."""
    figures = report.figures
    return typeset(
        "recap.typ",
        cover(report),
        {
            "nil": figures.is_empty,
            "head": list(COLUMNS.values()),
            "tables": [
                {"title": table.title, "noun": _noun(table), "rows": _printed(table, figures.total)}
                for table in figures.tables
            ],
            "statuses": {"head": list(STATUS_COLUMNS), "rows": statuses(figures)},
            "facts": [list(fact) for fact in facts(figures)],
            "pictures": [asdict(each) | {"svg": each.svg.encode()} for each in pictures(figures)],
            "themes": themes_told(figures),
            "obstacles": report.narrative.obstacles,
            "advice": report.narrative.advice,
            "issued": report.issued is not None,
            "explained": list(EXPLAINED),
        },
    )


def _printed(table: Table, total: Line) -> list[list[str]]:
    return [[line.label, *map(str, numbers(line))] for line in (*table.lines, total)]


STATUS_COLUMNS = ("Keadaan", "Awal", "Masuk", "Keluar", "Akhir")


def statuses(figures: Figures) -> list[list[str]]:
    """Return the rows by status; of one that closes a matter only the movements of the period are told."""
    return [
        [each.label, *(str(number) if shown else "–" for number, shown in _movements(each))]
        for each in figures.statuses
    ]


def _movements(each: StatusLine) -> Iterator[tuple[int, bool]]:
    yield each.carried, each.is_open
    yield each.entered, True
    yield each.left, True
    yield each.remaining, each.is_open


def write(report: Report, form: RecapForm, out: IO[bytes]) -> None:
    """Write a recap in one of its forms. Raises TypesettingFailed."""
    match form:
        case RecapForm.PDF:
            out.write(pdf(report))
        case RecapForm.XLSX:
            xlsx(report, out)
        case RecapForm.TEKS:
            out.write(f"{text(report)}\n".encode())


def file_name(report: Report, form: RecapForm) -> str:
    """Return what the file of a recap is called: "rekap-2026-11.pdf"."""
    return f"rekap-{report.figures.period}.{'txt' if form is RecapForm.TEKS else form.value}"


def xlsx(report: Report, out: IO[bytes]) -> None:
    """Write a recap as a workbook: each block a sheet of typed cells."""
    figures = report.figures
    with sheets.workbook(out, cover(report)) as book:
        balance = book.table(
            "Neraca",
            [Column("Menurut", 22), Column("Baris", 30), *(_whole(title) for title in COLUMNS.values())],
            frozen=2,
        )
        balance.write(["Semua", figures.total.label, *numbers(figures.total)], strong=True)
        for table in figures.tables:
            for line in table.lines:
                balance.write([table.title, line.label, *numbers(line)])
        state = book.table("Keadaan", [Column(STATUS_COLUMNS[0], 26), *(_whole(title) for title in STATUS_COLUMNS[1:])])
        for each in figures.statuses:
            state.write([each.label, *(number if shown else None for number, shown in _movements(each))])
        course = book.table("Perjalanan", [Column("Bagian periode", 22), _whole("Masuk"), _whole("Selesai")])
        for part in figures.course:
            course.write([part.label, part.received, part.finished])
        themes = book.table("Tema", [Column("Tema", 34), _whole("Jumlah")])
        for count in (*figures.themes, Count("", "Tanpa tema", figures.without_theme)):
            themes.write([count.label, count.number])
        book.facts("Waktu", facts(figures))
        book.facts("Keterangan", _about(report))


def _whole(title: str) -> Column:
    return Column(title, 12, WHOLE)


def _about(report: Report) -> Iterator[tuple[str, str]]:
    made = cover(report)
    yield "Dokumen", made.title
    yield "Kantor", f"{report.office.name}, {report.office.government}"
    yield "Periode", made.period
    yield "Keadaan rekap", standing(report)
    yield "Kendala", report.narrative.obstacles
    yield "Rekomendasi", report.narrative.advice
    yield "Segel buku", str(made.seal)
    for explained in EXPLAINED:
        yield "Cara menghitung", explained


def text(report: Report) -> str:
    """Return a recap as plain text for a terminal."""
    figures = report.figures
    blocks = [
        [TITLE.upper(), f"{figures.label} ({span(figures)})", standing(report)],
        _balance_lines(figures.total),
        *([table.title, *_compact(table)] for table in figures.tables),
        ["Menurut keadaan", *(f"  {row[0]:<24}{' → '.join((row[1], row[4]))}" for row in statuses(figures))],
        [f"{label}: {value}" for label, value in facts(figures)],
        *([["Tema terbanyak", *_most_themes(figures)]] if figures.themes else []),
        ["Kendala", report.narrative.obstacles or "–"],
        ["Rekomendasi", report.narrative.advice or "–"],
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def _balance_lines(total: Line) -> list[str]:
    return [f"{title:<26}{number:>8}" for title, number in zip(COLUMNS.values(), numbers(total), strict=True)]


def _compact(table: Table) -> Iterable[str]:
    yield f"  {'':<40}{'lalu':>8}{'masuk':>8}{'selesai':>8}{'sisa':>8}"
    for line in table.lines:
        before = line.carried + line.added
        yield f"  {line.label[:39]:<40}{before:>8}{line.received:>8}{line.finished:>8}{line.remaining:>8}"


def _most_themes(figures: Figures) -> Iterable[str]:
    return (f"  {count.label:<40}{count.number:>6}" for count in figures.themes[:_MOST_THEMES])
