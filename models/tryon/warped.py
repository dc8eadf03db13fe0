"""The first try-on model: the product photo itself, cut out, warped to the body, shaded and put under hands and hair.

It learns nothing and invents little: what follows it is measured against it, and starts from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from models.garment.features import GarmentCache, GarmentFeatures
from models.tryon import regions
from models.tryon.assessment import Colours, assess
from models.tryon.body import Body, read_body
from models.tryon.composite import Scene, cover_of, make_scene, render
from models.tryon.fill import Plate, make_plate
from models.tryon.frame import Frame, frame_of
from models.tryon.port import GarmentPhotos, Labels, Mask, OnStep, Rgb, Sample, TryOnInput
from models.tryon.shade import Light, read_light
from models.tryon.warp import Layer, warp
from schemas.events import Category

# Pixels of the working picture's larger side: `normal` is a person's height in a photo of 768 x 1024, where nothing is
# reduced at all; `fast` takes half the time, `best` finds finer folds in larger photos.
WORKING_SIDE = {"fast": 640, "normal": 1024, "best": 1536}
# The surroundings that a mask's inside is filled from, as a share of the mask's size.
MARGIN = 0.06
# Steps besides those of each sample: garments, person, fill.
_COMMON, _EACH = 3, 3
# A lower garment lies under an upper one.
_ORDER = {Category.LOWER: 0, Category.DRESS: 1, Category.UPPER: 2}


@dataclass(frozen=True)
class _Person:
    """A person in the working picture."""

    frame: Frame
    rgb: Rgb
    labels: Labels
    mask: Mask
    body: Body


class WarpedTryOn:
    """Warps product photos onto people.

    The samples of one input differ in how long the garment falls: the first is as the body's proportions say to within
    1.5 %, the others to within 6 %, drawn from the seed and the sample's number. The same seed gives the same pictures,
    bit for bit, and another seed another length, so that a second try is one. `steps` is not used: there is no
    diffusion. The body's surface (`iuv`) is not used either: landmarks and labels say enough for a flat warp.
    """

    name = "warped"
    version = "1"

    def __init__(self, garments: GarmentCache | None = None) -> None:
        self._garments = garments or GarmentCache()

    def generate(self, batch: Sequence[TryOnInput], on_step: Sequence[OnStep]) -> list[list[Sample] | Exception]:
        """The samples of each input, in order; an exception that stopped one input stands in its place."""
        results: list[list[Sample] | Exception] = []
        for item, report in zip(batch, on_step, strict=True):
            try:
                results.append(self._samples(item, report))
            except Exception as error:  # noqa: BLE001 the port: one input's error must not stop the others
                results.append(error)
        return results

    def _samples(self, item: TryOnInput, on_step: OnStep) -> list[Sample]:
        done = _counter(on_step, _COMMON + _EACH * item.samples)
        garments = sorted(item.garments, key=lambda garment: _ORDER[garment.category])
        features = [self._features(garment, item.yaw) for garment in garments]
        done()
        mask = np.logical_or.reduce([garment.agnostic_mask for garment in garments])
        if not mask.any():
            raise ValueError("the agnostic mask is empty: no part of this person can wear the garment")
        person = _read_person(item, mask)
        done()
        categories = [garment.category for garment in garments]
        old = regions.replaced(person.labels, person.body, person.mask, categories)
        light = read_light(person.rgb, person.labels, old, person.body)
        plate = make_plate(person.rgb, person.labels, person.body, old, person.mask, light.shade, categories)
        done()
        wear = list(zip(features, categories, strict=True))
        return [self._sample(item, mask, person, wear, (plate, light), number, done) for number in range(item.samples)]

    def _features(self, garment: GarmentPhotos, yaw: float) -> GarmentFeatures:
        if abs(yaw) > 90 and garment.back is not None:
            return self._garments.features(garment.back, garment.category, back=True)
        return self._garments.features(garment.front, garment.category)

    def _sample(  # noqa: PLR0913, PLR0917 the parts of a picture that its samples share, and the sample's own
        self,
        item: TryOnInput,
        mask: Mask,
        person: _Person,
        wear: Sequence[tuple[GarmentFeatures, Category]],
        surroundings: tuple[Plate, Light],
        number: int,
        done: Callable[[], None],
    ) -> Sample:
        plate, light = surroundings
        ease = _ease(item.seed, number)
        layers = [layer for features, category in wear for layer in warp(person.body, features, category, ease)]
        done()
        front = regions.in_front(person.labels, person.body).astype(np.float32)
        front = np.asarray(cv2.GaussianBlur(front, (0, 0), 0.8), np.float32)
        arms = regions.arms_in_front(person.labels, person.body, plate.bare_arms, _sleeves(layers))
        arms = np.asarray(cv2.GaussianBlur(arms, (0, 0), 0.8), np.float32)
        scene = make_scene(plate, layers, light, arms, front, person.body)
        done()
        picture = render(item.person, mask, person.frame, scene)
        worn = _worn_colours(picture, person, scene)
        own = np.concatenate([_own_colours(features) for features, _ in wear])
        sample = Sample(picture, assess(item.person, picture, mask, worn, own))
        done()
        return sample


def _read_person(item: TryOnInput, mask: Mask) -> _Person:
    frame = frame_of(mask, MARGIN, WORKING_SIDE[item.quality])
    labels = frame.sampled(item.labels)
    small = np.asarray(frame.sampled(mask.astype(np.uint8)) > 0, bool)
    size = np.array([item.person.shape[1], item.person.shape[0]], np.float64)
    body = read_body(item.pose, labels, small, lambda shares: (shares * size - frame.shift) * frame.scale)
    return _Person(frame, frame.shrunk(item.person), labels, small, body)


def _sleeves(layers: Sequence[Layer]) -> tuple[float, float]:
    """How far the left and the right arm are covered by sleeves, in working pixels."""
    lengths = [0.0, 0.0]
    for layer in layers:
        if layer.sleeve is not None:
            lengths[layer.sleeve[0]] = layer.sleeve[1]
    return lengths[0], lengths[1]


def _ease(seed: int, number: int) -> float:
    """How much longer than proportion says this sample's garment falls."""
    spread = 0.015 if number == 0 else 0.06
    return 1.0 + float(np.random.default_rng([seed, number]).uniform(-spread, spread))


def _worn_colours(picture: Rgb, person: _Person, scene: Scene) -> Colours:
    """The colours of every working pixel that is garment, (n, 3)."""
    covered = (cover_of(scene) > 0.9) & person.mask
    return np.asarray(person.frame.shrunk(picture)[covered], np.uint8)


def _own_colours(features: GarmentFeatures) -> Colours:
    """The colours of a garment in its product photo, every 16th pixel, (n, 3)."""
    visible = np.max(np.stack([part for part in features.parts if part is not None]), axis=0)[::4, ::4] > 200
    return np.asarray(features.rgb[::4, ::4][visible], np.uint8)


def _counter(on_step: OnStep, total: int) -> Callable[[], None]:
    """A function that reports the next step of `total` each time it is called."""
    count = 0

    def done() -> None:
        nonlocal count
        count += 1
        on_step(count, total)

    return done
