"""How well the service's own pose estimator reads rendered people: whether it finds them, and how far its joints lie
from the true ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.pose.landmarks import Joint
from models.pose.port import Person, PoseEstimator
from models.pose.yaw import yaw
from models.synthetic.tuples.columns import Row

# Columns of a tuple that are needed here.
COLUMNS = ("a.picture", "b.picture", "a.alpha", "b.alpha", "keypoints", "yaw")

# What checks and fitting stand on. Landmarks of the face, hands and feet lie so close together that an error of 5 % of
# a body's height says nothing of them: they are listed, but not counted.
MAIN = (Joint.NOSE, *range(Joint.LEFT_SHOULDER, Joint.RIGHT_WRIST + 1), *range(Joint.LEFT_HIP, Joint.RIGHT_ANKLE + 1))

# The estimator's mask and the true one share a half of their union where they are of the same person: hands and hair
# alone never make up the rest.
_SAME_PERSON = 0.5


@dataclass(frozen=True, eq=False)
class Reading:
    """One photo. `errors` (33,) are shares of the body's height, NaN where the joint is hidden; all are NaN, and
    `visibility` too, where nobody was found. `first`: whoever was found counted as the photo's main person."""

    name: str
    kind: str
    found: bool
    first: bool
    errors: npt.NDArray[np.float64]
    shifts: npt.NDArray[np.float64]  # (33, 2): found minus true, to the right and down
    visibility: npt.NDArray[np.float64]  # (33,)
    turned: float  # degrees between the yaw found and the true one, 0..180


def readings(rows: Iterable[Row], estimator: PoseEstimator) -> list[Reading]:
    """Both photos of every tuple, read by the estimator as a page would hand them over: the stored JPEG, decoded."""
    return [_reading(row, side, estimator.people(row[f"{side}.picture"])) for row in rows for side in "ab"]


def summary(read: Sequence[Reading]) -> dict[str, Any]:
    """The figures of one regime, as plain JSON values."""
    found = [each for each in read if each.found]
    errors = np.array([each.errors for each in found]).reshape(-1, len(Joint))
    main = errors[:, MAIN]
    seen = np.array([each.visibility for each in found]).reshape(-1, len(Joint))[:, MAIN]
    turned = np.array([each.turned for each in found])
    return {
        "photos": len(read),
        "found": _share([each.found for each in read]),
        "found_first": _share([each.first for each in read]),
        "median_error": _quantile(main, 0.5),
        "error_90": _quantile(main, 0.9),
        "within_5_percent": _share(list(main[np.isfinite(main)] <= 0.05)),
        "visibility_of_seen": _quantile(seen[np.isfinite(main)], None),
        "visibility_of_hidden": _quantile(seen[~np.isfinite(main)], None),
        "yaw_error_median": _quantile(turned, 0.5),
        "yaw_error_90": _quantile(turned, 0.9),
        "joints": {Joint(joint).name.lower(): _joint(found, errors, joint) for joint in Joint},
        "kinds": _kinds(read),
        "missed": [each.name for each in read if not each.found],
        "worst": [name for _, name in sorted((-_quantile(e.errors[[*MAIN]], 0.5), e.name) for e in found)[:5]],
    }


def table(figures: dict[str, Any]) -> str:
    """The figures of one regime as lines of text."""
    lines = [
        f"{figures['photos']} photos: {figures['found']:.1%} of the people found, {figures['found_first']:.1%} as the "
        "main person",
        f"main joints that are seen: median error {figures['median_error']:.2%} of the body's height, 90 % below "
        f"{figures['error_90']:.2%}; {figures['within_5_percent']:.1%} within 5 %",
        f"visibility {figures['visibility_of_seen']:.2f} where seen, {figures['visibility_of_hidden']:.2f} where "
        f"hidden; yaw off by {figures['yaw_error_median']:.1f} degrees (median), {figures['yaw_error_90']:.1f} (90 %)",
        f"{'joint':18}{'median':>9}{'90 %':>9}{'right':>9}{'down':>9}{'seen':>7}",
    ]
    for name, each in figures["joints"].items():
        lines.append(
            f"{name:18}{each['median']:>9.2%}{each['error_90']:>9.2%}{each['right']:>+9.2%}{each['down']:>+9.2%}"
            f"{each['seen']:>7}"
        )
    lines.append(f"{'pose':22}{'photos':>8}{'found':>8}{'median':>9}{'90 %':>9}")
    for name, each in figures["kinds"].items():
        lines.append(f"{name:22}{each['photos']:>8}{each['found']:>8.0%}{each['median']:>9.2%}{each['error_90']:>9.2%}")
    lines += [f"{what}: {', '.join(figures[what])}" for what in ("missed", "worst") if figures[what]]
    return "\n".join(lines)


def _reading(row: Row, side: str, people: Sequence[Person]) -> Reading:
    facts = row["facts"]
    name, kind = f"{row['index']}{side.upper()}", str(facts["pose"])
    truth = row[f"{side}.alpha"] > 127
    shares = [_overlap(person.mask > 0.5, truth) for person in people]
    nowhere = np.full(len(Joint), np.nan)
    if max(shares, default=0.0) < _SAME_PERSON:
        return Reading(name, kind, False, False, nowhere, np.full((len(Joint), 2), np.nan), nowhere, np.nan)
    person = people[int(np.argmax(shares))]
    size = np.array([row["width"], row["height"]], np.float64)
    points = np.array([(mark.x, mark.y) for mark in person.pose.landmarks]) * size
    shifts = (points - row["keypoints"][:, :2]) / float(facts["body_pixels"])
    shifts[row["keypoints"][:, 2] == 0] = np.nan
    turned = abs((yaw(person.pose) - row["yaw"] + 180) % 360 - 180)
    visibility = np.array([mark.visibility for mark in person.pose.landmarks])
    return Reading(name, kind, True, person is people[0], np.hypot(*shifts.T), shifts, visibility, turned)


def _overlap(one: npt.NDArray[np.bool_], other: npt.NDArray[np.bool_]) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def _joint(found: Sequence[Reading], errors: npt.NDArray[np.float64], joint: int) -> dict[str, float]:
    """Of one joint; `right` and `down` are median shifts, left and right joints alike in the picture's axes."""
    shifts = np.array([each.shifts[joint] for each in found]).reshape(-1, 2)
    return {
        "median": _quantile(errors[:, joint], 0.5),
        "error_90": _quantile(errors[:, joint], 0.9),
        "right": _quantile(shifts[:, 0], 0.5),
        "down": _quantile(shifts[:, 1], 0.5),
        "seen": int(np.isfinite(errors[:, joint]).sum()),
    }


def _kinds(read: Sequence[Reading]) -> dict[str, dict[str, float]]:
    of_kind: dict[str, list[Reading]] = defaultdict(list)
    for each in read:
        of_kind[each.kind].append(each)
    figures = {}
    for kind, some in sorted(of_kind.items()):
        errors = np.array([each.errors[[*MAIN]] for each in some])
        figures[kind] = {
            "photos": len(some),
            "found": _share([each.found for each in some]),
            "median": _quantile(errors, 0.5),
            "error_90": _quantile(errors, 0.9),
        }
    return figures


def _share(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else 0.0


def _quantile(values: npt.NDArray[np.float64], at: float | None) -> float:
    """The quantile, or the mean for None, of what is no NaN; 0 of nothing."""
    there = values[np.isfinite(values)]
    if not there.size:
        return 0.0
    return float(there.mean() if at is None else np.quantile(there, at))
