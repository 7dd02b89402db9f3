"""Look files: what is in them, what is wrong with them, and what they paint."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotoscope.errors import FilterFailed, InvalidLook, InvalidOptions
from rotoscope.filters.base import Filter
from rotoscope.media.clip import open_clip
from rotoscope.media.frame import Pixels
from rotoscope.media.selection import Selection
from rotoscope.render.any_look import AnyLook
from rotoscope.render.look import Look
from rotoscope.render.looks.blending import BlendMode, blend
from rotoscope.render.looks.building import Overrides, open_look
from rotoscope.render.looks.document import look_schema
from rotoscope.render.looks.layered import LayeredLook
from rotoscope.render.looks.reading import parse_look
from rotoscope.render.looks.starting import STARTING_LOOK
from rotoscope.render.planar import FramePainter
from rotoscope.standard import load_filter, load_look

import samples

ROOT = Path(__file__).parents[2]


class Tone:
    """Paints everything in one gray, whose level is its name."""

    kind = "tone"

    def __init__(self, name: str) -> None:
        self.name = self.digest = name

    def apply(self, pixels: Pixels) -> Pixels:
        scale = 257 if pixels.dtype == np.uint16 else 1
        return np.full_like(pixels, int(self.name) * scale)


class Adding(Tone):
    """Adds ten levels to what it is given."""

    def apply(self, pixels: Pixels) -> Pixels:
        return cast("Pixels", pixels + np.uint8(10))


def tone(spec: str) -> Filter:
    return Adding(spec) if spec == "adding" else Tone(spec)


def look_of(tmp_path: Path, text: str, overrides: Overrides = Overrides()) -> AnyLook:  # noqa: B008
    path = tmp_path / "look.yaml"
    path.write_text(text)
    return open_look(path, tone, overrides=overrides)


def gray(level: int, depth: type[np.uint8] | type[np.uint16] = np.uint8) -> Pixels:
    return (
        np.full((24, 32, 3), level, np.uint8) if depth is np.uint8 else np.full((24, 32, 3), level, np.uint16)
    )


def level(look: AnyLook, at: float, source: int = 0) -> int:
    return int(look.paint(gray(source), Fraction(at))[12, 16, 0])


def test_strength_heats_up_between_keyframes(tmp_path: Path) -> None:
    look = look_of(tmp_path, "look: 1\nlayers:\n  - {filter: '200', strength: {0s: 0.1, 30s: 1.0}}\n")
    assert [level(look, at) for at in (0, 15, 30, 99)] == [20, 110, 200, 200]
    assert (look.paint(gray(7), Fraction(3)) == look.paint(gray(7), Fraction(3))).all()


def test_each_keyframe_may_have_an_easing_of_its_own(tmp_path: Path) -> None:
    text = "look: 1\nlayers:\n  - {filter: '200', strength: {0s: 0, 2s: {to: 1, easing: hold}, 4s: 0}}\n"
    look = look_of(tmp_path, text)
    assert [level(look, at) for at in (0, 1.9, 2, 3, 4)] == [0, 0, 200, 100, 0]


def test_filters_cross_fade_all_the_way_or_over_a_stated_time(tmp_path: Path) -> None:
    text = "look: 1\nlayers:\n  - filter: {0s: '100', 10s: '200'}\n"
    assert [level(look_of(tmp_path, text), at) for at in (0, 5, 10)] == [100, 150, 200]
    look = look_of(tmp_path, text + "    fade: 2s\n")
    assert [level(look, at) for at in (0, 8, 9, 10)] == [100, 100, 150, 200]
    look = look_of(tmp_path, text + "    fade: 0s\n")
    assert [level(look, at) for at in (9.9, 10)] == [100, 200]


def test_layers_paint_the_photograph_or_what_is_below(tmp_path: Path) -> None:
    text = "look: 1\nlayers:\n  - {filter: '100'}\n  - {filter: adding, paints: %s}\n"
    assert level(look_of(tmp_path, text % "photo"), 0, source=30) == 40
    assert level(look_of(tmp_path, text % "below"), 0, source=30) == 110


def test_layers_show_in_their_shots_alone(tmp_path: Path) -> None:
    layers = "layers:\n  - {filter: '100', shots: [1, 3]}\n  - {filter: '200', shots: [2]}\n"
    text = f"look: 1\ncuts: [2s, 0:04]\n{layers}"
    look = look_of(tmp_path, text)
    with pytest.raises(FilterFailed, match=r"look\.prepared\(clip\)"):
        look.paint(gray(0))
    clip = open_clip(samples.make_clip(tmp_path / "clip.mp4", frames=3))
    ready = look.prepared(clip)
    assert [level(ready, at) for at in (0, 1.9, 2, 3.9, 4, 9)] == [100, 100, 200, 200, 100, 100]


def test_cuts_may_be_found(tmp_path: Path) -> None:
    look = look_of(tmp_path, "look: 1\nlayers:\n  - {filter: '100', shots: [2]}\n")
    assert isinstance(look, LayeredLook)
    clip = open_clip(samples.make_clip(tmp_path / "clip.mp4", frames=3))
    ready = look.prepared(clip, find_cuts=lambda _: [Fraction(3)])
    assert [level(ready, at) for at in (2, 3)] == [0, 100]


def test_cuts_that_nobody_states_are_looked_for(tmp_path: Path) -> None:
    look = look_of(tmp_path, "look: 1\nlayers:\n  - {filter: '100', shots: [2]}\n")
    dark, light = np.full((48, 64, 3), 20, np.uint8), np.full((48, 64, 3), 230, np.uint8)
    pictures = [dark] * 25 + [light] * 25
    clip = open_clip(samples.make_clip(tmp_path / "clip.mp4", pictures=pictures))
    ready = look.prepared(clip)
    assert ready.known_cuts == (Fraction(1),)
    assert [level(ready, at) for at in (0.9, 1)] == [0, 100]


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("mode", "expected"),
    [("normal", 0.4), ("multiply", 0.08), ("screen", 0.52), ("overlay", 0.16), ("hard-light", 0.16),
     ("lighten", 0.4), ("darken", 0.2), ("difference", 0.2), ("soft-light", 0.168), ("luminosity", 0.4),
     ("color", 0.2)],
)  # fmt: skip
def test_blend_modes_of_gray(
    mode: BlendMode, expected: float, depth: type[np.uint8] | type[np.uint16]
) -> None:
    white = np.iinfo(depth).max
    below, top = gray(round(0.2 * white), depth), gray(round(0.4 * white), depth)
    assert blend(below, top, mode)[0, 0, 0] / white == pytest.approx(expected, abs=0.004)


def test_color_and_luminosity_exchange_luma_and_chroma() -> None:
    red, green = (np.full((4, 4, 3), color, np.uint8) for color in ((200, 40, 40), (30, 90, 30)))
    colored = blend(red, green, "color")[0, 0].astype(int)
    assert colored[1] > colored[0]
    assert (blend(green, red, "luminosity") == blend(red, green, "color")).all()
    luma = np.array([0.299, 0.587, 0.114])
    assert colored @ luma == pytest.approx(red[0, 0] @ luma, abs=6)


def test_deep_pictures_and_alpha_go_through_layers(tmp_path: Path) -> None:
    text = "look: 1\nlayers:\n  - filter: '100'\n  - {filter: '200', mask: {kind: linear}, blend: screen}\n"
    look = look_of(tmp_path, text)
    shallow = look.paint(gray(30)).astype(float)
    deep = look.paint(gray(30 * 257, np.uint16))
    assert deep.dtype == np.uint16
    assert np.abs(deep / 257 - shallow).max() <= 1.1
    alpha = np.dstack((gray(30), np.full((24, 32), 77, np.uint8)))
    painted = look.paint(cast("Pixels", alpha))
    assert (painted[..., 3] == 77).all()
    assert (painted[..., :3] == shallow).all()


def test_a_file_that_holds_no_more_is_a_simple_look(tmp_path: Path) -> None:
    look = look_of(tmp_path, "look: 1\nhold: 2\nstrength: 0.5\nlayers:\n  - {filter: '200', strength: 0.5}\n")
    assert isinstance(look, Look)
    assert (look.strength, look.hold) == (0.25, 2)
    assert level(look, 3) == 50


def test_what_a_command_says_goes_on_top(tmp_path: Path) -> None:
    text = "look: 1\nstrength: 0.5\nsize: 20\nlayers:\n  - {filter: '200', strength: {0s: 1, 1s: 0.5}}\n"
    look = look_of(tmp_path, text, Overrides(strength=0.5, size=48))
    assert look.paint(gray(0)).shape == (48, 64, 3)
    assert level(look, 0) == 50


def test_the_digest_of_a_span_is_changed_by_what_governs_it_alone(tmp_path: Path) -> None:
    def digests(ten: float, twelve: str = "100") -> list[str]:
        text = (
            f"look: 1\nlayers:\n  - {{filter: '100', strength: {{0s: 0, 10s: {ten}, 12s: 1, 20s: 1}}}}\n"
            f"  - {{filter: {{0s: '50', 12s: '50', 14s: '{twelve}', 16s: '50'}}, blend: screen}}\n"
        )
        look = look_of(tmp_path, text)
        return [look.digest_between(Fraction(s), Fraction(s + 2)) for s in range(0, 20, 2)]

    plain, cooler, other = digests(0.5), digests(0.4), digests(0.5, "60")
    assert [a == b for a, b in zip(plain, cooler, strict=True)] == [False] * 6 + [True] * 4
    assert [a == b for a, b in zip(plain, other, strict=True)] == [True] * 6 + [False] * 2 + [True] * 2
    assert digests(0.5) == plain


def test_every_part_of_a_look_is_in_its_digest(tmp_path: Path) -> None:
    base = "look: 1\n{top}layers:\n  - {{filter: '{filter}', strength: {{0s: 0, 9s: 1}}{layer}}}\n"
    variants = [
        {}, {"top": "hold: 2\n"}, {"top": "strength: 0.5\n"}, {"top": "size: 100\n"}, {"filter": "101"},
        {"layer": ", blend: screen"}, {"layer": ", paints: below"}, {"layer": ", easing: ease"},
        {"layer": ", mask: {kind: linear}"}, {"layer": ", mask: {kind: linear, feather: 0.1}"},
        {"layer": ", mask: {kind: linear, invert: true}"}, {"layer": ", shots: [1]"},
    ]  # fmt: skip
    found = {
        look_of(tmp_path, base.format(**{"top": "", "filter": "100", "layer": "", **variant})).digest_between(
            Fraction(0), Fraction(9)
        )
        for variant in variants
    }
    assert len(found) == len(variants)


def test_the_simple_look_has_the_same_promises(tmp_path: Path) -> None:
    look = Look([tone("200")], strength=0.5)
    clip = open_clip(samples.make_clip(tmp_path / "clip.mp4", frames=3))
    assert look.prepared(clip) is look
    assert [look.held_from(index) for index in range(4)] == [0, 1, 2, 3]
    span = Fraction(0), Fraction(1)
    assert look.digest_between(*span) == Look([tone("200")], strength=0.5).digest_between(*span)
    assert look.digest_between(*span) != Look([tone("200")], strength=0.6).digest_between(*span)
    with pytest.raises(InvalidOptions, match="hold was 0; each painting stays for 1 to 24 frames"):
        Look(hold=0)


@given(hold=st.integers(1, 24), index=st.integers(0, 1000))
def test_a_held_painting_is_that_of_the_first_of_its_frames(hold: int, index: int) -> None:
    held = Look(hold=hold).held_from(index)
    assert held <= index < held + hold
    assert held % hold == 0


def test_on_twos_two_frames_share_a_painting_and_keep_their_times(tmp_path: Path) -> None:
    clip = open_clip(samples.make_clip(tmp_path / "clip.mp4", frames=7, audio=False))
    painter = FramePainter(Look([tone("200")], strength=0.5, hold=2), origin=clip.origin_seconds)
    frames = list(clip.frames())
    painted = [painter.paint(frame) for frame in frames]
    assert [frame.pts for frame in painted] == [frame.pts for frame in frames]
    for frame in painted:
        photograph = np.clip((frame.pixels.astype(int) - 100) * 2, 0, 255).astype(np.uint8)
        assert samples.read_index(photograph) == frame.index // 2 * 2


def test_frames_are_painted_at_their_time_in_the_source(tmp_path: Path) -> None:
    path = samples.make_clip(tmp_path / "clip.mp4", rate=Fraction(10), frames=20, audio=False)
    text = "look: 1\nlayers:\n  - {filter: {0s: '100', 1s: '200'}, fade: 0s}\n"
    look = look_of(tmp_path, text)
    start = Fraction(1, 2)
    for selection, first in ((Selection(start=start), 5), (Selection(start=start, fps=Fraction(5)), 3)):
        clip = open_clip(path, selection=selection)
        painter = FramePainter(look, origin=clip.origin_seconds)
        levels = [int(painter.paint(frame).pixels[0, 0, 0]) for frame in clip.frames()]
        assert levels[0] == 100
        assert levels.index(200) == first


def test_a_look_with_neural_filters_goes_to_another_process(tmp_path: Path) -> None:
    path = tmp_path / "look.yaml"
    path.write_text("look: 1\nlayers:\n  - {filter: great-wave, strength: {0s: 0, 1s: 1}}\n  - "
                    "{filter: 'posterize:levels=3', mask: {kind: linear}}\n")  # fmt: skip
    look = load_look(path, precision="f32")
    again = pickle.loads(pickle.dumps(look))
    picture = samples.picture(3)
    assert (again.paint(picture, Fraction(1, 2)) == look.paint(picture, Fraction(1, 2))).all()
    assert look.description == "look (great-wave, posterize)"


FAULTY = """\
look: 1
hodl: 2
layers:
  - filter: {0x: great-wave}
    strenght: 1
    blend: multply
    mask:
      kind: colr
  - filter: great-wave
    mask: {kind: color, tolernce: 3}
    strength: {0s: {to: 1, esing: linear}}
  - {filter: great-wave, mask: {kind: region}, strength: 3}
"""


def test_every_fault_has_its_line_and_key_and_near_names() -> None:
    with pytest.raises(InvalidLook, match="is not a look that can be painted: line 2") as caught:
        parse_look(FAULTY, name="dusk.yaml")
    found = {(fault.line, fault.key): fault.told for fault in caught.value.faults}
    assert list(found) == [
        (2, "hodl"), (4, "layers.1.filter.0x"), (5, "layers.1.strenght"), (6, "layers.1.blend"),
        (8, "layers.1.mask.kind"), (10, "layers.2.mask.color"), (10, "layers.2.mask.tolernce"),
        (11, "layers.2.strength.0s.esing"), (12, "layers.3.strength"), (12, "layers.3.mask"),
    ]  # fmt: skip
    assert "Did you mean hold?" in found[2, "hodl"]
    assert "is not a time" in found[4, "layers.1.filter.0x"]
    assert "Did you mean strength?" in found[5, "layers.1.strenght"]
    assert "Did you mean multiply?" in found[6, "layers.1.blend"]
    assert "Did you mean color?" in found[8, "layers.1.mask.kind"]
    assert "either a polygon or an ellipse" in found[12, "layers.3.mask"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("look: [1", "line 1: not YAML"),
        ("- 1", "a look file has keys"),
        ("look: 1\nlook: 1\nlayers: []", "line 2, look: it is there twice"),
        ("a: &x 1\nb: *x", r"line 2: references \(\*name\) are not read"),
        ("look: 2\nlayers:\n  - filter: a", "line 1, look: 2 is none of 1"),
        ("look: 1\nlayers: []", "line 2, layers"),
        ("look: 1\ncuts: [4s, 2s]\nlayers:\n  - filter: a", "cuts are times that rise"),
        ("[" * 5000, "nested too deeply|not YAML"),
    ],
)
def test_what_is_no_look_is_refused(text: str, told: str) -> None:
    with pytest.raises(InvalidLook, match=told):
        parse_look(text, name="dusk.yaml")


def test_a_filter_that_is_not_there_is_a_fault_with_near_names(tmp_path: Path) -> None:
    path = tmp_path / "look.yaml"
    path.write_text("look: 1\nlayers:\n  - filter: lineart\n  - filter: great-wav\n")
    with pytest.raises(InvalidLook, match=r"line 4, layers\.2\.filter: .* Did you mean great-wave"):
        load_look(path)
    with pytest.raises(InvalidLook, match="rotoscope look init"):
        load_look(tmp_path / "nowhere.yaml")


@given(st.text(max_size=80))
def test_any_text_is_a_look_or_a_fault(text: str) -> None:
    faults: tuple[object, ...] = ("none",)
    try:
        parse_look(text, name="dusk.yaml")
    except InvalidLook as error:
        faults = error.faults
    assert faults


def test_times_are_not_taken_for_yamls_old_numbers() -> None:
    document = parse_look("look: 1\ncuts: [0:04, 1:02.5, 90]\nlayers:\n  - filter: a\n", name="a").document
    assert document.cuts == (4, Fraction(125, 2), 90)


def test_the_file_to_start_from_paints(tmp_path: Path) -> None:
    path = tmp_path / "look.yaml"
    path.write_text(STARTING_LOOK)
    look = open_look(path, load_filter)
    assert isinstance(look, LayeredLook)
    assert (look.paint(samples.picture(), Fraction(3)) != samples.picture()).any()


def test_the_schema_is_that_of_the_code() -> None:
    # When a look's keys change: python -c "import json
    #   from rotoscope.render.looks.document import look_schema
    #   print(json.dumps(look_schema(), indent=2))" > docs/look.schema.json
    kept = json.loads((ROOT / "docs" / "look.schema.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(look_schema()))
