"""Whether the truth of rendered tuples agrees with itself and with their pictures.

What light would blur is measured on the same tuples drawn in flat light: every colour is its texture's.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.synthetic.garments.garment import Garment
from models.synthetic.prints.cloth import Cloth
from models.synthetic.products import product
from models.synthetic.products.photo import ProductPhoto, Shot
from models.synthetic.render import cheap
from models.synthetic.tuples import compose, goods
from models.synthetic.tuples.columns import COLUMNS, Row, decoded, row_of
from models.synthetic.tuples.photos import Darkroom
from models.synthetic.tuples.plan import Plan
from models.synthetic.tuples.recipe import group_of, recipe
from models.synthetic.tuples.record import NOWHERE
from models.synthetic.tuples.sheet import warped

# Bytes further apart than this are different colours in a photo: a JPEG of quality 95 moves them by a few.
_DIFFERENT = 12

_SLEEVES = {Lip.UPPER_CLOTHES, Lip.DRESS, Lip.COAT, Lip.JUMPSUITS}
_BELOW = {Lip.PANTS, Lip.SKIRT, Lip.DRESS, Lip.COAT, Lip.JUMPSUITS}
# What may be seen where a joint is; an arm may hang before any of them, and hair before a shoulder.
_LABELS: Mapping[str, set[Lip]] = {
    "nose": {Lip.FACE},
    "shoulder": _SLEEVES | {Lip.FACE, Lip.HAIR},
    "elbow": _SLEEVES,
    "wrist": _SLEEVES | {Lip.GLOVE},
    "hip": _SLEEVES | _BELOW,
    "knee": _BELOW | {Lip.SOCKS},
    "ankle": _BELOW | {Lip.SOCKS},
}
_OWN: Mapping[str, tuple[Lip, ...]] = {
    "shoulder": (Lip.LEFT_ARM, Lip.RIGHT_ARM),
    "elbow": (Lip.LEFT_ARM, Lip.RIGHT_ARM),
    "wrist": (Lip.LEFT_ARM, Lip.RIGHT_ARM),
    "knee": (Lip.LEFT_LEG, Lip.RIGHT_LEG),
    "ankle": (Lip.LEFT_LEG, Lip.RIGHT_LEG, Lip.LEFT_SHOE, Lip.RIGHT_SHOE),
}


def flat(plan: Plan, indices: Iterable[int]) -> Iterator[Row]:
    """The tuples of a plan in flat light, through no lens, before white: decoded rows, their pictures uncompressed."""
    with ExitStack() as stack:
        for where, name, instead in (
            (Darkroom, "photo", lambda *given: cheap.shade(given[-1], cheap.FLAT)),
            (compose, "shoot", lambda light, *_, **__: cheap.srgb(light)),
            (goods, "shoot", lambda light, *_, **__: cheap.srgb(light)),
            (goods, "product", _flat_product),
            (product, "_FIGURE", cheap.FLAT),
            (product, "_TABLE", cheap.FLAT),
        ):
            stack.enter_context(patch.object(where, name, instead))
        for index in indices:
            studio = compose.Studio(plan, group_of(plan, plan.group(index)), lambda _: nullcontext())
            made = studio.render(recipe(plan, index))
            exact = {"a.picture": made.a.picture, "b.picture": made.b.picture}
            products = {f"{name}.picture": photo.picture for name, photo in made.products.items()}
            yield decoded(dict.fromkeys(COLUMNS) | row_of(made)) | exact | products


def figures(rows: Iterable[Row], flat_rows: Iterable[Row]) -> dict[str, Any]:
    """The figures of one regime, as plain JSON values; `flat_rows` are of some of the same tuples. Rows are read once,
    one after the other."""
    found: dict[str, list[float]] = defaultdict(list)
    wrong: Counter[str] = Counter()
    for row in rows:
        for name, value in _agreement(row):
            found[name].append(value)
        joints = _joints(row)
        misplaced = [Joint(joint).name.lower() for joint in joints if not _joint_fits(row, joint)]
        wrong.update(misplaced)
        found["joints_seen"].append(len(joints))
    psnr = []
    for row in flat_rows:
        found["flat_changed_outside_mask"].append(_changed_outside_mask(row, by=0))
        psnr += _psnr(row)
    means = {name: float(np.mean(values)) for name, values in found.items() if values}
    seen = int(sum(found["joints_seen"]))
    return {
        **means,
        "tuples": len(found["joints_seen"]),
        "joints_seen": seen,
        "joints_on_wrong_label": sum(wrong.values()) / max(seen, 1),
        "wrong_joints": dict(wrong.most_common()),
        "flat_changed_outside_mask": means.get("flat_changed_outside_mask", 0.0),
        "flat_tuples": len(found["flat_changed_outside_mask"]),
        "flat_psnr_db": float(np.median(psnr)) if psnr else 0.0,
        "flat_psnr_db_least": min(psnr, default=0.0),
    }


def table(found: dict[str, Any]) -> str:
    """The figures of one regime as lines of text."""
    lines = [
        ("pixels wholly the person's without a label", f"{found['person_unlabelled']:.3%}"),
        ("pixels with a label that are not the person's", f"{found['labelled_outside_person']:.3%}"),
        ("labelled pixels without IUV", f"{found['iuv_missing']:.3%}"),
        ("IUV outside labels", f"{found['iuv_outside']:.3%}"),
        (f"of {found['joints_seen']} joints seen, on a wrong label", f"{found['joints_on_wrong_label']:.2%}"),
        ("changed pixels outside the mask, in the photos (shadows, lens)", f"{found['changed_outside_mask']:.3%}"),
        ("the mask's share of the picture", f"{found['mask_share']:.1%}"),
        ("of garment B's pixels, in one of the product photos", f"{found['garment_with_flow']:.1%}"),
    ]
    if found["flat_tuples"]:
        psnr = f"{found['flat_psnr_db']:.1f} dB, least {found['flat_psnr_db_least']:.1f}"
        lines += [
            ("changed pixels outside the mask, flat light", f"{found['flat_changed_outside_mask']:.4%}"),
            (f"product warped by the true flow, flat light, {found['flat_tuples']} tuples, PSNR median", psnr),
        ]
    wrong = ", ".join(f"{name} {count}" for name, count in found["wrong_joints"].items())
    return "\n".join([*(f"{name:92}{value}" for name, value in lines), *([f"wrong joints: {wrong}"] if wrong else [])])


def _flat_product(garment: Garment, cloth: Cloth, shot: Shot, rng: np.random.Generator) -> ProductPhoto:
    return product.product(garment, cloth, replace(shot, quality="cheap"), rng)


def _agreement(row: Row) -> Iterator[tuple[str, float]]:
    """The shares of pixels of a tuple in which two of its maps do not agree, and what they cover."""
    for side in "ab":
        alpha, labels = row[f"{side}.alpha"], row[f"{side}.labels"]
        yield "person_unlabelled", _share(labels[alpha == 255] == 0)
        yield "labelled_outside_person", _share(alpha[labels > 0] == 0)
    part = row["iuv"][..., 0]
    yield "iuv_missing", _share(part[row["a.labels"] > 0] == 0)
    yield "iuv_outside", _share(row["a.labels"][part > 0] == 0)
    yield "changed_outside_mask", _changed_outside_mask(row)
    yield "garment_with_flow", _with_flow(row)
    yield "mask_share", _share(row["agnostic"] > 0)


def _joints(row: Row) -> list[int]:
    """The main joints that are seen."""
    main = (
        Joint.NOSE,
        *range(Joint.LEFT_SHOULDER, Joint.RIGHT_WRIST + 1),
        *range(Joint.LEFT_HIP, Joint.RIGHT_ANKLE + 1),
    )
    return [int(joint) for joint in main if row["keypoints"][joint, 2] > 0]


def _joint_fits(row: Row, joint: int) -> bool:
    """True if one of the pixels around a joint that is seen shows what may be seen there: no limb of the other side."""
    side, _, name = Joint(joint).name.lower().rpartition("_")
    allowed = _LABELS[name] | {label for label in _OWN.get(name, ()) if label.name.lower().startswith(side)}
    if name == "hip":
        allowed |= {Lip.LEFT_ARM, Lip.RIGHT_ARM}  # the hands hang there
    x, y = row["keypoints"][joint, :2].astype(int)
    around = row["a.labels"][max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2]
    return bool(np.isin(around, [int(label) for label in allowed]).any())


def _changed_outside_mask(row: Row, by: int = _DIFFERENT) -> float:
    """The share of the pixels outside of the mask in which A and B differ by more than `by`."""
    kept = row["agnostic"] == 0
    difference = np.abs(row["a.picture"].astype(np.int16) - row["b.picture"]).max(2)
    return _share(difference[kept] > by)


def _psnr(row: Row) -> list[float]:
    """Of the product photos warped to the body against what is seen there, dB; empty where nothing of them is seen."""
    there = _shown(row)
    if not there.any():
        return []
    error = float(np.mean((warped({**row, **_reduced(row)}).astype(np.float64) - row["b.picture"])[there] ** 2))
    return [float(10 * np.log10(255**2 / max(error, 1e-6)))]


def _reduced(row: Row) -> dict[str, npt.NDArray[np.uint8]]:
    """The product photos as sharp as they are once they are as small as on the body: `warped` takes single pixels, and
    of a print that is reduced to a half every other line would be missing."""
    found = {}
    for view in ("front", "back"):
        flow = row[f"flow_{view}"]
        pair = (flow[:, 1:, 0] != NOWHERE) & (flow[:, :-1, 0] != NOWHERE)
        steps = np.linalg.norm(np.diff(flow, axis=1), axis=2)[pair]
        scale = float(np.median(steps)) if steps.size else 1.0
        # A pixel of the body's photo is a tent two pixels wide (`gbuffer.smooth`): a deviation of 0.41.
        sigma = 0.41 * max(scale**2 - 1, 0.0) ** 0.5
        picture = row[f"{view}.picture"]
        found[f"{view}.picture"] = cv2.GaussianBlur(picture, (0, 0), sigma) if sigma > 0.1 else picture
    return {name: np.asarray(picture, np.uint8) for name, picture in found.items()}


def _shown(row: Row) -> npt.NDArray[np.bool_]:
    """The pixels of person B that one of the product photos shows."""
    return np.asarray((row["flow_front"][..., 0] != NOWHERE) | (row["flow_back"][..., 0] != NOWHERE))


def _with_flow(row: Row) -> float:
    """The share of garment B's pixels on the body that one of its product photos shows."""
    facts = row["facts"]
    return _share(_shown(row)[row["b.garment"] == facts["after"].index(facts["tried"]) + 1])


def _share(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if values.size else 0.0
