"""`virton contracts`: writes the contract's documents, or tells whether the written ones are still true."""

import json
from pathlib import Path

import click

from schemas.contracts import documents


@click.command("contracts")
@click.option("--out", type=click.Path(path_type=Path), default=Path("contracts"), show_default=True, help="Folder.")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a document differs from the code.")
def command(out: Path, check: bool) -> None:
    """Writes AsyncAPI 3.0 and the events' JSON Schemas; prints the path of each document that it wrote."""
    expected = {out / path: json.dumps(document, indent=2) + "\n" for path, document in documents().items()}
    stale = [path for path in (out / "schemas").glob("*.json") if path not in expected]
    differing = [path for path, text in expected.items() if not path.exists() or path.read_text("utf-8") != text]
    if check:
        for path in (*differing, *stale):
            click.echo(f"{path} differs from the code: run `virton contracts`", err=True)
        raise SystemExit(1 if differing or stale else 0)
    for path in differing:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(expected[path], "utf-8")
        click.echo(path)
    for path in stale:
        path.unlink()
