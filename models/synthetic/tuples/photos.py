"""From surfaces to a photo and its truth, in each of the passes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from models.synthetic.camera import Camera
from models.synthetic.render import cheap, shade
from models.synthetic.render.develop import sensed
from models.synthetic.render.gbuffer import GBuffer, fine
from models.synthetic.render.light import Lighting
from models.synthetic.render.raster import rasterise
from models.synthetic.scene.backdrop import Backdrop
from models.synthetic.scene.lens import Lens
from models.synthetic.surface import Surface
from models.synthetic.tuples.plan import Pass
from models.synthetic.tuples.record import Rgb

Depth = npt.NDArray[np.float32]  # (H, W), metres
Linear = npt.NDArray[np.float32]  # (H, W, 3), 1 is a white sheet in the light

_METER = 4  # a light meter sees a small picture


@dataclass(eq=False)
class Darkroom:
    """One place seen by one camera in one light: both photos of a tuple are made in it. The `shutter` is open so many
    times as long as a meter asks for."""

    mode: Pass
    camera: Camera
    backdrop: Backdrop
    rng: np.random.Generator
    shutter: float = 1.0
    _meter: np.float32 | None = field(default=None, init=False)

    def buffer(self, surfaces: Sequence[Surface]) -> GBuffer:
        """What is seen of `surfaces`, drawn with `fine(camera)`; without the backdrop."""
        return rasterise(surfaces, fine(self.camera))

    def photo(self, surfaces: Sequence[Surface], buffer: GBuffer) -> Linear:
        """The light on the sensor with `surfaces` before the backdrop; `buffer` is theirs."""
        if self.mode == "geometry":
            return cheap.shade(buffer, self._cheap_light, self._empty)
        everything = [*surfaces, *self.backdrop.surfaces]
        if self.mode == "show":
            from models.synthetic.render.tracer import trace

            traced = trace(everything, self.camera, self._lighting)
            if self._meter is None:
                self._meter = self._stop(everything, traced)
            return sensed(traced * self._meter, self._lighting)
        return sensed(shade.picture(everything, self.camera, self._lighting), self._lighting)

    def _stop(self, surfaces: Sequence[Surface], traced: Linear) -> np.float32:
        """What makes a traced picture as bright as the fast one is.

        Traced walls and ceilings keep out light that the fast pictures let through: a camera opens its shutter for it.
        """
        camera = self.camera
        small = replace(camera, width=max(camera.width // _METER, 8), height=max(camera.height // _METER, 8))
        fast = shade.picture(surfaces, small, self._lighting)
        wanted, found = (float(np.median(light.mean(-1))) for light in (fast, traced))
        return np.float32(wanted / max(found, 1e-4))

    @cached_property
    def depth(self) -> Depth:
        """Of the backdrop (H, W), infinite where nothing is."""
        depth = self._behind.centres().depth
        size = self.camera.width, self.camera.height
        return np.asarray(cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST), np.float32)

    @cached_property
    def _behind(self) -> GBuffer:
        """The backdrop alone; for volume in half the resolution."""
        camera = self.camera
        if self.mode == "geometry":
            camera = replace(camera, width=max(camera.width // 2, 1), height=max(camera.height // 2, 1))
        return rasterise(self.backdrop.surfaces, fine(camera))

    @cached_property
    def _empty(self) -> Rgb:
        small = cheap.srgb(cheap.shade(self._behind, self._cheap_light))
        return np.asarray(cv2.resize(small, (self.camera.width, self.camera.height)), np.uint8)

    @cached_property
    def _lighting(self) -> Lighting:
        from models.synthetic.render.light_kinds import lighting_of

        return lighting_of(self.backdrop.lighting, self.rng).exposed(self.shutter)

    @cached_property
    def _cheap_light(self) -> cheap.CheapLight:
        return cheap.sample_cheap_light(self.rng)


def quick(lens: Lens) -> Lens:
    """The lens without what costs time and changes no finding."""
    return replace(lens, aperture=0.0, sharpen=0.0, jpeg=0)


def bytes_of(shares: npt.NDArray[np.floating]) -> npt.NDArray[np.uint8]:
    """0..1 as 0..255."""
    return np.asarray(np.rint(shares * 255), np.uint8)
