"""Separate what a writer newly wrote from the letters quoted below it and from the signature."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ingest.footers import disclaims, is_phone_line, is_sentence, is_title, may_disclaim
from ingest.phrases import one_of

_DEEPEST = 6
_LONGEST_ATTRIBUTION = 5  # lines
_LONGEST_LETTER = 10_000  # lines that are looked at
_LONGEST_MARK = 1000  # characters
_LONGEST_SIGNATURE = 12  # lines with something on them
_LONGEST_LIST_LINE = 60  # characters
_LONGEST_LEAD = 6  # words

_QUOTED = re.compile(r"^ {0,3}>(?!From )")
_ADDRESS = r"[^\s<>@]+@[^\s<>@]+"
_RULED_LINE = re.compile(r"^[-_=]{2,}[^-_=]{0,60}[-_=]{2,}$")
_RULE = re.compile(r"^[-_=*\u2014 ]{3,}$")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")

_DELIMITER = one_of(
    r"original(?: (?:message|appointment|e-?mail))?",
    r"previous (?:message|repl(?:y|ies))",
    r"reply (?:above|message)",
    r"(?:pesan|surat|email|surel) (?:asli|awal|semula|sebelumnya)",
    r"balasan sebelumnya",
    r"urspr[üu]ngliche nachricht",
    r"original[- ]?nachricht",
    r"message d'origine",
    r"mensaje original",
    r"mensagem original",
    r"messaggio originale",
    r"oorspronkelijk bericht",
    start=r"^[-_=*\s]*",
    end=r"[-_=*:\s]*$",
)
_FORWARD = one_of(
    r"(?:begin )?forwarded (?:message|e-?mail|text|letter|by\b.{0,80}?)",
    r"(?:mulai |awal )?pesan (?:yang )?(?:di)?terus(?:kan|an)",
    r"(?:surat|email|surel) (?:yang )?diteruskan",
    r"diteruskan oleh\b.{0,80}?",
    r"weitergeleitete nachricht",
    r"message transf[ée]r[ée]",
    r"mensaje reenviado",
    r"mensagem encaminhada",
    r"messaggio inoltrato",
    r"doorgestuurd bericht",
    start=r"^[-_=*\s]*",
    end=r"[-_=*:\s]*$",
)
_FORWARD_SUBJECT = one_of(
    "fwd?", "trs", "terusan", "diteruskan", "wg", "tr", "rv", "i", start=r"^\s*(?:\[[^\]]*\]\s*)?", end=r"\s*:"
)
_REPLY_SUBJECT = one_of(
    "re|bls|balas(?:an)?|tanggapan|jawaban|aw|antw|sv|r", start=r"^\s*(?:\[[^\]]*\]\s*)?", end=r"(?:\[\d+\])?\s*:"
)

_VERB = (
    r"(?:wrote|writes|menulis|schrieb|geschrieben|a [ée]crit|escribi[óo]|ha scritto|schreef|escreveu|skrev"
    r"|napisa\w*|kirjoitti|написал\w*)"
)
_OPENS_ATTRIBUTION = one_of(
    "on|pada|pd|am|le|el|il|op|em|den|w dniu",
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}",
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,",
    r"(?:sen|sel|rab|kam|jum|sab|min)[a-z]*,",
    start="^",
    end=r"\W",
)
_CLOSES_ATTRIBUTION = re.compile(rf"\b{_VERB}\b[^\n]{{0,120}}?:?\s*$", re.IGNORECASE)
_ENDS_ATTRIBUTION = re.compile(rf":\s*$|\b{_VERB}\s*$", re.IGNORECASE)
_ADDRESS_IN_MARKS = re.compile(rf"<\s*{_ADDRESS}\s*>|[\[(](?:mailto:)?\s*{_ADDRESS}\s*[\])]", re.IGNORECASE)
_NAMED_WRITER = re.compile(rf"^[^\n]{{0,150}}{_ADDRESS}[^\n]{{0,60}}\b{_VERB}\b[^\n]{{0,80}}$", re.IGNORECASE)
_DATE_FIRST = re.compile(rf"^\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}\b[^\n]{{0,120}}<{_ADDRESS}>:?$")
_QUOTING = re.compile(rf"^(?:quoting|mengutip|zitat von)\b[^\n]{{0,150}}{_ADDRESS}[^\n]{{0,20}}:$", re.IGNORECASE)
_WITH_OLD_WORDS = re.compile(  # Yahoo on a phone puts the older letter behind its attribution
    rf"^(?:On|Pada)\b[^\n]{{4,200}}<\s*{_ADDRESS}\s*>\s*{_VERB}\s*:\s{{2,}}\S", re.IGNORECASE
)
_DATED_WRITER = re.compile(rf"^(?:[^\W\d]{{3,10}},? )?\d[^\n]{{4,150}}<{_ADDRESS}>\s*:$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_CLOCK = re.compile(r"(?<![\d.:])\d{1,2}[:.]\d{2}(?![.]?\d)|(?<![\d.:])\d{1,2}[:.]\d{2}[:.]\d{2}(?!\d)")

_LABELS = {
    "from": one_of("from|dari|pengirim|von|de|da|van", start="^", end=r"\s*:\s*\S"),
    "date": one_of(
        "sent|date|dikirim|tanggal|terkirim|gesendet|datum|envoy[ée]|enviad[ao]|inviato|data|fecha|verzonden",
        start="^",
        end=r"(?: (?:le|el|em|am|on|il|pada))?\s*:\s*\S",
    ),
    "to": one_of("to|kepada|ke|untuk|penerima|an|[àa]|para|aan", start="^", end=r"\s*:"),
    "subject": one_of(
        "subject|perihal|subjek|subyek|hal|judul|betreff|objet|asunto|oggetto|assunto|onderwerp", start="^", end=r"\s*:"
    ),
    "other": one_of(
        "cc|bcc|tembusan|reply-to|balas ke|importance|kepentingan|attachments?|lampiran", start="^", end=r"\s*:"
    ),
}

_SENT = one_of("sent|dikirim|terkirim|gesendet|envoy[ée]|enviad[ao]|inviato|verzonden", start=r"^[\s*]*", end=r"\b")
"""What programs call the date in a heading; who types a heading himself writes "Tanggal"."""

_LABELLED_VALUE = re.compile(r"^ {0,3}> *[A-Za-z][\w ./]{1,25} *[:=] *\S")
_SIGNATURE_MARK = re.compile(r"^\s*--\s*$")
_ANSWERS_BELOW = one_of(
    r"(?:jawab\w*|men(?:jawab|anggap\w*)|balas\w*|tanggap\w*|komentar\w*|isian\w*|keterangan|catatan|koreksi\w*|revisi\w*"
    r"|perbaikan\w*|tambahan\w*|answers?|repl(?:y|ies)|comments?|respon\w*)\b[^.?!\n]{0,60}"
    r"(?:di ?bawah|berwarna|warna|merah|biru|hijau|kuning|ungu|tebal|miring|sela|below|inline|red|blue|green|bold)\b"
)
_GREETING_WORDS = frozenset(
    re.findall(
        r"\w+",
        "admin assalamualaikum assalamu alaikum bapak bpk bu dan dear dengan di dinas good halo hai hallo hello "
        "hi hormat ibu kak kepada kepala malam mas mbak min morning om pagi pak para permisi petugas salam "
        "sejahtera selamat siang sore tempat terhormat wb wr warahmatullahi wabarakatuh yang yth",
    )
)


@dataclass(frozen=True, slots=True)
class OlderLetter:
    """A letter that stands within another: the lines above it that name its writer, its words, its signature."""

    heading: str
    text: str
    signature: str = ""

    @property
    def writer(self) -> tuple[str, str]:
        """Return the display name and the address that the heading gives, each empty where it gives none."""
        lines = [line[:_LONGEST_MARK].strip(" >*\t") for line in self.heading.split("\n")]
        named = next((line.partition(":")[2] for line in lines if _label(line) == "from"), None)
        address = re.search(_ADDRESS, "\n".join(lines) if named is None else named)
        name = re.sub(rf"[<\[(]?(?:mailto:)?{_ADDRESS}[>\])]*", "", named or "").strip(" *\"'<>\t")
        return name, address[0] if address else ""


@dataclass(frozen=True, slots=True)
class NewText:
    """A mail's text in four: newly written, quoted from earlier letters, signature, footer.

    The `footer` is what programs and offices put under every letter: a phone's own line, disclaimers. `forwarded` is
    the letter that stands, forwarded, below what was newly written; it is part of what is quoted.
    """

    text: str
    quoted: str
    signature: str
    forwarded: OlderLetter | None = None
    footer: str = ""


@dataclass(frozen=True, slots=True)
class _Mark:
    """Where an older letter begins: the lines of its heading, and whether it is forwarded or answered."""

    start: int
    end: int
    forward: bool = False
    heading: bool = False  # a block of From, Date, To, Subject belongs to it
    quotes_follow: bool = False
    typed: bool = False  # a person may have written it: only in an answer does it begin an older letter


@dataclass(slots=True)
class _Sorting:
    """The lines of a mail as they are told apart."""

    new: list[str] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    signature: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)

    def has_text(self) -> bool:
        return any(re.search(r"\w", line) and not _RULED_LINE.match(line.strip()) for line in self.new)

    def only_leads(self) -> bool:
        """Say whether nothing was written but greetings and titles of what follows."""
        return all(_leads(line) for line in self.new)

    def answers_below(self) -> bool:
        """Say whether the writer announces that he wrote on, between the lines of the older letter."""
        return any(_ANSWERS_BELOW.search(line) for line in self.new)


def separate(mail_text: str, subject: str = "", *, answers: bool = False) -> NewText:
    """Find what the writer newly wrote.

    Answers between or below the quoted lines stay; of a bare forward the forwarded letter is the text. In doubt a line
    counts as newly written, and the text is never empty if the mail has any. Names, addresses and phone numbers under a
    letter stay in the text: only what stands below a signature mark is the signature, and no sentence does.
    `answers` says that by its headers the mail answers another; so says a subject with Re:. In any other, marks that a
    person may have made himself (">" without a word of whom it quotes, a typed heading) quote nothing.
    """
    return _separate(mail_text, subject, 0, answers=answers or bool(_REPLY_SUBJECT.match(subject)))


def older_letter(quoted: str) -> OlderLetter | None:
    """Take the newest letter out of what `separate` found quoted; None where no word is in it."""
    lines, shown = _lines_of(quoted)
    start = _next_filled(shown, 0)
    if start is None:
        return None
    mark = _mark_at(shown, start) or _Mark(start, start)
    found = _unwrapped(lines, shown, mark, _DEEPEST - 1)
    return found.forwarded if found else None


def _lines_of(text: str) -> tuple[list[str], list[str]]:
    """Cut a text into its lines, as they are and as they are looked at."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines, [_INVISIBLE.sub("", line).replace("\xa0", " ").replace("\t", " ").rstrip() for line in lines]


def _separate(mail_text: str, subject: str, depth: int, *, answers: bool) -> NewText:
    lines, shown = _lines_of(mail_text)
    beyond = lines[_LONGEST_LETTER:]
    forwards = bool(_FORWARD_SUBJECT.match(subject))
    sorting, stop = _sorted(lines[:_LONGEST_LETTER], shown[:_LONGEST_LETTER], first=not (answers or forwards))
    inner = None
    if stop is not None and depth < _DEEPEST and (stop.forward or forwards or (stop.heading and not answers)):
        inner = _unwrapped(lines, shown, stop, depth)
    if not sorting.has_text():
        return replace(inner, forwarded=None) if inner else _whole(mail_text)
    if not answers and inner is None and sorting.quoted and sorting.only_leads():
        return _whole(mail_text)
    (sorting.new if stop is None else sorting.quoted).extend(beyond)
    return NewText(
        _tidy(sorting.new),
        _tidy(sorting.quoted),
        _tidy(sorting.signature),
        inner.forwarded if inner else None,
        _tidy(sorting.footer),
    )


def _leads(line: str) -> bool:
    """A greeting, or a title that ends in a colon, only leads to what stands below it."""
    words = re.findall(r"[^\W_]+", line.lower())
    return _GREETING_WORDS.issuperset(words) or (line.rstrip().endswith(":") and len(words) <= _LONGEST_LEAD)


def _whole(mail_text: str) -> NewText:
    return NewText(mail_text.strip(), "", "")


def _tidy(lines: Sequence[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _sorted(lines: list[str], shown: list[str], *, first: bool) -> tuple[_Sorting, _Mark | None]:
    """Go through the lines once; returns the mark too at which the rest of the mail became the older letter.

    `first` says that the mail answers and forwards nothing that is known of.
    """
    sorting = _Sorting()
    answered = False  # an attribution was seen: what is marked with ">" is the older letter, not a quotation by hand
    at = 0
    while at < len(lines):
        mark = _mark_at(shown, at)
        if mark is not None and not (first and mark.typed):
            sorting.quoted += lines[mark.start : mark.end]
            if not mark.quotes_follow and not (not mark.forward and sorting.answers_below()):
                sorting.quoted += lines[mark.end :]
                return sorting, mark
            answered, at = True, mark.end
        elif _QUOTED.match(shown[at]):
            end = _end_of_quotes(shown, at)
            drop = answered or (not first and _is_last(shown, end) and not _is_list(shown, at, end))
            (sorting.quoted if drop else sorting.new).extend(lines[at:end])
            at = end
        elif (below := _end_of_signature(shown, at)) is not None:
            _sort_signature(sorting, lines[at + 1 : below], shown[at + 1 : below])
            at = below
        elif (end_of_footer := _end_of_footer(shown, at)) is not None:
            sorting.footer += lines[at:end_of_footer]
            at = end_of_footer
        else:
            sorting.new.append(lines[at])
            at += 1
    return sorting, None


def _sort_signature(sorting: _Sorting, lines: list[str], shown: list[str]) -> None:
    at = 0
    while at < len(lines):
        end = _end_of_footer(shown, at)
        (sorting.signature if end is None else sorting.footer).extend(lines[at : end or at + 1])
        at = end or at + 1


def _unwrapped(lines: list[str], shown: list[str], mark: _Mark, depth: int) -> NewText | None:
    """Take the letter out of a bare forward; None where nothing is in it. Its `forwarded` is that letter once more."""
    start = mark.end if mark.heading else _end_of_heading(shown, mark.end)
    heading, inner = lines[mark.start : start], lines[start:]
    if all(_QUOTED.match(line) or not line.strip() for line in shown[start:]):
        inner = [re.sub(r"^ {0,3}> ?", "", line) for line in inner]
        start_inner = _end_of_heading([line.strip() for line in inner], 0)
        heading, inner = heading + inner[:start_inner], inner[start_inner:]
    found = _separate("\n".join(inner), "", depth + 1, answers=True)
    if not found.text:
        return None
    quoted = "\n\n".join(part for part in (_tidy(lines[:start]), found.quoted) if part)
    handed_on = OlderLetter(_tidy(heading), found.text, found.signature)
    return NewText(found.text, quoted, found.signature, handed_on, found.footer)


# --- marks -------------------------------------------------------------------------------------------------------


def _mark_at(shown: list[str], at: int) -> _Mark | None:
    line = shown[at].strip()
    if not line or len(line) > _LONGEST_MARK or _QUOTED.match(shown[at]):
        return None
    if _FORWARD.match(line) and (line.endswith(":") or line[0] in "-_=*" or _heading_ahead(shown, at + 1)):
        return _marked(shown, at, _end_of_heading(shown, at + 1), forward=True)
    if _DELIMITER.match(line) and (line[0] in "-_=*" or _heading_ahead(shown, at + 1)):
        return _marked(shown, at, _end_of_heading(shown, at + 1))
    if _RULE.match(line) and len(line) >= 10:
        ahead = _next_filled(shown, at + 1)
        end = _heading_end(shown, ahead, ruled=True) if ahead is not None else None
        return _marked(shown, at, end, heading=True) if end is not None else None
    if _WITH_OLD_WORDS.match(line):
        return _Mark(at, at + 1, typed=True)
    end = _attribution_end(shown, at)
    if end is not None:
        return _marked(shown, at, end, attribution=True)
    end = _heading_end(shown, at)
    return _marked(shown, at, end, heading=True) if end is not None else None


def _marked(
    shown: list[str], start: int, end: int, *, forward: bool = False, heading: bool = False, attribution: bool = False
) -> _Mark:
    ahead = _next_filled(shown, end)
    quotes = ahead is not None and bool(_QUOTED.match(shown[ahead])) and not forward
    by_program = any(_SENT.match(line) for line in shown[start:end]) if heading else quotes or not attribution
    return _Mark(start, end, forward=forward, heading=heading, quotes_follow=quotes, typed=not by_program)


def _attribution_end(shown: list[str], at: int) -> int | None:
    """Recognise "Pada ... menulis:" over one or several lines; returns the line after it."""
    line = shown[at].strip()
    if _NAMED_WRITER.match(line) and _is_attribution(line, shown, at + 1):
        return at + 1
    if _NAMED_WRITER.match(line) and line.startswith("--") and line.endswith("--"):
        return at + 1
    if _DATE_FIRST.match(line) and (line.endswith(":") or _quotes_ahead(shown, at + 1, r"^ {0,3}[>|]")):
        return at + 1  # without either it may head a paragraph of a chronicle
    if _QUOTING.match(line) and _quotes_ahead(shown, at + 1):
        return at + 1
    if _DATED_WRITER.match(line) and _CLOCK.search(line):
        return at + 1
    if line.endswith(":") and _YEAR.search(line) and _CLOCK.search(line) and _quotes_ahead(shown, at + 1):
        return at + 1  # whatever its language
    if not _OPENS_ATTRIBUTION.match(line):
        return None
    joined = ""
    for end in range(at, min(at + _LONGEST_ATTRIBUTION, len(shown))):
        if not shown[end].strip() or _QUOTED.match(shown[end]):
            return None
        joined = f"{joined} {shown[end].strip()}".strip()
        if _CLOSES_ATTRIBUTION.search(joined):
            return end + 1 if _is_attribution(joined, shown, end + 1) else None
        if end > at and joined.endswith(":") and _quotes_ahead(shown, end + 1) and re.search(_ADDRESS, joined):
            return end + 1
    return None


def _is_attribution(joined: str, shown: list[str], after: int) -> bool:
    """Tell a program's line from a sentence of a letter that ends in the same word or has it in its midst."""
    if _quotes_ahead(shown, after):
        return bool(re.search(rf"\d|{_ADDRESS}", joined))
    if not _ENDS_ATTRIBUTION.search(joined):
        return False
    # A sentence of an Indonesian letter may end in "menulis:" and name day and hour; an English one here does not.
    english_hour = joined.endswith(":") and "menulis" not in joined.lower() and _CLOCK.search(joined)
    return bool(_ADDRESS_IN_MARKS.search(joined) or english_hour)


def _quotes_ahead(shown: list[str], at: int, mark: str | re.Pattern[str] = _QUOTED) -> bool:
    ahead = _next_filled(shown, at)
    return ahead is not None and bool(re.match(mark, shown[ahead]))


def _label(line: str) -> str | None:
    bare = line.strip().strip("*").replace("*:", ":").replace(":*", ":").strip()
    return next((name for name, pattern in _LABELS.items() if pattern.match(bare)), None)


def _heading_ahead(shown: list[str], at: int) -> bool:
    ahead = _next_filled(shown, at)
    return ahead is not None and _label(shown[ahead]) is not None


def _heading_end(shown: list[str], at: int, *, ruled: bool = False) -> int | None:
    """Recognise the heading that mail programs put over an older letter; returns the line after it.

    A letter may begin with lines like these too: only a heading with writer, date and receiver or subject counts, and
    either the hour stands with the date, or all four are there and an address with the writer or a rule above them.
    """
    if _label(shown[at]) not in ("from", "date"):
        return None
    found: dict[str, str] = {}
    end = at
    for number, name, line in _labelled(shown, at):
        found.setdefault(name, line)
        end = number
    if not {"from", "date"} <= found.keys() or not found.keys() & {"to", "subject"}:
        return None
    whole = ("@" in found["from"] or ruled) and {"to", "subject"} <= found.keys()
    return end + 1 if whole or _CLOCK.search(found["date"]) else None


def _end_of_heading(shown: list[str], at: int) -> int:
    """Skip the heading lines after a forward or reply mark, if there are any."""
    ahead = _next_filled(shown, at)
    if ahead is None or _label(shown[ahead]) is None:
        return at
    return max((end for end, _, _ in _labelled(shown, ahead)), default=at) + 1


def _labelled(shown: list[str], at: int) -> Iterator[tuple[int, str, str]]:
    """Yield (number, label, line) of a heading; a wrapped line belongs to its label, one blank line may lie between."""
    blanks, name = 0, None
    for end in range(at, min(at + 24, len(shown))):
        label = _label(shown[end])
        if label is not None:
            name, blanks = label, 0
            yield end, label, shown[end]
        elif not shown[end].strip():
            blanks += 1
            if blanks > 1:
                return
        elif blanks or name not in ("to", "other", "subject", "from") or not _is_wrapped(shown, end):
            return
        else:
            yield end, name, shown[end]


def _is_wrapped(shown: list[str], at: int) -> bool:
    """A line without a label continues a heading if another label follows soon."""
    return any(_label(line) is not None for line in shown[at + 1 : at + 4])


# --- quotes, signatures ------------------------------------------------------------------------------------------


def _next_filled(shown: list[str], at: int) -> int | None:
    return next((number for number in range(at, len(shown)) if shown[number].strip()), None)


def _end_of_quotes(shown: list[str], at: int) -> int:
    end = at
    for number in range(at, len(shown)):
        if _QUOTED.match(shown[number]):
            end = number + 1
        elif shown[number].strip():
            break
    return end


def _is_last(shown: list[str], at: int) -> bool:
    return _is_before_old(shown, at) and not _quotes_ahead(shown, at)


def _is_list(shown: list[str], at: int, end: int) -> bool:
    """Some use ">" as a bullet: short lines below a colon, or a label and a value each."""
    filled = [line for line in shown[at:end] if line.strip(" >")]
    before = next((line for line in reversed(shown[max(0, at - 4) : at]) if line.strip()), "")
    short = all(len(line) <= _LONGEST_LIST_LINE and line.count(">") == 1 for line in filled)
    return short and (before.rstrip().endswith(":") or all(_LABELLED_VALUE.match(line) for line in filled))


def _end_of_signature(shown: list[str], at: int) -> int | None:
    """Find where the block below a signature mark ends; None where none is, or one that no signature would be."""
    if not _SIGNATURE_MARK.match(shown[at]):
        return None
    end, filled = at + 1, 0
    while end < len(shown) and not _QUOTED.match(shown[end]) and _mark_at(shown, end) is None:
        footer = _end_of_footer(shown, end)
        if footer is None:
            filled += bool(shown[end].strip())
            if filled > _LONGEST_SIGNATURE or is_sentence(shown[end]):
                return None
        end = footer or end + 1
    return end


def _end_of_footer(shown: list[str], at: int) -> int | None:
    """Find where a phone's own line, the last of what was written, or a disclaimer ends; None where none begins."""
    if _is_footer(shown, at) and _is_before_old(shown, at + 1):
        return at + 1
    return _end_of_disclaimer(shown, at)


def _is_footer(shown: list[str], at: int) -> bool:
    """A phone's line is a paragraph of its own; the same words at the end of one are the writer's."""
    return is_phone_line(shown[at]) and (at == 0 or not shown[at - 1].strip())


def _end_of_disclaimer(shown: list[str], at: int) -> int | None:
    """Recognise a paragraph of the kind that offices put under every mail; it has to prove that it is one."""
    if not may_disclaim(shown[at]):
        return None
    below_another = at > 0 and shown[at - 1].strip() and not _SIGNATURE_MARK.match(shown[at - 1])
    if below_another and not is_title(shown[at]):
        return None
    end = at
    while end < len(shown) and shown[end].strip() and not _QUOTED.match(shown[end]):
        end += 1
    return end if disclaims(shown[at:end]) else None


def _is_before_old(shown: list[str], at: int) -> bool:
    """Say whether nothing newly written follows at once: the end, an older letter, quotes or a signature."""
    ahead = _next_filled(shown, at)
    return (
        ahead is None
        or bool(_QUOTED.match(shown[ahead]))
        or bool(_SIGNATURE_MARK.match(shown[ahead]))
        or _is_footer(shown, ahead)
        or _end_of_disclaimer(shown, ahead) is not None
        or _mark_at(shown, ahead) is not None
    )
