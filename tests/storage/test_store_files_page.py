"""What the page on storing files says is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import rotoscope.settings
from rotoscope.storage import connectors
from rotoscope.storage.connectors import RIGHTS, ConnectorSettings
from rotoscope.storage.uri import SCHEMES, parse_uri

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/how-to/store-files.md").read_text(encoding="utf-8")


def rows(comment: str) -> list[list[str]]:
    """The rows of the table below a comment: the names in code of each cell."""
    table = TEXT.split(f"<!-- {comment}:", 1)[1].split("\n\n", 1)[0]
    cells = [line.strip("|").split("|") for line in table.splitlines()[3:]]
    return [[" ".join(re.findall(r"`([^`]+)`", cell)) for cell in row] for row in cells]


def test_the_uris_are_read_and_there_are_no_others() -> None:
    uris = [
        parse_uri(text) for text in re.findall(r"`([a-z0-9+]+://[^`]*/[^`]*)`", TEXT) if "prefix" not in text
    ]
    assert {uri.scheme for uri in uris} == set(SCHEMES)
    assert "my flight.mp4" in {uri.name for uri in uris}


def test_the_connectors_in_it_are_in_order() -> None:
    examples = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)]
    read = [ConnectorSettings.read(example) for example in examples]
    assert [one.base for one in read] == [
        "s3+archive://my-bucket/drone/",
        "s3://open-footage/",
        "s3://films/",
        "dropbox://",
    ]
    assert [one.needs_operator is not None for one in read] == [False, False, True, False]
    assert ConnectorSettings.read(examples[-1]).rights == frozenset(RIGHTS)


def test_the_table_of_schemes_is_that_of_the_program() -> None:
    found = {scheme: (options.split(), ways.split()) for scheme, options, ways in rows("schemes")}
    expected = {
        scheme: (
            list(options),
            [
                *connectors.SECRETS[scheme],
                *(name for name in ("anonymous", "environment") if name in options),
            ],
        )
        for scheme, options in connectors.OPTIONS.items()
    }
    assert found == expected


def test_the_variables_are_those_of_the_program() -> None:
    named = {row[0] for row in rows("variables")}
    assert len(named) == 3
    assert named <= {value for name, value in vars(rotoscope.settings).items() if name.endswith("_VARIABLE")}
