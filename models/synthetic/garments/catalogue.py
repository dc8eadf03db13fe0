"""The wardrobe: which kinds of garments there are, and a random one of them."""

from models.synthetic.garments.garment import Category

_KINDS: dict[Category, tuple[str, ...]] = {
    "upper": (
        "tee",
        "tank",
        "crop_top",
        "long_sleeve",
        "turtleneck",
        "polo",
        "shirt",
        "blouse",
        "sweater",
        "hoodie",
        "open_jacket",
        "blazer",
        "cardigan",
        "closed_jacket",
        "coat",
    ),
    "lower": (
        "slim_jeans",
        "straight_trousers",
        "wide_trousers",
        "culottes",
        "joggers",
        "shorts",
        "bermudas",
        "mini_skirt",
        "a_line_skirt",
        "pencil_skirt",
        "midi_skirt",
        "pleated_skirt",
        "maxi_skirt",
    ),
    "dress": (
        "mini_dress",
        "sheath_dress",
        "slip_dress",
        "tee_dress",
        "midi_dress",
        "shirt_dress",
        "sweater_dress",
        "maxi_dress",
    ),
}


def kinds(category: Category) -> tuple[str, ...]:
    """The kinds of garments of a category."""
    return _KINDS[category]
