"""The features of a letter: what counts, what does not, and the words that each stands for."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rules import Rules
from ingest.features import FACTS, KIND_GROUPS, SERVICE_GROUPS, SHARES, FeatureReader, Features, stem
from ingest.rules import RuleClassifier
from ledger.ports import Wording

SHIPPED = Path(__file__).parents[2] / "config" / "rules.toml"
BOXES = {"industri@example.org": "ppjp", "migran@example.org": "siskotkln"}


def _reader() -> FeatureReader:
    rules = Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    return FeatureReader(RuleClassifier(rules, 0.75, BOXES, ["ppjp", "siskotkln"]))


READER = _reader()


def read(text: str, subject: str = "", files: tuple[str, ...] = (), box: str | None = None) -> Features:
    return READER.read(Wording(subject, text, files, box))


def _words(features: Features) -> set[str]:
    return {key for key in features.values if key[0] in "ws"}


def test_short_forms_and_endings_meet_in_one_stem() -> None:
    assert read("gj sy blm dibayarkan").values.keys() >= {"s bayar", "w belum", "w gaji"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [("pembayarannya", "bayar"), ("dibayar", "bayar"), ("mendaftarkan", "daftar"), ("di", "di"), ("ini", "ini")],
)
def test_a_stem_is_the_word_without_its_commonest_affixes(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_greetings_closings_and_identity_lines_give_no_words() -> None:
    bare = read("Gaji belum dibayar.")
    dressed = read(
        "Assalamualaikum wr wb\nDengan hormat,\nNama : Budi Santoso\nNo. HP: 0812 0000 1111\nGaji belum dibayar.\n"
        "Atas perhatiannya kami ucapkan terima kasih."
    )
    assert _words(dressed) == _words(bare)


def test_the_words_behind_a_negation_are_marked_up_to_the_end_of_the_sentence() -> None:
    values = read("Mereka tidak pernah membayar. Petugas baik.").values
    assert "n bayar" in values
    assert "n baik" not in values


def test_the_words_of_a_question_are_marked_as_asked() -> None:
    values = read("Kantor buka kapan? Saya datang besok.").values
    assert "q buka" in values
    assert "q datang" not in values


def test_the_words_behind_a_but_are_marked_up_to_the_end_of_the_sentence() -> None:
    values = read("Petugas ramah tapi berkas kami hilang. Terima kasih.").values
    assert {"k _tapi", "k berkas", "k hilang"} <= values.keys()
    assert "k ramah" not in values and "k terima" not in values


def test_whom_a_letter_addresses_is_a_feature() -> None:
    assert "y imigrasi" in read("Kepada Kantor Imigrasi, mohon jadwal foto.").values


def test_names_of_files_count_and_their_words_are_kept_apart_from_the_text() -> None:
    features = read("terlampir", files=("surat_perjanjian-2026.pdf",))
    assert "a janji" in features.values
    assert "s janji" not in features.values


def test_the_mailbox_speaks_for_the_service_alone() -> None:
    assert "M siskotkln" in read("halo", box="MIGRAN@example.org").values
    assert "M -" in read("halo", box="lain@example.org").values
    assert "M" in SERVICE_GROUPS
    assert "M" not in KIND_GROUPS


def test_what_the_rules_found_is_a_feature_that_shows_the_words_found() -> None:
    features = read("Petugas membentak saya.")
    assert any("membentak" in found for found in features.shown["r sikap_petugas"])


def test_every_feature_stands_for_words_that_can_be_shown_never_for_bare_letters() -> None:
    features = read("Petugas membentak saya di loket.")
    grams = [key for key in features.values if key[0] == "c"]
    assert grams
    assert {found for key in grams for found in features.shown[key]} == {"petugas", "membentak", "saya", "di", "loket"}


def test_the_groups_are_told_apart() -> None:
    assert FACTS.isdisjoint(SHARES)
    assert {key[0] for key in read("Gaji belum dibayar?", "upah", ("a.pdf",)).values} <= KIND_GROUPS | SERVICE_GROUPS


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_whatever_has_features_and_always_the_same(text: str, subject: str, files: list[str]) -> None:
    wording = Wording(subject, text, tuple(files), "industri@example.org")
    features = READER.read(wording)
    assert features == _reader_again().read(wording)
    assert features.values.keys() == features.shown.keys()


AGAIN = _reader()


def _reader_again() -> FeatureReader:
    return AGAIN
