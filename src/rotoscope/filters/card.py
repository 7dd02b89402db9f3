"""The Card: what is known of one filter. It travels inside the filter's file.

Only ``name``, ``kind``, ``format`` and ``padding`` must be there; whatever is not known is left out, and
nothing is made up. Unknown fields are refused, so that a typing error is not taken for knowledge.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rotoscope.errors import InvalidCard

FORMAT = "1"
"""Version of the filter format that this version writes, and the only one it reads."""

REQUIRED_FIELDS = ("format", "name", "kind", "padding")
"""What a card in a file must say, even where only one value is allowed yet."""

NAME_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""Names are lower-case words of letters and digits joined by single hyphens, e.g. ``great-wave``."""

MAX_PICTURE_SIDE = 256
"""Pixels along a side of a picture on a card."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
ShortText = Annotated[str, Field(min_length=1, max_length=500)]
Side = Annotated[int, Field(ge=1, le=16384)]
Share = Annotated[float, Field(ge=0, le=1)]
LongText = Annotated[str, Field(min_length=1, max_length=20_000)]
PictureText = Annotated[
    str, Field(pattern=r"^data:image/(webp|jpeg);base64,[A-Za-z0-9+/]+={0,2}$", max_length=32_768)
]
"""A small picture as a data URI (RFC 2397)."""


class _Part(BaseModel):
    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid", strict=True)


class Padding(_Part):
    """How a picture of any size is made fit for the graph; see the filter format, *Padding*."""

    multiple: int = Field(
        ge=1, le=256, description="Both sides of what the graph sees are multiples of this."
    )
    margin: int = Field(default=0, ge=0, le=1024, description="Pixels added on each of the four sides.")
    minimum: int = Field(default=1, ge=1, le=4096, description="Least side that the graph takes, in pixels.")
    mode: Literal["reflect", "edge"] = Field(
        default="reflect",
        description="What fills the border: the picture mirrored, or its edge pixels repeated.",
    )

    def padded_side(self, side: int) -> int:
        """Pixels of one padded side: two margins, at least ``minimum``, rounded up to ``multiple``."""
        least = max(side + 2 * self.margin, self.minimum)
        return -(-least // self.multiple) * self.multiple


class StyleImage(_Part):
    """The picture that a filter was made from."""

    title: ShortText | None = Field(default=None, description="Title of the work.")
    artist: ShortText | None = Field(default=None, description="Who made it.")
    year: ShortText | None = Field(
        default=None, description="When it was made, e.g. `1831` or `c. 1830-1832`."
    )
    license: ShortText | None = Field(default=None, description="Terms of use, an SPDX name or in words.")
    source: ShortText | None = Field(
        default=None, description="Where the picture was found, e.g. an address."
    )
    collection: ShortText | None = Field(default=None, description="Museum or collection that holds it.")
    sha256: Sha256 | None = Field(default=None, description="SHA-256 of the picture's file.")
    region: tuple[Share, Share, Share, Share] | None = Field(
        default=None,
        description="The part that was looked at: left, top, width, height in shares of the picture's sides.",
    )
    share: Share | None = Field(
        default=None, description="Its part in the style where there are several style images."
    )
    thumbnail: PictureText | None = Field(
        default=None, description="The picture itself, small; only where its terms allow that."
    )


class Cost(_Part):
    """What painting takes."""

    parameters: int | None = Field(default=None, ge=0, description="Numbers the graph has learned.")
    multiply_adds_per_pixel: float | None = Field(
        default=None, ge=0, description="Multiplications with addition per pixel of the picture."
    )


class Training(_Part):
    """How a filter was trained."""

    steps: int = Field(ge=1, description="Steps that were taken.")
    seconds: float = Field(ge=0, description="How long they took.")
    dollars: float | None = Field(default=None, ge=0, description="What that cost, where the maker said.")
    ended_by: Literal["budget", "flat", "request"] = Field(
        description="Why it ended: its time was up, its losses were flat, or somebody stopped it."
    )
    device: ShortText = Field(description="Where the last steps were taken: `cpu`, `cuda`, `mps`.")
    device_title: ShortText | None = Field(default=None, description="The device's name by its maker.")
    threads: int | None = Field(default=None, ge=1, description="Threads of the processor, likewise.")
    precision: Literal["float32", "bfloat16"] = Field(description="Arithmetic of convolutions, likewise.")
    losses: tuple[dict[str, float], ...] = Field(
        default=(), description="Losses over time by name, before their weights; `step` says when."
    )


class Import(_Part):
    """How a network of another maker was fitted to the format."""

    file_name: ShortText = Field(description="Name of the file that was imported.")
    sha256: Sha256 = Field(description="SHA-256 of that file.")
    input_range: Literal["0..1", "0..255", "-1..1"] = Field(description="Values the network takes.")
    output_range: Literal["0..1", "0..255", "-1..1"] = Field(description="Values the network gives.")
    input_channels: Literal["rgb", "bgr"] = Field(description="Order of the color channels it takes.")
    output_channels: Literal["rgb", "bgr"] = Field(description="Order of the color channels it gives.")
    layout: Literal["nchw", "nhwc"] = Field(description="Order of its axes.")
    evidence: tuple[ShortText, ...] = Field(
        default=(), description="How each of these was found: given, read from the graph, probed, assumed."
    )


class Card(_Part):
    """What is known of one filter."""

    format: Literal["1"] = Field(default=FORMAT, description="Version of the filter format.")
    name: str = Field(
        pattern=NAME_PATTERN, max_length=64, description="Name in a palette: words joined by hyphens."
    )
    kind: Literal["neural"] = Field(default="neural", description="Class of filter.")
    padding: Padding = Field(description="How pictures are made fit for the graph.")
    fixed_size: tuple[Side, Side] | None = Field(
        default=None,
        description="Width and height of the only picture the graph takes; absent: any that padding makes.",
    )
    title: ShortText | None = Field(default=None, description="Name for people to read.")
    version: int = Field(
        default=1, ge=1, description="Counts up when the filter is made anew under its name."
    )
    author: ShortText | None = Field(default=None, description="Who made the filter.")
    license: ShortText | None = Field(default=None, description="Terms of use of the filter itself.")
    created: date | None = Field(default=None, description="Day the filter was made, ISO 8601.")
    style: StyleImage | None = Field(default=None, description="The picture the filter was made from.")
    more_styles: tuple[StyleImage, ...] = Field(
        default=(), description="Further pictures the filter was made from."
    )
    family: Sha256 | None = Field(
        default=None, description="SHA-256 of what it shares with the filters that were trained with it."
    )
    meaning: LongText | None = Field(default=None, description="Why this picture: the maker's own words.")
    tags: tuple[ShortText, ...] = Field(default=(), description="Words to find it by.")
    recipe: dict[str, int | float | str | bool] = Field(
        default_factory=dict[str, int | float | str | bool],
        description="The numbers of its training, by the training program's names.",
    )
    metrics: dict[str, float] = Field(
        default_factory=dict[str, float], description="What was measured, by name; units are in the names."
    )
    training: Training | None = Field(default=None, description="How it was trained.")
    cost: Cost | None = Field(default=None, description="What painting takes.")
    imported: Import | None = Field(default=None, description="How another maker's network was fitted.")
    texture: PictureText | None = Field(
        default=None, description="A sample of its strokes, painted by the filter itself."
    )

    def to_json(self) -> str:
        """One line of JSON; what is absent or empty is left out."""
        empty = {key for key in ("more_styles", "tags", "recipe", "metrics") if not getattr(self, key)}
        return self.model_dump_json(exclude=empty, exclude_none=True)


def parse_card(text: str) -> Card:
    """Read a card.

    Args:
        text: JSON.

    Raises:
        InvalidCard: not JSON, an unknown or missing field, or a value outside what is allowed.
    """
    with card_errors():
        card = Card.model_validate_json(text)
    missing = [name for name in REQUIRED_FIELDS if name not in card.model_fields_set]
    if missing:
        raise _invalid("; ".join(f"{name}: Field required" for name in missing))
    return card


def card_schema() -> dict[str, Any]:
    """The card's JSON Schema, as docs/filter-card.schema.json has it."""
    return {**Card.model_json_schema(), "required": list(REQUIRED_FIELDS)}


def require_name(name: str) -> None:
    """Refuse what is no name of a filter.

    Raises:
        InvalidCard: it is none.
    """
    with card_errors():
        Card(name=name, padding=Padding(multiple=1))


def rename_card(card: Card, name: str) -> Card:
    """The same card under another name.

    Raises:
        InvalidCard: that is no name of a filter.
    """
    with card_errors():
        return Card.model_validate({**card.model_dump(), "name": name})


@contextmanager
def card_errors() -> Generator[None]:
    """Around the making of a card: says in words what breaks the schema.

    Raises:
        InvalidCard: an unknown or missing field, or a value outside what is allowed.
    """
    try:
        yield
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'the card'}: {e['msg']}"
            for e in error.errors(include_url=False)
        )
        raise _invalid(problems) from error


def _invalid(problems: str) -> InvalidCard:
    return InvalidCard(
        f"The filter's card breaks the schema of format {FORMAT}: {problems}. A card has the fields"
        f" {', '.join(Card.model_fields)}; a name is lower-case words of letters and digits joined by"
        " hyphens."
    )
