"""Certificates that sign content, made for a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)
FOR_CONTENT = ExtendedKeyUsageOID.EMAIL_PROTECTION
FOR_SERVERS = ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Signing:
    """A chain and its key, as files."""

    certificates: Path
    key: Path


def make_signing(folder: Path, *, days: int = 30, purpose: x509.ObjectIdentifier = FOR_CONTENT) -> Signing:
    """A certificate for signing and one that vouches for it.

    Args:
        folder: gets ``cert.pem`` and ``key.pem``.
        days: for which it is good from yesterday on; below 0: it has run out.
        purpose: what it is meant for.
    """
    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    last = datetime.now(UTC) + days * _DAY
    chain = [
        _certificate("Painter", leaf, "Authority", root, last, purpose=purpose),
        _certificate("Authority", root, "Authority", root, last, purpose=None),
    ]
    made = Signing(folder / "cert.pem", folder / "key.pem")
    pem = serialization.Encoding.PEM
    made.certificates.write_bytes(b"".join(one.public_bytes(pem) for one in chain))
    made.key.write_bytes(
        leaf.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    last: datetime,
    *,
    purpose: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    is_authority = purpose is None
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(datetime.now(UTC), last) - _DAY)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if purpose is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Rotoscope tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
