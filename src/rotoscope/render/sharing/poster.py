"""Posters: one picture, large, with its title, what painted it, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, cast

import numpy as np
from PIL import Image, ImageDraw

from rotoscope.errors import InvalidOptions
from rotoscope.filters.card import Card
from rotoscope.media.encoders import EncoderOptions
from rotoscope.media.frame import Frame
from rotoscope.media.output import OutputKind, output_kind
from rotoscope.media.stills_writer import StillWriter
from rotoscope.motion.flow import Picture
from rotoscope.palette.palette import Palette
from rotoscope.render.progress import ProgressCallback, ProgressMeter
from rotoscope.render.recipe_line import RecipeLine, recipe_of
from rotoscope.render.result import RenderResult
from rotoscope.render.sharing.best_frame import best_frame
from rotoscope.render.sharing.lettering import Color, Font, font, spaced, spaced_length, wrapped
from rotoscope.render.sharing.shown import ShownClip, resized
from rotoscope.render.sharing.told import provenance_of_recipe
from rotoscope.render.stylize import finish

_WIDTH: Final = 1600
_PAPER: Final = (250, 249, 246)
_INK: Final = (30, 30, 33)
_SOFT: Final = (96, 94, 90)
_RULE: Final = (206, 202, 194)
_TALLEST: Final = 1.35
"""Height of the picture beside the width of the paper, at most."""
_LONGEST_TEXT: Final = 420
"""Letters of a meaning; more is cut off at the end of a sentence, where there is one."""


@dataclass(frozen=True, slots=True)
class PosterText:
    """What is written on a poster."""

    title: str
    line: str = ""
    """What painted it, in small capitals."""
    style: str = ""
    """In whose style."""
    text: str = ""
    """Why: some sentences."""


def make_poster(
    source: str | Path,
    output: str | Path,
    *,
    palette: Palette,
    title: str | None = None,
    text: str | None = None,
    at: Fraction | None = None,
    width: int = _WIDTH,
    quality: float | None = None,
    overwrite: bool = False,
    on_progress: ProgressCallback | None = None,
) -> RenderResult:
    """Make a poster of a painted picture, or of the frame of a painted clip that looks best.

    What painted it is told by the source's own recipe, and in whose style by the filter's card.

    Args:
        source: a picture, a video, an animation or a folder of frames.
        output: the name of a still.
        palette: whose filters are asked for their cards.
        title: in large letters; None: made of the source's name.
        text: some sentences; None: the meaning on the filter's card.
        at: seconds from the clip's first frame; None: where it looks best.
        width: of the poster, in pixels.
        quality: 0 to 100; None: visually lossless.
        overwrite: replace what is there.
        on_progress: called once.

    Raises:
        InvalidOptions: the output is no still, the width is outside 400 to 6000, or there is no frame at that
            time.
        RotoscopeError: the source cannot be read, or the poster not be written.
    """
    output = Path(output)
    if output_kind(output, moving=False) is not OutputKind.STILL:
        raise InvalidOptions(f"{output} is no still, and a poster is one. Give a name such as poster.png.")
    if not 400 <= width <= 6000:
        raise InvalidOptions(f"The width {width} is outside 400 to 6000 pixels.")
    clip = ShownClip(source)
    meter = ProgressMeter("share", frames_expected=1, on_progress=on_progress)
    recipe = recipe_of(clip.clip.info)
    cards = [] if recipe is None else cards_of(recipe, palette)
    told = poster_text(Path(source), recipe, cards, title=title, text=text)
    provenance = None if recipe is None else provenance_of_recipe(recipe, palette, Path(source))
    writer = StillWriter(
        output,
        source=None,
        options=EncoderOptions(quality=quality),
        overwrite=overwrite,
        provenance=provenance,
    )
    with writer:
        frame = best_frame(clip) if at is None else _frame_at(clip, at)
        poster = draw_poster(cast("Picture", frame.pixels), told, width=width)
        writer.write(Frame(poster, index=0, pts=0, time_base=Fraction(1)))
        meter.advance((poster.shape[1], poster.shape[0]))
        report = writer.close()
    return finish(report, meter, look=f"a poster: {told.title}", notes=(*clip.clip.problems, *report.notes))


def _frame_at(clip: ShownClip, at: Fraction) -> Frame:
    last = clip.clip.expected_frames - 1
    if clip.moves and at >= clip.length_seconds:
        raise InvalidOptions(
            f"{clip.clip.source} lasts {float(clip.length_seconds):.3f} s, and its frame at {float(at):g} s "
            "was asked for. Give an earlier time."
        )
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if clip.clip.seconds_at(middle) <= at else (low, middle - 1)
    return clip.frame_at(low)


def cards_of(recipe: RecipeLine, palette: Palette) -> list[Card]:
    """Cards of the filters that painted, as far as they are at hand and still the same."""
    known = {entry.digest: entry.card for entry in palette.list()}
    found = [known.get(digest) for digest in recipe.filters.values()]
    return [card for card in found if card is not None]


def poster_text(
    source: Path, recipe: RecipeLine | None, cards: list[Card], *, title: str | None, text: str | None
) -> PosterText:
    """What is written: what was given, or else what is known."""
    by_name = {card.name: card for card in cards}
    names = [] if recipe is None else list(recipe.filters)
    shown = [
        (by_name[name].title or name) if name in by_name else name.partition(":")[0].replace("-", " ")
        for name in names
    ]
    styles = [card.style for card in cards if card.style is not None and card.style.title]
    after = [
        f"after {style.title}"
        + (f" by {style.artist}" if style.artist else "")
        + (f", {style.year}" if style.year else "")
        for style in styles
    ]
    meaning = next((card.meaning for card in cards if card.meaning), "") or ""
    return PosterText(
        title=title if title is not None else title_of(source),
        line=f"painted with {' + '.join(shown)}" if shown else "",
        style="; ".join(after),
        text=text if text is not None else shortened(meaning),
    )


def title_of(source: Path) -> str:
    """A title made of a file's name: ``drone_lofoten-coast.mp4`` is ``Drone lofoten coast``."""
    words = re.sub(r"[\s_.-]+", " ", source.stem).strip()
    return words[:1].upper() + words[1:] if words else source.name


def shortened(text: str) -> str:
    """A text of which no more is kept than a poster has room for."""
    text = " ".join(text.split())
    if len(text) <= _LONGEST_TEXT:
        return text
    cut = text[:_LONGEST_TEXT]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? "))
    return cut[: end + 1] if end > _LONGEST_TEXT // 3 else cut.rsplit(" ", 1)[0] + "…"


def draw_poster(picture: Picture, told: PosterText, *, width: int = _WIDTH) -> Picture:
    """Lay out a poster.

    Args:
        picture: (H, W, 3) uint8.
        told: what is written under it.
        width: of the paper, in pixels.

    Returns:
        (H', width, 3) uint8; as high as picture and words need.
    """
    unit = width / 100
    margin = round(7 * unit)
    inner = width - 2 * margin
    size = _picture_size(picture, inner, width)
    blocks = _blocks(told, inner, unit)
    words = sum(block.height for block in blocks)
    height = round(margin + size[1] + 6.2 * unit + words + margin)
    paper = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(paper)
    paper.paste(Image.fromarray(resized(picture, size)), ((width - size[0]) // 2, margin))
    y = margin + size[1] + 6.2 * unit
    for block in blocks:
        y = block.draw(draw, margin, y)
    return np.asarray(paper)


def _picture_size(picture: Picture, inner: int, width: int) -> tuple[int, int]:
    height = inner * picture.shape[0] / picture.shape[1]
    scale = min(1.0, _TALLEST * width / height)
    return max(1, round(inner * scale)), max(1, round(height * scale))


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of one kind."""

    lines: tuple[str, ...]
    letters: Font
    ink: Color
    step: float
    """From line to line, in pixels."""
    after: float
    """Pixels below."""
    spaced: bool = False
    rule: float = 0.0
    """Length of a rule that is drawn instead of words."""

    @property
    def height(self) -> float:
        return self.step * len(self.lines) + self.after

    def draw(self, draw: ImageDraw.ImageDraw, left: float, y: float) -> float:
        """Draw them below ``y``; gives where the next ones begin."""
        if self.rule:
            draw.line((left, y, left + self.rule, y), fill=self.ink, width=max(1, round(self.step)))
            return y + self.height
        for number, line in enumerate(self.lines, 1):
            at = (left, y + self.step * number - 0.24 * self.step)
            if self.spaced:
                spaced(draw, at, line, self.letters, self.ink)
            else:
                draw.text(at, line, self.ink, self.letters, anchor="ls")
        return y + self.height


def _blocks(told: PosterText, inner: int, unit: float) -> list[_Block]:
    title, lead, text, small = (font(size * unit) for size in (6.4, 2.5, 2.25, 1.45))
    blocks = [_Block(tuple(wrapped(told.title, title, inner)), title, _INK, 7.4 * unit, 1.0 * unit)]
    if told.style:
        lines = tuple(wrapped(told.style, lead, inner))
        blocks.append(_Block(lines, lead, _SOFT, 3.5 * unit, 2.4 * unit))
    if told.text:
        blocks.append(_Block(("",), small, _RULE, 0.16 * unit, 1.5 * unit, rule=9 * unit))
        measure = min(inner, 62 * text.getlength("n"))
        blocks.append(_Block(tuple(wrapped(told.text, text, measure)), text, _INK, 3.5 * unit, 2.6 * unit))
    if told.line:
        size = 1.45
        while size > 0.7 and spaced_length(told.line, font(size * unit)) > inner:
            size -= 0.1
        blocks.append(_Block((told.line,), font(size * unit), _SOFT, 2.4 * unit, 0, spaced=True))
    return blocks
