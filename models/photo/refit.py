"""Fits the table of expected accuracy to feedback: penalised maximum likelihood, monotone by its bounds.

The model is p = sound x product of factors. In x = log(factor) the log-likelihood of Bernoulli trials is concave:
log p is linear in x, and log(1 - exp(linear)) is concave where linear < 0. The penalty, a Beta prior for each factor
with the first table's value as its mode, is concave in x for the same reason. So there is one optimum, and L-BFGS-B
finds it within bounds that keep every factor below 1: no feedback, however odd, makes a finding raise the chance.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from models.photo.accuracy import LEAST, MOST, AccuracyTable, Factor
from schemas.findings import Finding, FindingCode, Severity

# Each guess of the table weighs as much as this many pictures whose only fault is the finding: after a hundred such,
# feedback and guess count about alike. (Pictures with more faults tell less of each.) A share of a hundred has a
# standard error of at most 0.05, as small as the steps between the first table's guesses.
GUESS_WEIGHT = 100.0

_Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observation:
    """A picture that a shopper judged: the codes its photo and garments were warned of, how many findings were only
    told, and whether it was accurate."""

    warned: tuple[FindingCode, ...]
    accurate: bool
    told: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding], accurate: bool) -> Self:
        """The observation of a result's findings.

        Raises:
            ValueError: one of them rejects, so there was no picture to judge.
        """
        found = tuple(findings)
        severities = Counter(finding.severity for finding in found)
        if severities[Severity.REJECT]:
            raise ValueError("a rejected photo has no picture to judge")
        warned = tuple(finding.code for finding in found if finding.severity is Severity.WARN)
        return cls(warned, accurate, severities[Severity.INFO])


def fitted(
    table: AccuracyTable, observations: Sequence[Observation], guess_weight: float = GUESS_WEIGHT
) -> AccuracyTable:
    """The table with the sound photo's chance and the warnings' factors refitted; `told` and `rejected` stay.

    Few observations change little: each value is held as by `guess_weight` pictures. Always refit the first table to
    all feedback; refitting a fitted table to the same feedback would count it twice.

    Raises:
        RuntimeError: the optimiser does not converge.
    """
    if not observations:
        return table
    codes = [row.code for row in table.warned]
    counts, accurate, offset = _design(codes, observations, np.log(table.told))
    guesses = np.array([table.sound, *(row.factor for row in table.warned)])
    lower = np.log([LEAST, *[table.rejected] * len(codes)])
    upper = np.log([MOST, *[table.told] * len(codes)])

    def loss(logs: _Floats) -> tuple[float, _Floats]:
        score, slope = _bernoulli(counts @ logs + offset, accurate)
        held, pull = _bernoulli(logs, guesses)
        gradient = counts.T @ slope + guess_weight * pull
        return -float(score.sum() + guess_weight * held.sum()), -gradient

    start = np.clip(np.log(guesses), lower, upper)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=list(zip(lower, upper, strict=True)))
    if not found.success:
        raise RuntimeError(f"the table cannot be fitted: {found.message}")
    sound, *factors = np.clip(np.exp(found.x), np.exp(lower), np.exp(upper))
    seen = Counter(code for observation in observations for code in observation.warned)
    return AccuracyTable(
        sound=_inside(sound, LEAST, MOST),
        told=table.told,
        rejected=table.rejected,
        warned=tuple(
            _refitted(row, _inside(factor, table.rejected, table.told), seen[row.code])
            for row, factor in zip(table.warned, factors, strict=True)
        ),
    )


def _design(
    codes: Sequence[FindingCode], observations: Sequence[Observation], log_told: float
) -> tuple[_Floats, _Floats, _Floats]:
    """How often each factor counts in each observation (n, 1 + codes), the first column for the sound photo; which were
    accurate (n,); what is not fitted (n,)."""
    column = {code: index for index, code in enumerate(codes, start=1)}
    counts = np.zeros((len(observations), 1 + len(codes)))
    counts[:, 0] = 1.0
    for row, observation in enumerate(observations):
        for code in observation.warned:
            counts[row, column[code]] += 1.0
    accurate = np.array([float(observation.accurate) for observation in observations])
    told = np.array([observation.told for observation in observations], dtype=np.float64)
    return counts, accurate, told * log_told


def _bernoulli(logs: _Floats, share: _Floats) -> tuple[_Floats, _Floats]:
    """share x log p + (1 - share) x log(1 - p) at p = exp(logs) < 1, and its slope in logs."""
    missing = -np.expm1(logs)  # 1 - p
    return share * logs + (1.0 - share) * np.log(missing), share - (1.0 - share) * np.exp(logs) / missing


def _inside(value: float, least: float, most: float) -> float:
    return min(max(round(float(value), 6), least), most)


def _refitted(row: Factor, factor: float, seen: int) -> Factor:
    if seen == 0:
        return row
    return Factor(code=row.code, factor=factor, reason=f"{row.reason} Fitted to {seen} pictures.".strip())
