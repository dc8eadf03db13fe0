"""Landmarks of a person, as events carry them."""

from pydantic import BaseModel, ConfigDict, Field


class Landmark(BaseModel):
    """One landmark: `x`, `y` as shares of the picture's width and height (0..1, beyond when outside the frame), `z` in
    the scale of `x` relative to the hips (negative is towards the camera), `visibility` 0..1."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    x: float
    y: float
    z: float = 0.0
    visibility: float = Field(default=1.0, ge=0.0, le=1.0)


class Pose(BaseModel):
    """The 33 landmarks of MediaPipe's BlazePose topology, of the main person."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    landmarks: tuple[Landmark, ...] = Field(min_length=33, max_length=33)
