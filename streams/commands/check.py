"""`virton check`: photo checks without a broker."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import click

from models.photo.advice import Subject
from models.photo.decode import Decoder
from models.photo.report import check_report
from schemas.errors import VirtonError
from schemas.events import Category
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
@click.option(
    "--subject",
    type=click.Choice(get_args(Subject)),
    default="photo",
    show_default=True,
    help="garment: the pictures are a shop's, of garments of this category.",
)
@click.option("--locale", default="en", show_default=True, metavar="xx", help="The advice's language.")
def command(photos: Sequence[str], category: str, subject: Subject, locale: str) -> None:
    """Checks each PHOTO and prints one JSON object a line, in order: verdict, findings with advice, expected accuracy.

    Exit 0 whatever is found; a file that is not there is a usage error.
    """
    # Imported here: with --help nobody waits for what loads MediaPipe.
    from models.photo.networks import open_reader

    try:
        with Decoder(1) as decoder, open_reader(Settings().weights_folder) as reader:
            for photo in photos:
                report = check_report(
                    photo,
                    Path(photo).read_bytes(),
                    decode=decoder.decode,
                    read=reader.read,
                    category=Category(category),
                    locale=locale,
                    subject=subject,
                )
                click.echo(json.dumps(report.model_dump(mode="json")))
    except (VirtonError, OSError) as error:
        raise click.ClickException(str(error)) from error
