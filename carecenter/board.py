"""The today board: what needs somebody now, what is due, how it went; every figure opens its rows."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import office_url
from agencies.models import AgencySettings
from agencies.tenancy import current_agency
from caregivers.models import Caregiver
from caregivers.queries.files import with_next_expiry
from clients.models import Client
from clients.queries import due_enquiries, overdue_assessments
from contracts.actions.gaps import gaps_ahead
from contracts.models import Visit
from contracts.queries.agreements import ending_by, without_handover
from contracts.queries.visits import midnight


@dataclass
class Tile:
    """A figure, what it counts, and the page with its rows; tone says how urgent it is when above zero."""

    count: int
    label: str
    hint: str
    url: str
    tone: str = "wrong"


@dataclass
class Line:
    """Something to do now: when, about whom, what, and where to do it."""

    when: str
    who: str
    what: str
    state: str
    person: str
    url: str
    verb: str = field(default="")


FIGURES_SQL = """
    SELECT
    (SELECT count(*) FROM contracts_visit WHERE agency_id = %(agency)s AND state = 'planned'
        AND caregiver_id IS NOT NULL AND lower(period) >= %(today)s AND lower(period) < %(late)s) AS late,
    (SELECT count(*) FROM contracts_visit WHERE agency_id = %(agency)s AND state = 'planned'
        AND caregiver_id IS NULL AND planned_start >= %(today)s AND planned_start < %(day_after)s) AS unassigned,
    (SELECT count(*) FROM contracts_visit WHERE agency_id = %(agency)s AND state <> 'cancelled'
        AND lower(period) >= %(today)s AND lower(period) < %(tomorrow)s) AS visits,
    (SELECT count(*) FROM contracts_visit WHERE agency_id = %(agency)s AND state = 'done'
        AND lower(period) >= %(today)s AND lower(period) < %(tomorrow)s) AS done,
    (SELECT count(*) FROM supervision_returnvisit
        WHERE agency_id = %(agency)s AND state = 'due' AND call_after <= now()) AS calls,
    (SELECT count(*) FROM supervision_complaint
        WHERE agency_id = %(agency)s AND state IN ('received', 'accepted') AND limit_on <= %(soon)s) AS complaints,
    (SELECT count(*) FROM contracts_agreement
        WHERE agency_id = %(agency)s AND state = 'signing') AS signing
"""


def figures() -> dict[str, int]:
    """All counts of the board in one query."""
    today = timezone.localdate()
    late = timezone.now() - dt.timedelta(minutes=AgencySettings.objects.get().late_after_minutes)
    params = {
        "agency": current_agency().pk,
        "today": midnight(today),
        "tomorrow": midnight(today + dt.timedelta(days=1)),
        "day_after": midnight(today + dt.timedelta(days=2)),
        "late": late,
        "soon": today + dt.timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIGURES_SQL, params)
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def tiles(counts: dict[str, int]) -> list[Tile]:
    today = timezone.localdate()
    tomorrow = today + dt.timedelta(days=1)
    visits = office_url("visit_list")
    late = f"{visits}?tab=planned&day_from={today}&day_to={today}"
    unassigned = f"{visits}?tab=planned&unassigned=1&day_from={today}&day_to={tomorrow}"
    complaints = office_url("complaint_list")
    signing = f"{office_url('agreement_list')}?tab=signing"
    return [
        Tile(counts["late"], _("late, not checked in"), _("past the agreed time today"), late),
        Tile(counts["unassigned"], _("without a caregiver"), _("today and tomorrow"), unassigned),
        Tile(counts["complaints"], _("complaints near their limit"), _("decide by tomorrow"), complaints),
        Tile(counts["calls"], _("calls due"), _("return visits by phone"), office_url("return_visit_list"), "waiting"),
        Tile(counts["signing"], _("agreements being signed"), _("signatures missing"), signing, "waiting"),
    ]


def urgent(limit: int = 12) -> list[Line]:
    """Late and unassigned visits of today and tomorrow, earliest first."""
    today = timezone.localdate()
    now = timezone.now()
    span = (midnight(today), midnight(today + dt.timedelta(days=2)))
    planned = Visit.objects.filter(state=Visit.State.PLANNED, period__startswith__range=span)
    late = now - dt.timedelta(minutes=AgencySettings.objects.get().late_after_minutes)
    rows = planned.filter(caregiver=None) | planned.filter(period__startswith__lt=late)
    lines = []
    for visit in rows.select_related("client", "caregiver").order_by("period")[:limit]:
        start = timezone.localtime(visit.period.lower)
        when = start.strftime("%H:%M") if start.date() == today else _("tomorrow %(time)s") % {"time": f"{start:%H:%M}"}
        minutes = int((now - visit.period.lower).total_seconds() // 60)
        is_open = visit.caregiver_id is None
        lines.append(
            Line(
                when=when,
                who=f"{visit.client.salutation} {visit.client.number}",
                what=_("unassigned") if is_open else _("%(minutes)s minutes late") % {"minutes": minutes},
                state="unassigned" if is_open else "late",
                person="" if is_open else str(visit.caregiver),
                url=office_url("visit_assign" if is_open else "visit_page", visit.pk),
                verb=_("Assign") if is_open else _("Look"),
            )
        )
    return lines


def due() -> list[tuple[str, int, str, str]]:
    """(label, count, tone, address) of what runs out in the next 30 days."""
    today = timezone.localdate()
    month = today + dt.timedelta(days=30)
    agreements, clients, caregivers = (office_url(name) for name in ("agreement_list", "client_list", "caregiver_list"))
    active = Caregiver.objects.filter(state=Caregiver.State.ACTIVE)
    return [
        (_("enquiries to answer or call"), due_enquiries().count(), "late", f"{office_url('enquiry_list')}?only=due"),
        (_("agreements ending within 30 days"), ending_by(month).count(), "warn", f"{agreements}?only=ending"),
        (
            _("assignments missing requirements"),
            gaps_ahead().count(),
            "late",
            f"{office_url('visit_list')}?tab=planned&unassigned=gaps",
        ),
        (_("ended without handover record"), without_handover().count(), "late", f"{agreements}?only=no_handover"),
        (
            _("caregivers with a paper ending within 30 days"),
            with_next_expiry(active).filter(next_expiry__lte=month).count(),
            "warn",
            f"{caregivers}?tab=active",
        ),
        (
            _("clients in service to be assessed"),
            overdue_assessments(Client.objects.filter(state=Client.State.ACTIVE), today).count(),
            "warn",
            f"{clients}?tab=active&overdue=1",
        ),
    ]
