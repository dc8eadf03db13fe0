"""How a surface throws light back: the formulas, as small functions of the shading's inner loop."""

# ruff: noqa: PLR0913, PLR0917 - compiled functions take arrays and numbers, not objects.

import numpy as np

from models.synthetic.render.compiled import compiled, inlined

# Of the same precision as everything else: a plain number would turn the inner loop's products into doubles.
_ZERO, _THIRD, _HALF, _ONE, _FOUR, _PI = (np.float32(value) for value in (0, 1 / 3, 0.5, 1, 4, np.pi))


@inlined
def soft_cosine(cosine, spread):  # type: ignore[no-untyped-def]
    """The cosine of a lamp that fills angles up to asin(`spread`): it sets gradually. The integral over the sphere is
    kept."""
    if cosine >= spread:
        found = cosine
    elif cosine <= -spread:
        found = _ZERO
    else:
        found = (cosine + spread) * (cosine + spread) / (_FOUR * spread)
    return found / (_ONE + spread * spread * _THIRD)


@inlined
def ggx(n_h, n_v, n_l, v_h, f0, alpha, widened):  # type: ignore[no-untyped-def]
    """Microfacet reflection times the cosine to the light (Walter et al. 2007; visibility by Karis 2013, Fresnel by
    Schlick 1994). `widened` >= `alpha` spreads the highlight of a lamp that has a size."""
    d = n_h * n_h * (widened * widened - _ONE) + _ONE
    # A wider lobe of the same height would add energy (Karis 2013, "representative point"): alpha, not `widened`.
    distribution = alpha * alpha / (_PI * d * d)
    k = alpha * _HALF
    rest = _ONE - k
    visibility = _ONE / (_FOUR * (n_v * rest + k) * (n_l * rest + k))
    grazing = _ONE - v_h
    square = grazing * grazing
    fresnel = f0 + (_ONE - f0) * square * square * grazing
    return distribution * visibility * fresnel * n_l


@inlined
def mirrored_share(f0, alpha, n_v):  # type: ignore[no-untyped-def]
    """The share of a uniform environment that is mirrored (Karis 2014, "Physically based shading on mobile")."""
    rough = np.sqrt(alpha)
    x, y = _ONE - rough, np.float32(0.0425) - np.float32(0.0275) * rough
    z, w = np.float32(1.04) - np.float32(0.572) * rough, np.float32(0.022) * rough - np.float32(0.04)
    bent = min(x * x, np.exp(np.float32(-9.28 * np.log(2)) * n_v)) * x + y
    return max(f0 * (np.float32(-1.04) * bent + z) + np.float32(1.04) * bent + w, _ZERO)


@inlined
def mirrored_openness(n_v, openness, alpha):  # type: ignore[no-untyped-def]
    """How open the mirrored direction is where the surface is so open (Lagarde and de Rousiers 2014, "Moving Frostbite
    to PBR"); for all but glossy surfaces their formula is the openness itself."""
    if alpha > 0.2:
        return openness
    share = (n_v + openness) ** np.exp(np.float32(-16 * np.log(2)) * alpha - np.float32(np.log(2))) - _ONE + openness
    return min(max(share, _ZERO), _ONE)


@compiled
def chart_at(chart, d, out):  # type: ignore[no-untyped-def]
    """A lat-long chart's value (3,) in direction `d`, bilinear."""
    rows, columns = chart.shape[0], chart.shape[1]
    y = np.arccos(min(max(d[2], np.float32(-1)), np.float32(1))) * np.float32(rows / np.pi) - np.float32(0.5)
    x = np.arctan2(d[1], d[0]) * np.float32(columns / (2 * np.pi)) - np.float32(0.5)
    x += np.float32(columns if x < 0 else 0)
    y0, x0 = int(np.floor(y)), int(x)
    fy, fx = y - np.float32(y0), x - np.float32(x0)
    top, bottom = max(y0, 0), min(y0 + 1, rows - 1)
    left, right = min(x0, columns - 1), (x0 + 1 if x0 + 1 < columns else 0)
    for channel in range(3):
        upper, lower = chart[top, left, channel], chart[bottom, left, channel]
        upper += (chart[top, right, channel] - upper) * fx
        lower += (chart[bottom, right, channel] - lower) * fx
        out[channel] = upper + (lower - upper) * fy


@inlined
def strand(t_l, t_v, shift, width):  # type: ignore[no-untyped-def]
    """The highlight of a fibre whose direction has these cosines to light and view, moved by `shift` (Marschner et al.
    2003: a cone about the strand, a Gaussian in the half angle). Over all views it is at most 1."""
    half = (np.arcsin(min(max(t_l, np.float32(-1)), np.float32(1))) + np.arcsin(
        min(max(t_v, np.float32(-1)), np.float32(1)))) / 2 - shift  # fmt: skip
    return np.exp(-half * half / (2 * width * width)) / (width * np.float32(2.5066283))
