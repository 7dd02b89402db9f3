"""Picture URLs for blogs."""

from __future__ import annotations

import hashlib
import hmac
import io
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from PIL import Image
from test_api_images import decoded, encoded

from rotoscope.api.models.picture_urls import UrlOptions
from rotoscope.api.picture_links import LinkKeys, link_path, read_options, write_options
from rotoscope.api.refusals import InvalidRequest

from api_bench import Bench
from samples import picture, wide_profile

URL = "/v1/picture-urls"
PHOTO = picture(5, (160, 120))
ASKED: dict[str, Any] = {"source": "data://photos/a cliff.png", "look": "posterize:levels=3"}


@pytest.fixture(autouse=True)
def photo(bench: Bench) -> None:
    bench.services.storage_of("cli_ada").put("data://photos/a cliff.png", encoded(PHOTO, "PNG"))


def path_of(bench: Bench, **more: object) -> str:
    answer = bench.client().post(URL, json={**ASKED, **more})
    assert answer.status_code == 201, answer.text
    assert answer.json()["url"] == f"http://testserver{answer.json()['path']}"
    return str(answer.json()["path"])


def test_anybody_opens_a_signed_url(bench: Bench) -> None:
    answer = bench.anonymous.get(path_of(bench))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert np.abs(decoded(answer.content).astype(int) - PHOTO).mean() > 5


def test_options_are_in_the_url(bench: Bench) -> None:
    path = path_of(bench, width=80, quality=60, format="webp", strength=0.7)
    assert "/w:80,q:60,f:webp,s:0.7/" in path
    answer = bench.anonymous.get(path)
    assert answer.headers["content-type"] == "image/webp"
    assert decoded(answer.content).shape == (60, 80, 3)
    assert decoded(bench.anonymous.get(path_of(bench, height=30)).content).shape[0] == 30
    assert decoded(bench.anonymous.get(path_of(bench, width=5000)).content).shape == PHOTO.shape


def test_a_picture_that_is_known_is_not_sent_again(bench: Bench) -> None:
    path = path_of(bench)
    first = bench.anonymous.get(path)
    again = bench.anonymous.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = bench.anonymous.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(first.content))
    assert head.headers["etag"] == first.headers["etag"]


def test_a_picture_is_painted_once_and_anew_when_its_photograph_changes(bench: Bench) -> None:
    path = path_of(bench)
    first = bench.anonymous.get(path)
    kept = list((bench.settings.cache_dir / "pictures").rglob("*"))
    assert bench.anonymous.get(path).content == first.content
    assert list((bench.settings.cache_dir / "pictures").rglob("*")) == kept
    other = encoded(255 - PHOTO, "PNG")
    bench.services.storage_of("cli_ada").put("data://photos/a cliff.png", other, overwrite=True)
    changed = bench.anonymous.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.content != first.content


def test_what_a_camera_noted_stays_at_home(bench: Bench) -> None:
    exif = Image.Exif()
    exif[0x0110] = "A camera"
    storage = bench.services.storage_of("cli_ada")
    storage.put("data://noted.jpg", encoded(PHOTO, exif=exif, icc_profile=wide_profile()))
    with Image.open(
        io.BytesIO(bench.anonymous.get(path_of(bench, source="data://noted.jpg")).content)
    ) as image:
        software, description = 0x0131, 0x010E
        noted = image.getexif()
        assert set(noted) == {software, description}  # what painted it, and nothing of the camera
        assert "Rotoscope" in noted[software]
        assert "noted" not in noted[description]
        assert image.info["icc_profile"] == wide_profile()


def test_a_stored_look_stands_behind_a_url(bench: Bench) -> None:
    document: dict[str, Any] = {"look": 1, "layers": [{"filter": "posterize:levels=2"}]}
    look = bench.client().post("/v1/looks", json={"name": "two", "document": document}).json()["id"]
    path = path_of(bench, look=look)
    first = bench.anonymous.get(path)
    document["layers"][0]["filter"] = "lineart"
    bench.client().put(f"/v1/looks/{look}", json={"name": "two", "document": document})
    assert bench.anonymous.get(path).content != first.content


def test_whatever_is_changed_breaks_the_signature(bench: Bench) -> None:
    path = path_of(bench, width=80)
    signature = path.split("/")[2]
    key, _, mac = signature.partition(".")
    turned = path.replace(signature, f"{key}.{mac[:-1]}{'A' if mac[-1] != 'A' else 'B'}")
    for changed in (
        path.replace("w:80", "w:81"),
        path.replace("levels", "levelz"),
        path.replace("cliff", "clift"),
        path.replace(signature, mac),
        path.replace(signature, f"{key}."),
        path.replace(signature, f"zzzzzzzz.{mac}"),
        turned,
    ):
        answer = bench.anonymous.get(changed)
        assert (answer.status_code, answer.json()["code"]) == (403, "access-denied"), changed
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"].startswith("The signature does not belong to this picture URL")
        assert bench.anonymous.head(changed).status_code == 403


def test_one_clients_key_does_not_sign_for_another(bench: Bench) -> None:
    keys = LinkKeys(bench.database)
    options = UrlOptions()
    path = link_path(keys.of_client("cli_bob"), ASKED["look"], options, ASKED["source"])
    assert bench.anonymous.get(path).json()["code"] == "stored-file-not-found"


def test_a_site_signs_by_itself_with_a_key_and_rotating_ends_earlier_urls(bench: Bench) -> None:
    earlier = path_of(bench)
    key = bench.client().post(f"{URL}/rotate").json()
    assert bench.anonymous.get(earlier).status_code == 403
    told = f"great-wave/w:64/{ASKED['source']}"
    mac = hmac.new(key["secret"].encode(), told.encode(), hashlib.sha256).digest()[:24]
    signature = urlsafe_b64encode(mac).decode()
    path = f"/i/{key['id']}.{signature}/great-wave/w:64/{quote(ASKED['source'], safe='')}"
    answer = bench.anonymous.get(path)
    assert answer.status_code == 200
    assert decoded(answer.content).shape == (48, 64, 3)
    assert bench.client("ada", "read", "write", "run").post(f"{URL}/rotate").status_code == 403


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"source": "data://nothing.png"}, 404, "stored-file-not-found"),
        ({"source": "file:///etc/passwd"}, 403, "access-denied"),
        ({"source": "data://../cli_bob/x.png"}, 422, "invalid-uri"),
        ({"source": "https://127.0.0.1/x.png"}, 403, "access-denied"),
        ({"look": "no-such"}, 404, "unknown-filter"),
        ({"look": "/x.onnx"}, 422, "invalid-options"),
        ({"look": "lut:file=/etc/passwd"}, 422, "invalid-options"),
        ({"look": "look_nobodys"}, 404, "not-found"),
        ({"width": 5}, 422, "invalid-request"),
        ({"format": "gif"}, 422, "invalid-request"),
    ],
)
def test_urls_that_would_not_work_are_not_made(
    bench: Bench, more: dict[str, object], status: int, code: str
) -> None:
    answer = bench.client().post(URL, json={**ASKED, **more})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_source_that_is_no_picture_is_said_by_its_uri(bench: Bench) -> None:
    bench.services.storage_of("cli_ada").put("data://notes.txt", b"hello")
    answer = bench.anonymous.get(path_of(bench, source="data://notes.txt"))
    assert (answer.status_code, answer.json()["code"]) == (422, "open-error")
    assert answer.json()["detail"].startswith("data://notes.txt is a text file")


@pytest.mark.parametrize("text", ["w", "w:80,w:90", "z:1", "", "w:80,,q:1"])
def test_options_that_are_none_are_said(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"They are w:WIDTH, h:HEIGHT, .* each at most once"):
        read_options(text)


def test_options_are_read_as_they_are_written() -> None:
    every = UrlOptions(
        width=800, height=600, quality=80, format="webp", strength=0.7, stroke_scale=1.5, colors="photo"
    )
    assert write_options(every) == "w:800,h:600,q:80,f:webp,s:0.7,t:1.5,c:photo"
    assert read_options(write_options(every)) == every
    assert read_options(write_options(UrlOptions())) == UrlOptions()
