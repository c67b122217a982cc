"""How probable each candidate is, and whether it is taken without asking: a conditional logit, calibrated.

The utility of a candidate is the sum of its inputs, each times its weight; "none of these" has a utility of its own.
A softmax over all makes probabilities, which an isotonic curve sets right for the group of the query. All numbers are
in `parameters.toml`, made by `bench/training.py`; nothing is chosen here.
"""

from __future__ import annotations

import math
import tomllib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from twin_graph.errors import OperatorError
from twin_graph.matching.comparing import INPUTS, NONE_INPUTS, Inputs

FILE = Path(__file__).with_name("parameters.toml")
# What is known beside the name decides which curve and which threshold hold.
GROUPS = ("name", "unknown", "country", "evidence")


@dataclass(frozen=True)
class Threshold:
    """A first candidate is taken with at least this probability, and so much more than the second."""

    probability: float
    margin: float


@dataclass(frozen=True)
class Model:
    """The parameters of the matcher.

    Attributes:
        weights: of the inputs of candidates and of "none".
        curves: per group, points of a rising curve from the softmax to the probability.
        thresholds: per group.
        version: of the parameters.
    """

    weights: Mapping[str, float]
    curves: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=dict)
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)
    version: str = ""

    def posterior(self, candidates: Sequence[Inputs], none: Inputs, group: str) -> tuple[list[float], float]:
        """The probabilities of the candidates, and of none; together 1."""
        raw, none_raw = self.softmax(candidates, none)
        if not raw:
            return [], 1.0
        best = max(raw)
        calibrated = _on_curve(self.curves.get(group, ()), best)
        others = 1 - best
        scale = (1 - calibrated) / others if others > 0 else 0.0
        first = raw.index(best)
        return [
            calibrated if at == first else min(value * scale, calibrated) for at, value in enumerate(raw)
        ], none_raw * scale

    def softmax(self, candidates: Sequence[Inputs], none: Inputs) -> tuple[list[float], float]:
        """The same before the curve."""
        utilities = [self._utility(inputs) for inputs in candidates]
        own = self._utility(none)
        highest = max([*utilities, own])
        powers = [math.exp(utility - highest) for utility in utilities]
        nothing = math.exp(own - highest)
        total = math.fsum(powers) + nothing
        return [power / total for power in powers], nothing / total

    def _utility(self, inputs: Inputs) -> float:
        return math.fsum(self.weights.get(name, 0.0) * value for name, value in inputs.items())


def group_of(inputs: Inputs) -> str:
    """The group of a query, by the inputs of its first candidate."""
    if inputs.get("linked") or inputs.get("near") or inputs.get("network_match"):
        return "evidence"
    if inputs.get("country_unknown"):
        return "unknown"
    return "country" if inputs.get("country_match") or inputs.get("country_mismatch") else "name"


@cache
def read_model(path: Path = FILE) -> Model:
    """The parameters of a file.

    Raises:
        OperatorError: it is not one of this version of the program.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return _model(content)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise OperatorError(f"{path.name} cannot be read: {problem}") from problem


def _model(content: Mapping[str, Any]) -> Model:
    weights = {name: float(value) for name, value in content["weights"].items()}
    if set(weights) != {*INPUTS, *NONE_INPUTS}:
        raise ValueError("the weights are not those of the inputs; train again")
    return Model(
        weights,
        {
            group: tuple((float(x), float(y)) for x, y in points)
            for group, points in content["curves"].items()
        },
        {
            group: Threshold(float(row["probability"]), float(row["margin"]))
            for group, row in content["thresholds"].items()
        },
        str(content["origin"]["version"]),
    )


def _on_curve(points: Sequence[tuple[float, float]], value: float) -> float:
    """The height of a curve at a value, straight between its points, as it is without points."""
    if not points:
        return value
    after = bisect_right([x for x, _ in points], value)
    if after == 0:
        return points[0][1]
    if after == len(points):
        return points[-1][1]
    (x1, y1), (x2, y2) = points[after - 1], points[after]
    return y1 + (y2 - y1) * (value - x1) / (x2 - x1)
