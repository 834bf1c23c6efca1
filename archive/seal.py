"""The only place that knows the library for PDF signatures: a paper is sealed with the agency's certificate."""

import io

from asn1crypto import pem, x509
from asn1crypto.keys import PrivateKeyInfo
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from archive.models import SealCertificate

FIELD = "AgencySeal"


def seal(content: bytes, certificate: SealCertificate, *, reason: str) -> bytes:
    """Append a PAdES signature to a PDF that allows no change at all; what stood there before stays byte for byte."""
    first, *above = _certificates(certificate.chain)
    signer = signers.SimpleSigner(
        signing_cert=first,
        signing_key=PrivateKeyInfo.load(pem.unarmor(certificate.key.encode())[2]),
        cert_registry=SimpleCertificateStore.from_certs(above),
    )
    what = signers.PdfSignatureMetadata(
        field_name=FIELD,
        name=certificate.subject,
        reason=reason,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    return signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(content)), what, signer).getvalue()


def is_sealed(content: bytes) -> bool:
    """Whether a file that somebody sends bears a seal, good or broken; nothing of it is opened."""
    return SigSeedSubFilter.PADES.value.encode() in content


def _certificates(chain):
    return [x509.Certificate.load(body) for _kind, _headers, body in pem.unarmor(chain.encode(), multiple=True)]
