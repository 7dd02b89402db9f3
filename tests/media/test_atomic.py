"""Whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rotoscope.errors import EncodeError, OutputExists
from rotoscope.media import atomic
from rotoscope.media.atomic import (
    StagedFile,
    StagedFolder,
    encode_errors,
    place,
    refuse_existing,
    refuse_source,
)


def test_a_published_file_is_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    staged = StagedFile(tmp_path / "out.bin", overwrite=False)
    staged.part.write_bytes(b"painted")
    assert list(tmp_path.iterdir()) == [staged.part]
    assert staged.part.name.startswith(".out.bin.")
    assert staged.publish() == 7
    assert [p.name for p in tmp_path.iterdir()] == ["out.bin"]


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    staged = StagedFile(tmp_path / "out.bin", overwrite=False)
    (tmp_path / "out.bin").write_bytes(b"somebody else's")
    with pytest.raises(OutputExists, match=r"appeared while the result was made\. Give another name"):
        staged.publish()
    staged.discard()
    assert (tmp_path / "out.bin").read_bytes() == b"somebody else's"
    assert len(list(tmp_path.iterdir())) == 1


def test_overwrite_replaces(tmp_path: Path) -> None:
    (tmp_path / "out.bin").write_bytes(b"old")
    staged = StagedFile(tmp_path / "out.bin", overwrite=True)
    staged.part.write_bytes(b"new")
    staged.publish()
    assert (tmp_path / "out.bin").read_bytes() == b"new"


@pytest.mark.parametrize("taken", [False, True])
def test_file_systems_without_hard_links_are_create_only_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: bool
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    part, output = tmp_path / "part", tmp_path / "out"
    part.write_bytes(b"x")
    if taken:
        output.write_bytes(b"theirs")
        with pytest.raises(OutputExists):
            place(part, output, overwrite=False)
        assert output.read_bytes() == b"theirs"
    else:
        place(part, output, overwrite=False)
        assert output.read_bytes() == b"x"
        assert not part.exists()


def test_places_that_cannot_be_written_are_refused_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "there.mp4").touch()
    with pytest.raises(OutputExists, match=r"there\.mp4 exists already\. Give another name, or --overwrite"):
        refuse_existing(tmp_path / "there.mp4", overwrite=False)
    with pytest.raises(EncodeError, match=r"the folder .*missing does not exist\. Make it first"):
        refuse_existing(tmp_path / "missing" / "a.mp4", overwrite=True)
    with pytest.raises(EncodeError, match=r"is a folder, and a file is to be written"):
        refuse_existing(tmp_path, overwrite=True)


def test_a_dangling_link_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        refuse_existing(tmp_path / "a.mp4", overwrite=False)


def test_a_source_is_never_written_over_under_any_name(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    source.touch()
    (tmp_path / "b.mp4").hardlink_to(source)
    for name in ("a.mp4", "b.mp4", "../" + tmp_path.name + "/a.mp4"):
        with pytest.raises(EncodeError, match="is the source itself, and a source is never written over"):
            refuse_source(tmp_path / name, None, source)
    refuse_source(tmp_path / "c.mp4", source)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unwritable for the superuser")
def test_an_unwritable_folder_is_known_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EncodeError, match="permission denied"):
        StagedFile(tmp_path / "a.mp4", overwrite=False)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "no space left on the disk on /there. Nothing was left behind; make room"),
        (errno.EROFS, "the file system is read-only. Nothing was left behind; choose another place"),
        (errno.EIO, "Input/output error. Nothing was left behind"),
    ],
)
def test_errors_of_the_system_become_sentences(number: int, sentence: str) -> None:
    with pytest.raises(EncodeError) as caught, encode_errors(Path("/there/a.mp4")):
        raise OSError(number, os.strerror(number))
    assert sentence in str(caught.value)


def test_a_folder_comes_whole_with_the_folders_above_it(tmp_path: Path) -> None:
    staged = StagedFolder(tmp_path / "a" / "b")
    (staged.part / "0.png").write_bytes(b"x")
    assert not (tmp_path / "a" / "b").exists()
    assert staged.publish(["0.png"], replaced=[], overwrite=False) == 1
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["b"]


def test_a_discarded_folder_leaves_nothing(tmp_path: Path) -> None:
    staged = StagedFolder(tmp_path / "a" / "b")
    (staged.part / "0.png").write_bytes(b"x")
    staged.discard()
    assert list(tmp_path.iterdir()) == []


FULL_DISK = """
import resource, sys
from fractions import Fraction
from pathlib import Path
import numpy as np
from rotoscope.errors import EncodeError
from rotoscope.media.frame import Frame
from rotoscope.media.writer import open_writer

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(0)
try:
    with open_writer(Path(sys.argv[1]), source=None) as writer:
        for n in range(40):
            pixels = noise.integers(0, 256, (96, 128, 3), dtype=np.uint8)
            writer.write(Frame(pixels, index=n, pts=n, time_base=Fraction(1, 25), duration=1))
except EncodeError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.gif", "a.webp", "a.avi", "frames/%03d.tif"])
def test_a_disk_that_takes_no_more_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 7, ran.stderr
    assert "the file grew larger than the file system or a limit allows" in ran.stdout
    assert list(tmp_path.iterdir()) == []


def test_files_are_flushed_before_they_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[tuple[str, bool]] = []
    original = atomic.flush_to_disk

    def watch(path: Path) -> None:
        flushed.append((path.name, (tmp_path / "a.bin").exists()))
        original(path)

    monkeypatch.setattr(atomic, "flush_to_disk", watch)
    staged = StagedFile(tmp_path / "a.bin", overwrite=False)
    staged.publish()
    assert flushed == [(staged.part.name, False), (tmp_path.name, True)]
