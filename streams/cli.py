"""The command line `virton`. A subcommand's module is imported only when it is called, so none pays for another."""

import importlib
from collections.abc import Mapping

import click

COMMANDS: Mapping[str, str] = {
    "up": "streams.commands.up",
    "check": "streams.commands.check",
    "tryon": "streams.commands.tryon",
    "worker": "streams.commands.worker",
    "gateway": "streams.commands.gateway",
    "collect": "streams.commands.collect",
    "dead-letters": "streams.commands.dead_letters",
    "weights": "streams.commands.weights",
    "contracts": "streams.commands.contracts",
    "topics": "streams.commands.topics",
    "people": "streams.commands.people",
}


class LazyGroup(click.Group):
    """A group whose commands are the `command` of the modules in COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        command = importlib.import_module(module).command
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="virton")
def main() -> None:
    """Virton, a virtual fitting room. stdout carries results, logs go to stderr."""


if __name__ == "__main__":
    main()
