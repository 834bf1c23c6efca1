"""The agency's certificates for sealing papers: put on file, replaced, no longer used, announced before they end."""

import datetime as dt

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import Role, User
from agencies.tenancy import current_agency
from archive.models import SealCertificate

STEPS = (0, 7, 30, 90)  # days before the end at which managers are told, once each
LEAST_RSA_BITS = 2048


def certificate_in_use(now: dt.datetime | None = None) -> SealCertificate | None:
    """What papers are sealed with now; None when there is none, or it is over."""
    now = now or timezone.now()
    return SealCertificate.objects.filter(retired_at=None, valid_from__lte=now, valid_until__gt=now).first()


def add_certificate(*, by: User | None, file, passphrase: str) -> SealCertificate:
    """Put a certificate with its key (PKCS 12) on file, in the place of the one before; it seals from now on."""
    try:
        key, certificate, above = pkcs12.load_key_and_certificates(file.read(), passphrase.encode() or None)
    except ValueError:
        text = _("The file cannot be opened: it is no .p12 or .pfx, or the passphrase is another one.")
        raise ValidationError({"passphrase": text}) from None
    if key is None or certificate is None:
        raise ValidationError({"file": _("The certificate or its key is missing in the file; export both together.")})
    return keep_certificate(by=by, key=key, certificate=certificate, above=above)


def keep_certificate(*, by: User | None, key, certificate: x509.Certificate, above=()) -> SealCertificate:
    """Check a certificate and put it in use."""
    if problems := _problems(key, certificate):
        raise ValidationError({"file": problems})
    reason = _("Replaced by another certificate")
    SealCertificate.objects.filter(retired_at=None).update(retired_at=timezone.now(), retire_reason=reason)
    encoding = serialization.Encoding.PEM
    return SealCertificate.objects.create(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        serial=f"{certificate.serial_number:x}",
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        chain="".join(one.public_bytes(encoding).decode() for one in [certificate, *above]),
        key=key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        added_by=by,
    )  # fmt: skip


def _problems(key, certificate):
    problems, now = [], timezone.now()
    names = {name.value for name in certificate.subject if name.oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)}
    if current_agency().name not in names:
        words = {"name": "、".join(sorted(names)), "agency": current_agency().name}
        problems.append(_("It is made out to %(name)s, not to %(agency)s.") % words)
    if certificate.not_valid_after_utc <= now:
        problems.append(_("It ended on %(day)s.") % {"day": timezone.localdate(certificate.not_valid_after_utc)})
    elif certificate.not_valid_before_utc > now:
        day = timezone.localdate(certificate.not_valid_before_utc)
        problems.append(_("It is valid from %(day)s only.") % {"day": day})
    if not isinstance(key, ec.EllipticCurvePrivateKey) and not (
        isinstance(key, rsa.RSAPrivateKey) and key.key_size >= LEAST_RSA_BITS
    ):
        problems.append(_("Its key has to be RSA with 2048 bits or more, or an elliptic curve that PDF readers know."))
    if not _may_sign(certificate):
        problems.append(_("It was issued for another purpose than signing."))
    number = f"{certificate.serial_number:x}"
    if SealCertificate.objects.filter(issuer=_name(certificate.issuer), serial=number).exists():
        problems.append(_("It is on file already."))
    return problems


def _may_sign(certificate):
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return usage.digital_signature or usage.content_commitment


def _name(name):
    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return found[0].value[:200]
    return name.rfc4514_string()[:200]


def retire_certificate(*, certificate: SealCertificate, by: User, reason: str) -> SealCertificate:
    """Seal nothing with it any more, because the key was lost, say; what was sealed stays sealed."""
    rows = SealCertificate.objects.filter(pk=certificate.pk, retired_at=None)
    if not rows.update(retired_at=timezone.now(), retire_reason=reason):
        raise ValidationError(_("This certificate is not in use any more."))
    return certificate


def warn_of_endings() -> int:
    """Tell the managers at 90, 30, 7 and 0 days before the certificate in use ends, once each."""
    warned = 0
    for step in STEPS:
        limit = timezone.now() + dt.timedelta(days=step)
        due = SealCertificate.objects.filter(retired_at=None, valid_until__lte=limit)
        for row in due.filter(Q(warned_days=None) | Q(warned_days__gt=step)):
            if not SealCertificate.objects.filter(pk=row.pk, warned_days=row.warned_days).update(warned_days=step):
                continue
            title = _("The certificate for sealing papers ends on %(day)s; get the next one")
            words = {"day": timezone.localdate(row.valid_until)}
            notify(users=members_with(Role.MANAGER), title=title % words, url=office_url("seal_settings"))
            warned += 1
    return warned
