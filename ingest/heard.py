"""Finds out which parts of a mail are the letter: its body, a letter handed on with it, the files attached to it."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ingest.attached import text_of
from ingest.parse import AttachedFile, ParsedMail
from ingest.quote import NewText, OlderLetter, older_letter, separate
from ingest.rules import MOST_LETTERS, UMUM, RuleClassifier
from ledger.ports import Wording

_POINTS_AT_FILES = (
    "lampir",
    "terlampir",
    "dilampir",
    "melampir",
    "attach",
    "berkas",
    "dokumen",
    "surat",
    "file",
    "pdf",
    "scan",
    "foto",
    "pindai",
    "letter",
)
_SAYS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        # who, to whom, and the small words between
        "adalah atas bapak beserta bersama bu dan dari dengan di hal ibu ini isi itu kami ke kepada lewat maksud "
        "mas mbak min pada para perihal saya sebagaimana semua semuanya sesuai situ sudah sy tersebut untuk ya "
        "yang yth "
        # sending, opening, reading, answering
        "baca buka cek dibaca dibuka dicek dikirim dilihat diproses disampaikan ditanggapi ditindaklanjuti "
        "diunduh dijawab jawab jawaban kirim kirimkan kirimi lihat membaca membuka mengirim mengirimkan "
        "menyampaikan menanggapi menjawab menunggu sampaikan tanggapan tanggapannya tunggu ditunggu kabar "
        "kabarnya respon balasan unduh melihat menindaklanjuti perhatian diperhatikan "
        # more of it, and in what form
        "berikut bentuk detail detil email format halaman jelas jelasnya keterangan lanjut lebih lembar lengkap "
        "lengkapnya penjelasan resmi rincian rinciannya secara selengkapnya surel tertulis tulisan uraian "
        "uraiannya versi "
        # courtesy, readiness
        "bantu bantuan bantuannya banyak dibantu dibantunya berkenan bersedia bila apabila jika bisa dapat "
        "dibutuhkan dihubungi dipanggil "
        "diperlukan harap harapan besar hormat hormati ijin izin kapan kapanpun kasih kiranya maaf mohon mendapat "
        "nggih saja salam sangat segera siap silakan silahkan sudi terima terhormat tolong "
        # the same in English
        "and as at attached be below convenience dear earliest find for hope in is kindly me my of our please "
        "read regards reply respond response see send thank thanks the this to we you your",
    )
)
_ASKS = (
    "bantu",
    "harap",
    "lapor",
    "mohon",
    "minta",
    "please",
    "proses",
    "sebelum",
    "tanggap",
    "tindak",
    "tolong",
    "lanjut",
)
_FEW_WORDS, _COVER_WORDS, _NOTE_WORDS = 5, 20, 40
_TITLE_WORDS = 2
_MATTER = 1.5
"""Evidence of rules.toml that weighs at least this tells what a letter is about; files and thanks weigh less."""


@dataclass(frozen=True, slots=True)
class Say:
    """How much a text says itself: words of its own, greetings and the like apart, and whether it points at files.

    `asks` says whether anything is wanted, be it only in set phrases; whoever says more than a few words does.
    """

    words: int
    points_at_files: bool
    asks: bool = True

    @property
    def nothing(self) -> bool:
        """Say whether it has no word of its own."""
        return self.words == 0

    @property
    def little(self) -> bool:
        """Say whether what is attached must be read in its place, or beside it."""
        return self.nothing or (self.points_at_files and self.words <= _FEW_WORDS)

    @property
    def cover(self) -> bool:
        """Say whether it may be the note that somebody writes above a letter which he hands on."""
        return self.words <= _COVER_WORDS

    @property
    def opens_files(self) -> bool:
        """Say whether the files that came along are worth reading: a note above them may hide anything."""
        return self.points_at_files or self.words <= _NOTE_WORDS


def say_of(rules: RuleClassifier, text: str, subject: str = "") -> Say:
    """Count what a text says itself."""
    words = [word for word in rules.words_of(Wording(subject, text[:MOST_LETTERS])) if word[0].isalnum()]
    pointing = [word for word in words if word.startswith(_POINTS_AT_FILES)]
    own = [word for word in words if word not in _SAYS_NOTHING and word not in pointing]
    return Say(len(own), bool(pointing), len(own) > _FEW_WORDS or not _only_thanks(rules.fold(text)))


def _only_thanks(words: Sequence[str]) -> bool:
    asking = (word.startswith(_ASKS) and after != "maaf" for word, after in zip(words, [*words[1:], ""], strict=True))
    return "kasih" in words and not any(asking)


def names_a_matter(rules: RuleClassifier, text: str) -> bool:
    """Say whether rules.toml knows in a text what it is about: one of the services, or strong evidence of any kind."""
    weighed = rules.weigh(Wording("", text[:MOST_LETTERS]))
    served = any(found for key, found in weighed.topics.items() if key != UMUM)
    return served or any(said.reason.weight >= _MATTER for said in weighed.said if not said.family.startswith("#"))


@dataclass(frozen=True, slots=True)
class Heard:
    """The parts of a mail: `letter` are those that speak, first the writer's own words; `beside` what else it holds.

    `handed_on` speaks for somebody else, who then is the writer of the letter if `for_another`. `attached` is the text
    of the files, wherever it counts. `unclear` says why nobody can tell what is wanted; `guarded` that only a complaint
    may go on without a look.
    """

    letter: tuple[str, ...]
    beside: tuple[str, ...] = ()
    handed_on: OlderLetter | None = None
    for_another: bool = False
    attached: str = ""
    unclear: bool = False
    guarded: bool = False


class Listener:
    """Tells the parts of mails apart; `own` are the office's addresses in lower case."""

    def __init__(
        self,
        rules: RuleClassifier,
        own: Collection[str],
        read: Callable[[Sequence[AttachedFile]], str] = text_of,
    ) -> None:
        self._rules = rules
        self._own = own
        self._read = read

    def hear(self, mail: ParsedMail, parted: NewText) -> Heard:
        """Find the parts of a mail, the words of its body already told from the rest."""
        say = say_of(self._rules, parted.text)
        by_staff = bool(mail.sender and mail.sender.address.lower() in self._own)
        marked = self._not_ours(_handed_on(mail, parted))
        guessed = None if marked else self._below(mail, parted, say)
        handed_on = marked or guessed
        speaks = handed_on is not None and (by_staff or say.cover)
        own_words = (parted.text,) if not (by_staff and handed_on) or say.cover else ()
        letter = (*own_words, handed_on.text) if handed_on and speaks else own_words
        heard = self._with_files(mail, letter, say if letter == own_words else say_of(self._rules, "\n".join(letter)))
        unspoken = (handed_on.text,) if handed_on and not speaks else ()
        return Heard(
            letter=heard.letter,
            beside=(*heard.beside, *unspoken),
            handed_on=handed_on if speaks else None,
            for_another=by_staff and speaks,
            attached=heard.attached,
            unclear=heard.unclear or guessed is not None,
            guarded=heard.guarded,
        )

    def _with_files(self, mail: ParsedMail, letter: tuple[str, ...], say: Say) -> Heard:
        """Add the text of the files, to the letter or beside it, to what was said above them."""
        if not mail.files:
            whole = say_of(self._rules, "\n".join(letter), mail.subject)
            return Heard(letter, unclear=say.nothing and whole.words <= _TITLE_WORDS and whole.asks)
        attached = self._read(mail.files) if say.opens_files else ""
        vague = say.little or (say.opens_files and not names_a_matter(self._rules, "\n".join(letter)))
        if not attached:
            return Heard(letter, unclear=say.nothing, guarded=vague)
        return Heard((*letter, attached), attached=attached) if vague else Heard(letter, (attached,), attached=attached)

    def _below(self, mail: ParsedMail, parted: NewText, say: Say) -> OlderLetter | None:
        """Take the letter below for one handed on, where nobody said so but the writer says nothing else."""
        if not parted.quoted or say.words > _FEW_WORDS or not say.asks or names_a_matter(self._rules, parted.text):
            return None
        older = self._not_ours(older_letter(parted.quoted))
        answers = bool(mail.in_reply_to or mail.references)
        return None if older is None or (answers and not older.writer[1]) else older

    def _not_ours(self, older: OlderLetter | None) -> OlderLetter | None:
        return None if older is None or older.writer[1].lower() in self._own else older


def _handed_on(mail: ParsedMail, parted: NewText) -> OlderLetter | None:
    """Return the letter of somebody else that a mail forwards below a note, or encloses."""
    if parted.forwarded or not (mail.text and mail.enclosed):
        return parted.forwarded
    enclosed = separate(mail.enclosed, answers=True)
    return OlderLetter("", enclosed.text, enclosed.signature)
