"""Content credentials (C2PA): provenance that is signed with the user's own certificate."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from rotoscope.errors import CredentialsError, MissingExtra, RotoscopeError
from rotoscope.media.provenance import PROCESS, Provenance
from rotoscope.media.stills import read_header

MEDIA_TYPES: Final = {
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
"""Of the pictures that can be signed, by their suffixes: all that are written as stills."""
_CURVES: Final = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
_KEYS: Final = (
    "an elliptic curve key (P-256, P-384, P-521), an RSA key of 2048 bits or more, or an Ed25519 key"
)
_LEAST_RSA: Final = 2048


@dataclass(frozen=True, slots=True)
class Credentials:
    """A certificate chain and its key, ready to sign pictures; made by :func:`read_credentials`."""

    certificates: Path
    """Where they were read, for messages."""
    chain: bytes = field(repr=False)
    key: bytes = field(repr=False)
    algorithm: str
    """By C2PA's name, e.g. ``ES256``."""

    def sign(
        self, content: bytes, suffix: str, provenance: Provenance, *, title: str, source: Path | None
    ) -> bytes:
        """A picture with a signed manifest in it.

        Args:
            content: of the picture's file.
            suffix: one of :data:`MEDIA_TYPES`.
            provenance: what the manifest tells.
            title: name of the picture's file.
            source: the photograph, whose own manifest stays in this one's history; None: no single file.

        Raises:
            CredentialsError: the certificate is refused: it has run out, or is not meant for signing.
            MissingExtra: c2pa-python is not installed.
        """
        import c2pa  # noqa: PLC0415 - optional  # pyright: ignore[reportMissingTypeStubs]

        media_type = None if source is None else _media_type_of(source)
        manifest, signed = _manifest(provenance, title, is_edit=media_type is not None), io.BytesIO()
        try:
            info = c2pa.C2paSignerInfo(
                alg=getattr(c2pa.C2paSigningAlg, self.algorithm),
                sign_cert=self.chain,
                private_key=self.key,
                ta_url=None,
            )
            with (
                c2pa.Signer.from_info(info) as signer,
                _offline() as context,
                c2pa.Builder(manifest, context=context) as builder,
            ):
                if source is not None and media_type is not None:
                    ingredient = {"title": source.name, "relationship": "parentOf", "label": "source"}
                    with source.open("rb") as file:
                        builder.add_ingredient(ingredient, media_type, file)
                builder.sign(signer, MEDIA_TYPES[suffix], io.BytesIO(content), signed)
        except c2pa.C2paError as error:
            raise CredentialsError(
                f"{title} cannot be signed with {self.certificates}: {error}. Give a chain whose first "
                "certificate is meant for signing documents or content and has not run out, "
                "and those that vouch for it after it."
            ) from error
        return signed.getvalue()


@dataclass(frozen=True, slots=True)
class Signing:
    """Signs one picture: a :class:`rotoscope.media.still_codecs.Finish`."""

    credentials: Credentials
    provenance: Provenance
    title: str
    source: Path | None

    def __call__(self, content: bytes, suffix: str) -> bytes:
        """See :meth:`Credentials.sign`."""
        return self.credentials.sign(content, suffix, self.provenance, title=self.title, source=self.source)


def read_signature(picture: Path) -> str | None:
    """Who signed a picture, and whether that fits: ``Painter, Valid``; None: nobody, or nobody here can say.

    Whether the signer is to be trusted is not looked at.

    Args:
        picture: a still, a regular file.
    """
    media_type = _media_type_of(picture)
    if media_type is None or find_spec("c2pa") is None:
        return None
    import c2pa  # noqa: PLC0415 - optional  # pyright: ignore[reportMissingTypeStubs]

    with _offline() as context, picture.open("rb") as file:
        try:
            reader = c2pa.Reader.try_create(media_type, file, None, context)
            if reader is None:
                return None
            with reader:
                signed: dict[str, Any] = (reader.get_active_manifest() or {}).get("signature_info") or {}
                name = signed.get("common_name") or signed.get("issuer") or "somebody"
                return f"{name}, {reader.get_validation_state()}"
        except c2pa.C2paError:
            return "a manifest that cannot be read"


def _media_type_of(picture: Path) -> str | None:
    """Of a picture, by its contents; None: it is none that can hold a manifest."""
    try:
        name = read_header(picture).format.lower()
    except RotoscopeError:
        return None
    return MEDIA_TYPES.get(".jpeg" if name == "mpo" else f".{name}")


def _offline() -> Any:  # noqa: ANN401 - a Context of c2pa's, which has no types
    """A picture may say that its manifest is at some address; nothing is fetched because a file says so."""
    import c2pa  # noqa: PLC0415 - optional  # pyright: ignore[reportMissingTypeStubs]

    return c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})


def read_credentials(certificates: Path, key: Path) -> Credentials:
    """A certificate chain and its key, from two PEM files.

    Args:
        certificates: the signer's certificate first, then those that vouch for it.
        key: of the signer's certificate, without a password.

    Raises:
        CredentialsError: a file cannot be read, is no such PEM file, or the two do not belong together.
        MissingExtra: c2pa-python is not installed.
    """
    if find_spec("c2pa") is None:
        raise MissingExtra(
            "Content credentials need c2pa-python, which is not installed: install the extra with "
            'pip install "rotoscope[c2pa]".'
        )
    from cryptography import x509  # noqa: PLC0415 - comes with c2pa-python
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    chain, secret = _content(certificates), _content(key)
    try:
        first = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise CredentialsError(
            f"{certificates} holds no certificates ({error}). Give a PEM file with the chain, the signer's "
            "own certificate first."
        ) from error
    try:
        private: Any = serialization.load_pem_private_key(secret, password=None)
    except (ValueError, TypeError) as error:
        raise CredentialsError(
            f"{key} holds no key that can be read ({error}). Give the certificate's key as a PEM file "
            "without a password."
        ) from error
    algorithm = _algorithm(private)
    if algorithm is None:
        raise CredentialsError(f"{key} is a key that cannot sign content. Give {_KEYS}.")
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    der = serialization.Encoding.DER
    if first.public_key().public_bytes(der, spki) != private.public_key().public_bytes(der, spki):
        raise CredentialsError(
            f"{key} is not the key of the first certificate in {certificates}. Give the key that belongs to "
            "it, and the signer's own certificate first."
        )
    pkcs8 = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Credentials(certificates, chain, pkcs8, algorithm)


def _algorithm(key: Any) -> str | None:  # noqa: ANN401 - a private key of cryptography's, of any kind
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    match key:
        case ec.EllipticCurvePrivateKey():
            return _CURVES.get(key.curve.name)
        case rsa.RSAPrivateKey() if key.key_size >= _LEAST_RSA:
            return "PS256"
        case ed25519.Ed25519PrivateKey():
            return "ED25519"
        case _:
            return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CredentialsError(
            f"{path} cannot be read: {error.strerror}. Give a PEM file with --credentials, and its key with "
            "--key."
        ) from error


def _manifest(provenance: Provenance, title: str, *, is_edit: bool) -> str:
    """What is signed, as the C2PA libraries take it; what was opened is added by them."""
    styles = [style.told for one in provenance.filters for style in one.styles]
    told: dict[str, Any] = {
        "description": provenance.sentence,
        "filters": [{"name": one.name, "digest": one.digest} for one in provenance.filters],
        "process": PROCESS,
        **({"styleImages": styles} if styles else {}),
        **({"recipe": provenance.recipe} if provenance.recipe else {}),
    }
    action = {
        "action": "c2pa.filtered" if is_edit else "c2pa.created",
        "digitalSourceType": provenance.source_type,
        "softwareAgent": {"name": "Rotoscope", "version": provenance.version},
        "parameters": told,
    }
    opened = [{"action": "c2pa.opened", "parameters": {"ingredientIds": ["source"]}}] if is_edit else []
    return json.dumps(
        {
            "claim_generator_info": [{"name": "Rotoscope", "version": provenance.version}],
            "title": title,
            "assertions": [{"label": "c2pa.actions", "data": {"actions": [*opened, action]}}],
        }
    )
