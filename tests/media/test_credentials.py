"""Content credentials: signed with the user's certificate, read back by the library of the standard."""

from __future__ import annotations

import json
import select
import socket
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import c2pa  # pyright: ignore[reportMissingTypeStubs]
import pytest
from PIL import Image

from rotoscope.errors import CredentialsError, MissingExtra
from rotoscope.media import credentials as module
from rotoscope.media.credentials import MEDIA_TYPES, read_credentials, read_signature
from rotoscope.media.output import STILL_SUFFIXES
from rotoscope.media.provenance import FilterCredit, Provenance, StyleCredit

from certificates import FOR_SERVERS, Signing, make_signing
from samples import picture

STYLE = StyleCredit(title="The Wave", artist="Hokusai", license="CC0-1.0")
PAINTED = Provenance(
    filters=(FilterCredit("great-wave", "neural", "ab" * 32, is_trained=True, styles=(STYLE,)),),
    look="great-wave",
    recipe='{"look":"x"}',
    source_name="bay.jpg",
)


CREATED = {
    "assertions": [
        {
            "label": "c2pa.actions",
            "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": PAINTED.source_type}]},
        }
    ]
}


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return make_signing(tmp_path)


def encoded(suffix: str) -> bytes:
    held = BytesIO()
    Image.fromarray(picture(3)).save(held, MEDIA_TYPES[suffix].partition("/")[2].upper())
    return held.getvalue()


def read_back(content: bytes, suffix: str) -> tuple[str, dict[str, Any]]:
    with c2pa.Reader(MEDIA_TYPES[suffix], BytesIO(content)) as reader:
        told: dict[str, Any] = json.loads(reader.json())
        return str(reader.get_validation_state()), told


def actions(told: dict[str, Any]) -> list[dict[str, Any]]:
    assertions = told["manifests"][told["active_manifest"]]["assertions"]
    (found,) = [one["data"]["actions"] for one in assertions if one["label"].startswith("c2pa.actions")]
    return found


def test_every_still_that_is_written_can_be_signed() -> None:
    assert set(MEDIA_TYPES) == set(STILL_SUFFIXES)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_signed_picture_tells_what_painted_it(signing: Signing, tmp_path: Path, suffix: str) -> None:
    photo = tmp_path / "bay.jpg"
    photo.write_bytes(encoded(".jpg"))
    made = read_credentials(signing.certificates, signing.key)
    signed = made.sign(encoded(suffix), suffix, PAINTED, title=f"painted{suffix}", source=photo)
    state, told = read_back(signed, suffix)
    assert state == "Valid"
    manifest = told["manifests"][told["active_manifest"]]
    assert manifest["title"] == f"painted{suffix}"
    assert manifest["ingredients"][0]["title"] == "bay.jpg"
    assert manifest["signature_info"]["common_name"] == "Painter"
    opened, painted = actions(told)
    assert opened["action"] == "c2pa.opened"
    assert painted["action"] == "c2pa.filtered"
    assert painted["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert painted["parameters"]["filters"] == [{"name": "great-wave", "digest": "ab" * 32}]
    assert painted["parameters"]["styleImages"] == ["The Wave by Hokusai, CC0-1.0"]
    assert painted["parameters"]["process"] == "algorithmically painted"
    with Image.open(BytesIO(signed)) as image:
        image.load()
        assert image.size == (64, 48)


def test_pixels_that_were_changed_afterwards_are_found_out(signing: Signing, tmp_path: Path) -> None:
    made = read_credentials(signing.certificates, signing.key)
    signed = bytearray(made.sign(encoded(".png"), ".png", PAINTED, title="x.png", source=None))
    place = signed.rindex(b"IDAT") + 20
    signed[place] ^= 1
    state, told = read_back(bytes(signed), ".png")
    assert state == "Invalid"
    assert "assertion.dataHash.mismatch" in {one["code"] for one in told["validation_status"]}


def test_what_is_painted_again_keeps_the_manifest_of_what_it_was(signing: Signing, tmp_path: Path) -> None:
    made = read_credentials(signing.certificates, signing.key)
    first = tmp_path / "first.jpg"
    first.write_bytes(made.sign(encoded(".jpg"), ".jpg", PAINTED, title="first.jpg", source=None))
    _, alone = read_back(first.read_bytes(), ".jpg")
    assert [one["action"] for one in actions(alone)] == ["c2pa.created"]
    again = made.sign(encoded(".jpg"), ".jpg", PAINTED, title="second.jpg", source=first)
    state, told = read_back(again, ".jpg")
    assert state == "Valid"
    assert alone["active_manifest"] in told["manifests"]
    assert told["active_manifest"] != alone["active_manifest"]


def test_an_address_that_a_picture_names_is_not_asked(signing: Signing, tmp_path: Path) -> None:
    made = read_credentials(signing.certificates, signing.key)
    away = tmp_path / "away.jpg"
    with socket.create_server(("127.0.0.1", 0)) as listening, away.open("wb") as file:
        info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ES256, made.chain, made.key, None)
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(CREATED) as builder:
            builder.set_no_embed()
            builder.set_remote_url(f"http://127.0.0.1:{listening.getsockname()[1]}/manifest")
            builder.sign(signer, "image/jpeg", BytesIO(encoded(".jpg")), file)
        file.flush()
        assert b"127.0.0.1" in away.read_bytes()
        read_signature(away)
        signed = made.sign(encoded(".png"), ".png", PAINTED, title="x.png", source=away)
        asked, _, _ = select.select([listening], [], [], 0)
        assert asked == []
    assert read_back(signed, ".png")[0] == "Valid"


def test_who_signed_is_told(signing: Signing, tmp_path: Path) -> None:
    made = read_credentials(signing.certificates, signing.key)
    picture_ = tmp_path / "x.png"
    picture_.write_bytes(encoded(".png"))
    assert read_signature(picture_) is None
    signed = made.sign(encoded(".png"), ".png", PAINTED, title="x.png", source=None)
    picture_.write_bytes(signed)
    assert read_signature(picture_) == "Painter, Valid"
    assert read_signature(signing.key) is None


def test_a_certificate_that_has_run_out_or_is_for_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    for bad in (make_signing(tmp_path / "old", days=-1), make_signing(tmp_path, purpose=FOR_SERVERS)):
        made = read_credentials(bad.certificates, bad.key)
        with pytest.raises(
            CredentialsError, match=r"x\.png cannot be signed with .*cert\.pem: .*not run out"
        ):
            made.sign(encoded(".png"), ".png", PAINTED, title="x.png", source=None)


def test_files_that_are_no_certificate_and_key_are_refused(signing: Signing, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("no certificate\n")
    with pytest.raises(CredentialsError, match="holds no certificates"):
        read_credentials(nothing, signing.key)
    with pytest.raises(CredentialsError, match="holds no key that can be read"):
        read_credentials(signing.certificates, nothing)
    with pytest.raises(CredentialsError, match=r"missing\.pem cannot be read: No such file"):
        read_credentials(tmp_path / "missing.pem", signing.key)


def test_the_key_of_another_certificate_is_refused(signing: Signing, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_signing(tmp_path / "other")
    with pytest.raises(CredentialsError, match="is not the key of the first certificate"):
        read_credentials(signing.certificates, other.key)


def test_the_key_is_not_shown(signing: Signing) -> None:
    made = read_credentials(signing.certificates, signing.key)
    assert "PRIVATE" not in repr(made)
    assert replace(made, algorithm="ES384") != made


def test_without_the_extra_the_error_names_it(signing: Signing, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: str) -> None:
        return None

    monkeypatch.setattr(module, "find_spec", nothing)
    with pytest.raises(MissingExtra, match=r'pip install "rotoscope\[c2pa\]"'):
        read_credentials(signing.certificates, signing.key)
