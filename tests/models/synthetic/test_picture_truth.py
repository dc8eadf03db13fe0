"""Labels, IUV, keypoints, alpha, normals agree with each other and with the body they are of."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.spatial import cKDTree

from models.parsing.lip import Lip
from models.pose.landmarks import Joint
from models.surface.parts import Part
from models.synthetic.body.basis import basis
from models.synthetic.body.charts import charts
from models.synthetic.body.keypoints import landmarks
from models.synthetic.render.gbuffer import GBuffer, fine
from models.synthetic.render.iuv import bare, iuv
from models.synthetic.render.raster import rasterise
from models.synthetic.render.truth import keypoints, seen
from models.synthetic.surface import Layer, Material, Surface
from tests.models.synthetic.drawing import ball, wall
from tests.models.synthetic.dressed import FRONT, Dressed, wearing

TEE, JEANS, MAXI = ("upper", "tee"), ("lower", "straight_trousers"), ("lower", "maxi_skirt")


def _drawn(person: Dressed, *more: Surface) -> tuple[GBuffer, GBuffer]:
    """The fine buffer, and the bare body's."""
    return rasterise([*person.surfaces, *more], fine(FRONT)), bare(person.figure.vertices, FRONT)


def test_landmarks_lie_on_what_they_are_called() -> None:
    """From the front, wrists are on the arms, the nose on the face, knees on trousers. All are seen but for the heels
    and the little fingers, which are behind the feet and the hands."""
    person = wearing(TEE, JEANS)
    buffer, body = _drawn(person)
    truth = seen(buffer, person.surfaces[1:])
    points = keypoints(landmarks(person.figure), buffer.centres(), body)
    labels = {
        Joint.NOSE: Lip.FACE,
        Joint.LEFT_WRIST: Lip.LEFT_ARM,
        Joint.RIGHT_WRIST: Lip.RIGHT_ARM,
        Joint.LEFT_ELBOW: Lip.LEFT_ARM,
        Joint.LEFT_KNEE: Lip.PANTS,
        Joint.RIGHT_KNEE: Lip.PANTS,
        Joint.RIGHT_SHOULDER: Lip.UPPER_CLOTHES,
    }
    for joint, label in labels.items():
        column, row = points[joint, :2].astype(int)
        assert label in truth.labels[row - 2 : row + 3, column - 2 : column + 3], joint
    hidden = {Joint.LEFT_HEEL, Joint.RIGHT_HEEL, Joint.LEFT_PINKY, Joint.RIGHT_PINKY}
    assert set(np.flatnonzero(points[:, 2] == 0)) == hidden
    # The person's left is on the right.
    assert points[Joint.LEFT_WRIST, 0] > points[Joint.RIGHT_WRIST, 0] + 30


def test_what_is_turned_away_covered_or_out_of_the_frame_is_hidden() -> None:
    """From behind there is no nose; behind a wall there is no hip; hair hides the ear it covers but not the hip under a
    skirt; from the side the torso covers the far elbow."""

    def found(person: Dressed, *more: Surface) -> npt.NDArray[np.bool_]:
        buffer, body = _drawn(person, *more)
        return keypoints(landmarks(person.figure), buffer.centres(), body)[:, 2] > 0

    behind = found(wearing(TEE, MAXI, yaw=180))
    assert not behind[[Joint.NOSE, Joint.LEFT_EYE, Joint.MOUTH_LEFT]].any()
    assert behind[[Joint.LEFT_HIP, Joint.RIGHT_KNEE, Joint.LEFT_ELBOW]].all()

    front = wearing(TEE, MAXI)
    screen = wall(-1.0, 0.6, person=0, layer=Layer.BACKDROP)
    covered = found(front, screen)
    low = landmarks(front.figure)[:, 2] < 0.3
    assert covered[Joint.NOSE]
    assert not covered[low].any()

    ear = landmarks(front.figure)[Joint.LEFT_EAR]
    lock = ball((ear[0], ear[1] - 0.05, ear[2]), 0.03, layer=Layer.OVER, label=int(Lip.HAIR))
    haired = found(front, lock)
    assert not haired[Joint.LEFT_EAR]
    assert haired[[Joint.RIGHT_EAR, Joint.LEFT_HIP, Joint.LEFT_KNEE]].all()

    side = found(wearing(TEE, JEANS, yaw=90))
    assert side[[Joint.LEFT_ELBOW, Joint.RIGHT_ELBOW]].sum() == 1


def test_iuv_of_skin_leads_back_to_the_point_in_space() -> None:
    """Part, u and v of a pixel of the torso and the limbs name, on the body, a point within 1 cm of what the pixel
    shows (fingers share coordinates: hands, heads and feet are left out)."""
    person = wearing()
    buffer, body = _drawn(person)
    exact = buffer.centres()
    found = iuv(exact, body)
    limbs = set(Part) - {Part.LEFT_HAND, Part.RIGHT_HAND, Part.LEFT_FOOT, Part.RIGHT_FOOT}
    limbs -= {Part.LEFT_HEAD, Part.RIGHT_HEAD}
    rng = np.random.default_rng(0)
    triangles = np.flatnonzero(np.isin(charts().part, list(limbs))).repeat(30).astype(np.int32)
    weights = rng.dirichlet((1, 1, 1), len(triangles))
    part, uv = charts().at(triangles, weights)
    points = np.einsum("nc,nck->nk", weights, person.figure.vertices[basis().parts["body"][0][triangles]])
    # Parts are kept apart by more than u and v can be.
    tree = cKDTree(np.concatenate([part[:, None] * 10.0, uv], 1))
    where = np.isin(found[..., 0], list(limbs))
    assert where.sum() > 4000
    asked = found[where].astype(np.float64)
    distance, nearest = tree.query(np.stack([asked[:, 0] * 10, asked[:, 1] / 255, asked[:, 2] / 255], 1))
    assert np.max(distance) < 1
    apart = np.linalg.norm(points[nearest] - exact.positions[where], axis=1)
    print(f"\nIUV to space: median {1000 * np.median(apart):.1f} mm, 99 % {1000 * np.quantile(apart, 0.99):.1f} mm")
    assert np.quantile(apart, 0.99) < 0.01


def test_every_pixel_of_the_person_has_a_part_and_no_other() -> None:
    """Skirts and hair beside the body too: the skirt's are legs and torso, each leg on its side; hair's are head."""
    person = wearing(TEE, MAXI)
    mane = Surface(
        **{**vars(ball((0.0, 0.1, 1.35), 0.22, layer=Layer.OVER, label=int(Lip.HAIR))), "material": Material.HAIR}
    )
    stranger = ball((0.5, 0.0, 1.0), 0.2, person=2)
    buffer, body = _drawn(person, mane, stranger)
    exact = buffer.centres()
    found = iuv(exact, body)
    assert ((found[..., 0] > 0) == (exact.persons == 1)).all()
    skirt = found[exact.surface == 2][:, 0]
    legs = {part for part in Part if "THIGH" in part.name or "SHIN" in part.name or "FOOT" in part.name}
    assert np.isin(skirt, [*legs, Part.TORSO_FRONT, Part.TORSO_BACK, Part.LEFT_HAND, Part.RIGHT_HAND]).mean() > 0.99
    left = np.isin(found[..., 0], [part for part in legs if part.name.startswith("LEFT")]) & (exact.surface == 2)
    assert np.mean(exact.positions[left][:, 0] > 0) > 0.98
    hair = exact.surface == 3
    assert hair.sum() > 300
    assert np.isin(found[hair][:, 0], [Part.LEFT_HEAD, Part.RIGHT_HEAD]).all()


def test_labels_alpha_and_garments_tell_the_same() -> None:
    """Pixels that are wholly the person have a label, those without a sample of them none; other people and things are
    background; the garments' pixels carry their labels and lie on their surfaces."""
    person = wearing(TEE, JEANS)
    stranger, box = ball((0.55, -0.5, 1.0), 0.2, person=2), wall(1.0, 3.0, person=0, layer=Layer.BACKDROP, label=0)
    buffer, _ = _drawn(person, stranger, box)
    truth = seen(buffer, person.surfaces[1:])
    assert (truth.labels[truth.alpha == 1] > 0).all()
    assert (truth.labels[truth.alpha == 0] == 0).all()
    assert ((truth.alpha > 0) & (truth.alpha < 1)).sum() > 300
    assert truth.others.max() == 1
    assert (truth.alpha + truth.others <= 1).all()
    assert (truth.labels[truth.others == 1] == 0).all()
    for number, label in ((1, Lip.UPPER_CLOTHES), (2, Lip.PANTS)):
        assert (truth.labels[truth.garment == number] == label).all()
        assert (truth.labels == label).sum() == (truth.garment == number).sum() > 1000
    assert (truth.uv[truth.garment == 0] == 0).all()
    # Normals are in the camera's axes and look back at it.
    drawn = truth.depth > 0
    np.testing.assert_allclose(np.linalg.norm(truth.normals[drawn], axis=1), 1, atol=1e-5)
    assert np.mean(truth.normals[drawn][:, 2] < 0.1) > 0.99
    with pytest.raises(ValueError, match="thing"):
        seen(buffer, [ball((0.0, 0.0, 0.0), 0.1)])
