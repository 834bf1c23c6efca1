"""Reads of badges: whose they are, what their light is now, when they were scanned."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from agencies.links import make_token, public_url, read_token
from agencies.models import AgencySettings
from agencies.privacy import mask_name
from agencies.standard import Finding
from archive.models import Document
from caregivers.models import BadgeIssue, BadgeScan, Caregiver, LevelGrant
from caregivers.queries.files import with_level
from caregivers.queries.onboarding import sighted
from caregivers.standard.badge import BadgeFacts, check_badge, light_of
from caregivers.standard.eligibility import Paper

PURPOSE = "badge"


def badge_url(caregiver: Caregiver, version: int) -> str:
    """The address in a badge's QR code; a lost badge raises the caregiver's version, and the old code says so."""
    return public_url("public:badge", make_token(PURPOSE, caregiver.pk, version))


def badge_name(caregiver: Caregiver) -> str:
    """The name as it stands on the badge: in full, or the surname only where the agency says so."""
    return caregiver.name if AgencySettings.objects.get().badge_full_name else mask_name(caregiver.name)


@dataclass(frozen=True)
class Badge:
    """A badge as it was scanned: whose, whether it is the present one, and what it shows now."""

    caregiver: Caregiver
    is_current: bool
    findings: list[Finding]

    @property
    def light(self) -> str:
        return light_of(self.findings)


def find_badge(token: str) -> Badge | None:
    """The badge behind a code; None for whatever is not ours."""
    found = read_token(PURPOSE, token)
    caregiver = with_level(Caregiver.objects, timezone.localdate()).filter(pk=found[0]).first() if found else None
    if caregiver is None:
        return None
    is_current = found[1] == caregiver.badge_version
    return Badge(caregiver, is_current, check_badge(_facts(caregiver, is_current)))


def _facts(caregiver, is_current):
    today = timezone.localdate()
    papers = sighted(today).filter(caregiver=caregiver).values_list("kind", "issued_on", "expires_on")
    return BadgeFacts(
        day=today,
        state=caregiver.state,
        is_current=is_current,
        has_certificate=caregiver.posting_certificates.filter(revoked_on=None).exists(),
        papers=tuple(Paper(*row) for row in papers),
    )


def shown_between(caregiver_id: int, start: dt.datetime, end: dt.datetime) -> QuerySet[BadgeScan]:
    """Scans in a time that showed the bearer may be let in: evidence that credentials were shown (7.3.2 b)."""
    scans = BadgeScan.objects.filter(caregiver=caregiver_id, scanned_at__range=(start, end))
    return scans.exclude(light=BadgeScan.Light.RED).order_by("scanned_at")


def badge_holders() -> QuerySet[Caregiver]:
    """Who wears a badge, with the version printed last and when, and since when they hold the level that stands on it."""
    printed = BadgeIssue.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk")).order_by("-issued_at")
    grants = LevelGrant.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk")).order_by(
        "-granted_on", "-pk"
    )
    working = Caregiver.objects.filter(state=Caregiver.State.ACTIVE).defer("identity_number").order_by("number")
    return with_level(working, timezone.localdate()).annotate(
        printed_version=Subquery(printed.values("version")[:1]), printed_at=Subquery(printed.values("issued_at")[:1]),
        level_since=Subquery(grants.values("granted_on")[:1]),
    )  # fmt: skip


def badge_papers() -> QuerySet[Document]:
    """Badges and sheets printed lately."""
    kinds = [Document.Kind.BADGE, Document.Kind.BADGE_SHEET]
    return Document.objects.filter(kind__in=kinds).select_related("requested_by")
