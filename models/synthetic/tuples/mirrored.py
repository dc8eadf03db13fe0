"""A tuple as a phone stores it that is held before a mirror: see `scene.mirror`."""

from dataclasses import replace

from models.synthetic.scene import mirror
from models.synthetic.tuples.record import Sight, Tuple


def mirrored(tuple_: Tuple) -> Tuple:
    """The tuple with both photos of the person and their truth turned round; product photos stay as they are."""
    width = tuple_.a.labels.shape[1]
    return replace(
        tuple_,
        a=_sight(tuple_.a),
        b=_sight(tuple_.b),
        iuv=mirror.mirrored_iuv(tuple_.iuv),
        keypoints=mirror.mirrored_keypoints(tuple_.keypoints, width),
        agnostic=mirror.mirrored_picture(tuple_.agnostic),
        flow_front=mirror.mirrored_picture(tuple_.flow_front),
        flow_back=mirror.mirrored_picture(tuple_.flow_back),
        yaw=mirror.mirrored_yaw(tuple_.yaw),
    )


def _sight(sight: Sight) -> Sight:
    return Sight(
        picture=mirror.mirrored_picture(sight.picture),
        labels=mirror.mirrored_labels(sight.labels),
        alpha=mirror.mirrored_picture(sight.alpha),
        depth=mirror.mirrored_picture(sight.depth),
        normals=mirror.mirrored_normals(sight.normals),
        garment=mirror.mirrored_picture(sight.garment),
        garment_uv=mirror.mirrored_picture(sight.garment_uv),
    )
