"""The garment's mask in its product photo: flat or on an invisible figure before a plain background, or worn.

The background's colour is fitted to the picture's border as a plane in Lab (product photos often have a soft
vignette), everything like it that touches the border is background, and so are soft shadows: they keep the
background's hue and have no edge. Of a worn garment, skin and what else the frame cuts off are taken away.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from models.garment.skin import skin_likeness

Rgb = npt.NDArray[np.uint8]
Bool = npt.NDArray[np.bool_]
Float = npt.NDArray[np.float32]

# The decision is made on at most this many pixels a side: outlines of garments are smooth, and 640 keeps straps of a
# top (1 % of a garment's width) 4 pixels wide. The edge itself is refined at full resolution.
WORKING_SIDE = 640
# A just noticeable difference in Lab is about 2.3 (Mahy 1994); JPEG ringing at a border adds about as much.
SAME_COLOUR = 5.0
# A shadow keeps hue: its chroma differs less than that of any dyed cloth, and it is darker by at most half of L.
SHADOW_CHROMA, SHADOW_DEPTH = 3.0, 50.0
# Gradient of L per pixel (Sobel / 8) above which something is an edge and no shadow: soft shadows of product photos
# fall by 30 L over 40 pixels and more, the edges of cloth rise within 2.
EDGE = 2.2
# An enclosed patch of background (between sleeve and body) is larger than a print's letter: 0.15 % of the picture.
HOLE = 0.0015
# Under 2 % of the picture nothing can be a product photo's garment.
SMALLEST = 0.02


class NoGarment(ValueError):
    """No garment stands out from the picture's background."""


@dataclass(frozen=True)
class Cutout:
    """A garment without its surroundings.

    `rgb` (H, W, 3) has the garment's own colours continued beyond its edge, so that an interpolated edge never shows
    the background; `alpha` (H, W) 0..255 is soft over about 2 pixels; `worn` says that skin was found beside it.
    """

    rgb: Rgb
    alpha: npt.NDArray[np.uint8]
    worn: bool


def cut_out(photo: Rgb) -> Cutout:
    """The garment of a product photo (H, W, 3).

    Raises:
        NoGarment: the picture is plain, or what stands out is too small.
    """
    scale = min(1.0, WORKING_SIDE / max(photo.shape[:2]))
    size = (max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale)))
    small = np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA), np.uint8)
    lab = _lab(small)
    like = _likeness(lab - _background(lab))
    mask = _foreground(like)
    worn = _wearer(small, mask)
    if worn is not None:
        mask = _without_wearer(lab, like, mask, worn)
    mask = _main_piece(mask)
    if mask.mean() < SMALLEST:
        raise NoGarment("no garment stands out from the background")
    alpha = _full_resolution_alpha(photo, mask)
    return Cutout(_continued_colours(photo, alpha), alpha, worn is not None)


def standing_out(rgb: Rgb) -> Bool:
    """What differs from the background of a picture (H, W, 3) of at most `WORKING_SIDE` pixels a side: the garment, or
    whatever else is there, with who wears it; shadows are left out. (H, W)."""
    lab = _lab(rgb)
    return _foreground(_likeness(lab - _background(lab)))


def _lab(rgb: Rgb) -> Float:
    """L 0..100, a and b in the same unit; lightly smoothed against JPEG noise."""
    smooth = cv2.bilateralFilter(rgb, 5, 12, 3)
    return np.asarray(cv2.cvtColor(smooth.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _background(lab: Float) -> Float:
    """The background's colour at every pixel: a plane fitted to the border, without what the garment covers of it."""
    height, width = lab.shape[:2]
    band = max(2, min(height, width) // 60)
    border = np.zeros((height, width), bool)
    border[:band] = border[-band:] = border[:, :band] = border[:, -band:] = True
    y, x = np.nonzero(border)
    colours = lab[border]
    design = np.stack([x / width, y / height, np.ones_like(x, np.float32)], 1)
    # The most frequent colour first, so that a garment that leaves the frame does not tilt the plane.
    mode = _most_frequent(colours)
    near = np.linalg.norm(colours - mode, axis=1) < 3 * SAME_COLOUR
    for _ in range(3):
        fit, *_rest = np.linalg.lstsq(design[near], colours[near], rcond=None)
        error = np.linalg.norm(colours - design @ fit, axis=1)
        near = error < max(SAME_COLOUR, 2 * float(np.median(error[near])))
    yy, xx = np.mgrid[:height, :width]
    plane = np.stack([xx / width, yy / height, np.ones((height, width))], 2) @ fit
    return np.asarray(plane, np.float32)


def _most_frequent(colours: Float) -> Float:
    cells = np.round(colours / (2 * SAME_COLOUR)).astype(np.int32)
    values, counts = np.unique(cells, axis=0, return_counts=True)
    best = (cells == values[counts.argmax()]).all(1)
    return np.asarray(np.median(colours[best], 0), np.float32)


@dataclass(frozen=True)
class _Likeness:
    """Which pixels look like the background itself, like a soft shadow on it, or at least like a hard one (H, W)."""

    same: Bool
    soft_shadow: Bool
    shadow: Bool
    lightness: Float


def _likeness(difference: Float) -> _Likeness:
    """`difference` (H, W, 3) is Lab minus the background's."""
    lightness = difference[..., 0]
    chroma = np.linalg.norm(difference[..., 1:], axis=2)
    edge = np.hypot(cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)) / 8
    same = np.linalg.norm(difference, axis=2) < SAME_COLOUR
    shadow = (chroma < SHADOW_CHROMA) & (lightness < 2) & (lightness > -SHADOW_DEPTH)
    return _Likeness(same, shadow & (edge < EDGE), shadow, lightness)


def _foreground(like: _Likeness) -> Bool:
    """What differs from the background; shadows and enclosed pieces of background are left out."""
    background = _touching_border(like.same | like.soft_shadow)
    # Enclosed pieces count as background only where they are its very colour, not a shadow of it.
    enclosed = (like.same & ~background).astype(np.uint8)
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(enclosed, connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] > HOLE * enclosed.size
    flat = np.array([bool(i and large[i]) and _is_flat(like.lightness, pieces == i) for i in range(count)])
    return _without_hard_shadow(like, ~(background | flat[pieces]))


def _without_hard_shadow(like: _Likeness, mask: Bool) -> Bool:
    """The mask without the rim of a shadow that has an edge.

    White and grey parts of a print inside the outline of what has another colour stay; a garment that is grey for more
    than a sixth has no outline to tell it by, and stays whole.
    """
    core = mask & ~like.shadow
    rim = _touching_border(~core) & mask
    if rim.sum() > mask.sum() / 6:
        return mask
    kept = rim & _joined(core, 60)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(kept.astype(np.uint8), connectivity=4)
    large = stats[:, cv2.CC_STAT_AREA] > HOLE * mask.size
    return np.asarray(mask & ~(rim & ~(kept & large[pieces])), bool)


def _is_flat(lightness: Float, piece: Bool) -> bool:
    """Background between garment parts has no texture: white cloth in a print has folds (over 0.6 L of deviation)."""
    return float(lightness[piece].std()) < 0.6 and abs(float(lightness[piece].mean())) < 1.0


def _touching_border(candidates: Bool) -> Bool:
    _, pieces = cv2.connectedComponents(candidates.astype(np.uint8), connectivity=4)
    rim = np.concatenate([pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]])
    touching = np.unique(rim[rim > 0])
    return np.isin(pieces, touching)


def _wearer(rgb: Rgb, mask: Bool) -> Bool | None:
    """The skin of who wears the garment, or None.

    Beige cloth looks like skin too: skin counts only where most of the garment is something else.
    """
    skin = cv2.morphologyEx((skin_likeness(rgb) & mask).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)) > 0
    # A wearer shows a neck, arms or legs: at least a twentieth; a beige garment is skin-coloured for most of it.
    share = float(skin.sum()) / max(1.0, float(mask.sum()))
    return skin if 0.05 < share < 0.7 and _reaches_rim(skin) else None


def _without_wearer(lab: Float, like: _Likeness, mask: Bool, skin: Bool) -> Bool:
    """The mask without skin, what skin encloses together with the background, and clothes that the frame cuts off."""
    skin = cv2.dilate(skin.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    rest = mask & ~_touching_border(like.same | like.soft_shadow | skin | ~mask)
    rest = _joined(rest & ~_cut_off(lab, rest), 40)
    # Threads of other clothes that remain are thinner than a strap.
    reach = max(3, mask.shape[0] // 40) | 1
    return cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, np.ones((reach, reach), np.uint8)) > 0


def _reaches_rim(skin: Bool) -> bool:
    """Skin of a wearer ends at the frame (cropped) or at the upper edge (a head); a print's skin tones do not."""
    rim = np.concatenate([skin[:3].ravel(), skin[-3:].ravel(), skin[:, :3].ravel(), skin[:, -3:].ravel()])
    return bool(rim.any())


def _cut_off(lab: Float, mask: Bool) -> Bool:
    """Pieces of other clothes: like what the upper rim cuts off in colour, and unlike the middle of the picture."""
    rim = mask[:3].any(0)
    if rim.mean() < 0.05:
        return np.zeros_like(mask)
    height, width = mask.shape
    middle = lab[height // 3 : 2 * height // 3, width // 3 : 2 * width // 3].reshape(-1, 3)
    own, other = np.median(middle, 0), np.median(lab[:3][:, rim].reshape(-1, 3), 0)
    if np.linalg.norm(own - other) < 4 * SAME_COLOUR:
        return np.zeros_like(mask)
    nearer = np.linalg.norm(lab - other, axis=2) < np.linalg.norm(lab - own, axis=2)
    return _touching_border(nearer & mask)


def _joined(mask: Bool, part: int) -> Bool:
    """The mask with gaps closed, up to a `part`-th of its height, that a print of the background's colour has torn."""
    reach = max(3, mask.shape[0] // part) | 1
    return _closed(mask, np.ones((reach, reach), np.uint8))


def _closed(mask: Bool, kernel: npt.NDArray[np.uint8]) -> Bool:
    """Morphological closing that does not take what lies beyond the picture's rim for the garment."""
    rim = kernel.shape[0]
    padded = np.pad(mask.astype(np.uint8), rim)
    return cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[rim:-rim, rim:-rim] > 0


def _main_piece(mask: Bool) -> Bool:
    """The largest piece and those a tenth as large (a print of the background's colour can cut a garment in two), holes
    of noise closed."""
    clean = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(clean)
    if count < 2:
        return np.zeros_like(mask)
    areas = stats[1:, cv2.CC_STAT_AREA]
    kept = np.isin(pieces, 1 + np.nonzero(areas >= 0.1 * areas.max())[0])
    _, gaps, sizes, _ = cv2.connectedComponentsWithStats((~kept).astype(np.uint8), connectivity=4)
    small = sizes[:, cv2.CC_STAT_AREA] < HOLE * mask.size
    return _without_bites(np.asarray(kept | small[gaps], bool))


def _without_bites(mask: Bool) -> Bool:
    """The mask with small notches filled, where a print of the background's colour meets the outline; long narrow gaps
    (between trouser legs, beside a sleeve) stay."""
    reach = max(3, mask.shape[0] // 50) | 1
    notches = (_closed(mask, _disc(reach)) & ~mask).astype(np.uint8)
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(notches, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < reach * reach / 2
    return np.asarray(mask | (small[pieces] & (notches > 0)), bool)


def _disc(size: int) -> npt.NDArray[np.uint8]:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)


def _full_resolution_alpha(photo: Rgb, mask: Bool) -> npt.NDArray[np.uint8]:
    """The mask as alpha at the photo's resolution, drawn in by a pixel: the edge's own mixed pixels are left out."""
    height, width = photo.shape[:2]
    large = cv2.resize(mask.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    radius = max(0.8, width / mask.shape[1])
    soft = cv2.GaussianBlur(large, (0, 0), radius)
    return np.asarray(np.clip((soft - 0.35) / 0.6, 0, 1) * 255, np.uint8)


def _continued_colours(photo: Rgb, alpha: npt.NDArray[np.uint8]) -> Rgb:
    """The photo with the garment's colours continued outwards from pixels that are wholly garment."""
    inside = cv2.erode((alpha > 250).astype(np.uint8), np.ones((3, 3), np.uint8))
    if not inside.any():
        return photo
    _, nearest = cv2.distanceTransformWithLabels(1 - inside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    source = np.zeros(int(nearest.max()) + 1, np.int64)
    positions = np.flatnonzero(inside)
    source[nearest.ravel()[positions]] = positions
    flat = photo.reshape(-1, 3)
    return np.ascontiguousarray(flat[source[nearest.ravel()]].reshape(photo.shape))
