"""images:stylize: a photograph in, its painting out."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from rotoscope.api.easel import LIMITS, MOST_BYTES
from rotoscope.api.turns import Places, Turns
from rotoscope.media.stills import read_still
from rotoscope.render.look import Look

from api_bench import Bench
from samples import picture

URL = "/v1/images:stylize"
JPEG = {"Content-Type": "image/jpeg"}
MASKED = {
    "look": 1,
    "layers": [{"filter": "posterize", "mask": {"kind": "picture", "file": "data://masks/right.png"}}],
}


def encoded(pixels: NDArray[np.uint8], kind: str = "JPEG", **settings: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **settings)
    return file.getvalue()


def decoded(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as image:
        return np.array(image.convert("RGB"))


PHOTO = picture(7, (160, 120))
SENT = encoded(PHOTO, quality=95)


def test_the_body_is_the_photograph_and_the_answer_its_painting(bench: Bench, tmp_path: Path) -> None:
    answer = bench.client().post(URL, params={"filter": "posterize:levels=3"}, content=SENT, headers=JPEG)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    (tmp_path / "photo.jpg").write_bytes(SENT)
    palette = bench.services.palette_of("cli_ada")
    wanted = Look([palette.load("posterize:levels=3")]).paint(read_still(tmp_path / "photo.jpg").pixels)
    got = decoded(answer.content)
    assert np.abs(got.astype(int) - wanted).mean() < 2
    assert np.abs(got.astype(int) - PHOTO).mean() > 5


def test_a_neural_filter_paints(bench: Bench) -> None:
    client = bench.client()
    sent = {"filter": ["great-wave"], "strength": "1", "format": "png"}
    first = client.post(URL, data=sent, files={"picture": ("a.jpg", SENT)})
    again = client.post(URL, data=sent, files={"picture": ("a.jpg", SENT)})
    assert first.status_code == 200
    assert first.headers["content-type"] == "image/png"
    assert first.content == again.content
    assert np.abs(decoded(first.content).astype(int) - PHOTO).mean() > 10


def test_strength_0_gives_the_photograph_back(bench: Bench) -> None:
    sent = encoded(PHOTO, "PNG")
    answer = bench.client().post(
        URL,
        params={"filter": "great-wave", "strength": 0},
        content=sent,
        headers={"Content-Type": "image/png"},
    )
    assert answer.headers["content-type"] == "image/png"
    assert (decoded(answer.content) == PHOTO).all()


def test_a_stored_picture_is_painted_by_uri(bench: Bench) -> None:
    bench.services.storage_of("cli_ada").put("data://photos/cliff.jpg", SENT)
    sent = {"source": "data://photos/cliff.jpg", "filter": ["posterize"], "size": 60}
    answer = bench.client().post(URL, json=sent, headers={"Accept": "image/webp, image/png;q=0.5"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert decoded(answer.content).shape == (60, 80, 3)


def test_a_look_with_a_stored_mask_paints_where_the_mask_shows(bench: Bench) -> None:
    right = np.zeros((120, 160), np.uint8)
    right[:, 80:] = 255
    bench.services.storage_of("cli_ada").put("data://masks/right.png", encoded(right, "PNG"))
    sent = {"look": json.dumps(MASKED), "format": "png"}
    answer = bench.client().post(URL, data=sent, files={"picture": ("a.png", encoded(PHOTO, "PNG"))})
    painted = decoded(answer.content)
    assert (painted[:, :75] == PHOTO[:, :75]).all()
    assert (painted[:, 85:] != PHOTO[:, 85:]).any()


def test_a_look_is_given_as_yaml_too(bench: Bench) -> None:
    look = "look: 1\nlayers:\n- filter: posterize:levels=2\n  strength: 0.5\n"
    answer = bench.client().post(URL, data={"look": look}, files={"picture": ("a.jpg", SENT)})
    assert answer.status_code == 200


def test_orientation_profile_and_alpha_are_kept(bench: Bench) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lying = encoded(PHOTO, exif=exif, icc_profile=profile)
    answer = bench.client().post(URL, params={"filter": "posterize"}, content=lying, headers=JPEG)
    with Image.open(io.BytesIO(answer.content)) as image:
        assert image.size == (120, 160)
        assert image.getexif()[0x0112] == 1
        assert image.info["icc_profile"] == profile
    clear = np.dstack((PHOTO, np.full((120, 160), 128, np.uint8)))
    sent = encoded(clear, "PNG")
    kept = bench.client().post(
        URL, params={"filter": "posterize"}, content=sent, headers={"Content-Type": "image/png"}
    )
    with Image.open(io.BytesIO(kept.content)) as image:
        assert np.asarray(image.getchannel("A")).max() == 128
    lost = bench.client().post(
        URL,
        params={"filter": "posterize", "format": "jpeg"},
        content=sent,
        headers={"Content-Type": "image/png"},
    )
    assert "transparency left out" in json.loads(lost.headers["rotoscope-notes"])[0]


@pytest.mark.parametrize(
    ("sent", "status", "code", "told"),
    [
        ({}, 422, "invalid-request", "filter and look are both missing; give one of the two"),
        ({"filter": "a", "look": "b"}, 422, "invalid-request", "filter and look are given together"),
        ({"filter": "no-such"}, 404, "unknown-filter", "There is no filter 'no-such'."),
        ({"filter": "./x.onnx"}, 422, "invalid-options", "which is a file's name. Give the name"),
        ({"filter": "/etc/passwd.onnx"}, 422, "invalid-options", "which is a file's name. Give the name"),
        ({"filter": "lut:file=/etc/passwd"}, 422, "invalid-options", "'/etc/passwd' is not a URI"),
        ({"filter": "lut:file=file:///etc/passwd"}, 403, "access-denied", "closed"),
        ({"filter": "posterize:levels=999"}, 422, "invalid-options", "less than or equal to 16"),
        ({"filter": "posterize", "strength": "2"}, 422, "invalid-request", "body.strength"),
        ({"filter": "posterize", "typo": "2"}, 422, "invalid-request", "body.typo"),
        ({"filter": "posterize", "size": "16000"}, 422, "open-error", "pixels; at most 40,000,000 are read"),
        ({"look": "look_nobodys"}, 404, "not-found", "There is no look 'look_nobodys'."),
        ({"look": "look: 1\nlayers: []"}, 422, "invalid-look", "The look is not a look that can be painted"),
    ],
)
def test_what_cannot_be_painted_is_said(
    bench: Bench, sent: dict[str, str], status: int, code: str, told: str
) -> None:
    answer = bench.client().post(URL, data=sent, files={"picture": ("a.jpg", SENT)})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert told in answer.json()["detail"]


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"#EXTM3U\nfile:///etc/passwd\n", "open-error", "a.jpg is an HLS playlist, not a video"),
        (b"hello", "open-error", "a.jpg is a text file"),
        (b"\xff\xd8\xff\xe0 broken", "open-error", "a.jpg"),
        (SENT[: len(SENT) // 2], "decode-error", "a.jpg is a damaged or cut-off JPEG picture"),
    ],
)
def test_what_is_no_picture_is_said_without_a_path(
    bench: Bench, content: bytes, code: str, told: str
) -> None:
    sent = {"filter": "posterize"}
    answer = bench.client().post(URL, data=sent, files={"picture": ("../../a.jpg", content)})
    assert answer.json()["code"] == code
    assert told in answer.json()["detail"]
    assert "staging" not in answer.text


def test_an_animation_is_not_one_picture(bench: Bench) -> None:
    frames = [Image.fromarray(picture(number)) for number in range(3)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    answer = bench.client().post(
        URL, params={"filter": "posterize"}, content=file.getvalue(), headers={"Content-Type": "image/gif"}
    )
    assert answer.status_code == 415
    assert "is an animation of 3 pictures" in answer.json()["detail"]


def test_pixels_are_counted_before_they_are_decoded(bench: Bench) -> None:
    side = 8000
    assert side * side > LIMITS.max_pixels
    file = io.BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    answer = bench.client().post(
        URL,
        params={"filter": "posterize"},
        content=file.getvalue(),
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code == 422
    assert f"{side}x{side} = 64,000,000 pixels; at most 40,000,000 are read" in answer.json()["detail"]


def test_bodies_and_stored_files_that_are_too_large_are_not_read(bench: Bench, tmp_path: Path) -> None:
    announced = bench.client().post(URL, content=b"x", headers=JPEG | {"Content-Length": str(MOST_BYTES + 1)})
    assert (announced.status_code, announced.json()["code"]) == (413, "content-too-large")
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    bench.services.storage_of("cli_ada").put("data://large.jpg", large)
    stored = bench.client().post(URL, json={"source": "data://large.jpg", "filter": ["posterize"]})
    assert (stored.status_code, stored.json()["code"]) == (413, "content-too-large")
    assert "data://large.jpg has 64,000,001 bytes; for one request at most 64,000,000" in stored.text


@pytest.mark.parametrize(
    ("source", "status", "code"),
    [
        ("data://../../cli_bob/a.jpg", 422, "invalid-uri"),
        ("data://%2e%2e/cli_bob/a.jpg", 422, "invalid-uri"),
        ("/etc/passwd", 422, "invalid-uri"),
        ("file:///etc/passwd", 403, "access-denied"),
        ("http://169.254.169.254/latest/meta-data", 422, "invalid-uri"),
        ("https://169.254.169.254/latest/meta-data", 403, "access-denied"),
        ("https://localhost:8000/readyz", 403, "access-denied"),
        ("https://[::1]/x.jpg", 403, "access-denied"),
        ("https://2130706433/x.jpg", 403, "access-denied"),
        ("s3://somebodys-bucket/a.jpg", 403, "access-denied"),
        ("data://nothing.jpg", 404, "stored-file-not-found"),
    ],
)
def test_sources_that_may_not_be_read_are_not(bench: Bench, source: str, status: int, code: str) -> None:
    answer = bench.client().post(URL, json={"source": source, "filter": ["posterize"]})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_another_clients_files_are_not_there(bench: Bench) -> None:
    bench.services.storage_of("cli_bob").put("data://bobs.jpg", SENT)
    asked = {"source": "data://bobs.jpg", "filter": ["posterize"]}
    assert bench.client("ada").post(URL, json=asked).status_code == 404
    assert bench.client("bob").post(URL, json=asked).status_code == 200


def test_forms_that_are_not_taken_are_named(bench: Bench) -> None:
    client = bench.client()
    unknown = client.post(URL, content=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert (unknown.status_code, unknown.json()["code"]) == (415, "unsupported-content")
    assert "takes application/json, multipart/form-data, and the file itself as image/*" in unknown.text
    none = client.post(URL, json={"filter": ["posterize"]})
    assert "0 pictures were given, and one is wanted" in none.json()["detail"]
    refused = client.post(
        URL, params={"filter": "posterize"}, content=SENT, headers=JPEG | {"Accept": "text/html"}
    )
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable")
    broken = client.post(URL, content=b"{", headers={"Content-Type": "application/json"})
    assert (broken.status_code, broken.json()["code"]) == (422, "invalid-request")


def test_painting_wants_the_scope_run(bench: Bench) -> None:
    answer = bench.client("ada", "read").post(URL, content=SENT, headers=JPEG)
    assert answer.json()["code"] == "scope-missing"
    assert bench.anonymous.post(URL, content=SENT, headers=JPEG).status_code == 401


def test_eight_clients_at_once_get_what_they_asked_for(bench: Bench) -> None:
    def paint(number: int) -> tuple[int, bool]:
        photo = picture(number, (96, 64))
        client = bench.client("ada" if number % 2 else "bob")
        answer = client.post(
            URL,
            params={"filter": "great-wave", "strength": 0 if number % 4 == 0 else 1},
            content=encoded(photo, "PNG"),
            headers={"Content-Type": "image/png"},
        )
        same = bool((decoded(answer.content) == photo).all())
        return answer.status_code, same == (number % 4 == 0)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(paint, range(16))) == {(200, True)}


def test_nothing_stays_behind(bench: Bench) -> None:
    bench.client().post(URL, params={"filter": "posterize"}, content=SENT, headers=JPEG)
    bench.client().post(URL, params={"filter": "nothing"}, content=SENT, headers=JPEG)
    assert list(bench.settings.staging_dir.iterdir()) == []


def test_when_too_many_wait_the_answer_says_when_to_ask_again(bench: Bench) -> None:
    easel = bench.app.state.easel
    easel.turns = Turns(Places(at_once=1, waiting=0))
    with easel.turns.turn("cli_bob"):
        answer = bench.client().post(URL, params={"filter": "posterize"}, content=SENT, headers=JPEG)
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert "Ask again in 1 s, or make a job" in answer.json()["detail"]
