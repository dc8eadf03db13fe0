"""The agnostic mask: what of a photo a garment may change. Made from the target garment as well as from the worn
one."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from models.parsing.lip import Lip
from models.parsing.regions import Regions, regions
from models.parsing.skeleton import Skeleton, skeleton
from models.tryon.port import Labels, Mask
from schemas.events import Category
from schemas.pose import Pose

Float = npt.NDArray[np.float32]

# Lengths are in the body's unit, the width between the shoulder joints (37 cm). Room beside the body for cloth: sleeves
# of a wide blouse stand 7 cm off the arm, a hoodie 7 cm off the waist; wide trousers 9 cm off the leg, and an A-line
# skirt 17 cm, from where it leaves the hips on (in torso lengths).
_SLEEVE_ROOM, _TORSO_ROOM, _LEG_ROOM, _SKIRT_ROOM = 0.18, 0.18, 0.25, 0.45
_SKIRT_FLARES = (1.0, 1.4)
# Around what is worn now: its shadow and the parser's error.
_WORN_ROOM = 0.08
# Tops end at most here, lower clothes begin at least here, in torso lengths from the shoulders (hips: 1).
_TOP_END, _WAIST = 1.35, 0.62
# A hand begins a little before the wrist's landmark, which marks the joint's middle; in shares of the arm.
_HAND_BEGINS = 0.97
# So far around the places of hands, in units, arms' labels are hands.
_HAND_ROOM = 0.05
# Feet begin at the ankle, in shares of the leg.
_FOOT_BEGINS = 1.03
# The face's label goes on down the neck; what is so far below the chin's outline is neck, in units.
_NECK_BEGINS = 0.03
# Another head, hair included, reaches this many radii of its face.
_OTHER_HEAD = 1.7
# The outline is drawn with a body of so many pixels, and rounded by this many units.
_UNIT_PIXELS, _ROUNDING = 48.0, 0.05
_DRAWN_PIXELS = 500_000
# So many rows of the photo are worked on at once: 24 megapixels need no second picture of floats.
_STRIP = 512

_TOPS = (Lip.UPPER_CLOTHES, Lip.COAT, Lip.SCARF)
_BOTTOMS = (Lip.PANTS, Lip.SKIRT)
_WHOLE = (Lip.DRESS, Lip.JUMPSUITS)
_HEAD = (Lip.HAT, Lip.HAIR, Lip.SUNGLASSES)
_SHOES = (Lip.LEFT_SHOE, Lip.RIGHT_SHOE, Lip.SOCKS)
_ARMS = (Lip.LEFT_ARM, Lip.RIGHT_ARM)
_LEGS = (Lip.LEFT_LEG, Lip.RIGHT_LEG)

# Part of the name under which masks are kept: a change of what they hold is another version.
VERSION = "mask-1"


def agnostic_mask(labels: Labels, pose: Pose, category: Category, others: Sequence[Pose] = ()) -> Mask:
    """What a garment of this category may change, bool (H, W), from LIP `labels` (H, W) and the person's pose.

    It holds the worn clothes of the category, the body under the target garment, and room beside it for wider cloth;
    never hands, face, hair or shoes, nor the heads of `others`, the other people in the photo.
    """
    height, width = labels.shape
    scale = min(1.0, _UNIT_PIXELS / skeleton(pose, width, height).unit, math.sqrt(_DRAWN_PIXELS / (width * height)))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    body = skeleton(pose, *size)
    parts = regions(body, *size)
    small = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    outline = np.full(small.shape, np.inf, np.float32)
    if category is not Category.LOWER:
        outline = np.minimum(outline, _upper(small, parts, body))
    if category is not Category.UPPER:
        outline = np.minimum(outline, _lower(small, parts, body))
    outline = np.minimum(outline, 1)
    kept = np.full(small.shape, np.inf, np.float32)
    for other in others:
        kept = np.minimum(kept, _head_distance(other, size))
    rounded = cv2.GaussianBlur(outline, (0, 0), max(_ROUNDING * body.unit, 0.5))
    fields = np.stack([rounded, np.minimum(kept, 1), *_protection(parts, _from(_is(small, _BOTTOMS), body))], -1)
    return _drawn(fields.astype(np.float32), labels, category)


def _upper(labels: Labels, parts: Regions, body: Skeleton) -> Float:
    """How far pixels are outside of what a top may change, in units; negative inside."""
    worn = _is(labels, _TOPS) | (_is(labels, _WHOLE) & (parts.trunk < _TOP_END))
    found = np.minimum(
        _from(worn, body) - _WORN_ROOM, np.maximum(parts.torso - _TORSO_ROOM, _below(parts, _TOP_END, body))
    )
    for arm in parts.arms:
        # Up to the wrist, and no farther: the hand is not the sleeve's.
        found = np.minimum(found, np.maximum(arm.distance - _SLEEVE_ROOM, (arm.along - 1.0) * 2))
    neck = np.maximum(parts.neck - 0.02, _NECK_BEGINS - parts.below_chin)
    return np.asarray(np.minimum(found, neck), np.float32)


def _lower(labels: Labels, parts: Regions, body: Skeleton) -> Float:
    """How far pixels are outside of what lower clothes may change, in units; negative inside."""
    worn = _is(labels, _BOTTOMS) | (_is(labels, _WHOLE) & (parts.trunk > _WAIST))
    below_waist = -_below(parts, _WAIST, body)
    hips = np.maximum(np.maximum(parts.torso - _TORSO_ROOM, below_waist), _below(parts, 1.15, body))
    found = np.minimum(np.minimum(_from(worn, body) - _WORN_ROOM, hips), parts.between_legs - _TORSO_ROOM)
    room = np.interp(parts.trunk, _SKIRT_FLARES, (_LEG_ROOM, _SKIRT_ROOM)).astype(np.float32)
    for leg in parts.legs:
        found = np.minimum(found, np.maximum(leg.distance - room, (leg.along - _FOOT_BEGINS) * 4))
    # Nothing of the space between the legs is below both ankles.
    ended = np.minimum(parts.legs[0].along, parts.legs[1].along) - _FOOT_BEGINS
    return np.asarray(np.where(worn, found, np.maximum(found, ended * 4)), np.float32)


def _below(parts: Regions, share: float, body: Skeleton) -> Float:
    """How far pixels are below a share of the torso's length, in units."""
    torso = float(np.linalg.norm(body.hips - body.shoulders)) / body.unit
    return np.asarray((parts.trunk - np.float32(share)) * np.float32(max(torso, 0.3)), np.float32)


def _from(worn: Mask, body: Skeleton) -> Float:
    """The distance from what is worn, in units."""
    if not worn.any():
        return np.full(worn.shape, np.inf, np.float32)
    pixels = cv2.distanceTransform((~worn).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(pixels / np.float32(body.unit), np.float32)


def _head_distance(pose: Pose, size: tuple[int, int]) -> Float:
    """How far pixels are outside of a person's head with hair, in radii of the face; negative inside."""
    head = skeleton(pose, *size).head
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    return head.face_distance(x, y) - np.float32(_OTHER_HEAD)


def _protection(parts: Regions, from_trousers: Float) -> list[Float]:
    """Fields that are negative where arms' labels are hands, the face's is face, legs' are feet, and tops' are
    sleeves. What is next to trousers is their hem and its shadow, no foot."""
    hands = []
    for arm, hand in zip(parts.arms, parts.hands, strict=True):
        # Within the forearm's width, what is before the wrist is no hand, however the hand is bent.
        forearm = np.where((arm.axis < 1.3) & (arm.along < _HAND_BEGINS), np.float32(1), np.float32(-1))
        hands.append(np.maximum(hand - _HAND_ROOM, forearm))
    feet = _FOOT_BEGINS - np.maximum(*(np.where(leg.distance < 0.5, leg.along, 0) for leg in parts.legs))
    feet = np.maximum(feet, _WORN_ROOM - from_trousers)
    beside = np.maximum(np.minimum(*(arm.axis for arm in parts.arms)) - 1.5, 0.01 - parts.torso)
    fields = np.minimum(*hands), parts.below_chin - np.float32(_NECK_BEGINS), feet, beside
    return [np.asarray(field, np.float32) for field in fields]


def _drawn(fields: Float, labels: Labels, category: Category) -> Mask:
    """The mask at the photo's size, strip by strip, from coarse fields (h, w, 6)."""
    height, width = labels.shape
    mask = np.zeros(labels.shape, np.bool_)
    for top in range(0, height, _STRIP):
        strip = labels[top : top + _STRIP]
        # Pixel centres of the photo in the coarse picture; cv2 wants 32 bit maps.
        y = (np.arange(top, top + strip.shape[0], dtype=np.float32) + 0.5) * np.float32(fields.shape[0] / height) - 0.5
        x = (np.arange(width, dtype=np.float32) + 0.5) * np.float32(fields.shape[1] / width) - 0.5
        grid_x, grid_y = np.meshgrid(x, y)
        mask[top : top + _STRIP] = _strip(fields, strip, grid_x, grid_y, category)
    return mask


def _strip(fields: Float, labels: Labels, x: Float, y: Float, category: Category) -> Mask:
    outline, other, hand, face, foot, sleeve = (
        cv2.remap(np.ascontiguousarray(fields[..., i]), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE) < 0
        for i in range(fields.shape[2])
    )
    kept = _is(labels, (*_HEAD, *_SHOES, Lip.GLOVE)) | other
    kept |= (_is(labels, _ARMS) & hand) | ((labels == Lip.FACE) & face) | (_is(labels, _LEGS) & foot)
    if category is Category.LOWER:
        # An arm that hangs before the hips stays before them.
        kept |= _is(labels, _ARMS) | (_is(labels, _TOPS) & sleeve)
    elif category is Category.UPPER:
        kept |= _is(labels, _LEGS)
    return np.asarray(outline & ~kept, np.bool_)


def _is(labels: Labels, classes: Sequence[Lip]) -> Mask:
    table = np.zeros(256, np.bool_)
    table[list(classes)] = True
    return table[labels]
