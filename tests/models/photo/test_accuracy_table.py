"""The expected accuracy: what every finding must do to it, its table, and how feedback refits that."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.photo.accuracy import FIRST, LEAST, MOST, AccuracyTable, Factor, expected_accuracy, published, verdict
from models.photo.refit import Observation, fitted
from schemas.findings import Finding, FindingCode, Severity

FINDINGS = st.builds(Finding, code=st.sampled_from(FindingCode), severity=st.sampled_from(Severity))
FACTORS = st.floats(LEAST, MOST)
TABLES = st.builds(
    lambda sound, factors: AccuracyTable(
        sound=sound,
        warned=tuple(Factor(code=code, factor=factor) for code, factor in zip(FindingCode, factors, strict=True)),
    ),
    FACTORS,
    st.lists(FACTORS, min_size=len(FindingCode), max_size=len(FindingCode)),
)
OBSERVATIONS = st.builds(
    Observation,
    st.lists(st.sampled_from(FindingCode), max_size=4).map(tuple),
    st.booleans(),
    st.integers(0, 2),
)

# The codes that warn, so that shoppers judge pictures with them.
WARNING = [row.code for row in FIRST.warned if row.factor > LEAST]


@given(TABLES, st.lists(FINDINGS, max_size=8), FINDINGS)
def test_every_finding_lowers_the_expected_accuracy(table: AccuracyTable, found: list[Finding], more: Finding) -> None:
    """Whatever was found before, of whatever code and severity, and for any table: one more leaves less, never 0."""
    assert 0.0 < expected_accuracy([*found, more], table) < expected_accuracy(found, table) < 1.0


@given(FINDINGS, FINDINGS)
def test_two_findings_leave_less_than_either(one: Finding, other: Finding) -> None:
    """Both orders of two findings give the same, which is lower than for either alone, also where they are equal."""
    both = expected_accuracy([one, other])
    assert both == expected_accuracy([other, one])
    assert both < min(expected_accuracy([one]), expected_accuracy([other]))


@given(st.sampled_from(FindingCode), TABLES)
def test_a_graver_severity_leaves_no_more(code: FindingCode, table: AccuracyTable) -> None:
    """Info, warn, reject, in this order: the chance does not rise."""
    info, warn, reject = (expected_accuracy([Finding(code=code, severity=s)], table) for s in Severity)
    assert info >= warn >= reject


def test_a_table_that_a_finding_could_raise_is_refused() -> None:
    """A factor of 1, a code without a factor or with two, and a warning graver than a rejection are no table."""
    row = Factor(code=FindingCode.BLURRY, factor=0.5)
    others = tuple(other for other in FIRST.warned if other.code is not FindingCode.BLURRY)
    assert AccuracyTable(sound=0.9, warned=(*others, row)).factors[FindingCode.BLURRY] == 0.5
    for sound, warned in ((1.0, FIRST.warned), (0.9, others), (0.9, (*FIRST.warned, row)), (0.0, FIRST.warned)):
        with pytest.raises(ValidationError):
            AccuracyTable(sound=sound, warned=warned)
    with pytest.raises(ValidationError):
        Factor(code=FindingCode.BLURRY, factor=1.0)
    with pytest.raises(ValidationError, match="no more than a rejection"):
        AccuracyTable(sound=0.9, rejected=0.1, warned=FIRST.warned)
    with pytest.raises(ValidationError, match="frozen"):
        FIRST.sound = 0.5  # type: ignore[misc]


def test_a_table_survives_its_file(tmp_path: Path) -> None:
    """What is saved is loaded, reasons included; what is no table is refused."""
    path = tmp_path / "table.json"
    FIRST.save(path)
    assert AccuracyTable.load(path) == FIRST
    path.write_text(path.read_text().replace('"factor": 0.85', '"factor": 1.85'))
    with pytest.raises(ValueError, match=r"0\.99"):
        AccuracyTable.load(path)


def test_the_published_table_gives_a_reason_for_every_code() -> None:
    """Each row has its own reason, and the figures are those that are used."""
    rows = {name: (figure, reason) for name, figure, reason in published()}
    assert len(rows) == len(FindingCode) + 3
    assert all(len(reason) > 20 for _, reason in rows.values())
    assert len({reason for _, reason in rows.values()}) == len(rows)
    assert rows["sound photo"][0] == expected_accuracy([])
    for code in FindingCode:
        finding = Finding(code=code, severity=Severity.WARN)
        assert expected_accuracy([finding]) == pytest.approx(rows["sound photo"][0] * rows[code.value][0], rel=1e-5)


# Feedback


def simulated(table: AccuracyTable, count: int, seed: int, rate: float = 0.12) -> list[Observation]:
    """Judged pictures: each code is warned of in `rate` of them, independently, and the table is the truth."""
    random = np.random.default_rng(seed)
    there = random.random((count, len(WARNING))) < rate
    luck = random.random(count)
    judged = []
    for row, chance in zip(there, luck, strict=True):
        codes = tuple(code for code, is_there in zip(WARNING, row, strict=True) if is_there)
        judged.append(Observation(codes, bool(chance < chance_of(codes, table))))
    return judged


def chance_of(codes: tuple[FindingCode, ...], table: AccuracyTable) -> float:
    return expected_accuracy([Finding(code=code, severity=Severity.WARN) for code in codes], table)


def other_truth() -> AccuracyTable:
    """A world in which the guesses are wrong: the harmless is grave, and the grave harmless."""
    turned = {code: 1.45 - FIRST.factors[code] for code in WARNING}
    return AccuracyTable(
        sound=0.8,
        warned=tuple(Factor(code=r.code, factor=min(MOST, turned.get(r.code, r.factor))) for r in FIRST.warned),
    )


def test_much_feedback_recovers_the_truth() -> None:
    """In a world in which the guesses are up to 0.25 off, feedback brings the factors to the truth: after 30,000 judged
    pictures they are 0.03 off (root mean square), where a factor's standard error by the Fisher information is 0.016
    and the guess still pulls by up to 0.04. More pictures bring them nearer, step by step."""
    truth = other_truth()
    judged = simulated(truth, 30_000, seed=1)

    def off(table: AccuracyTable) -> float:
        return float(np.sqrt(np.mean([(table.factors[code] - truth.factors[code]) ** 2 for code in WARNING])))

    tables = [fitted(FIRST, judged[:count]) for count in (0, 300, 3000, 30_000)]
    none, few, some, many = (off(table) for table in tables)
    assert many < 0.03 < some < few < none
    assert none > 0.12
    assert tables[-1].sound == pytest.approx(truth.sound, abs=0.02)


def test_what_is_stated_is_what_comes() -> None:
    """Calibration: of other pictures than those it was fitted to, in each fifth of the chances stated, as many are
    accurate as was stated (within 0.04, twice the standard error); the first table misses by more."""
    truth = other_truth()
    table = fitted(FIRST, simulated(truth, 20_000, seed=2))
    judged = simulated(truth, 10_000, seed=3)

    def worst(candidate: AccuracyTable) -> float:
        stated = np.array([chance_of(o.warned, candidate) for o in judged])
        came = np.array([o.accurate for o in judged])
        fifths = np.array_split(np.argsort(stated, kind="stable"), 5)
        return max(abs(float(stated[f].mean() - came[f].mean())) for f in fifths)

    assert worst(table) < 0.04 < worst(FIRST)


def test_ten_opinions_change_little() -> None:
    """Ten judged pictures, even all bad ones with the same finding, move no figure by more than 0.1; a thousand do."""
    bad = [Observation((FindingCode.BLURRY,), accurate=False)]
    before, few, many = FIRST, fitted(FIRST, bad * 10), fitted(FIRST, bad * 1000)
    assert 0.0 < before.sound - few.sound < 0.1
    assert 0.0 < before.factors[FindingCode.BLURRY] - few.factors[FindingCode.BLURRY] < 0.1
    assert many.factors[FindingCode.BLURRY] < 0.3
    others = [code for code in FindingCode if code is not FindingCode.BLURRY]
    assert all(few.factors[code] == before.factors[code] for code in others)


def test_no_feedback_changes_nothing() -> None:
    """Without observations the table is the one given."""
    assert fitted(FIRST, []) == FIRST


def test_the_fit_is_the_optimum() -> None:
    """For one code the optimum is known: the share that maximises k log f + (n - k) log(1 - f) with the guess's weight,
    where the sound photo's chance is held by so many pictures that it does not move."""
    sound = [Observation((), accurate=index % 10 != 0) for index in range(20_000)]  # nine of ten, as the table says
    blurry = [Observation((FindingCode.BLURRY,), accurate=index % 2 == 0) for index in range(1000)]
    factor = fitted(FIRST, [*sound, *blurry]).factors[FindingCode.BLURRY]
    grid = np.linspace(0.05, 0.99, 9401)
    guess, chance = 0.8, 0.9 * grid
    score = 500 * np.log(chance) + 500 * np.log(1 - chance) + 100 * (guess * np.log(grid) + 0.2 * np.log(1 - grid))
    assert factor == pytest.approx(float(grid[np.argmax(score)]), abs=0.005)


@settings(max_examples=30, deadline=None)
@given(TABLES, st.lists(OBSERVATIONS, max_size=30), st.lists(FINDINGS, max_size=4), FINDINGS)
def test_no_feedback_makes_a_finding_raise_the_chance(
    table: AccuracyTable, observations: list[Observation], found: list[Finding], more: Finding
) -> None:
    """However odd the feedback, the fitted table still lowers with every finding."""
    refitted = fitted(table, observations)
    assert expected_accuracy([*found, more], refitted) < expected_accuracy(found, refitted)


def test_feedback_that_praises_a_finding_leaves_it_just_below_one() -> None:
    """Where pictures with a finding are better than those without, the factor ends at its bound, not above."""
    praised = [Observation((FindingCode.SEATED,), accurate=True)] * 5000 + [Observation((), accurate=False)] * 5000
    assert fitted(FIRST, praised).factors[FindingCode.SEATED] == MOST


def test_an_observation_is_made_of_a_results_findings() -> None:
    """Warnings by code, what is only told by number; a rejected photo has no picture to judge."""
    info, warn, reject = (Finding(code=FindingCode.NOT_FULL_LENGTH, severity=s) for s in Severity)
    assert Observation.of([info, warn], accurate=True) == Observation((FindingCode.NOT_FULL_LENGTH,), True, told=1)
    with pytest.raises(ValueError, match="no picture"):
        Observation.of([warn, reject], accurate=False)


def test_the_verdict_is_the_worst_finding() -> None:
    """Reject before warn before accept; what is only told does not count."""
    info, warn, reject = (Finding(code=FindingCode.BLURRY, severity=severity) for severity in Severity)
    assert verdict([]) == verdict([info]) == "accept"
    assert verdict([info, warn]) == "warn"
    assert verdict([warn, reject, info]) == "reject"
