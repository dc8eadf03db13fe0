"""`virton dead-letters list|replay`: what failed, and another try for it."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from uuid import UUID

import click

from schemas.errors import VirtonError
from streams.dead_letters import DeadLetters, Filed, Outcome
from streams.observe import configure_logging
from streams.settings import Settings
from streams.store import Obstore
from streams.tryons import ResultLedger

_T = TypeVar("_T")
_F = TypeVar("_F", bound=Callable[..., None])

FILTERS = (
    click.option("--stage", help="Only of this stage."),
    click.option("--topic", help="Only of this topic."),
    click.option("--error", help="Only with this class of error."),
    click.option("--tryon", type=click.UUID, help="Only of this try-on."),
)


def filters(function: _F) -> _F:
    """The options that choose letters."""
    for option in reversed(FILTERS):
        function = option(function)
    return function


@click.group()
def command() -> None:
    """Show what failed, and give it another try. One JSON object a line."""
    settings = Settings()
    configure_logging(settings.log_level, as_json=settings.log_json)


@command.command("list")
@filters
@click.option("--replayed", is_flag=True, help="Also what was given another try already.")
def list_(replayed: bool, **filtered: Any) -> None:
    """What failed, oldest first."""
    wanted = chosen(**filtered)

    async def show() -> None:
        async with DeadLetters.open(Settings()) as letters:
            for filed in await letters.select(wanted):
                if replayed or not filed.replayed:
                    click.echo(json.dumps(described(filed)))

    run(show())


@command.command()
@click.argument("position", nargs=-1)
@filters
@click.option("--all", "everything", is_flag=True, help="All that was not replayed yet.")
@click.option("--again", is_flag=True, help="Also what was replayed before.")
def replay(position: tuple[str, ...], everything: bool, again: bool, **filtered: Any) -> None:
    """Send the original of each chosen letter to its topic again: by POSITION (as listed), by filter, or --all."""
    if not (everything or position or any(filtered.values())):
        raise click.UsageError("say which: positions as `virton dead-letters list` shows them, a filter, or --all")
    wanted = chosen(**filtered, positions=frozenset(position))

    async def send() -> Counter[str]:
        done: Counter[str] = Counter()
        settings = Settings()
        ledger = ResultLedger(Obstore(settings.objects_url))
        async with DeadLetters.open(settings) as letters:
            for filed in await letters.select(wanted):
                if filed.replayed and not again:
                    done["replayed before"] += 1
                    continue
                outcome = await letters.replay(filed, ledger)
                done[outcome] += 1
                click.echo(json.dumps({**described(filed), "outcome": outcome}))
        return done

    done = run(send())
    click.echo(", ".join(f"{count} {outcome}" for outcome, count in sorted(done.items())) or "nothing chosen", err=True)
    if done[Outcome.GONE]:
        raise click.ClickException("some originals are no longer kept: nothing can be sent for them")


def chosen(
    *,
    stage: str | None,
    topic: str | None,
    error: str | None,
    tryon: UUID | None,
    positions: frozenset[str] = frozenset(),
) -> Callable[[Filed], bool]:
    """Whether a letter fits every filter that is given."""

    def wanted(filed: Filed) -> bool:
        return (
            stage in {None, filed.letter.stage}
            and topic in {None, filed.letter.topic}
            and error in {None, filed.letter.error}
            and tryon in {None, filed.tryon}
            and (not positions or filed.position in positions)
        )

    return wanted


def described(filed: Filed) -> dict[str, object]:
    """A letter for people and scripts, without the bytes."""
    letter = filed.letter
    return {
        "position": filed.position,
        "failed_at": letter.failed_at.isoformat(),
        "stage": letter.stage,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "tryon": str(filed.tryon) if filed.tryon else None,
        "error": letter.error,
        "text": letter.text,
        "tries": letter.tries,
        "replayed": filed.replayed,
    }


def run(work: Coroutine[None, None, _T]) -> _T:
    """Runs it; what Virton raises on purpose is told in one sentence."""
    try:
        return asyncio.run(work)
    except VirtonError as error:
        raise click.ClickException(str(error)) from error
