"""Is the garment what the shop says?"""

from models.garment.checks.frame import garment_cropped
from models.garment.checks.picture import CheckedGarment
from models.garment.checks.shape import Shape
from schemas.events import Category
from schemas.findings import Finding, FindingCode, Severity

# From shoulder to mid thigh a body measures 0.42 of its height (0.818 - 0.40), to the knee 0.53 (0.818 - 0.285), and a
# garment's trunk is about 0.2 wide there, laid flat or seen from the front (waist and ease; Drillis and Contini 1966):
# what ends above 2.1 trunk widths is a top, what nears the knee (2.55 of 2.65) a dress. Tunics, minis lie between.
LONGEST_TOP, SHORTEST_DRESS = 2.1, 2.55
# Coats are tops to shops, reach over the knee (0.818 - 0.22) and have long sleeves, which part from the trunk over a
# fifth of such a length.
_LONGEST_COAT, _COAT_SLEEVES = 3.0, 0.2
# Legs part over 6 % of the height at least (`landmarks.SHORTEST_LEG`), a tenth of the lower half or more.
_LEGS = 0.1
# Straight skirts are up to 1.9 waists long; what is longer and straight is a pair of trousers with its legs together.
_LONGEST_SKIRT = 2.0
# A neck is at most 0.6 of the shoulders; a waistband is at least 0.6 of the hips.
_NECK = 0.6
# A waistband is curved by less than 5 % of the width; a neckline is deeper, between straps at any rate.
_NECKLINE, _DEEP_NECK = 0.055, 0.08
# Where arms, neck or waist are cut out, an outline fills less of its hull than a skirt's or closed legs' does.
_NOTCHED = 0.95


def category_mismatch(picture: CheckedGarment) -> Finding | None:
    """Warns of a garment that is plainly of another category than the one asked for; what is unsure is the shop's word.

    Value: 1, the certainty that is asked for: the outline has what only another category has.
    """
    pieces = picture.garments
    if picture.people or picture.worn or not pieces or garment_cropped(picture) is not None:
        return None
    seen = seen_categories(pieces[0].shape)
    if picture.category in seen:
        return None
    variant = seen[0].value if len(seen) == 1 else ""
    return picture.finding(FindingCode.CATEGORY_MISMATCH, Severity.WARN, 1, 1, variant)


def seen_categories(shape: Shape) -> tuple[Category, ...]:
    """The categories that an outline can belong to; all three where it tells nothing."""
    upper_body, legs = has_upper_body(shape), has_legs(shape)
    if upper_body and legs:  # a jumpsuit, dungarees: shops call them dresses, and some trousers
        return (Category.UPPER, Category.LOWER, Category.DRESS)
    if legs or is_skirt(shape):
        return (Category.LOWER,)
    if not upper_body:
        return (Category.UPPER, Category.LOWER, Category.DRESS)
    if shape.length < LONGEST_TOP:
        return (Category.UPPER,)
    longest = _LONGEST_COAT if shape.sleeved > _COAT_SLEEVES else SHORTEST_DRESS
    return (Category.DRESS,) if shape.length > longest else (Category.UPPER, Category.DRESS)


def has_legs(shape: Shape) -> bool:
    """Two branches from the middle down."""
    return shape.split >= _LEGS and shape.sleeved < 0.05


def has_upper_body(shape: Shape) -> bool:
    """Sleeves beside a trunk, shoulders that are wider than what is below them, a neck, straps, or a waisted dress's
    length."""
    if shape.sleeved >= 0.1 or shape.hollow >= _DEEP_NECK:
        return True
    if shape.split >= _LEGS or shape.solidity >= _NOTCHED:
        return False
    shoulders, below = shape.width(0.08, 0.45), float(shape.widths[30:66].min())
    wide = shape.width(0.03) < _NECK * shoulders or shoulders > 1.2 * below
    return wide or shape.hollow >= _NECKLINE or shape.length > SHORTEST_DRESS


def is_skirt(shape: Shape) -> bool:
    """A straight waistband, no notch, and wider below: skirts, and shorts or trousers whose legs lie together."""
    straight = shape.width(0.03) >= 0.85 * shape.width(0.1) and shape.hollow < 0.06
    wider = shape.width(0.03) < 0.8 * shape.width(0.0, 1.0) or shape.length > _LONGEST_SKIRT
    return straight and wider and shape.solidity >= 0.96 and shape.single > 0.9 and shape.width(0.97) > 0.8
