"""Help texts: every command has an example, and every example is of that command."""

from __future__ import annotations

import re

import pytest
import typer

from rotoscope.cli.main import app

from command import Run


def commands(group: typer.Typer, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [(*path, command.name or "") for command in group.registered_commands]
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        found += commands(inner.typer_instance, (*path, inner.name or ""))
    return found


@pytest.mark.parametrize("command", commands(app), ids=" ".join)
def test_every_command_has_an_example(run: Run, command: tuple[str, ...]) -> None:
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert re.search(rf"rotoscope {' '.join(command)}\b", shown.out.split("Example", 1)[-1])
