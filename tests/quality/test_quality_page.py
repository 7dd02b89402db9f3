"""The page about quality: its figures are those that were measured, its commands can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from bench.published import filled
from bench.quality import __main__ as measure
from bench.quality import optimize
from bench.quality.page import PAGE, written_page
from bench.quality.places import PUBLISHED
from bench.quality.results import Report, read_json
from bench.quality.table import BUNDLED_GROUP
from bench.quality.tables import published_parts, whole_report
from rotoscope.palette.categories import loudness_of
from rotoscope.palette.palette import Palette

from quality_toys import clip_figures, report, row

HOW = "run `make docs`, and look at what changed"
PARSERS = {
    "bench.quality": measure.make_parser,
    "bench.quality.optimize": optimize.make_parser,
}


def test_the_figures_of_the_page_are_those_that_were_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == written_page(), HOW


def test_a_part_takes_the_place_of_the_one_before_and_of_no_other() -> None:
    text = "<!-- measured: a -->\n<!-- /measured -->\n\n<!-- measured: b -->\nold\n<!-- /measured -->\n"
    once = filled(filled(text, "a", r"\1"), "b", "new")
    expected = (
        "<!-- measured: a -->\n\\1\n<!-- /measured -->\n\n<!-- measured: b -->\nnew\n<!-- /measured -->\n"
    )
    assert once == expected
    assert filled(once, "b", "new") == once
    with pytest.raises(ValueError, match="no place for c"):
        filled(text, "c", "")


def test_every_command_of_the_page_can_be_typed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    commands = re.findall(r"^python -m (bench\S+) (.*)$", text, re.MULTILINE)
    assert {module for module, _ in commands} == set(PARSERS)
    for module, words in commands:
        PARSERS[module]().parse_args(shlex.split(words))


def test_every_command_of_the_help_can_be_typed() -> None:
    for make_parser in PARSERS.values():
        parser = make_parser()
        commands = re.findall(r"python -m bench\S+ (\S.*)$", parser.description or "", re.MULTILINE)
        assert commands
        for words in commands:
            parser.parse_args(shlex.split(words))


def test_published_figures_name_no_place_of_a_machine() -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    assert not re.search(r'"[^"]*(/work|/home|/tmp|/root|\\\\)', text)


def test_every_optimized_picture_has_its_photograph_among_the_others() -> None:
    published = read_json(PUBLISHED, Report)
    names = set(published.photographs)
    assert all(one.name in names for row in published.rows for one in row.paintings)


def test_bundled_filters_keep_what_the_page_says_of_loud_and_subtle_ones() -> None:
    loudness = {entry.name: loudness_of(entry) for entry in Palette(Path("none")).list()}
    measured = read_json(PUBLISHED, Report).group(BUNDLED_GROUP)
    assert {loudness[one.title] for one in measured} == {"loud", "subtle"}
    for one in measured:
        assert one.own == 1, one.title
        if loudness[one.title] == "loud":
            assert one.style <= 0.30, one.title
            assert one.content <= 2.0, one.title
        else:
            assert one.content <= 0.6, one.title
            assert one.photographs_style - one.style >= 0.25, one.title


def test_figures_of_a_filter_that_was_made_anew_are_left_out() -> None:
    measured = report(
        row("wave", group="bundled", digest="new"),
        row("night", group="bundled", digest="old"),
        row("Rotoscope, night", group="optimization", painter="night", digest="old"),
        row("optimized, 50 iterations", group="optimization"),
    )
    parts = published_parts(measured, {"wave": "new", "night": "newer", "rust": "r"})
    assert parts["bundled"].splitlines() == [
        "| filter | style | style of the photographs | content | own |",
        "| --- | --- | --- | --- | --- |",
        "| `wave` | 0.300 | 0.750 | 0.600 | 1.00 |",
        "",
        "Not measured yet: `night`, `rust`.",
    ]
    assert "night" not in parts["optimization"]
    assert "| optimized, 50 iterations | 0.300 | 0.600 |" in parts["optimization"]


def test_optimized_pictures_are_compared_on_the_photographs_that_all_have() -> None:
    one = row("one", group="optimization")
    few = one.model_copy(update={"title": "few", "paintings": one.paintings[:1]})
    part = published_parts(report(one, few), {})["optimization"]
    assert "| painted by (1 photograph) | style | content |" in part
    assert "| one | 0.250 | 0.500 |" in part
    assert part.endswith("\n\nNo optimized pictures are measured yet.")


def test_flicker_is_shown_in_thousandths() -> None:
    painted = row("Mosaic").model_copy(update={"clips": (clip_figures("beach", 0.0021),)})
    part = published_parts(report(painted, row("still"), sources=(clip_figures("beach", 0.00002),)), {})[
        "flicker"
    ]
    assert part.splitlines() == [
        "| painted by | `beach` | sharpness |",
        "| --- | --- | --- |",
        "| the clip itself | 0.02 / 0.04 | 1.00 |",
        "| Mosaic | 2.10 / 4.20 | 1.50 |",
    ]


@pytest.mark.parametrize("rows", [(), (row("one"),)])
def test_a_whole_report_says_with_what_it_was_measured(rows: tuple[()]) -> None:
    text = whole_report(report(*rows))
    assert "2 photographs at 512 pixels" in text
    assert "features of vgg19 with the weights of SHA-256 `0123456789abcdef…`" in text
