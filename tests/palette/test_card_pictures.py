"""Texture samples and thumbnails: made, carried on the card, written out; and what is refused."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from rotoscope.errors import EncodeError, InvalidCard, OutputExists, PaletteError
from rotoscope.filters.card import Card, Padding, StyleImage, parse_card
from rotoscope.filters.file import read_filter_file, write_filter_file
from rotoscope.filters.neural import NeuralFilter
from rotoscope.palette.card_pictures import (
    MAX_THUMBNAIL_BYTES,
    card_pictures,
    picture_text,
    read_thumbnail,
    save_card_pictures,
)
from rotoscope.palette.folder import checksum_path
from rotoscope.palette.texture_sample import (
    MAX_SAMPLE_BYTES,
    SAMPLE_SIDE,
    paint_texture,
    texture_subject,
    write_with_texture,
)
from rotoscope.palette.verify import verify_file
from rotoscope.runtime.graph import RuntimeOptions

from graph_samples import random_picture, tint_model, tinted

PADDING = Padding(multiple=2, margin=4)


def uri(content: bytes, kind: str = "webp") -> str:
    return f"data:image/{kind};base64,{b64encode(content).decode()}"


def encoded(width: int, height: int, kind: str = "WEBP") -> bytes:
    buffer = BytesIO()
    Image.fromarray(random_picture(height, width)).save(buffer, kind)
    return buffer.getvalue()


def card_with(texture: str | None = None, *thumbnails: str) -> Card:
    images = [StyleImage(title="A", thumbnail=text) for text in thumbnails]
    first = images[0] if images else None
    return Card(name="wave", padding=PADDING, style=first, more_styles=tuple(images[1:]), texture=texture)


@pytest.fixture
def wave(tmp_path: Path) -> Path:
    """A filter file without pictures."""
    path = tmp_path / "wave.onnx"
    write_filter_file(path, tint_model(), Card(name="wave", padding=PADDING, tags=("art",)))
    return path


def test_the_subject_is_gray_with_dark_and_light_in_it() -> None:
    subject = texture_subject()
    assert subject.dtype == np.uint8
    assert (subject == subject[..., :1]).all()
    assert np.quantile(subject, 0.2) < 80
    assert np.quantile(subject, 0.8) > 170
    assert np.array_equal(subject, texture_subject())


def test_a_sample_is_the_middle_of_what_the_filter_paints(wave: Path) -> None:
    border = (texture_subject().shape[0] - SAMPLE_SIDE) // 2
    middle = texture_subject()[border:-border, border:-border]
    assert np.array_equal(paint_texture(read_filter_file(wave)), tinted(middle))


def test_a_copy_with_a_sample_paints_the_same(wave: Path, tmp_path: Path) -> None:
    before = wave.read_bytes()
    made = write_with_texture(wave, tmp_path / "copies")
    place = tmp_path / "copies" / "wave.onnx"
    assert read_filter_file(place) == made
    assert wave.read_bytes() == before
    assert made.digest != read_filter_file(wave).digest
    graphs = [onnx.load_model_from_string(data).graph for data in (before, made.model)]
    assert graphs[0].SerializeToString(deterministic=True) == graphs[1].SerializeToString(deterministic=True)
    assert made.card.model_copy(update={"texture": None}) == read_filter_file(wave).card
    picture = random_picture(9, 11)
    painters = [
        NeuralFilter(read_filter_file(p), options=RuntimeOptions(precision="f32")) for p in (wave, place)
    ]
    assert np.array_equal(painters[0].apply(picture), painters[1].apply(picture))
    assert checksum_path(place).read_text() == f"{made.digest}  wave.onnx\n"
    assert sorted(p.name for p in place.parent.iterdir()) == ["wave.onnx", "wave.onnx.sha256"]


def test_a_sample_looks_like_what_was_painted(wave: Path, tmp_path: Path) -> None:
    made = write_with_texture(wave, tmp_path / "copies")
    (picture,) = card_pictures(made.card)
    assert (picture.name, picture.suffix, picture.size) == ("texture", ".webp", (SAMPLE_SIDE, SAMPLE_SIDE))
    assert len(picture.content) <= MAX_SAMPLE_BYTES
    with Image.open(BytesIO(picture.content)) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(shown - paint_texture(made)).mean() < 6


def test_making_the_sample_again_changes_nothing(wave: Path, tmp_path: Path) -> None:
    once = write_with_texture(wave, tmp_path / "a")
    assert write_with_texture(tmp_path / "a" / "wave.onnx", tmp_path / "b") == once


def test_copies_replace_nothing_and_never_their_source(wave: Path, tmp_path: Path) -> None:
    write_with_texture(wave, tmp_path / "copies")
    with pytest.raises(OutputExists, match=r"wave\.onnx exists already"):
        write_with_texture(wave, tmp_path / "copies")
    write_with_texture(wave, tmp_path / "copies", overwrite=True)
    with pytest.raises(EncodeError, match="is the source itself"):
        write_with_texture(wave, tmp_path, overwrite=True)


@pytest.mark.parametrize(
    ("width", "height", "size"), [(1000, 500, (256, 128)), (40, 30, (40, 30)), (2, 900, (1, 256))]
)
def test_thumbnails_are_reduced_and_never_enlarged(
    tmp_path: Path, width: int, height: int, size: tuple[int, int]
) -> None:
    Image.fromarray(random_picture(height, width)).save(tmp_path / "style.png")
    (picture,) = card_pictures(card_with(None, read_thumbnail(tmp_path / "style.png")))
    assert (picture.name, picture.size) == ("style", size)
    assert len(picture.content) <= MAX_THUMBNAIL_BYTES


def test_transparent_style_images_are_laid_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "style.png")
    (picture,) = card_pictures(card_with(None, read_thumbnail(tmp_path / "style.png")))
    with Image.open(BytesIO(picture.content)) as image:
        assert image.convert("RGB").getpixel((10, 10)) == (255, 255, 255)


def test_the_worst_picture_fits_the_card() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (256, 256, 3), np.uint8)
    text = picture_text(noise, MAX_THUMBNAIL_BYTES)
    assert parse_card(card_with(text).to_json()).texture == text


def test_pictures_are_written_out_as_they_are(tmp_path: Path) -> None:
    contents = [encoded(8, 6), encoded(9, 6, "JPEG"), encoded(7, 7)]
    card = card_with(uri(contents[0]), uri(contents[1], "jpeg"), uri(contents[2]))
    written = save_card_pictures(card, tmp_path / "deep" / "pictures")
    assert [path.name for path in written] == ["wave-texture.webp", "wave-style.jpg", "wave-style-2.webp"]
    assert [path.read_bytes() for path in written] == contents
    with pytest.raises(OutputExists, match=r"wave-texture\.webp exists already"):
        save_card_pictures(card, tmp_path / "deep" / "pictures")
    save_card_pictures(card, tmp_path / "deep" / "pictures", overwrite=True)


def test_a_card_without_pictures_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(
        PaletteError, match=r"card of 'wave' has no pictures.*`rotoscope filters add-texture`"
    ):
        save_card_pictures(card_with(), tmp_path)
    assert card_pictures(card_with()) == []


@pytest.mark.parametrize(
    "text",
    ["hello", "data:image/png;base64,AAAA", "data:image/svg+xml;base64,AAAA", "https://example.org/a.webp",
     "data:image/webp;base64,", "data:image/webp;base64,AA!A", "data:image/webp;base64," + "A" * 40_000],
)  # fmt: skip
def test_what_is_no_small_picture_is_no_card(text: str) -> None:
    with pytest.raises(InvalidCard, match="texture: String should"):
        parse_card(
            '{"format":"1","name":"a","kind":"neural","padding":{"multiple":1},"texture":"' + text + '"}'
        )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no picture", "is damaged: it is not a whole WebP or JPEG picture"),
        (b"GIF89a" + bytes(40), "is damaged"),
        (encoded(60, 40)[:-30], "is damaged"),
        (encoded(60, 40, "JPEG")[:-300], "is damaged"),
        (encoded(300, 4), "has 300x4 pixels; pictures on cards have at most 256"),
        (encoded(8, 6, "PNG"), "is damaged"),
    ],
)
def test_pictures_of_strangers_are_looked_at(tmp_path: Path, content: bytes, message: str) -> None:
    card = card_with(uri(content))
    with pytest.raises(InvalidCard, match=message):
        save_card_pictures(card, tmp_path)
    assert not list(tmp_path.iterdir())
    path = tmp_path / "wave.onnx"
    write_filter_file(path, tint_model(), card)
    report = verify_file(path)
    assert {check.name: check.passed for check in report.checks}["pictures"] is False
    assert NeuralFilter(read_filter_file(path)).name == "wave"


def test_a_picture_that_states_a_huge_size_is_not_decoded() -> None:
    content = bytearray(encoded(16, 16, "JPEG"))
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = b"\xff\xdc\xff\xdc"
    with pytest.raises(InvalidCard):
        card_pictures(card_with(uri(bytes(content))))
    content[frame + 5 : frame + 9] = b"\x27\x10\x27\x10"  # enough for a warning of Pillow's
    with pytest.raises(InvalidCard, match="has 10000x10000 pixels"):
        card_pictures(card_with(uri(bytes(content))))


def test_verifying_says_which_pictures_there_are(wave: Path, tmp_path: Path) -> None:
    write_with_texture(wave, tmp_path / "copies")
    report = verify_file(tmp_path / "copies" / "wave.onnx")
    assert report.passed
    assert report.checks[2].detail == "The card's pictures are whole: texture 160x160."
