"""The one opener: what it opens, what it refuses and how it says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rotoscope.errors import OpenError
from rotoscope.media.opening import CONTAINERS, Limits, open_container

from samples import make_clip, make_sound_only


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(OpenError) as caught, open_container(path, limits=limits or Limits()):
        pass
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".avi", ".ts", ".mpg", ".flv"])
def test_every_usual_container_opens(tmp_path: Path, suffix: str) -> None:
    codec = {".webm": "libvpx-vp9", ".avi": "mpeg4", ".mpg": "mpeg2video"}.get(suffix, "libx264")
    clip = make_clip(tmp_path / f"clip{suffix}", codec=codec, frames=3)
    with open_container(clip) as container:
        assert len(container.streams.video) == 1
        assert len(container.streams.audio) == 1


def test_a_missing_file_suggests_near_names(tmp_path: Path) -> None:
    (tmp_path / "drone.mp4").write_bytes(b"x")
    (tmp_path / "unrelated.txt").write_bytes(b"x")
    message = refusal(tmp_path / "dronee.mp4")
    assert "does not exist" in message
    assert "drone.mp4" in message
    assert "unrelated" not in message


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "Nor can its folder" in refusal(tmp_path / "nowhere" / "clip.mp4")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "0 bytes" in refusal(tmp_path / "empty.mp4")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp4"
    os.mkfifo(pipe)
    assert "device or pipe" in refusal(pipe)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads files of any permission")
def test_an_unreadable_file(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=2)
    clip.chmod(0)
    assert "permission" in refusal(clip).lower()


def test_a_name_that_no_file_can_have() -> None:
    assert "cannot be read" in refusal(Path("a\0b.mp4"))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n", "an HLS playlist"),
        (b"\xef\xbb\xbf#EXTM3U\nhttp://127.0.0.1:1/a.ts\n", "an HLS playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "an ffconcat playlist"),
        (b"v=0\no=- 0 0 IN IP4 127.0.0.1\n", "a session description (SDP)"),
        (b"<?xml version='1.0'?><MPD></MPD>", "an XML text"),
        (b"  <!DOCTYPE HTML><html>404</html>", "a web page"),
        (b"just some words, nothing more\n", "a text file"),
        ("Grüße aus Bergen".encode(), "a text file"),
        (b"%PDF-1.7 \x00\x01", "a PDF document"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive"),
    ],
)
def test_what_is_no_media_is_called_by_its_name(tmp_path: Path, content: bytes, name: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    assert name in refusal(path)


def test_a_text_is_told_where_the_look_at_its_beginning_cuts_a_character_in_two(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(("a" + "ü" * 4000).encode())
    assert "a text file" in refusal(path)


def test_names_are_never_interpreted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_clip(tmp_path / "a.mp4", frames=2)
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a.mp4|a.mp4", "file:a.mp4", "async:a.mp4", "subfile,,start,0,end,0,,:a.mp4"):
        assert "does not exist" in refusal(Path(name))


def test_a_file_that_merely_looks_like_a_protocol_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "clip.mp4", frames=2).rename(tmp_path / "concat:x|y.mp4")
    with open_container(Path("concat:x|y.mp4")) as container:
        assert container.streams.video


def test_a_playlist_behind_a_media_signature_reads_nothing(tmp_path: Path) -> None:
    secret = make_clip(tmp_path / "secret.mp4", frames=2)
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"\x00\n#EXTM3U\n#EXTINF:1,\n" + str(secret).encode() + b"\n#EXT-X-ENDLIST\n")
    message = refusal(path)
    assert "is not a video that can be opened" in message
    assert all(container in message for container in CONTAINERS)


def test_sound_without_pictures(tmp_path: Path) -> None:
    assert "a WAV sound file" in refusal(make_sound_only(tmp_path / "sound.wav"))
    assert "no pictures (its streams: audio)" in refusal(make_sound_only(tmp_path / "sound.mp4"))


def test_noise_names_the_containers_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "noise.mkv"
    path.write_bytes(bytes(range(256)) * 20)
    assert all(container in refusal(path) for container in CONTAINERS)


def test_an_mp4_that_lost_its_index_is_called_so(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    content = clip.read_bytes()
    headless = tmp_path / "headless.mp4"
    headless.write_bytes(content.replace(b"moov", b"xxxx"))
    assert "without its index" in refusal(headless)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(content[: content.index(b"moov")])
    assert "without its index" in refusal(cut)


def test_more_pixels_than_the_limit(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=2)
    message = refusal(clip, Limits(max_pixels=1000))
    assert "64x48 = 3,072 pixels" in message
    assert "at most 1,000" in message


@pytest.mark.parametrize("size", [(0, 0), (0, 480), (640, 0)])
def test_no_pixels_at_all(size: tuple[int, int]) -> None:
    with pytest.raises(OpenError, match=f"{size[0]}x{size[1]} pixels, so there is nothing"):
        Limits().check_size(Path("clip.mp4"), size)


def test_the_file_is_closed_afterwards(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", frames=2)
    open_files = Path("/proc/self/fd")
    if not open_files.exists():
        pytest.skip("no /proc to count open files with")
    before = len(list(open_files.iterdir()))
    with open_container(clip):
        pass
    refusal(make_sound_only(tmp_path / "sound.wav"))
    assert len(list(open_files.iterdir())) == before
