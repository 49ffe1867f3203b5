"""The learned model as plain numbers: read from and written to one JSON file, and scored with the standard library."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import mul
from pathlib import Path
from typing import cast

from ingest.features import FACTS, SHARES, VERSION, Features

FORMAT = 1


class UnusableModel(Exception):
    """The model's file is missing, damaged or of another version; the text says which, in plain Indonesian."""


@dataclass(frozen=True, slots=True)
class Linear:
    """One linear model: for each class a bias, for each feature how many letters had it and a weight for each class.

    `temperature` divides the scores before they become chances (above 1: less sure of itself).
    """

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    letters: int
    temperature: float
    weights: Mapping[str, tuple[float, ...]]
    counts: Mapping[str, int]
    rarity: Mapping[str, float] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every letter is scaled by."""
        object.__setattr__(self, "rarity", rarities(self.counts, self.letters))

    def scores(self, values: Mapping[str, float]) -> list[float]:
        """Return the score of each class, in the order of `classes`, for scaled values."""
        if not values:
            return list(self.bias)
        numbers = list(values.values())
        columns = zip(*(self.weights[key] for key in values), strict=True)
        return [sum(map(mul, column, numbers), start) for start, column in zip(self.bias, columns, strict=True)]

    def chances(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return the calibrated chance of each class for scaled values."""
        return dict(zip(self.classes, softmax(self.scores(values), self.temperature), strict=True))

    def scaled(self, features: Features) -> dict[str, float]:
        """Return the features that the model knows, as it weighs them."""
        return scaled(features, self.rarity)


@dataclass(frozen=True, slots=True)
class Model:
    """What was learned: the kinds, the services, from which letters (a digest) and when (a date).

    `corrections` name the office's corrected letters that the model was trained with, each with what was said of it.
    """

    trained: str
    examples: str
    letters: int
    corrections: tuple[str, ...]
    kind: Linear
    service: Linear


def softmax(scores: Sequence[float], temperature: float = 1.0) -> list[float]:
    """Turn scores into chances that add up to one."""
    top = max(scores)
    powers = [math.exp((score - top) / temperature) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def rarities(counts: Mapping[str, int], letters: int) -> dict[str, float]:
    """Return what each feature is multiplied by: the fewer of the letters have it, the more."""
    rare = {count: 1 + math.log((1 + letters) / (1 + count)) for count in set(counts.values())}
    return {key: rare[count] for key, count in counts.items()}


def scaled(features: Features, rarity: Mapping[str, float]) -> dict[str, float]:
    """Scale the features in `rarity`: words by that, each group of words to its share; facts stay as they are."""
    values: dict[str, float] = {}
    squares: dict[str, float] = {}
    for key, value in features.values.items():
        rare = rarity.get(key)
        if rare is None:
            continue
        if key[0] not in FACTS:
            value = rare if value == 1 else (1 + math.log(value)) * rare
            squares[key[0]] = squares.get(key[0], 0.0) + value * value
        values[key] = value
    lengths = {group: SHARES.get(group, 1.0) / math.sqrt(square) for group, square in squares.items()}
    return {key: value * lengths.get(key[0], 1.0) for key, value in values.items()}


def written(model: Model) -> str:
    """Return the text of the model's file: JSON, a line for each feature, always the same for the same model."""
    head = {
        "format": FORMAT,
        "features": VERSION,
        "trained": model.trained,
        "examples": model.examples,
        "letters": model.letters,
        "corrections": list(model.corrections),
    }
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    lines += [
        f'"{name}": {_linear_text(linear)}' for name, linear in (("kind", model.kind), ("service", model.service))
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _linear_text(linear: Linear) -> str:
    rows = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps([linear.counts[key], *linear.weights[key]])}"
        for key in sorted(linear.weights)
    )
    head = {
        "classes": linear.classes,
        "bias": linear.bias,
        "letters": linear.letters,
        "temperature": linear.temperature,
    }
    return json.dumps(head)[:-1] + ', "weights": {\n' + rows + "\n}}"


def read_model(file: Path) -> Model:
    """Read a model's file; raises UnusableModel."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise UnusableModel(f"berkas {file.name} tidak dapat dibaca") from wrong
    return parse_model(text, file.name)


def parse_model(text: str, name: str = "model.json") -> Model:
    """Read the text of a model's file; raises UnusableModel."""
    try:
        written_down = json.loads(text)
        if (written_down["format"], written_down["features"]) != (FORMAT, VERSION):
            raise UnusableModel(f"berkas {name} dari versi lain")
        return Model(
            trained=str(written_down["trained"]),
            examples=str(written_down["examples"]),
            letters=int(written_down["letters"]),
            corrections=tuple(map(str, written_down["corrections"])),
            kind=_linear(written_down["kind"]),
            service=_linear(written_down["service"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise UnusableModel(f"berkas {name} rusak") from wrong


def _linear(row: Mapping[str, object]) -> Linear:
    classes = tuple(map(str, cast(Iterable[object], row["classes"])))
    bias = _numbers(row["bias"], len(classes))
    rows = cast(Mapping[str, Sequence[float]], row["weights"])
    temperature = float(cast(float, row["temperature"]))
    if temperature <= 0 or not classes:
        raise ValueError("temperature")
    return Linear(
        classes=classes,
        bias=bias,
        letters=int(cast(int, row["letters"])),
        temperature=temperature,
        weights={key: _numbers(numbers[1:], len(classes)) for key, numbers in rows.items()},
        counts={key: int(numbers[0]) for key, numbers in rows.items()},
    )


@lru_cache(maxsize=100_000)
def _shared(number: float) -> float:
    """Return one object for equal numbers: few differ after rounding, and the rows then lie close in memory."""
    return number


def _numbers(row: object, count: int) -> tuple[float, ...]:
    numbers = tuple(_shared(float(number)) for number in cast(Iterable[float], row))
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError("weights")
    return numbers
