"""Which cloth shops make which garment of."""

import numpy as np

KINDS = (
    "plain",
    "heather",
    "stripes",
    "vertical_stripes",
    "pinstripes",
    "checks",
    "tartan",
    "gingham",
    "dots",
    "floral",
    "geometric",
    "leopard",
    "zebra",
    "paisley",
    "tie_dye",
    "colour_block",
    "camouflage",
    "logo",
    "graphic",
    "text",
    "number",
    "denim",
    "knit",
    "corduroy",
    "linen",
    "satin",
    "leather",
)

_Shares = dict[str, float]
_TEE: _Shares = {
    "plain": 22, "heather": 8, "stripes": 14, "logo": 10, "graphic": 13, "text": 12, "number": 4, "tie_dye": 3,
    "dots": 2, "floral": 3, "colour_block": 4, "leopard": 2, "geometric": 3, "camouflage": 2, "zebra": 1,
}  # fmt: skip
_KNIT: _Shares = {
    "knit": 60,
    "stripes": 16,
    "heather": 10,
    "colour_block": 6,
    "geometric": 5,
    "graphic": 2,
    "leopard": 1,
}
_SHIRT: _Shares = {
    "plain": 26, "vertical_stripes": 18, "pinstripes": 8, "checks": 8, "tartan": 9, "gingham": 8, "linen": 8,
    "denim": 5, "floral": 5, "dots": 3, "paisley": 2,
}  # fmt: skip
_BLOUSE: _Shares = {
    "plain": 20, "satin": 14, "floral": 28, "dots": 9, "geometric": 6, "paisley": 6, "leopard": 4, "zebra": 2,
    "linen": 5, "vertical_stripes": 6,
}  # fmt: skip
_JACKET: _Shares = {"plain": 40, "denim": 16, "leather": 18, "corduroy": 10, "checks": 6, "camouflage": 5, "linen": 5}
_TAILORED: _Shares = {
    "plain": 50,
    "pinstripes": 12,
    "checks": 12,
    "tartan": 6,
    "linen": 10,
    "corduroy": 8,
    "geometric": 2,
}
_SPORT: _Shares = {"plain": 42, "heather": 26, "logo": 16, "text": 7, "colour_block": 4, "camouflage": 3, "tie_dye": 2}
_TROUSERS: _Shares = {
    "plain": 46,
    "linen": 14,
    "pinstripes": 9,
    "corduroy": 9,
    "checks": 7,
    "tartan": 4,
    "floral": 5,
    "leather": 3,
    "geometric": 3,
}
_SKIRT: _Shares = {
    "plain": 30, "floral": 18, "satin": 10, "denim": 9, "tartan": 8, "dots": 6, "leather": 5, "leopard": 4, "checks": 4,
    "geometric": 4, "paisley": 2,
}  # fmt: skip
_DRESS: _Shares = {
    "plain": 26, "floral": 34, "dots": 8, "satin": 8, "geometric": 6, "paisley": 4, "leopard": 3, "gingham": 4,
    "linen": 4, "zebra": 1, "tie_dye": 2, "stripes": 4,
}  # fmt: skip

_BY_GARMENT: dict[str, _Shares] = {
    "tee": _TEE,
    "tank": _TEE,
    "crop_top": _TEE,
    "long_sleeve": _TEE,
    "turtleneck": {"plain": 40, "knit": 30, "stripes": 18, "heather": 12},
    "polo": {"plain": 45, "stripes": 20, "logo": 25, "heather": 10},
    "shirt": _SHIRT,
    "blouse": _BLOUSE,
    "sweater": _KNIT,
    "hoodie": _SPORT | {"graphic": 8},
    "open_jacket": _JACKET,
    "closed_jacket": _JACKET,
    "blazer": _TAILORED,
    "cardigan": _KNIT,
    "coat": _TAILORED | {"leather": 3},
    "slim_jeans": {"denim": 100},
    "straight_trousers": _TROUSERS | {"denim": 14},
    "wide_trousers": _TROUSERS | {"denim": 12, "satin": 4},
    "culottes": _TROUSERS,
    "joggers": _SPORT,
    "shorts": {"denim": 35, "plain": 35, "linen": 8, "floral": 6, "stripes": 3, "logo": 7, "checks": 6},
    "bermudas": {"denim": 25, "plain": 40, "linen": 15, "checks": 12, "camouflage": 8},
    "pencil_skirt": _TAILORED | {"leather": 8},
    "pleated_skirt": {"plain": 45, "tartan": 25, "satin": 15, "checks": 10, "floral": 5},
    "shirt_dress": _SHIRT,
    "tee_dress": _TEE,
    "sweater_dress": {"knit": 75, "stripes": 10, "heather": 15},
    "slip_dress": {"satin": 55, "plain": 20, "floral": 25},
}
_BY_CATEGORY = {"upper": _TEE, "lower": _TROUSERS, "dress": _DRESS}

_SELF = {"denim", "corduroy", "linen", "satin", "leather"}  # a cloth and a fabric of the same name
_KNITTED = {"sweater", "cardigan", "sweater_dress"}
_SWEAT = {"hoodie", "joggers", "sweatshirt", "coat"}
_CUT_AND_SEWN = {"tee", "tank", "crop_top", "long_sleeve", "tee_dress", "polo", "turtleneck"}
_WOVEN_HEAVY = {
    "blazer",
    "open_jacket",
    "closed_jacket",
    "straight_trousers",
    "culottes",
    "bermudas",
    "shorts",
    "pencil_skirt",
}


def shares(name: str, category: str) -> _Shares:
    """How often each kind of cloth is used for a garment: relative shares."""
    if "skirt" in name:
        return _BY_GARMENT.get(name, _SKIRT)
    return _BY_GARMENT.get(name, _BY_CATEGORY[category])


def sample_kind(rng: np.random.Generator, name: str, category: str) -> str:
    """A kind of cloth for a garment."""
    table = shares(name, category)
    weights = np.array(list(table.values()), float)
    return list(table)[int(rng.choice(len(table), p=weights / weights.sum()))]


def sample_fabric(rng: np.random.Generator, kind: str, name: str) -> str:
    """What a cloth of that kind is woven or knitted as, in a garment of that name."""
    if kind in _SELF:
        return kind
    if kind == "knit":
        return str(rng.choice(["fine_knit", "chunky_knit", "rib_knit", "cable_knit"], p=(0.3, 0.28, 0.22, 0.2)))
    if name in _KNITTED:
        return str(rng.choice(["fine_knit", "chunky_knit"], p=(0.7, 0.3)))
    if name in _CUT_AND_SEWN and kind == "plain" and rng.random() < 0.12:
        return "rib_knit"
    for names, woven in ((_SWEAT, "fleece"), (_WOVEN_HEAVY, "twill"), (_CUT_AND_SEWN, "jersey")):
        if name in names:
            return woven
    return "poplin"
