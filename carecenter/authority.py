"""A certificate authority of the installation's own: it issues agencies' sealing certificates where none is bought.

Readers of a paper see that nothing was changed; whom they trust for the name on it is theirs to say, until they take our root in.
"""

import datetime as dt
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils import timezone

from agencies.tenancy import current_agency
from archive.certificates import keep_certificate
from archive.models import SealCertificate

ROOT_YEARS, AGENCY_YEARS = 20, 3
BITS = 3072


def issue() -> SealCertificate:
    """Make a key and a certificate for the current agency and put it in use."""
    root_key, root = _root()
    agency = current_agency()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, agency.name),
            x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, agency.credit_code),
            x509.NameAttribute(NameOID.COMMON_NAME, agency.name),
        ]
    )
    key = rsa.generate_private_key(65537, BITS)
    builder = _builder(subject, root.subject, key.public_key(), AGENCY_YEARS, is_authority=False)
    usage = [ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]  # signing documents
    builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    certificate = builder.sign(root_key, hashes.SHA256())
    return keep_certificate(by=None, key=key, certificate=certificate, above=[root])


def _root():
    """The authority's key and certificate, made at the first use and kept in settings.AUTHORITY_DIR."""
    key_file, certificate_file = _files()
    if not certificate_file.exists():
        _make_root(key_file, certificate_file)
    key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    return key, x509.load_pem_x509_certificate(certificate_file.read_bytes())


def _files():
    folder = Path(settings.AUTHORITY_DIR)
    return folder / "root.key", folder / "root.crt"


def _make_root(key_file, certificate_file):
    key_file.parent.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(65537, BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carecenter root")])
    certificate = _builder(name, name, key.public_key(), ROOT_YEARS, is_authority=True).sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def _builder(subject, issuer, public_key, years, *, is_authority):
    now = timezone.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=366 * years))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=0 if is_authority else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_authority, content_commitment=not is_authority, key_cert_sign=is_authority,
                crl_sign=is_authority, key_encipherment=False, data_encipherment=False, key_agreement=False,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
    )  # fmt: skip
