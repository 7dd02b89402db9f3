"""Registered media: records, frames, shots, sheets."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from test_api_images import decoded, encoded

from api_bench import Bench
from samples import make_clip, picture, read_index

URL = "/v1/media"


@pytest.fixture
def clip(bench: Bench, tmp_path: Path) -> str:
    """Id of a clip of 50 frames, 25 a second, at ``data://in/clip.mp4``."""
    path = make_clip(tmp_path / "clip.mp4", frames=50)
    bench.services.storage_of("cli_ada").put("data://in/clip.mp4", path)
    return str(bench.client().post(URL, json={"uri": "data://in/clip.mp4"}).json()["id"])


def test_what_a_uri_holds_is_registered_once(bench: Bench, clip: str) -> None:
    ada = bench.client()
    medium = ada.get(f"{URL}/{clip}").json()
    assert medium["uri"] == medium["info"]["path"] == "data://in/clip.mp4"
    assert medium["info"]["video"]["frame_count_from_content"] == 50
    assert len(medium["sha256"]) == 64
    assert str(bench.settings.data_dir) not in str(medium)
    again = ada.post(URL, json={"uri": "data://in/clip.mp4"})
    assert (again.status_code, again.json()) == (200, medium)
    assert ada.get(URL).json()["items"] == [medium]


def test_a_file_that_is_sent_is_kept_and_registered(bench: Bench) -> None:
    photo = encoded(picture(1), "PNG")
    sent = bench.client().post(URL, files={"file": ("../../a photo.png", photo)})
    assert sent.status_code == 201
    uri = sent.json()["uri"]
    assert uri.startswith("data://media/")
    assert uri.endswith("/a-photo.png")
    assert b"".join(bench.services.storage_of("cli_ada").read(uri)) == photo
    again = bench.client().post(
        URL, params={"name": "a photo.png"}, content=photo, headers={"Content-Type": "image/png"}
    )
    assert (again.status_code, again.json()["id"]) == (200, sent.json()["id"])


def test_a_folder_of_stills_is_one_medium(bench: Bench) -> None:
    storage = bench.services.storage_of("cli_ada")
    for number in range(3):
        storage.put(f"data://frames/{number:03}.png", encoded(picture(number), "PNG"))
    medium = bench.client().post(URL, json={"uri": "data://frames/"}).json()
    assert medium["info"]["kind"] == "images"
    frame = bench.client().get(f"{URL}/{medium['id']}/frame", params={"index": 2, "format": "png"})
    assert read_index(decoded(frame.content)) == 2


def test_the_record_goes_and_the_file_stays(bench: Bench, clip: str) -> None:
    assert bench.client().delete(f"{URL}/{clip}").status_code == 204
    assert bench.client().get(f"{URL}/{clip}").status_code == 404
    assert bench.services.storage_of("cli_ada").stat("data://in/clip.mp4").size_bytes > 0


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        ({}, 0),
        ({"index": "7"}, 7),
        ({"at": "0:01"}, 25),
        ({"at": "1.03"}, 25),
        ({"at": "40ms"}, 1),
        ({"at": "1.99"}, 49),
    ],
)
def test_a_frame_is_had_by_time_and_by_number(
    bench: Bench, clip: str, asked: dict[str, str], index: int
) -> None:
    answer = bench.client().get(f"{URL}/{clip}/frame", params=asked | {"format": "png"})
    assert answer.headers["content-type"] == "image/png"
    assert read_index(decoded(answer.content)) == index


def test_a_frame_is_made_narrower_and_of_any_kind(bench: Bench, clip: str) -> None:
    small = bench.client().get(f"{URL}/{clip}/frame", params={"width": 32, "format": "webp"})
    assert small.headers["content-type"] == "image/webp"
    assert decoded(small.content).shape[1] == 32
    wide = bench.client().get(f"{URL}/{clip}/frame", params={"width": 5000})
    assert wide.headers["content-type"] == "image/jpeg"
    assert decoded(wide.content).shape[1] == 64


def test_a_frame_that_is_known_is_not_sent_again(bench: Bench, clip: str) -> None:
    first = bench.client().get(f"{URL}/{clip}/frame")
    again = bench.client().get(f"{URL}/{clip}/frame", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert bench.client().get(f"{URL}/{clip}/frame").content == first.content


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"index": "50"},
            "There is no frame 50: data://in/clip.mp4 has 50 frames, and they count from",
        ),
        ({"at": "0:02"}, "There is no frame at 0:02.000: data://in/clip.mp4 ends at 0:02.000"),
        ({"at": "soon"}, "'soon' is not a time."),
        ({"at": "1", "index": "1"}, "A time and a frame's number are given together"),
        ({"index": "-1"}, "query.index"),
        ({"format": "gif"}, "query.format"),
    ],
)
def test_frames_that_are_not_there_are_said(
    bench: Bench, clip: str, asked: dict[str, str], told: str
) -> None:
    answer = bench.client().get(f"{URL}/{clip}/frame", params=asked)
    assert answer.status_code == 422
    assert told in answer.json()["detail"]


def test_shots_are_found_and_drawn(bench: Bench, tmp_path: Path) -> None:
    night, day = np.full((48, 64, 3), 20, np.uint8), np.full((48, 64, 3), 230, np.uint8)
    make_clip(tmp_path / "cut.mp4", frames=24, pictures=[*[night] * 12, *[day] * 12])
    bench.services.storage_of("cli_ada").put("data://cut.mp4", tmp_path / "cut.mp4")
    medium = bench.client().post(URL, json={"uri": "data://cut.mp4"}).json()["id"]
    shots = bench.client().get(f"{URL}/{medium}/shots").json()["items"]
    assert [(shot["number"], shot["first_frame"], shot["stop_frame"]) for shot in shots] == [
        (1, 0, 12),
        (2, 12, 24),
    ]
    assert (shots[1]["start_seconds"], shots[1]["stop_seconds"]) == (0.48, 0.96)
    sheet = bench.client().get(f"{URL}/{medium}/sheet")
    with Image.open(io.BytesIO(sheet.content)) as image:
        assert image.format == "PNG"
        assert image.width > 100


def test_a_medium_that_changed_is_not_taken_for_the_one_that_was_registered(
    bench: Bench, clip: str, tmp_path: Path
) -> None:
    other = make_clip(tmp_path / "other.mp4", frames=10)
    bench.services.storage_of("cli_ada").put("data://in/clip.mp4", other, overwrite=True)
    answer = bench.client().get(f"{URL}/{clip}/frame")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "data://in/clip.mp4 has changed since it was registered" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("uri", "status", "code"),
    [
        ("data://../cli_bob/a.mp4", 422, "invalid-uri"),
        ("data://nothing.mp4", 404, "stored-file-not-found"),
        ("file:///etc/passwd", 403, "access-denied"),
        ("https://127.0.0.1/a.mp4", 403, "access-denied"),
        ("https://[::ffff:127.0.0.1]/x", 403, "access-denied"),
        ("concat:a|b", 422, "invalid-uri"),
        ("", 422, "invalid-request"),
    ],
)
def test_uris_that_may_not_be_read_are_not(bench: Bench, uri: str, status: int, code: str) -> None:
    answer = bench.client().post(URL, json={"uri": uri})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_what_is_no_medium_is_said_by_its_uri(bench: Bench) -> None:
    bench.services.storage_of("cli_ada").put("data://list.mp4", b"#EXTM3U\nfile:///etc/passwd\n")
    answer = bench.client().post(URL, json={"uri": "data://list.mp4"})
    assert (answer.status_code, answer.json()["code"]) == (422, "open-error")
    assert answer.json()["detail"].startswith("data://list.mp4 is an HLS playlist, not a video")
    assert bench.client().get(URL).json()["items"] == []


def test_anothers_media_are_not_there(bench: Bench, clip: str) -> None:
    bob = bench.client("bob")
    answers = [bob.get(f"{URL}/{clip}{rest}") for rest in ("", "/frame", "/shots", "/sheet")]
    answers.append(bob.delete(f"{URL}/{clip}"))
    assert {answer.status_code for answer in answers} == {404}
    assert bob.get(URL).json()["items"] == []
    assert bob.post(URL, json={"uri": "data://in/clip.mp4"}).status_code == 404
