"""Reads of papers and staff files."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from caregivers.models import Caregiver, Credential, StaffFile
from caregivers.standard.eligibility import Paper
from caregivers.standard.staff import StaffFacts


def with_renewed(credentials: QuerySet[Credential]) -> QuerySet[Credential]:
    """Annotate whether a newer paper of the same kind has taken a paper's place.

    Until somebody has sighted the new one, or once it proved false, the old one is what counts.
    """
    newer = Credential.objects.filter(
        Q(caregiver=OuterRef("caregiver")) | Q(staff_file=OuterRef("staff_file")),
        agency=OuterRef("agency"),
        kind=OuterRef("kind"),
        issued_on__gt=OuterRef("issued_on"),
        declined_reason="",
        verified_on__isnull=False,
        invalid_from=None,
    )
    return credentials.annotate(is_renewed=Exists(newer))


def listed_credentials() -> QuerySet[Credential]:
    """Papers of everybody who works here, those that end first on top; without what was renewed or sent back."""
    rows = Credential.objects.exclude(caregiver__state=Caregiver.State.LEFT).filter(declined_reason="")
    rows = with_renewed(rows).filter(is_renewed=False)
    return rows.select_related("caregiver", "staff_file__user", "scan").order_by("expires_on", "pk")


def staff_facts(staff_file: StaffFile, day: dt.date) -> StaffFacts:
    """What check_staff asks about a member of staff."""
    rows = [row for row in staff_file.credentials.all() if row.verified_on and row.invalid_from is None]
    return StaffFacts(
        day=day,
        is_manager=staff_file.is_manager,
        education=staff_file.education,
        managing_since=staff_file.managing_since,
        knows_law_on=staff_file.knows_law_on,
        papers=tuple(Paper(row.kind, row.issued_on, row.expires_on) for row in rows),
    )
