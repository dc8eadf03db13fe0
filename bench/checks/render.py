"""Renders the checks' set: photos on which each code holds or does not, and pictures of garments, with their truth.

`tuning` may be looked at while thresholds are chosen, `opened` was held out for a first judgement and looked at after
it, `held_out` may not be looked at: other people, clothes, places and seeds. Who opens it moves on to another seed.
"""

import io
import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import get_args

import click
import numpy as np
import numpy.typing as npt
from PIL import Image
from tqdm import tqdm

from models.synthetic.garments.catalogue import garment
from models.synthetic.products import faults
from models.synthetic.products.photo import Shot, Style
from models.synthetic.products.product import product
from models.synthetic.scene.wish import GARMENT_CODES
from models.synthetic.tuples.compose import Studio
from models.synthetic.tuples.looks import looks_of
from models.synthetic.tuples.plan import GROUP, Plan, Regime
from models.synthetic.tuples.recipe import group_of, recipe, recipe_for
from schemas.findings import FindingCode

SEEDS = {"tuning": 501, "opened": 502, "held_out": 503}
# A body of 90 % of the height has 690 pixels, so that most photos are not `low_resolution` as well.
HEIGHT, WIDTH = 768, 576
# Photos of each code in a part, and photos without any fault: over 50 positives a code in two parts together, and more
# for those that the wish does not always bring.
OF_EACH, PLAIN, IDEAL, SOUND_GARMENTS = 30, 40, 15, 40
# Clothes and light have their say in these: every second wish comes true.
_UNCERTAIN = {
    FindingCode.BLENDS_WITH_BACKGROUND: 60,
    FindingCode.MONOCHROME_CLOTHES: 60,
    FindingCode.OVEREXPOSED: 50,
}
_JPEG = 92


@dataclass(frozen=True)
class Job:
    """One picture to be rendered; `code` None: without a fault on purpose."""

    part: str
    number: int
    code: FindingCode | None
    subject: str = "photo"
    regime: Regime = "real"

    @property
    def name(self) -> str:
        """Of its file, without the suffix."""
        return f"{self.part}-{self.subject}-{self.code or self.regime}-{self.number:02d}"


def jobs(part: str) -> Iterator[Job]:
    """All pictures of a part, interleaved: a run that is cut short has some of each."""
    codes = [code for code in FindingCode if code is not FindingCode.UNREADABLE_IMAGE]
    for number in range(max(OF_EACH, PLAIN, SOUND_GARMENTS, *_UNCERTAIN.values())):
        if number < PLAIN:
            yield Job(part, number, None)
        if number < IDEAL:
            yield Job(part, number, None, regime="ideal")
        if number < SOUND_GARMENTS:
            yield Job(part, number, None, subject="garment")
        for code in codes:
            if number < _UNCERTAIN.get(code, OF_EACH):
                yield Job(part, number, code, subject="garment" if code in GARMENT_CODES else "photo")


def made(job: Job, folder: Path) -> dict[str, object]:
    """Renders a picture into the folder; its truth."""
    picture, truth = (_garment if job.subject == "garment" else _photo)(job)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=_JPEG)
    (folder / f"{job.name}.jpg").write_bytes(buffer.getvalue())
    return {"file": f"{job.name}.jpg", **asdict(job), **truth}


def _plan(job: Job) -> Plan:
    return Plan(1, SEEDS[job.part], HEIGHT, WIDTH, job.regime, "picture", assets="makehuman")


def _index(job: Job) -> int:
    """A group of its own for each picture: nobody is seen twice."""
    block = 0 if job.code is None else 1 + list(FindingCode).index(job.code)
    kinds = {"photo": 0, "garment": 1}[job.subject] * 2 + (job.regime == "ideal")
    return GROUP["picture"] * (1000 * (4 * block + kinds) + job.number) + job.number % 2


def _photo(job: Job) -> tuple[npt.NDArray[np.uint8], dict[str, object]]:
    plan, index = _plan(job), _index(job)
    wanted = recipe(plan, index) if job.regime == "ideal" else None
    if wanted is None:
        # A code about files leaves a photo as it is: without a fault.
        wanted = recipe_for(plan, index, job.code or FindingCode.UNREADABLE_IMAGE)
        wanted = replace(wanted, wish=replace(wanted.wish, damage=None))
    studio = Studio(plan, wanted.group, lambda _: nullcontext())
    if job.code is FindingCode.NO_PERSON:
        return studio.empty(wanted), {"must": ["no_person"], "may": ["too_dark", "overexposed", "blurry"]}
    picture, found = studio.photo(wanted)
    measured = {code: round(float(value), 4) for code, value in found.measured.items()}
    facts = {"yaw": wanted.wish.yaw, "place": str(wanted.wish.place), "pose": str(wanted.group.models[wanted.model])}
    return picture, {"must": sorted(found.must), "may": sorted(found.may), "measured": measured, **facts}


def _garment(job: Job) -> tuple[npt.NDArray[np.uint8], dict[str, object]]:
    plan, index = _plan(job), _index(job)
    while True:
        group = group_of(plan, plan.group(index))
        looks = looks_of(plan, group)
        pieces = [faults.Piece(garment(piece.design), looks[piece][0].cloth) for piece in looks]
        pairs = [(p, q) for p in pieces for q in pieces if q.garment.category != p.garment.category]
        if pairs:
            break
        index += 500 * GROUP["picture"]
    rng = plan.rng("fault", index)
    first, other = pairs[int(rng.integers(len(pairs)))]
    styles = get_args(Style)
    shot = Shot(quality="picture", height=HEIGHT, width=WIDTH, style=styles[int(rng.integers(len(styles)))])
    if job.code is None:
        picture, codes = product(first.garment, first.cloth, shot, rng).picture, []
    else:
        picture = faults.product_with_fault(job.code, first, shot, rng, (other,)).picture
        codes = [str(job.code)]
    return picture, {"must": codes, "may": [], "category": first.garment.category, "style": shot.style}


@click.command()
@click.option("--part", type=click.Choice(list(SEEDS)), required=True)
@click.option("--workers", default=1, show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True)
def main(part: str, workers: int, out: Path) -> None:
    """Renders a part of the set into OUT, which may hold a part of it already."""
    out.mkdir(parents=True, exist_ok=True)
    index = out / f"{part}.jsonl"
    done = {json.loads(line)["file"] for line in index.read_text().splitlines()} if index.exists() else set()
    left = [job for job in jobs(part) if f"{job.name}.jpg" not in done]
    with ProcessPoolExecutor(workers) as pool, index.open("a") as lines:
        for truth in tqdm(pool.map(made, left, [out] * len(left)), total=len(left)):
            lines.write(json.dumps(truth) + "\n")
            lines.flush()


if __name__ == "__main__":
    main()
