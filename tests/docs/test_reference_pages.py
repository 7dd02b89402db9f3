"""The reference says what the program is."""

from __future__ import annotations

import inspect
import re
import tomllib

import pytest

import rotoscope
from rotoscope import errors, settings
from rotoscope.jobs.tasks import QUEUES
from rotoscope.media.encoders import CODECS
from rotoscope.media.output import CONTAINERS

from doc_pages import PAGES, ROOT, prose, title
from reference_pages import PARTS, WHOLE, command_line, part_of

HOW = "run `make docs`, and look at what changed"


@pytest.mark.parametrize("path", WHOLE)
def test_a_written_page_is_as_it_would_be_written_now(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == WHOLE[path](), HOW


@pytest.mark.parametrize("path", PARTS)
def test_a_written_part_is_as_it_would_be_written_now(path: str) -> None:
    is_now, should_be = part_of(path)
    assert is_now == should_be, HOW


def test_the_command_line_page_has_every_command_and_option() -> None:
    text = (ROOT / "docs/reference/command-line.md").read_text(encoding="utf-8")
    for expected in (
        "## `rotoscope stylize`",
        "## `rotoscope filters verify`",
        "rotoscope stylize INPUT OUTPUT [OPTIONS]",
        "| `--filter`, `-f` `NAME` |",
        "| `--json` |",
        "| `--precision` `auto\\|f32\\|bf16` |",
        "| `--strength` `0..1` | 0 gives the source back, 1 the full painting. | `1.0` |",
    ):
        assert expected in text, expected


def test_every_option_that_the_pages_speak_of_exists() -> None:
    known = set(re.findall(r"[`/](--[a-z-]+)", command_line())) | {"--help", "--version"}
    for page in PAGES:
        spoken = set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*", prose(page)))
        assert spoken <= known, title(page)


def test_every_error_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    for name, error in inspect.getmembers(errors, inspect.isclass):
        assert not issubclass(error, errors.RotoscopeError) or f"`{name}`" in text


def test_every_public_name_is_in_the_reference() -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(\w+)", text, re.MULTILINE)) | {"__version__"}
    assert documented == set(rotoscope.__all__)


@pytest.mark.parametrize(
    "name", ["stylize", "separate", "assemble", "open_clip", "load_filter", "inspect_media", "check"]
)
def test_signatures_in_the_reference_are_right(name: str) -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    found = re.search(rf"`{name}\(([^)]*)\)`", text)
    assert found
    stated = [part.strip() for part in found[1].split(",") if part.strip() != "*"]
    assert stated == list(inspect.signature(getattr(rotoscope, name)).parameters)


@pytest.mark.parametrize("name", ["Look", "Selection", "EncoderOptions"])
def test_fields_in_the_reference_are_right(name: str) -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    found = re.search(rf"`{name}\(([^)]*)\)`", text)
    assert found
    assert found[1].split(", ") == list(inspect.signature(getattr(rotoscope, name)).parameters)


@pytest.mark.parametrize("name", ["Clip", "Frame", "Progress", "RenderResult"])
def test_attributes_in_the_reference_exist(name: str) -> None:
    text = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
    stated = re.findall(r"`\.(\w+)", row)
    assert stated
    known = {attribute for cls in getattr(rotoscope, name).__mro__ for attribute in vars(cls)}
    known |= set(re.findall(r"self\.(\w+)", inspect.getsource(getattr(rotoscope, name))))
    known |= set(inspect.signature(getattr(rotoscope, name)).parameters)
    assert set(stated) <= known


def test_the_layers_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = contracts["contracts"][0]["layers"]
    text = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- layers:.*?```text\n(.*?)```", text, re.DOTALL)
    assert block
    assert block[1].splitlines() == layers


def test_every_environment_variable_is_explained() -> None:
    known = {value for name, value in vars(settings).items() if name.endswith("_VARIABLE")}
    text = (ROOT / "docs/how-to/run-the-service.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(ROTOSCOPE_\w+)`", text, re.MULTILINE)) == known
    for page in PAGES:
        assert set(re.findall(r"ROTOSCOPE_[A-Z_]+[A-Z]", prose(page))) <= known | {
            "ROTOSCOPE_REFERENCE_DATA"
        }, title(page)


def test_the_queues_are_named() -> None:
    text = (ROOT / "docs/how-to/run-the-service.md").read_text(encoding="utf-8")
    sentence = re.search(r"takes from the queues it is told: (.*?);", text, re.DOTALL)
    assert sentence
    assert tuple(re.findall(r"`(\w+)`", sentence[1])) == QUEUES


def test_the_codecs_and_where_they_go_are_right() -> None:
    text = (ROOT / "docs/how-to/paint-a-video.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)`(?: \(lossless\))? \| ([a-z0-9, ]+) \|$", text, re.MULTILINE))
    assert set(rows) == set(CODECS)
    for name, suffixes in rows.items():
        stated = {CONTAINERS[f".{suffix}"].name for suffix in suffixes.split(", ")}
        assert stated == set(CODECS[name].containers), name


def test_every_suffix_of_a_video_is_named() -> None:
    text = (ROOT / "docs/how-to/paint-a-video.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.endswith("| a video |"))
    assert set(re.findall(r"\.(\w+)`", row)) == {suffix.removeprefix(".") for suffix in CONTAINERS}


def test_the_pages_speak_of_nothing_outside_the_project() -> None:
    for path in (ROOT / "docs").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/work\b", text)  # collections have /works
        assert "shared/" not in text
