"""Reads of agreements."""

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from agencies.models import StoredFile
from contracts.models import Agreement, Handover, Signature

OPEN = (Agreement.State.IN_FORCE, Agreement.State.SUSPENDED)


def listed_agreements() -> QuerySet[Agreement]:
    """Agreements with what a row of a list shows."""
    return Agreement.objects.select_related("client", "caregiver").defer("terms").order_by("-number")


def without_handover() -> QuerySet[Agreement]:
    """Agreements that ended, or went on with another caregiver, without a handover record filed (7.3.2 d)."""
    filed = Handover.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), state=Handover.State.FILED)
    replaced = Agreement.objects.filter(
        agency=OuterRef("agency"), amends=OuterRef("pk"), in_force_at__isnull=False
    ).exclude(caregiver=OuterRef("caregiver"))
    over = Q(state=Agreement.State.ENDED) | Q(Exists(replaced), state=Agreement.State.SUPERSEDED)
    return Agreement.objects.filter(over, ~Exists(filed))


def to_sign_for_agency() -> QuerySet[Agreement]:
    """Agreements that wait for the agency's signature."""
    signed = Signature.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), party=Signature.Party.AGENCY)
    return Agreement.objects.filter(~Exists(signed), state=Agreement.State.SIGNING)


def prices_to_approve() -> QuerySet[Agreement]:
    """Drafts whose price departs from the list and that no manager has approved."""
    return Agreement.objects.filter(state=Agreement.State.DRAFT, rate_approved_by=None).exclude(rate=F("list_rate"))


def ending_by(day: dt.date) -> QuerySet[Agreement]:
    return Agreement.objects.filter(state__in=OPEN, ends_on__lte=day)


def signed_files(agreement: Agreement) -> list[StoredFile]:
    """The signed paper and every signature or scan under it, of the versions it replaced as well."""
    files = [signature.image for signature in agreement.signatures.select_related("image")]
    document = agreement.signed_document
    own = [document.file, *files] if document and document.file_id else files
    return own + signed_files(agreement.amends) if agreement.amends else own
