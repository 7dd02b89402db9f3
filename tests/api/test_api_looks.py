"""Looks under names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_api_images import decoded

from api_bench import Bench
from samples import make_clip

URL = "/v1/looks"
PASSWORDS = {"kind": "picture", "file": "/etc/passwd"}
DUSK: dict[str, Any] = {
    "look": 1,
    "layers": [{"filter": "posterize:levels=3", "strength": {"0": 0, "0:01": 1}}],
}


def test_a_look_is_kept_listed_replaced_and_thrown_away(bench: Bench) -> None:
    ada = bench.client()
    made = ada.post(URL, json={"name": "dusk", "document": DUSK})
    assert made.status_code == 201
    look = made.json()
    assert made.headers["location"] == f"{URL}/{look['id']}"
    assert look["document"] == DUSK
    assert ada.get(f"{URL}/{look['id']}").json() == look
    replaced = ada.put(f"{URL}/{look['id']}", json={"name": "night", "document": DUSK}).json()
    assert (replaced["name"], replaced["id"]) == ("night", look["id"])
    assert replaced["changed"] > look["changed"]
    assert [item["name"] for item in ada.get(URL).json()["items"]] == ["night"]
    assert ada.delete(f"{URL}/{look['id']}").status_code == 204
    assert ada.get(f"{URL}/{look['id']}").json()["code"] == "not-found"


def test_yaml_becomes_json(bench: Bench) -> None:
    text = "look: 1\nlayers:\n- filter: [lineart, 'posterize:levels=3']\n  fade: 0:01\n"
    made = bench.client().post(URL, json={"name": "a", "document": text}).json()
    layers = [{"filter": ["lineart", "posterize:levels=3"], "fade": "0:01"}]
    assert made["document"] == {"look": 1, "layers": layers}


def test_a_name_is_taken_once_for_each_client(bench: Bench) -> None:
    wanted = {"name": "dusk", "document": DUSK}
    assert bench.client("ada").post(URL, json=wanted).status_code == 201
    assert bench.client("bob").post(URL, json=wanted).status_code == 201
    again = bench.client("ada").post(URL, json=wanted)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert "There is a look 'dusk' already." in again.json()["detail"]


def test_lists_come_in_pages(bench: Bench) -> None:
    ada = bench.client()
    for number in range(5):
        ada.post(URL, json={"name": f"look {number}", "document": DUSK})
    found: list[str] = []
    after = None
    for _ in range(3):
        page = ada.get(URL, params={"limit": 2, **({"after": after} if after else {})}).json()
        found += [item["name"] for item in page["items"]]
        after = page["next"]
    assert sorted(found) == [f"look {number}" for number in range(5)]
    assert after is None


def test_anothers_looks_are_not_there(bench: Bench) -> None:
    look = bench.client("bob").post(URL, json={"name": "dusk", "document": DUSK}).json()["id"]
    ada = bench.client("ada")
    answers = [
        ada.get(f"{URL}/{look}"),
        ada.put(f"{URL}/{look}", json={"name": "mine", "document": DUSK}),
        ada.delete(f"{URL}/{look}"),
        ada.get(f"{URL}/{look}/preview", params={"medium": "med_1"}),
        ada.post("/v1/images:stylize", data={"look": look}, files={"picture": ("a.jpg", b"x")}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert ada.get(URL).json() == {"items": [], "next": None}
    assert bench.client("bob").get(f"{URL}/{look}").status_code == 200


@pytest.mark.parametrize(
    ("document", "where", "told"),
    [
        ({"look": 1}, "layers", "it must be given"),
        (
            {"look": 1, "layers": [{"filter": "lut", "strenght": 1}]},
            "layers.1.strenght",
            "Did you mean",
        ),
        ({"look": 1, "layers": [{"filter": "greet-wave"}]}, "layers.1.filter", "Did you mean great-wave"),
        ({"look": 1, "layers": [{"filter": "/x.onnx"}]}, "layers.1.filter", "which is a file's name"),
        (
            {
                "look": 1,
                "layers": [{"filter": "posterize", "mask": PASSWORDS}],
            },
            "layers.1.mask.file",
            "'/etc/passwd' is not a URI of a stored file",
        ),
        ("look: [", "document", "not YAML"),
        ("- a", "document", "a look file has keys"),
        ("a: &x 1\nb: *x", "document", "references (*name) are not read"),
    ],
)
def test_faults_are_named_with_their_places(
    bench: Bench, document: dict[str, Any] | str, where: str, told: str
) -> None:
    report = bench.client().post(f"{URL}:validate", json={"document": document}).json()
    assert not report["is_valid"]
    assert report["faults"][0]["where"] == where
    assert told in report["faults"][0]["told"]
    refused = bench.client().post(URL, json={"name": "a", "document": document})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid-look")
    assert told in refused.json()["errors"][0]["told"]


def test_a_look_in_order_says_so(bench: Bench) -> None:
    answer = bench.client("ada", "read").post(f"{URL}:validate", json={"document": DUSK})
    assert answer.json() == {"is_valid": True, "faults": []}


def test_a_stored_look_paints_a_picture_and_a_frame(bench: Bench, tmp_path: Path) -> None:
    ada = bench.client()
    look = ada.post(URL, json={"name": "dusk", "document": DUSK}).json()["id"]
    clip = make_clip(tmp_path / "clip.mp4", frames=50)
    bench.services.storage_of("cli_ada").put("data://clip.mp4", clip)
    medium = ada.post("/v1/media", json={"uri": "data://clip.mp4"}).json()["id"]
    shown = {"medium": medium, "format": "png"}
    frame = decoded(ada.get(f"/v1/media/{medium}/frame", params={"at": "1", "format": "png"}).content)
    unpainted = ada.get(f"{URL}/{look}/preview", params=shown | {"at": "0"})
    painted = ada.get(f"{URL}/{look}/preview", params=shown | {"at": "1"})
    first = decoded(ada.get(f"/v1/media/{medium}/frame", params={"index": 0, "format": "png"}).content)
    assert (decoded(unpainted.content) == first).all()
    assert np.abs(decoded(painted.content).astype(int) - frame).mean() > 3
