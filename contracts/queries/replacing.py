"""Who comes for good instead of the caregiver an agreement names, and the supplement (换人) that is then due (7.3.2 b)."""

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from caregivers.models import Caregiver
from contracts.models import Agreement, PlanSlot, SlotChange, SpecialEvent, Visit
from contracts.queries.agreements import OPEN, followers_of

UNDER_WAY = (Agreement.State.DRAFT, Agreement.State.SIGNING)


def lasting_changes() -> QuerySet[SlotChange]:
    """The change that holds for each visit of the weekly pattern: the newest that was not undone."""
    same = {name: OuterRef(name) for name in ("agency", "agreement", "weekday", "pattern_starts_at")}
    newer = SlotChange.objects.filter(**same, change__undone_at=None, pk__gt=OuterRef("pk"))
    slots = PlanSlot.objects.filter(
        agency=OuterRef("agency"), plan=OuterRef("agreement__plan"), weekday=OuterRef("weekday"),
        starts_at=OuterRef("pattern_starts_at"),
    )  # fmt: skip
    return SlotChange.objects.filter(~Exists(newer), Exists(slots), change__undone_at=None)


def by_others(agreement: Agreement) -> QuerySet[SlotChange]:
    """Visits of the weekly pattern that somebody does for good whom the agreement does not name."""
    others = lasting_changes().filter(agreement=agreement, caregiver__isnull=False)
    return others.exclude(caregiver=agreement.caregiver_id).select_related("caregiver").order_by("weekday", "starts_at")


def _running() -> QuerySet[Agreement]:
    """Agreements that go on in this version."""
    followers = Agreement.objects.filter(agency=OuterRef("agency"), amends=OuterRef("pk"), in_force_at__isnull=False)
    return Agreement.objects.filter(~Exists(followers), state__in=OPEN, ended_on=None)


def taken_over() -> QuerySet[Agreement]:
    """Running agreements with the caregiver (taker) who has more visits of the week for good than the one named (derived).

    Who comes on the weekly day of rest, or on one day of several, is a relief; the agreement stays as it is.
    """
    mine = lasting_changes().filter(agency=OuterRef("agency"), agreement=OuterRef("pk")).order_by()
    moved = mine.filter(Q(caregiver=None) | ~Q(caregiver=OuterRef("caregiver"))).values("agency")
    slots = PlanSlot.objects.filter(agency=OuterRef("agency"), plan=OuterRef("plan")).order_by().values("agency")
    others = mine.filter(~Q(caregiver=OuterRef("caregiver")), caregiver__isnull=False).values("caregiver")
    others = others.annotate(n=Count("pk")).order_by("-n", "caregiver")
    rows = _running().annotate(taker=Subquery(others.values("caregiver")[:1]))
    rows = rows.alias(
        of_taker=Subquery(others.values("n")[:1]),
        moved=Coalesce(Subquery(moved.annotate(n=Count("pk")).values("n")), 0),
        slots=Coalesce(Subquery(slots.annotate(n=Count("pk")).values("n")), 0),
    )
    return rows.filter(of_taker__gt=F("slots") - F("moved"))


def stood_in_for() -> QuerySet[Agreement]:
    """Running agreements whose caregiver cannot go on, settled by visits that somebody else has (taker), all that are planned."""
    ahead = Visit.objects.filter(
        agency=OuterRef("agency"), agreement=OuterRef("pk"), state=Visit.State.PLANNED,
        period__startswith__gt=timezone.now(), caregiver__isnull=False,
    ).order_by()  # fmt: skip
    settled = SpecialEvent.objects.filter(
        agency=OuterRef("agency"), agreement=OuterRef("pk"), caregiver=OuterRef("caregiver"), until_day=None,
        kind=SpecialEvent.Kind.CAREGIVER, outcome=SpecialEvent.Outcome.VISITS,
    )  # fmt: skip
    others = ahead.filter(~Q(caregiver=OuterRef("caregiver"))).values("caregiver")
    others = others.annotate(n=Count("pk")).order_by("-n", "caregiver")
    rows = _running().filter(Exists(settled), ~Exists(ahead.filter(caregiver=OuterRef("caregiver"))))
    return rows.annotate(taker=Subquery(others.values("caregiver")[:1])).filter(taker__isnull=False)


def without_supplement() -> QuerySet[Agreement]:
    """Agreements that somebody else serves for good, and no supplement that names another caregiver is under way."""
    drafts = Agreement.objects.filter(agency=OuterRef("agency"), amends=OuterRef("pk"), state__in=UNDER_WAY)
    drafts = drafts.exclude(caregiver=OuterRef("caregiver"))
    served = Q(pk__in=taken_over().values("pk")) | Q(pk__in=stood_in_for().values("pk"))
    return Agreement.objects.filter(served, ~Exists(drafts))


def taker_of(agreement: Agreement) -> Caregiver | None:
    """Who serves an agreement for good instead of the caregiver it names."""
    for rows in (taken_over(), stood_in_for()):
        if taker := rows.filter(pk=agreement.pk).values_list("taker", flat=True).first():
            return Caregiver.objects.get(pk=taker)
    return None


def newest_version(agreement: Agreement) -> Agreement:
    """The version that holds last, amendments that all have signed included."""
    while follower := followers_of(agreement).first():
        agreement = follower
    return agreement


def open_supplement(agreement: Agreement) -> Agreement | None:
    """The amendment with another caregiver that is drafted or out for signing."""
    rows = Agreement.objects.filter(amends=agreement, state__in=UNDER_WAY).exclude(caregiver=agreement.caregiver_id)
    return rows.select_related("caregiver").defer("terms").first()
