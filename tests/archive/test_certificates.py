"""The certificate that seals papers: what is taken, what is refused, when managers are told."""

import datetime as dt
import io

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from time_machine import travel

from agencies.models import Notice, Role
from agencies.tenancy import agency_context
from archive import certificates
from archive.models import SealCertificate
from carecenter import authority
from tests.factories import make_member

NAME = "Maple居家养老服务有限公司"


def bought(name=NAME, *, days=365, since=1, key=None, signs=True):
    """A certificate as a certification authority sells it, in one file with its key."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)])
    start = timezone.now() - dt.timedelta(days=since)
    usage = x509.KeyUsage(signs, False, not signs, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "示范电子认证")]))
        .public_key(key.public_key())
        .serial_number(4660)
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=days))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    how = serialization.BestAvailableEncryption(b"secret")
    return io.BytesIO(pkcs12.serialize_key_and_certificates(b"seal", key, certificate, None, how))


def add(file, word="secret"):
    return certificates.add_certificate(by=None, file=file, passphrase=word)


def refusal(file, word="secret"):
    with pytest.raises(ValidationError) as caught:
        add(file, word)
    assert SealCertificate.objects.count() == 0
    return caught.value.message_dict


def test_a_bought_certificate_is_put_in_use_with_its_key_encrypted(in_maple):
    row = add(bought())
    assert (row.subject, row.issuer, row.serial) == (NAME, "示范电子认证", "1234")
    assert certificates.certificate_in_use() == row
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM archive_sealcertificate")
        (stored,) = cursor.fetchone()
    assert "PRIVATE KEY" in SealCertificate.objects.get().key
    assert "PRIVATE KEY" not in stored


def test_everything_that_stands_against_a_certificate_is_named_at_once(in_maple):
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505
    assert refusal(bought("别家公司", days=1, since=3, key=weak, signs=False)) == {
        "file": [
            f"It is made out to 别家公司, not to {NAME}.",
            f"It ended on {timezone.localdate() - dt.timedelta(days=2):%Y-%m-%d}.",
            "Its key has to be RSA with 2048 bits or more, or an elliptic curve that PDF readers know.",
            "It was issued for another purpose than signing.",
        ]
    }


def test_a_certificate_of_the_future_and_a_wrong_passphrase_are_refused(in_maple):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    assert refusal(bought(since=-1)) == {"file": [f"It is valid from {tomorrow:%Y-%m-%d} only."]}
    text = "The file cannot be opened: it is no .p12 or .pfx, or the passphrase is another one."
    assert refusal(bought(), "0penSesame") == {"passphrase": [text]}
    assert refusal(io.BytesIO(b"not a certificate")) == {"passphrase": [text]}


def test_the_next_certificate_takes_the_place_of_the_first(in_maple):
    first = add(bought())
    second = authority.issue()
    first.refresh_from_db()
    assert (first.retired_at is not None, first.retire_reason) == (True, "Replaced by another certificate")
    assert certificates.certificate_in_use() == second
    with pytest.raises(ValidationError, match="on file already"):
        add(bought())
    assert certificates.certificate_in_use() == second


def test_one_that_is_retired_or_over_seals_nothing(in_maple):
    row = authority.issue()
    assert certificates.certificate_in_use(row.valid_until - dt.timedelta(seconds=1)) == row
    assert certificates.certificate_in_use(row.valid_until) is None
    by = make_member(in_maple).user
    certificates.retire_certificate(certificate=row, by=by, reason="U 盘遗失")
    assert certificates.certificate_in_use() is None
    with pytest.raises(ValidationError):
        certificates.retire_certificate(certificate=row, by=by, reason="U 盘遗失")


@pytest.mark.parametrize(("days", "told"), [(91, 0), (90, 1), (7, 1), (0, 1), (-1, 1)])
def test_managers_are_told_before_it_ends_once_for_each_step(in_maple, days, told):
    make_member(in_maple, Role.MANAGER)
    row = authority.issue()
    with travel(row.valid_until - dt.timedelta(days=days) + dt.timedelta(seconds=1)):
        assert certificates.warn_of_endings() >= told
        assert certificates.warn_of_endings() == 0
    assert (Notice.objects.count() > 0) == bool(told)


def test_the_command_issues_one_and_knows_only_agencies(maple):
    call_command("seal_certificate", agency="maple")
    with agency_context(maple):
        assert SealCertificate.objects.get().subject == NAME
    with pytest.raises(CommandError, match="no agency /oak/"):
        call_command("seal_certificate", agency="oak")


def test_the_page_takes_a_certificate_and_only_from_a_manager(client, maple):
    manager, coordinator = (make_member(maple, role).user for role in (Role.MANAGER, Role.COORDINATOR))
    client.force_login(coordinator)
    assert client.get("/maple/settings/seal/").status_code == 403
    client.force_login(manager)
    assert "目前没有使用中的证书" in client.get("/maple/settings/seal/").content.decode()
    file = bought()
    file.name = "seal.p12"
    refused = client.post("/maple/settings/seal/", {"file": file, "passphrase": "0penSesame"}).content.decode()
    assert "口令不对" in refused
    assert "0penSesame" not in refused
    file.seek(0)
    assert client.post("/maple/settings/seal/", {"file": file, "passphrase": "secret"}).status_code == 302
    with agency_context(maple):
        row = SealCertificate.objects.get(retired_at=None)
    client.post(f"/maple/settings/seal/{row.pk}/retire/", {"reason": ""})
    with agency_context(maple):
        assert certificates.certificate_in_use() == row
    client.post(f"/maple/settings/seal/{row.pk}/retire/", {"reason": "U 盘遗失"})
    page = client.get("/maple/settings/seal/").content.decode()
    assert "U 盘遗失" in page
    assert "PRIVATE KEY" not in page
