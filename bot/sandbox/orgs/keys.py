"""Which key pairs do the make-believe apps have? RSA is slow: one pair per name and process."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A private key and the certificate that an admin uploads to the app."""

    private_key_pem: str = field(repr=False)
    certificate_pem: str


@cache
def expired(private_key_pem: str) -> str:
    """A certificate of that key that ended yesterday."""
    key = serialization.load_pem_private_key(private_key_pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    ends = datetime.now(UTC) - timedelta(days=1)
    return _certificate(key, "expired", ends - timedelta(days=365), ends)


@cache
def key_pair(name: str) -> KeyPair:
    """The pair of that name; RSA 2048 (auth-and-monitoring 1.2)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    now = datetime.now(UTC)
    ends = now + timedelta(days=365)
    return KeyPair(
        private_key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        certificate_pem=_certificate(key, name, now - timedelta(days=1), ends),
    )


def _certificate(key: rsa.RSAPrivateKey, name: str, begins: datetime, ends: datetime) -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
