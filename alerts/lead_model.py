"""The weights of leads: read from the shipped file, or made of texts by a linear support vector machine.

Only sums, products, quotients and roots, in a fixed order: the same texts give the same weights on every machine.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
from array import array
from dataclasses import dataclass, replace
from functools import cache
from operator import mul
from typing import TYPE_CHECKING, Final

from alerts.leads import BUCKETS, DATA, FEATURES, VERSION
from storage.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Values = Mapping[int, float]

CONCEPTS: Final = (
    "persuade_return",
    "family_pressure",
    "overseas_station",
    "exit_control",
    "repatriation",
    "returnee_control",
    "united_front_assoc",
    "overdue_abroad",
    "fox_hunt_sky_net",
    "reward_notice",
    "liaison_officer",
    "forbidden_countries",
)
_CONCEPT_BUCKETS: Final = 1 << 12
_CONCEPT_FEATURES: Final = _CONCEPT_BUCKETS + FEATURES - BUCKETS + 1
"""The last one is worth 1 in every text: how common a concept is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights by feature. `threshold` is taken off every score: above 0 is a lead. `concepts` tell which it is."""

    weights: Sequence[float]
    bias: float
    threshold: float
    concepts: Sequence[Sequence[float]]

    def concept(self, values: Values) -> str:
        """The likeliest concept of a window."""
        folded = _folded(values)
        numbers, worth = list(folded), list(folded.values())
        sums = [sum(map(mul, map(weights.__getitem__, numbers), worth)) for weights in self.concepts]
        return CONCEPTS[max(range(len(CONCEPTS)), key=lambda number: (sums[number], -number))]

    def taught(self, more: Mapping[int, float], bias: float) -> Model:
        """The model with what an analyst's marks add to it."""
        weights = list(self.weights)
        for number, value in more.items():
            weights[number] += value
        return replace(self, weights=weights, bias=self.bias + bias)


def _folded(values: Values) -> dict[int, float]:
    """The features as the concepts see them: fewer buckets will do to tell one from another."""
    found = {_CONCEPT_FEATURES - 1: 1.0}
    for number, value in values.items():
        at = number & (_CONCEPT_BUCKETS - 1) if number < BUCKETS else number - BUCKETS + _CONCEPT_BUCKETS
        found[at] = found.get(at, 0.0) + value
    return found


@cache
def data_digest() -> str:
    """SHA-256 of all that is shipped for leads: another file may score a text differently."""
    parts = [DATA.joinpath(name).read_bytes() for name in ("classes.yaml", "weights.bin")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@cache
def shipped() -> Model:
    """The model that longarm is shipped with. Raises ConfigError where its file is not this program's."""
    head, _, rest = DATA.joinpath("weights.bin").read_bytes().partition(b"\n")
    about = json.loads(head)
    size = 2 * FEATURES
    if about["version"] != VERSION or len(rest) != size + len(CONCEPTS) * _CONCEPT_FEATURES:
        raise ConfigError("alerts/data/leads/weights.bin: of another version; `python bench/leads/train.py` makes it")
    weights = array("h", rest[:size])
    if sys.byteorder == "big":
        weights.byteswap()
    concepts = array("b", rest[size:])
    return Model(
        weights=[value * about["scale"] for value in weights],
        bias=about["bias"],
        threshold=about["threshold"],
        concepts=[
            [value * about["concept_scale"] for value in concepts[at : at + _CONCEPT_FEATURES]]
            for at in range(0, len(concepts), _CONCEPT_FEATURES)
        ],
    )


def spelled(model: Model, about: Mapping[str, object]) -> bytes:
    """The model as its file holds it: a line of JSON, 16 bits a weight, then 8 bits a weight of each concept."""
    scale = max(map(abs, model.weights)) / 32_767
    concept_scale = max(abs(value) for weights in model.concepts for value in weights) / 127
    weights = array("h", [round(value / scale) for value in model.weights])
    if sys.byteorder == "big":
        weights.byteswap()
    concepts = array("b", [round(value / concept_scale) for each in model.concepts for value in each])
    head = {
        "version": VERSION,
        "scale": scale,
        "concept_scale": concept_scale,
        "bias": model.bias,
        "threshold": model.threshold,
        **about,
    }
    return json.dumps(head, sort_keys=True).encode() + b"\n" + weights.tobytes() + concepts.tobytes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A window's features, whether it is one to bring up, and how much being wrong about it costs."""

    values: Values
    is_lead: bool
    cost: float = 1.0


def learn(
    examples: Sequence[Example],
    size: int,
    *,
    rounds: int,
    seed: int,
    start: tuple[Sequence[float], float] | None = None,
) -> tuple[list[float], float]:
    """Weights and bias that part the examples with a wide margin and lie as near to `start` as they can.

    Dual coordinate descent for the squared hinge loss (Hsieh et al., ICML 2008); the bias is a feature worth 1.
    """
    weights, bias = ([0.0] * size, 0.0) if start is None else (list(start[0]), start[1])
    signs = [1.0 if one.is_lead else -1.0 for one in examples]
    slack = [1 / (2 * one.cost) for one in examples]
    norms = [1 + sum(value * value for value in one.values.values()) for one in examples]
    duals = [0.0] * len(examples)
    order = list(range(len(examples)))
    chance = random.Random(seed)  # noqa: S311 - an order, no secret
    for _ in range(rounds):
        chance.shuffle(order)
        for number in order:
            values, sign, before = examples[number].values, signs[number], duals[number]
            reached = bias
            for at, value in values.items():
                reached += weights[at] * value
            gradient = sign * reached - 1 + slack[number] * before
            after = max(0.0, before - gradient / (norms[number] + slack[number]))
            if after != before:
                duals[number] = after
                step = (after - before) * sign
                bias += step
                for at, value in values.items():
                    weights[at] += step * value
    return weights, bias


def learn_concepts(examples: Iterable[tuple[str, Values]], *, rounds: int, seed: int, cost: float) -> list[list[float]]:
    """For each concept the weights that part it from the others."""
    found = [(concept, _folded(values)) for concept, values in examples]
    made = []
    for concept in CONCEPTS:
        some = [Example(values=values, is_lead=name == concept, cost=cost) for name, values in found]
        weights, bias = learn(some, _CONCEPT_FEATURES, rounds=rounds, seed=seed)
        weights[-1] += bias
        made.append(weights)
    return made
