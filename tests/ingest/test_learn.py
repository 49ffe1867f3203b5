"""Learning: the same letters give the same file, and a new model is kept only if it is no worse than the old."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from config.base import ConfigError
from config.rules import Rules
from ingest.classify import Caution
from ingest.examples import Example, example, letter_of, read_examples
from ingest.features import FeatureReader
from ingest.learn import cross_validate, learn, much_dearer, train
from ingest.model import Model, UnusableModel, parse_model, read_model, written
from ingest.rules import RuleClassifier
from ingest.tally import Tally, cost, tally
from ledger.ports import Wording
from ledger.words import Kind

SHIPPED = Path(__file__).parents[2] / "config"
BOXES = {"hubinsyaker.kotaprob@gmail.com": "ppjp", "pentalasker@yahoo.co.id": "siskotkln"}
CAUTION = Caution(review_below=0.7, complaint_cost=20)
TODAY = date(2026, 11, 23)


@cache
def reader() -> FeatureReader:
    rules = Rules.model_validate(tomllib.loads((SHIPPED / "rules.toml").read_text(encoding="utf-8")))
    return FeatureReader(RuleClassifier(rules, 0.75, BOXES, ["ppjp", "siskotkln"]))


@cache
def some() -> tuple[Example, ...]:
    """Every twelfth built-in letter: enough to learn from, and quick."""
    return read_examples(SHIPPED / "examples")[::12]


@cache
def small_model() -> Model:
    return train(some(), reader(), TODAY)


def _correction(number: int, kind: Kind) -> Example:
    return Example(Wording("", f"Upah saya bulan ke-{number} belum dibayar oleh pabrik, mohon ditindak."), kind, "umum")


def test_the_built_in_letters_are_many_and_of_every_kind_and_service() -> None:
    examples = read_examples(SHIPPED / "examples")
    assert len(examples) >= 1200
    assert {each.kind for each in examples} == set(Kind)
    assert {each.service for each in examples} == {"ppjp", "siskotkln", "umum"}
    assert {each.wording.mailbox for each in examples} == set(BOXES)
    assert len({each.digest for each in examples}) == len(examples)


def test_what_a_built_in_letter_quotes_is_left_out_though_no_header_says_that_it_answers() -> None:
    row = {"subject": "Upah", "attachments": [], "mailbox": "", "kind": "pengaduan", "service": "umum"}
    told = example({**row, "text": "Upah kami masih kurang.\n\n> Keluhan Saudara sudah kami catat."})
    assert told.wording.text == "Upah kami masih kurang."


def test_learning_twice_gives_the_same_bytes() -> None:
    assert written(train(some(), reader(), TODAY)) == written(small_model())


def test_the_order_of_the_letters_changes_nothing_that_is_told_of_them() -> None:
    turned = train(some()[::-1], reader(), TODAY)
    assert (turned.examples, turned.letters) == (small_model().examples, small_model().letters)


def test_what_is_written_is_read_again_as_it_was() -> None:
    model = small_model()
    assert parse_model(written(model)) == model
    assert json.loads(written(model))["trained"] == "2026-11-23"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-40],
        lambda text: text.replace('"temperature": ', '"temperature": -'),
        lambda text: text.replace('"bias": [', '"bias": [1.0, ', 1),
        lambda text: text.replace('"features": "', '"features": "0'),
        lambda text: "[]",
        lambda text: "null",
    ],
)
def test_a_file_that_was_spoilt_is_not_used(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(UnusableModel):
        parse_model(spoil(written(small_model())))


def test_the_shipped_model_was_learned_from_the_shipped_letters() -> None:
    shipped = read_model(SHIPPED / "model.json")
    assert shipped.letters == len(read_examples(SHIPPED / "examples"))
    assert shipped.corrections == ()


def test_letters_held_out_are_mostly_judged_right() -> None:
    count = cross_validate(some(), reader(), CAUTION)
    assert count.letters == len(some())
    assert count.right / count.letters > 0.6


def test_a_first_model_is_kept() -> None:
    report = learn(None, some(), [], reader(), CAUTION, TODAY)
    assert (report.keeps_new, report.all.old) == (True, None)
    assert report.model == small_model()


def test_corrections_that_help_are_learned() -> None:
    corrections = [_correction(number, Kind.PENGADUAN) for number in range(6)]
    report = learn(small_model(), some(), corrections, reader(), CAUTION, TODAY)
    assert report.keeps_new, report.why
    *counts, told = report.said(Path("kantor") / "model.json").splitlines()
    assert told.startswith("Model baru sekarang dipakai: ") and str(Path("kantor") / "model.json") in told
    assert report.model.corrections == tuple(sorted(each.told for each in corrections))
    assert report.all.old is not None and report.corrections.old is not None
    assert report.all.old.letters == report.all.new.letters == len(some()) + 6
    assert report.corrections.old.letters == report.corrections.new.letters == 6
    assert counts == [
        f"Semua surat yang disisihkan: model lama {report.all.old.said}; model baru {report.all.new.said}.",
        f"Pembetulan petugas saja: model lama {report.corrections.old.said}; model baru {report.corrections.new.said}.",
    ]


def test_the_old_model_is_kept_where_the_new_one_is_worse() -> None:
    turned = {Kind.PENGADUAN: Kind.SARAN, Kind.SARAN: Kind.PENGADUAN}
    wrong = [replace(each, kind=turned.get(each.kind, Kind.INFORMASI), writer="") for each in some()[::3]]
    wrong = [replace(each, wording=replace(each.wording, text=f"{each.wording.text} lagi")) for each in wrong]
    honest = Example(Wording("", "Gaji kami ditahan."), Kind.PENGADUAN, "umum")
    old = small_model()
    report = learn(old, some(), [honest, *_contradicting(wrong)], reader(), CAUTION, TODAY)
    assert not report.keeps_new
    assert report.model is old
    assert report.said(Path("model.json")).splitlines()[-1] == f"Model yang sekarang tetap dipakai: {report.why}."
    assert report.all.old is not None
    assert _cost(report.all.new) > _cost(report.all.old)


def _cost(count: Tally) -> float:
    return CAUTION.complaint_cost * count.lost + count.reviewed + count.letters - count.right


def _contradicting(wrong: list[Example]) -> list[Example]:
    """Every letter twice, with two different answers: nobody can learn anything from that."""
    other = {Kind.SARAN: Kind.LAINNYA, Kind.PENGADUAN: Kind.INFORMASI, Kind.INFORMASI: Kind.SARAN}
    return [*wrong, *(replace(each, kind=other.get(each.kind, Kind.PENGADUAN)) for each in wrong)]


def test_a_model_that_knows_an_erased_letter_is_never_kept() -> None:
    erased = replace(small_model(), corrections=("f" * 20 + " saran umum",))
    report = learn(erased, some(), [], reader(), CAUTION, TODAY)
    assert report.keeps_new
    assert "sudah tidak ada" in report.why


def test_a_letter_of_which_the_office_thinks_otherwise_now_is_still_the_same_letter() -> None:
    before = Example(Wording("", "Kapan upah kami naik?"), Kind.PENGADUAN, "umum", mail="a" * 64)
    after = replace(before, wording=Wording("", "Kapan upah kami naik? terlampir"), kind=Kind.INFORMASI)
    assert (before.letter, before.told) != (before.digest, after.told)
    assert before.letter == after.letter == letter_of(before.told)
    assert replace(before, mail="b" * 64).letter != before.letter
    assert replace(before, mail="").letter == replace(after, mail="", wording=before.wording).letter


def test_a_model_that_learned_another_answer_to_a_letter_is_compared_and_not_thrown_away() -> None:
    wrong = [replace(each, writer="", kind=_OTHERWISE.get(each.kind, Kind.LAINNYA)) for each in some()[::2]]
    honest = _correction(1, Kind.PENGADUAN)
    knew = replace(small_model(), corrections=(honest.told,))
    report = learn(knew, some(), [replace(honest, kind=Kind.SARAN), *wrong], reader(), CAUTION, TODAY)
    assert not report.keeps_new and report.model is knew


_OTHERWISE = {Kind.PENGADUAN: Kind.LAINNYA, Kind.SARAN: Kind.INFORMASI, Kind.INFORMASI: Kind.SARAN}


@pytest.mark.parametrize(
    ("differences", "much"),
    [
        ([], False),
        ([0.0] * 50, False),
        ([-21.0, 1.0, 1.0], False),
        ([1.0, 1.0, -1.0, 0.0], False),
        ([21.0, 0.0, 0.0, 0.0], False),
        ([1.0] * 9, True),
        ([1.0, 1.0, 1.0, 1.0, -1.0, 0.0], True),
        ([21.0, 21.0, 0.0, 0.0, 0.0], True),
    ],
)
def test_costs_that_rise_no_more_than_chance_would_make_them_are_no_reason(
    differences: list[float], much: bool
) -> None:
    assert much_dearer(differences) is much


@pytest.mark.parametrize(
    ("true", "judged", "review", "expected"),
    [
        (Kind.PENGADUAN, Kind.PENGADUAN, False, 0),
        (Kind.PENGADUAN, Kind.PENGADUAN, True, 1),
        (Kind.PENGADUAN, Kind.SARAN, True, 2),
        (Kind.PENGADUAN, Kind.SARAN, False, 21),
        (Kind.INFORMASI, Kind.SARAN, False, 1),
    ],
)
def test_a_complaint_that_nobody_looks_at_costs_most(true: Kind, judged: Kind, review: bool, expected: float) -> None:
    assert cost((true, "umum", judged, "umum", 0.9, review), complaint_cost=20) == expected


def test_a_wrong_line_of_the_examples_is_named(tmp_path: Path) -> None:
    (tmp_path / "w9.jsonl").write_text('{"kind": "gosip"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"w9\.jsonl: line 1"):
        read_examples(tmp_path)


def test_a_silently_lost_complaint_and_the_calibration_are_counted() -> None:
    count = tally(
        [
            (Kind.PENGADUAN, "umum", Kind.SARAN, "umum", 0.9, False),
            (Kind.PENGADUAN, "ppjp", Kind.SARAN, "umum", 0.5, True),
            (Kind.PERMOHONAN, "ppjp", Kind.PERMOHONAN, "ppjp", 1.0, False),
            (Kind.LAINNYA, "umum", Kind.LAINNYA, "umum", 1.0, False),
        ]
    )
    assert (count.letters, count.right, count.lost, count.complaints, count.reviewed) == (4, 2, 1, 2, 1)
    assert (count.right_unreviewed, count.right_services, count.served) == (2, 2, 3)
    assert count.calibration_error == pytest.approx((0.9 + 0.5) / 4)


def test_letters_written_to_be_hard_do_not_make_the_model_doubt_the_others() -> None:
    flipped = [
        replace(each, kind=Kind.LAINNYA if each.kind is Kind.PENGADUAN else Kind.PENGADUAN) for each in some()[::16]
    ]
    hard = train([*some(), *(replace(each, writer="kontras9") for each in flipped)], reader(), TODAY)
    ordinary = train([*some(), *(replace(each, writer="w9") for each in flipped)], reader(), TODAY)
    assert hard.kind.temperature < ordinary.kind.temperature


def test_the_built_in_letters_hold_both_ordinary_ones_and_contrasts() -> None:
    ordinary = [each.ordinary for each in read_examples(SHIPPED / "examples")]
    assert ordinary.count(True) >= 1200 and ordinary.count(False) >= 400
