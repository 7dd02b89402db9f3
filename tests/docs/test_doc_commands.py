"""Every command in the pages does what it says: each page is followed from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

from rotoscope.cli.arguments import normalize_arguments
from rotoscope.cli.main import app
from rotoscope.cli.scout import sketches_folder
from rotoscope.optimize.style_source import StyleSource
from rotoscope.training.family_names import family_names

from command import Run
from doc_pages import PAGES, ROOT, Command, commands, lay_out_files, title
from doc_samples import FEATURE_WEIGHTS, place_filter
from texture_samples import place_texture

NOT_FOLLOWED = ROOT / "docs" / "reference" / "command-line.md"
"""Its examples do not belong together; they are parsed."""
MINUTES = ("train", "scout", "demo")
"""Commands that take minutes; they are parsed."""
QUICKLY = ("--size", "48", "--levels", "1", "--iterations", "2", "--features", "squeezenet1_1",
           "--feature-weights", FEATURE_WEIGHTS)  # fmt: skip
"""Said after what a page says to ``optimize``: it would fetch weights and take minutes."""
_TOY = ("--features", "squeezenet1_1", "--feature-weights", FEATURE_WEIGHTS)
_FEW = ("--iterations", "2", "--coarse-iterations", "2", "--loop-iterations", "1")
SAID_AFTER = {
    "optimize": QUICKLY,
    "texture": ("--size", "48", *_FEW, *_TOY),
    "reconstruct": ("--layer", "fire3", "--size", "48", "--iterations", "2", *_TOY),
    "features": ("--layer", "fire3", "--size", "32", "--steps", "1", *_TOY),
}
"""The same of other commands; a texture file needs none of it."""
SETTING_UP = ("python3 -m venv .venv", "source .venv/bin/activate", "pip install .", "pip install .[train]",
              "pip install rotoscope[train]")  # fmt: skip
FOLLOWED = [page for page in PAGES if page != NOT_FOLLOWED and commands(page)]


def parse(words: tuple[str, ...]) -> dict[str, Any]:
    """What the command line understands; it exits where it does not."""
    context: Any = typer.main.get_command(app).make_context("rotoscope", normalize_arguments(words))
    values: dict[str, Any] = {}
    while rest := [*context._protected_args, *context.args]:
        name, command, arguments = context.command.resolve_command(context, rest)
        context = command.make_context(name, arguments, parent=context)
        values = dict(context.params)
        if not hasattr(command, "resolve_command"):
            break
    return values


@pytest.mark.parametrize("page", FOLLOWED, ids=title)
def test_a_page_can_be_followed(page: Path, run: Run, reader: Path) -> None:
    lay_out_files(page, reader)
    for command in commands(page):
        follow(command, run, reader)


def is_endless(arguments: list[str]) -> bool:
    """Whether a command runs until it is stopped; such a one is parsed."""
    return arguments[0] in ("serve", "worker") or (arguments[0] == "watch" and "--once" not in arguments)


def trained(values: dict[str, Any]) -> tuple[str, ...]:
    """Names of the filters that a training makes."""
    pictures = [StyleSource.parse(text).path for text in values["style"]]
    return family_names(values["name"], pictures) if values["family"] else (values["name"],)


def follow(command: Command, run: Run, folder: Path) -> None:
    """Run one command, or check what would take minutes or change the machine."""
    program, *arguments = command.words
    if program == "make":
        targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(arguments) <= set(targets), command.place
    elif program != "rotoscope":
        assert " ".join(command.words) in SETTING_UP, command.place
    elif arguments[0] in MINUTES or is_endless(arguments):
        values = parse(tuple(arguments))
        if arguments[0] == "train" and values["texture"]:
            place_texture(folder, values["name"])
        elif arguments[0] == "train":
            for name in trained(values):
                place_filter(folder / "data" / "filters", name)
        if arguments[0] == "scout":
            place_filter(sketches_folder(values["output"], values["keep"]), "poster")
    else:
        is_texture_file = arguments[0] == "texture" and arguments[1].endswith(".onnx")
        ran = run(*arguments, *(() if is_texture_file else SAID_AFTER.get(arguments[0], ())))
        assert ran.exit_code == 0, f"{command.place}: {ran.err or ran.out}"


@pytest.mark.parametrize("command", commands(NOT_FOLLOWED), ids=lambda command: command.place)
def test_an_example_of_the_help_is_understood(command: Command) -> None:
    assert command.words[0] == "rotoscope"
    parse(command.words[1:])


def test_the_parser_refuses_what_does_not_exist() -> None:
    for words in (("stylize", "a", "b", "--filter", "x", "--colour"), ("paint", "a"), ("filters", "lst")):
        with pytest.raises(Exception, match=r"No such"):
            parse(words)
