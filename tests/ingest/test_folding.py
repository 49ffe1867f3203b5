"""Everyday writing as plain words, and the language of phrases that are looked for in them."""

import pytest

from ingest.folding import PhraseBook, fold, voices

SHORT = {"smp": "sampai", "gak": "tidak", "duit": "uang"}


def found(phrase: str, text: str, **classes: list[str]) -> list[str]:
    words = fold(text, SHORT)
    hits = PhraseBook([("x", [phrase])], SHORT, classes).find(words)
    return [" ".join(words[hit.start : hit.end]) for hit in hits]


@pytest.mark.parametrize(
    ("root", "spoken"),
    [
        ("lempar", ["dilempar", "melempar", "melempari", "ngelempar", "terlempar", "pelemparan", "dilemparno"]),
        ("tuduh", ["dituduh", "menuduh", "nuduh", "tertuduh", "dituduhkan", "nuduhin"]),
        ("peras", ["diperas", "memeras", "meras", "pemerasan", "eperas"]),
        ("kejar", ["dikejar", "mengejar", "ngejar", "pengejaran"]),
        ("siram", ["disiram", "menyiram", "nyiramin", "kesiram"]),
        ("ancam", ["diancam", "mengancam", "ngancam", "terancam", "pengancaman"]),
        ("jebak", ["dijebak", "menjebak", "njebak", "kejebak"]),
        ("curi", ["dicuri", "mencuri", "nyuri"]),
        ("gusur", ["digusur", "menggusur", "nggusur", "penggusuran"]),
    ],
)
def test_a_root_is_found_in_its_voices(root: str, spoken: list[str]) -> None:
    assert set(spoken) <= voices(root)
    assert [found(f"~{root}", word) for word in spoken] == [[word] for word in spoken]


def test_a_root_alone_is_none_of_its_voices() -> None:
    assert found("~pukul", "besok pukul sembilan") == []


def test_an_ending_may_follow_a_voice() -> None:
    assert found("~tuduh", "dituduhnya saya") == ["dituduhnya"]


def test_a_class_stands_for_any_of_its_words_first_or_later() -> None:
    classes = {"siapa": ["bos*", "~jaga"], "apa": ["uang", "#uang", "map"]}
    assert found("<siapa> .. <apa>", "bosku dan penjaga tadi minta duit", **classes) == [
        "bosku dan penjaga tadi minta uang"
    ]
    assert found("<siapa> .. <apa>", "yang menjaga minta 50 ribu", **classes) == ["menjaga minta #uang"]
    assert found("<siapa> .. <apa>", "yang menjaga minta maaf", **classes) == []


def test_a_word_that_is_of_a_class_twice_is_found_once() -> None:
    assert found("<siapa>", "bosnya", siapa=["bos", "bos*", "bosnya"]) == ["bosnya"]


@pytest.mark.parametrize("text", ["anak SMP", "kelas 2 smp", "siswa smp negeri"])
def test_a_school_is_one_behind_words_of_pupils(text: str) -> None:
    assert "smp" in fold(text, SHORT)


@pytest.mark.parametrize("text", ["dari pagi smp malam", "smp kapan", "2 smp 3 hari"])
def test_elsewhere_the_same_letters_are_short_for_until(text: str) -> None:
    assert "sampai" in fold(text, SHORT)
