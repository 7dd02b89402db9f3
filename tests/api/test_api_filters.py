"""The palette over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from test_api_images import JPEG, SENT

from rotoscope.filters.card import Card, Padding, StyleImage
from rotoscope.filters.file import parse_filter_file, write_filter_file
from rotoscope.filters.kinds import KINDS
from rotoscope.palette.card_pictures import read_thumbnail
from rotoscope.palette.palette import BUNDLED_FOLDER

from api_bench import Bench
from graph_samples import tint_model
from samples import picture

URL = "/v1/filters"


@pytest.fixture
def tint(tmp_path: Path) -> bytes:
    """A filter file that paints a tint, with a thumbnail on its card."""
    Image.fromarray(picture(3, (40, 30))).save(tmp_path / "style.png")
    style = StyleImage(title="A print", artist="Somebody", thumbnail=read_thumbnail(tmp_path / "style.png"))
    card = Card(name="tint", padding=Padding(multiple=2, margin=4), title="A tint", style=style)
    write_filter_file(tmp_path / "tint.onnx", tint_model(), card)
    return (tmp_path / "tint.onnx").read_bytes()


def names(bench: Bench, **query: object) -> list[str]:
    answer = bench.client().get(URL, params={"limit": 200, **query})
    assert answer.status_code == 200
    return [item["name"] for item in answer.json()["items"]]


def test_filters_are_listed_by_name_in_pages(bench: Bench) -> None:
    everything = names(bench)
    assert everything == sorted(everything)
    assert {"great-wave", "posterize"} <= set(everything)
    found: list[str] = []
    after = None
    while True:
        page = bench.client().get(URL, params={"limit": 7, **({"after": after} if after else {})}).json()
        found += [item["name"] for item in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert found == everything


def test_filters_are_searched(bench: Bench) -> None:
    assert "great-wave" in names(bench, q="Hokusai wave")
    assert names(bench, q="no-such-word-anywhere") == []
    assert names(bench, kind="posterize") == ["posterize"]
    assert set(names(bench, bundled=True)) == set(names(bench))
    loud = names(bench, category="art", loudness="loud")
    assert loud
    assert set(loud) <= set(names(bench, tag=["art", "loud"]))


def test_a_filter_tells_all_that_is_known_of_it(bench: Bench) -> None:
    told = bench.client().get(f"{URL}/great-wave").json()
    assert (told["kind"], told["bundled"], told["options"]) == ("neural", True, [])
    assert told["card"]["style"]["artist"]
    assert "thumbnail" not in told["card"]["style"]
    assert str(BUNDLED_FOLDER) not in str(told)
    kind = bench.client().get(f"{URL}/posterize").json()
    assert (kind["card"], kind["digest"], kind["size_bytes"]) == (None, None, None)
    assert [o["name"] for o in kind["options"]] == [i.name for i in KINDS["posterize"].option_infos()]
    unknown = bench.client().get(f"{URL}/grate-wave")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-filter")
    assert "Did you mean great-wave" in unknown.json()["detail"]


def test_a_filter_is_downloaded_whole_and_once(bench: Bench) -> None:
    answer = bench.client().get(f"{URL}/great-wave/file")
    assert answer.content == (BUNDLED_FOLDER / "great-wave.onnx").read_bytes()
    assert 'filename="great-wave.onnx"' in answer.headers["content-disposition"]
    known = bench.client().get(f"{URL}/great-wave/file", headers={"If-None-Match": answer.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    classical = bench.client().get(f"{URL}/posterize/file")
    assert (classical.status_code, classical.json()["code"]) == (422, "palette-error")
    assert "has no filter file" in classical.json()["detail"]


def test_versions_are_those_at_hand(bench: Bench) -> None:
    digest = bench.client().get(f"{URL}/great-wave").json()["digest"]
    (only,) = bench.client().get(f"{URL}/great-wave/versions").json()["items"]
    assert (only["digest"], only["is_current"]) == (digest, True)


def test_a_filter_is_imported_paints_shows_its_card_and_goes(bench: Bench, tint: bytes) -> None:
    ada = bench.client()
    made = ada.post(URL, files={"file": ("some name.onnx", tint)})
    assert made.status_code == 201
    assert made.headers["location"] == f"{URL}/tint"
    assert (made.json()["name"], made.json()["bundled"]) == ("tint", False)
    assert ada.get(f"{URL}/tint/file").content == tint
    painted = ada.post("/v1/images:stylize", params={"filter": "tint"}, content=SENT, headers=JPEG)
    assert painted.status_code == 200
    (sample,) = ada.get(f"{URL}/tint/samples").json()["items"]
    assert (sample["name"], sample["width"], sample["height"]) == ("style", 40, 30)
    shown = ada.get(sample["path"])
    assert shown.headers["content-type"] == "image/webp"
    assert shown.content[8:12] == b"WEBP"
    assert ada.get(f"{URL}/tint/samples/texture").status_code == 404
    assert ada.delete(f"{URL}/tint").status_code == 204
    assert ada.get(f"{URL}/tint").status_code == 404


def test_a_stored_filter_is_imported_under_another_name(bench: Bench, tint: bytes) -> None:
    bench.services.storage_of("cli_ada").put("data://filters/tint.onnx", tint)
    asked = {"source": "data://filters/tint.onnx", "name": "other-tint"}
    assert bench.client().post(URL, json=asked).json()["name"] == "other-tint"
    again = bench.client().post(URL, json=asked)
    assert (again.status_code, again.json()["code"]) == (409, "duplicate-filter")
    assert "There is a filter 'other-tint' already" in again.json()["detail"]
    assert str(bench.settings.data_dir) not in again.text


def test_another_makers_network_is_fitted(bench: Bench) -> None:
    answer = bench.client().post(
        URL,
        params={"name": "plain", "author": "Somebody", "input_range": "0..1", "output_range": "0..1"},
        content=tint_model().SerializeToString(),
        headers={"Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == 201
    card = answer.json()["card"]
    assert card["author"] == "Somebody"
    assert "input range 0..1: given" in card["imported"]["evidence"]


def test_what_is_no_filter_is_refused(bench: Bench) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("run",))

    import pickle  # noqa: PLC0415

    for content in (pickle.dumps(Evil()), b"hello", b""):
        answer = bench.client().post(URL, files={"file": ("x.onnx", content)})
        assert answer.status_code == 422, answer.text
        assert answer.json()["code"] in ("unsafe-file", "unsupported-architecture")
        assert "staging" not in answer.text
    assert all(item["bundled"] for item in bench.client().get(URL).json()["items"])


@pytest.mark.parametrize("name", ["../evil", "a/b", "A", "x" * 65, ".hidden"])
def test_names_that_are_none_are_refused(bench: Bench, tint: bytes, name: str) -> None:
    answer = bench.client().post(URL, data={"name": name}, files={"file": ("x.onnx", tint)})
    assert answer.status_code == 422
    assert not list(bench.settings.data_dir.rglob("*.onnx"))
    assert bench.client().get(f"{URL}/..%2F..%2Fevil/file").status_code in (404, 422)


def test_a_card_is_edited(bench: Bench, tint: bytes) -> None:
    ada = bench.client()
    before = ada.post(URL, files={"file": ("x.onnx", tint)}).json()
    changes = {"title": "Blue", "tags": ["art", "subtle"], "style": {"year": "1931"}, "meaning": "Because."}
    after = ada.patch(f"{URL}/tint", json=changes).json()
    assert (after["title"], after["tags"], after["loudness"]) == ("Blue", ["art", "subtle"], "subtle")
    assert (after["card"]["style"]["title"], after["card"]["style"]["year"]) == ("A print", "1931")
    assert after["digest"] != before["digest"]
    file = parse_filter_file(ada.get(f"{URL}/tint/file").content, what="x")
    assert file.card.meaning == "Because."
    assert ada.patch(f"{URL}/tint", json={"title": None, "tags": None}).json()["tags"] == []
    assert ada.get(f"{URL}/tint").json()["title"] is None
    assert ada.post("/v1/images:stylize", params={"filter": "tint"}, content=SENT, headers=JPEG).is_success
    bundled = ada.patch(f"{URL}/great-wave", json={"title": "Mine"})
    assert (bundled.status_code, bundled.json()["code"]) == (422, "palette-error")
    assert "comes with Rotoscope and its card can only be changed on a copy" in bundled.json()["detail"]
    assert ada.patch(f"{URL}/tint", json={"name": "other"}).json()["code"] == "invalid-request"


def test_a_damaged_file_is_listed_with_its_problem_and_without_a_path(bench: Bench, tint: bytes) -> None:
    ada = bench.client()
    ada.post(URL, files={"file": ("x.onnx", tint)})
    (path,) = bench.settings.data_dir.rglob("tint.onnx")
    path.write_bytes(tint[:-1] + b"x")
    told = ada.get(f"{URL}/tint").json()
    assert told["problem"].startswith("The filter file tint.onnx has the SHA-256")
    assert str(bench.settings.data_dir) not in str(told)
    painted = ada.post("/v1/images:stylize", params={"filter": "tint"}, content=SENT, headers=JPEG)
    assert (painted.status_code, painted.json()["code"]) == (422, "checksum-mismatch")
    assert str(bench.settings.data_dir) not in painted.text


def test_bundled_filters_stay(bench: Bench) -> None:
    answer = bench.client().delete(f"{URL}/great-wave")
    assert (answer.status_code, answer.json()["code"]) == (422, "palette-error")
    assert "comes with Rotoscope and stays; own filters can be removed" in answer.json()["detail"]


def test_anothers_filters_are_not_there(bench: Bench, tint: bytes) -> None:
    bench.client("bob").post(URL, files={"file": ("x.onnx", tint)})
    ada = bench.client("ada")
    answers = [ada.get(f"{URL}/tint{rest}") for rest in ("", "/file", "/versions", "/samples")]
    answers += [ada.delete(f"{URL}/tint"), ada.patch(f"{URL}/tint", json={"title": "x"})]
    painted = ada.post("/v1/images:stylize", params={"filter": "tint"}, content=SENT, headers=JPEG)
    assert {answer.status_code for answer in [*answers, painted]} == {404}
    assert "tint" not in names(bench)
