"""`virton check`: photo checks without a broker."""

import json
from collections.abc import Sequence
from pathlib import Path

import click

from models.photo.checks import check_photo, expected_accuracy, unreadable_image, verdict
from models.photo.decode import Decoder
from models.pose.port import PoseEstimator
from schemas.errors import UnreadableImage, VirtonError
from schemas.events import Category
from schemas.findings import Finding
from streams.settings import Settings


@click.command("check")
@click.argument("photos", nargs=-1, required=True, metavar="PHOTO...", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--category",
    type=click.Choice([category.value for category in Category]),
    default=Category.DRESS.value,
    show_default=True,
    help="What is to be tried on; a dress asks for the whole body.",
)
@click.option("--locale", default="en", show_default=True, metavar="xx", help="The advice's language.")
def command(photos: Sequence[str], category: str, locale: str) -> None:
    """Checks each PHOTO and prints one JSON object a line, in order: verdict, findings with advice, expected accuracy.

    Exit 0 whatever is found; a file that is not there is a usage error.
    """
    # Imported here: with --help nobody waits for what loads MediaPipe.
    from models.pose.mediapipe import MediaPipePose

    try:
        with Decoder(1) as decoder, MediaPipePose(Settings().weights_folder) as pose:
            for photo in photos:
                findings = _checked(Path(photo), decoder, pose, Category(category), locale)
                click.echo(json.dumps(_report(photo, findings)))
    except (VirtonError, OSError) as error:
        raise click.ClickException(str(error)) from error


def _checked(path: Path, decoder: Decoder, pose: PoseEstimator, category: Category, locale: str) -> list[Finding]:
    try:
        rgb = decoder.decode(path.read_bytes()).rgb
    except UnreadableImage as error:
        return [unreadable_image(error)]
    return check_photo(rgb, pose.people(rgb), category, locale)


def _report(photo: str, findings: Sequence[Finding]) -> dict[str, object]:
    keys = {"code", "severity", "value", "threshold", "advice"}
    return {
        "photo": photo,
        "verdict": verdict(findings),
        "findings": [finding.model_dump(mode="json", include=keys) for finding in findings],
        "expected_accuracy": expected_accuracy(findings),
    }
