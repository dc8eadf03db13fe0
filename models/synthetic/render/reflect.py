"""How a surface throws light back: the formulas, as small functions of the shading's inner loop."""

import numba
import numpy as np


@numba.njit(cache=True, fastmath=True, inline="always")
def soft_cosine(cosine, spread):  # type: ignore[no-untyped-def]
    """The cosine of a lamp that fills angles up to asin(`spread`): it sets gradually. The integral over the sphere is
    kept."""
    if cosine >= spread:
        found = cosine
    elif cosine <= -spread:
        found = np.float32(0)
    else:
        found = (cosine + spread) * (cosine + spread) / (4 * spread)
    return found / (1 + spread * spread / 3)


@numba.njit(cache=True, fastmath=True, inline="always")
def ggx(n_h, n_v, n_l, v_h, f0, alpha, widened):  # type: ignore[no-untyped-def]
    """Microfacet reflection times the cosine to the light (Walter et al. 2007; visibility by Karis 2013, Fresnel by
    Schlick 1994). `widened` >= `alpha` spreads the highlight of a lamp that has a size."""
    a = widened * widened
    d = n_h * n_h * (a - 1) + 1
    distribution = a / (np.float32(np.pi) * d * d)
    # A wider lobe of the same height would add energy (Karis 2013, "representative point").
    distribution *= (alpha / widened) ** 2
    k = alpha / 2
    visibility = 1 / (4 * (n_v * (1 - k) + k) * (n_l * (1 - k) + k))
    fresnel = f0 + (1 - f0) * (1 - v_h) ** 5
    return distribution * visibility * fresnel * n_l


@numba.njit(cache=True, fastmath=True, inline="always")
def mirrored_share(f0, alpha, n_v):  # type: ignore[no-untyped-def]
    """The share of a uniform environment that is mirrored (Karis 2014, "Physically based shading on mobile")."""
    rough = np.sqrt(alpha)
    x, y = 1 - rough, np.float32(0.0425) - np.float32(0.0275) * rough
    z, w = np.float32(1.04) - np.float32(0.572) * rough, np.float32(0.022) * rough - np.float32(0.04)
    bent = min(x * x, 2 ** (np.float32(-9.28) * n_v)) * x + y
    return max(f0 * (np.float32(-1.04) * bent + z) + np.float32(1.04) * bent + w, np.float32(0))


@numba.njit(cache=True, fastmath=True, inline="always")
def mirrored_openness(n_v, openness, alpha):  # type: ignore[no-untyped-def]
    """How open the mirrored direction is where the surface is so open (Lagarde and de Rousiers 2014, "Moving Frostbite
    to PBR")."""
    share = (n_v + openness) ** (2 ** (-16 * alpha - 1)) - 1 + openness
    return min(max(share, np.float32(0)), np.float32(1))


@numba.njit(cache=True, fastmath=True)
def chart_at(chart, d, out):  # type: ignore[no-untyped-def]
    """A lat-long chart's value (3,) in direction `d`, bilinear."""
    rows, columns = chart.shape[0], chart.shape[1]
    y = np.arccos(min(max(d[2], np.float32(-1)), np.float32(1))) * np.float32(rows / np.pi) - np.float32(0.5)
    x = np.arctan2(d[1], d[0]) * np.float32(columns / (2 * np.pi)) - np.float32(0.5)
    y0, x0 = int(np.floor(y)), int(np.floor(x))
    fy, fx = y - y0, x - x0
    top, bottom = max(y0, 0), min(y0 + 1, rows - 1)
    left, right = x0 % columns, (x0 + 1) % columns
    for channel in range(3):
        upper = chart[top, left, channel] * (1 - fx) + chart[top, right, channel] * fx
        lower = chart[bottom, left, channel] * (1 - fx) + chart[bottom, right, channel] * fx
        out[channel] = upper * (1 - fy) + lower * fy


@numba.njit(cache=True, fastmath=True, inline="always")
def strand(t_l, t_v, shift, width):  # type: ignore[no-untyped-def]
    """The highlight of a fibre whose direction has these cosines to light and view, moved by `shift` (Marschner et al.
    2003: a cone about the strand, a Gaussian in the half angle). Over all views it is at most 1."""
    half = (np.arcsin(min(max(t_l, np.float32(-1)), np.float32(1))) + np.arcsin(
        min(max(t_v, np.float32(-1)), np.float32(1)))) / 2 - shift  # fmt: skip
    return np.exp(-half * half / (2 * width * width)) / (width * np.float32(2.5066283))
