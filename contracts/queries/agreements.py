"""Reads of agreements."""

import datetime as dt

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from agencies.models import StoredFile
from caregivers.models import Caregiver
from clients.models import Assessment
from contracts.models import Agreement, Handover, Signature

OPEN = (Agreement.State.IN_FORCE, Agreement.State.SUSPENDED)
NOT_IN_SERVICE = (Caregiver.State.SUSPENDED, Caregiver.State.LEFT)


def listed_agreements() -> QuerySet[Agreement]:
    """Agreements with what a row of a list shows."""
    return Agreement.objects.select_related("client", "caregiver").defer("terms").order_by("-number")


def chain_of(agreement: Agreement) -> QuerySet[Agreement]:
    """An agreement from the first version to the last amendment; oldest first."""
    first = agreement.number.split("-B")[0]
    mine = Q(number=first) | Q(number__startswith=f"{first}-B")
    return Agreement.objects.filter(mine).order_by("starts_on", "pk")


def versions_of(agreement: Agreement) -> QuerySet[Agreement]:
    """The versions of an agreement, the first and its amendments, that are in force or rest; oldest first."""
    return chain_of(agreement).filter(state__in=OPEN)


def followers_of(agreement: Agreement) -> QuerySet[Agreement]:
    """The amendment that all have signed and that takes the place of this version on its first day."""
    return Agreement.objects.filter(amends=agreement, in_force_at__isnull=False)


def without_handover() -> QuerySet[Agreement]:
    """Agreements that ended, or went on with another caregiver, without a handover record or a reason (7.3.2 d).

    A term that is renewed with the same caregiver hands nothing over.
    """
    carried_on = Agreement.objects.filter(
        agency=OuterRef("agency"), renews=OuterRef("pk"), caregiver=OuterRef("caregiver"), in_force_at__isnull=False
    )
    settled = (Handover.State.FILED, Handover.State.WAIVED)
    filed = Handover.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), state__in=settled)
    replaced = Agreement.objects.filter(
        agency=OuterRef("agency"), amends=OuterRef("pk"), in_force_at__isnull=False
    ).exclude(caregiver=OuterRef("caregiver"))
    served = Q(ended_on__gte=F("starts_on"))  # an amendment may be given up before its first day
    over = Q(served, state=Agreement.State.ENDED) | Q(Exists(replaced), state=Agreement.State.SUPERSEDED)
    return Agreement.objects.filter(over, ~Exists(filed), ~Exists(carried_on))


def to_sign_for_agency() -> QuerySet[Agreement]:
    """Agreements that wait for the agency's signature."""
    signed = Signature.objects.filter(agency=OuterRef("agency"), agreement=OuterRef("pk"), party=Signature.Party.AGENCY)
    return Agreement.objects.filter(~Exists(signed), state=Agreement.State.SIGNING)


def prices_to_approve() -> QuerySet[Agreement]:
    """Drafts whose price departs from the list and that no manager has approved."""
    return Agreement.objects.filter(state=Agreement.State.DRAFT, rate_approved_by=None).exclude(rate=F("list_rate"))


def with_outdated_plan() -> QuerySet[Agreement]:
    """Agreements served by a plan that was written on another result than the client's newest assessment (5, 7.3.1)."""
    newest = Assessment.objects.filter(agency=OuterRef("agency"), client=OuterRef("client"))
    newest = newest.order_by("-assessed_on", "-id")
    rows = Agreement.objects.filter(~Exists(_followers()), state__in=OPEN)
    rows = rows.alias(self_care=Subquery(newest.values("self_care")[:1]), level=Subquery(newest.values("level")[:1]))
    return rows.exclude(plan__assessment__self_care=F("self_care"), plan__assessment__level=F("level"))


def without_their_caregiver() -> QuerySet[Agreement]:
    """Agreements that go on although the caregiver they name has left or is suspended: somebody else is to be found."""
    rows = Agreement.objects.filter(~Exists(_followers()), state__in=OPEN, ended_on=None)
    return rows.filter(caregiver__state__in=NOT_IN_SERVICE)


def _followers():
    return Agreement.objects.filter(agency=OuterRef("agency"), amends=OuterRef("pk"), in_force_at__isnull=False)


def ending_by(day: dt.date) -> QuerySet[Agreement]:
    """Agreements whose term or set end comes by a day and that no signed amendment or renewal carries on."""
    renewed = Agreement.objects.filter(agency=OuterRef("agency"), renews=OuterRef("pk"), in_force_at__isnull=False)
    ending = Q(ends_on__lte=day) | Q(ended_on__lte=day)
    return Agreement.objects.filter(ending, ~Exists(_followers()), ~Exists(renewed), state__in=OPEN)


def family_of(agreement: Agreement) -> QuerySet[Agreement]:
    """The first agreement with its amendments and renewals, every state, oldest first."""
    first = agreement.number.split("-B")[0].split("-X")[0]
    mine = Q(number=first) | Q(number__startswith=f"{first}-B") | Q(number__startswith=f"{first}-X")
    return Agreement.objects.filter(mine).select_related("caregiver").order_by("pk")


def signed_files(agreement: Agreement) -> list[StoredFile]:
    """The signed paper and every signature or scan under it, of the versions it replaced as well."""
    files = [signature.image for signature in agreement.signatures.select_related("image")]
    document = agreement.signed_document
    own = [document.file, *files] if document and document.file_id else files
    return own + signed_files(agreement.amends) if agreement.amends else own
