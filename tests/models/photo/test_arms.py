"""Arms and hands before the body, on posed figures and real photos."""

import numpy as np
import pytest

from models.photo.checks.arms import crossed_arms, hands_cover_body
from models.pose.landmarks import Joint
from schemas.events import Category
from schemas.findings import FindingCode, Severity
from tests.models.photo.posed import Figure, flips, hand_at, photo_of

ELBOWS = {"LEFT": (0.15, 0.11, 0.02), "RIGHT": (-0.15, 0.11, 0.02)}
FOLDED = Figure(hands={"LEFT": (-0.05, 0.17, 0.13), "RIGHT": (0.05, 0.15, 0.15)}, elbows=ELBOWS)
CLASPED = Figure(hands={"LEFT": (0.05, 0.0, 0.14), "RIGHT": (-0.05, 0.0, 0.14)}, elbows=ELBOWS)


def both(figure: Figure, category: Category = Category.DRESS) -> set[FindingCode]:
    photo = photo_of(figure, category)
    return {found.code for check in (crossed_arms, hands_cover_body) if (found := check(photo))}


def test_folded_clasped_and_hanging_arms_are_told_apart() -> None:
    """Each is what it is called, at every turn that still shows the front, and crossed arms are not said twice."""
    for turn in (-25.0, 0.0, 25.0):
        folded, clasped = (Figure(turn, of.hands, of.elbows) for of in (FOLDED, CLASPED))
        assert both(folded) == {FindingCode.CROSSED_ARMS}, turn
        assert both(clasped) == {FindingCode.HANDS_COVER_BODY}, turn
        assert both(Figure(turn)) == set(), turn


def test_hands_that_move_across_flip_each_code_once() -> None:
    """From hanging at both sides to holding the other arm: nothing, covering, crossed, in this order."""
    covers, crosses = [], []
    for share in np.linspace(0.0, 1.0, 21):
        x = 0.17 - 0.24 * share
        hands = {"LEFT": (x, 0.12, 0.13), "RIGHT": (-x, 0.14, 0.13)}
        found = both(Figure(hands=hands, elbows=ELBOWS))
        covers.append(bool(found))
        crosses.append(FindingCode.CROSSED_ARMS in found)
    assert flips(covers) == flips(crosses) == 1
    assert not covers[0]
    assert crosses[-1]
    assert sum(covers) > sum(crosses) > 0


@pytest.mark.parametrize(
    ("hands", "elbows"),
    [
        # On the hips, in the hair, one arm raised, a phone beside the face.
        ({"LEFT": (0.13, 0.03, 0.02)}, {"LEFT": (0.24, 0.13, -0.02)}),
        ({"LEFT": (0.09, 0.42, 0.0)}, {"LEFT": (0.22, 0.38, 0.02)}),
        ({"RIGHT": (-0.35, 0.5, 0.0)}, {"RIGHT": (-0.25, 0.35, 0.0)}),
        ({"RIGHT": (-0.11, 0.40, 0.2)}, {"RIGHT": (-0.16, 0.2, 0.1)}),
    ],
)
def test_what_leaves_the_body_free(
    hands: dict[str, tuple[float, float, float]], elbows: dict[str, tuple[float, float, float]]
) -> None:
    """Poses of people who show themselves are no fault."""
    assert both(Figure(hands=hands, elbows=elbows)) == set()


def test_one_hand_on_the_other_elbow_covers_and_does_not_cross() -> None:
    """One arm across, the other hanging."""
    figure = Figure(hands={"RIGHT": (0.1, 0.1, 0.13)}, elbows={"RIGHT": ELBOWS["RIGHT"]})
    assert both(figure) == {FindingCode.HANDS_COVER_BODY}


def test_hands_behind_the_back_are_not_before_it() -> None:
    """Wrists that the network holds for hidden say nothing, until the hand network finds a hand there."""
    hidden = (Joint.LEFT_WRIST, Joint.RIGHT_WRIST)
    figure = Figure(hands=CLASPED.hands, elbows=ELBOWS, hidden=hidden)
    assert both(figure) == set()
    photo = photo_of(figure, hands=[hand_at((0.0, 0.0, 0.14), left=True)])
    assert hands_cover_body(photo) is not None


def test_the_hand_network_mends_wrists_that_were_lost() -> None:
    """Where the pose has wrists of crossed arms side by side, a left hand on the right upper arm shows the crossing."""
    lost = Figure(hands={"LEFT": (0.03, 0.1, 0.1), "RIGHT": (-0.03, 0.1, 0.1)}, elbows=ELBOWS)
    assert crossed_arms(photo_of(lost)) is None
    held = [hand_at((-0.13, 0.17, 0.1), left=True), hand_at((0.13, 0.17, 0.1), left=False)]
    assert crossed_arms(photo_of(lost, hands=held)) is not None


def test_severity_goes_by_what_is_tried_on() -> None:
    """Folded arms hide no trousers; hands before the lap hide no shirt; a dress is hidden by both."""
    lap = Figure(
        hands={"LEFT": (0.05, -0.11, 0.14), "RIGHT": (-0.05, -0.11, 0.14)},
        elbows={"LEFT": (0.15, 0.04, 0.05), "RIGHT": (-0.15, 0.04, 0.05)},
    )
    seen = {
        category: [
            found.severity
            for check, figure in ((crossed_arms, FOLDED), (hands_cover_body, lap))
            if (found := check(photo_of(figure, category)))
        ]
        for category in Category
    }
    assert seen[Category.DRESS] == [Severity.WARN, Severity.WARN]
    assert seen[Category.UPPER] == [Severity.WARN, Severity.INFO]
    assert seen[Category.LOWER] == [Severity.INFO, Severity.WARN]


def test_from_the_side_and_from_behind_nothing_is_said_of_arms() -> None:
    """A hanging arm is before the trunk of whoever stands in profile; that is what `side_view` says."""
    for turn in (-90.0, 75.0, 150.0, 180.0):
        assert both(Figure(turn)) == set(), turn


def test_a_hidden_hand_is_under_the_arm_that_the_other_hand_holds() -> None:
    """The network leaves such a hand on its own side; seen there, it holds nothing."""
    holding = {"LEFT": (-0.05, 0.13, 0.06), "RIGHT": (-0.1, 0.12, 0.05)}
    assert crossed_arms(photo_of(Figure(hands=holding, hidden=[Joint.RIGHT_WRIST]))) is not None
    assert crossed_arms(photo_of(Figure(hands=holding))) is None
