"""How the people of a group stand or sit."""

from models.synthetic.body.poses import Pose
from models.synthetic.body.stances import sample_pose
from models.synthetic.tuples.plan import Regime, thing_rng
from models.synthetic.tuples.recipe import Model
from schemas.findings import FindingCode


def stance(model: Model, regime: Regime) -> Pose:
    """The pose of a model: with finding codes only where some are asked for, and a phone in hand before a mirror."""
    rng = thing_rng("pose", model.seed)
    if regime == "ideal":
        return sample_pose(rng, "ideal")
    if model.mirror:
        return sample_pose(rng, "real", kind="selfie")
    code = next(iter(model.pose_codes), None)
    while True:
        pose = sample_pose(rng, "real", code=code)
        fits = model.pose_codes <= pose.codes and bool(pose.codes) == bool(code) and pose.phone is None
        if fits and _may_sit(model, pose):
            return pose


def _may_sit(model: Model, pose: Pose) -> bool:
    """Whoever sits wears what suits it: see `outfits`."""
    if FindingCode.SEATED not in model.pose_codes:
        return not pose.seated
    return model.crosses or FindingCode.CROSSED_LEGS not in pose.codes
