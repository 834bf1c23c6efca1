"""The today board: what needs somebody now, what is due, how it went; each role sees its own work.

A figure names a list and its filter, and counts the rows of that very list, so it opens what it counts.
"""

import datetime as dt
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db.models import Count, IntegerField, QuerySet, Subquery
from django.http import QueryDict
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.models import Agency, Membership, Role
from agencies.tenancy import current_agency
from archive.models import ArchiveRecord
from contracts.models import Visit
from contracts.queries.visits import late, midnight, unended, unexplained

COORDINATE = (Role.MANAGER, Role.COORDINATOR)
WATCH = (*COORDINATE, Role.QUALITY_OFFICER)
JUDGE = (Role.MANAGER, Role.QUALITY_OFFICER)
MANAGE = (Role.MANAGER,)
ARCHIVE = (Role.ARCHIVIST,)


@dataclass
class Figure:
    """How many rows a list shows under a filter, for whose work it is; tone says how urgent it is above zero."""

    roles: tuple[Role, ...]
    page: str
    query: str
    label: str
    hint: str = ""
    tone: str = "wrong"
    count: int = 0

    def __post_init__(self):
        self.url = f"{office_url(self.page)}?{self.query}"

    def rows(self) -> QuerySet:
        view = resolve(office_url(self.page)).func.view_class()
        view.request = SimpleNamespace(GET=QueryDict(self.query))
        return view.get_queryset().order_by().values("pk")


class _Rows(Subquery):
    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def counted(figures: list[Figure], membership: Membership) -> list[Figure]:
    """The figures of a member's own work, all counted in one query."""
    mine = [figure for figure in figures if set(figure.roles) & set(membership.roles)]
    counts = {f"n{place}": _Rows(figure.rows()) for place, figure in enumerate(mine)}
    row = Agency.objects.filter(pk=current_agency().pk).values_list(*counts.values()).get() if mine else ()
    for figure, count in zip(mine, row, strict=True):
        figure.count = count
    return mine


def tiles(membership: Membership) -> list[Figure]:
    today = timezone.localdate()
    unassigned = f"tab=planned&unassigned=1&day_from={today}&day_to={today + ONE_DAY}"
    figures = [
        Figure(WATCH, "visit_list", "unassigned=late", _("late, not checked in"), _("past the agreed time")),
        Figure(WATCH, "visit_list", "unassigned=unended", _("never checked out"), _("the visit should be over")),
        Figure(WATCH, "visit_list", "unassigned=unexplained", _("missed, not explained"), _("nobody came")),
        Figure(COORDINATE, "visit_list", unassigned, _("without a caregiver"), _("today and tomorrow")),
        Figure(WATCH, "incident_list", "tab=reported", _("incidents nobody sees to"), _("from a caregiver's phone")),
        Figure(WATCH, "special_list", "only=late", _("special circumstances past a limit"), _("tell, replace, settle")),
        Figure(WATCH, "complaint_list", "only=near", _("complaints near their limit"), _("decide by tomorrow")),
        Figure(WATCH, "return_visit_list", "only=now", _("calls due"), _("return visits by phone"), "waiting"),
        Figure(
            JUDGE, "return_visit_list", "only=low", _("dissatisfied at a call"), _("in the last 30 days"), "waiting"
        ),
        Figure(JUDGE, "handover_list", "only=unhappy", _("not satisfied at a handover"), _("in 30 days"), "waiting"),
        Figure(MANAGE, "agreement_list", "only=agency", _("agreements for you to sign"), _("as the agency"), "waiting"),
        Figure(MANAGE, "agreement_list", "only=price", _("prices to approve"), _("other than by the list"), "waiting"),
        Figure(
            COORDINATE,
            "agreement_list",
            "tab=signing",
            _("agreements being signed"),
            _("signatures missing"),
            "waiting",
        ),
        Figure(ARCHIVE, "archive_list", "only=no_place", _("without a place"), _("where the paper is kept"), "waiting"),
        Figure(ARCHIVE, "disposal_lists", "tab=open", _("disposal lists"), _("to be appraised"), "waiting"),
        Figure(
            (*MANAGE, *ARCHIVE), "disposal_lists", "tab=appraised", _("disposals to sign"), _("two people"), "waiting"
        ),
        Figure(ARCHIVE, "document_list", "tab=failed", _("papers that failed"), _("to be made again")),
    ]
    return counted(figures, membership)


def due(membership: Membership) -> list[tuple[str, int, str, str]]:
    """(label, count, tone, address) of what waits for an answer or runs out in the next 30 days."""
    figures = [
        Figure(COORDINATE, "enquiry_list", "only=due", _("enquiries to answer or call"), tone="warn"),
        Figure(COORDINATE, "enquiry_list", "only=late", _("enquiries past the promised time"), tone="late"),
        Figure(COORDINATE, "absence_list", "tab=requested", _("absences to answer"), tone="warn"),
        Figure(JUDGE, "level_application_list", "tab=submitted", _("promotions to decide"), tone="warn"),
        Figure(MANAGE, "fee_list", "tab=draft", _("fee statements to approve"), tone="warn"),
        Figure(JUDGE, "promotion_list", "appeal=open", _("objections to decide"), tone="late"),
        Figure(JUDGE, "evaluation_list", "only=due", _("caregivers to be evaluated"), tone="warn"),
        Figure(WATCH, "agreement_list", "only=ending", _("agreements ending within 30 days"), tone="warn"),
        Figure(WATCH, "agreement_list", "only=outdated", _("plans older than the condition"), tone="late"),
        Figure(WATCH, "agreement_list", "only=gone", _("agreements whose caregiver left or is suspended"), tone="late"),
        Figure(WATCH, "agreement_list", "only=supplement", _("replacement supplements to draft"), tone="late"),
        Figure(WATCH, "visit_list", "tab=planned&unassigned=gaps", _("assignments missing requirements"), tone="late"),
        Figure(
            (*WATCH, *ARCHIVE),
            *("agreement_list", "only=no_handover", _("ended without handover record")),
            tone="late",
        ),
        Figure(MANAGE, "licence_list", "only=30", _("licences ending within 30 days"), tone="late"),
        Figure(COORDINATE, "credential_list", "only=30", _("papers ending within 30 days"), tone="warn"),
        Figure(COORDINATE, "credential_list", "only=to_sight", _("papers to be sighted"), tone="warn"),
        Figure(
            COORDINATE,
            "client_list",
            "tab=active&home=due",
            _("homes of clients in service to be checked"),
            tone="warn",
        ),
        Figure(COORDINATE, "client_paper_list", "only=30", _("papers of clients ending within 30 days"), tone="warn"),
        Figure(MANAGE, "data_request_list", "tab=open", _("requests about personal data"), tone="late"),
        Figure(WATCH, "client_list", "tab=active&overdue=1", _("clients in service to be assessed"), tone="warn"),
        Figure(ARCHIVE, "document_list", "tab=queued", _("papers being prepared"), tone="warn"),
    ]
    return [(figure.label, figure.count, figure.tone, figure.url) for figure in counted(figures, membership)]


def day_counts() -> list[tuple[int, str, str]]:
    """(count, label, filter of the list of visits): those of today, all and by state."""
    today = timezone.localdate()
    day = f"day_from={today}&day_to={today}"
    visits = Visit.objects.filter(
        period__startswith__gte=midnight(today), period__startswith__lt=midnight(today + ONE_DAY)
    )
    counts = dict(visits.order_by().values_list("state").annotate(n=Count("pk")))
    states = [(counts[value], label, f"tab={value}&{day}") for value, label in Visit.State.choices if value in counts]
    return [(sum(counts.values()), _("Visits of the day"), day), *states]


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


def urgent(*, may_edit: bool, limit: int = 12) -> list[Line]:
    """Visits that are late, never ended, missed since yesterday, or have nobody today and tomorrow; earliest first."""
    today = timezone.localdate()
    visits = Visit.objects.all()
    span = {"period__startswith__gte": midnight(today), "period__startswith__lt": midnight(today + 2 * ONE_DAY)}
    open_ones = visits.filter(state=Visit.State.PLANNED, caregiver=None, **span)
    missed = unexplained(visits).filter(period__startswith__gte=midnight(today - ONE_DAY))
    rows = late(visits) | unended(visits) | missed | open_ones
    rows = rows.select_related("client", "caregiver").order_by("period")[:limit]
    return [_line(visit, may_edit) for visit in rows]


def _line(visit, may_edit):
    is_open = visit.state == Visit.State.PLANNED and visit.caregiver_id is None
    state, what = _matter(visit)
    return Line(
        when=_when(timezone.localtime(visit.period.lower)),
        who=f"{visit.client.salutation} {visit.client.number}",
        what=what,
        state=state,
        person=str(visit.caregiver or ""),
        url=office_url("visit_assign" if is_open and may_edit else "visit_page", visit.pk),
        verb=_("Assign") if is_open and may_edit else _("Look"),
    )


def _when(start: dt.datetime) -> str:
    days = (start.date() - timezone.localdate()).days
    words = {0: "%(time)s", 1: _("tomorrow %(time)s")}.get(days, "%(day)s %(time)s")
    return words % {"day": f"{start:%m-%d}", "time": f"{start:%H:%M}"}


def _matter(visit):
    """State and words of what is wrong with a visit."""
    if visit.state == Visit.State.MISSED:
        return "missed", _("missed, not explained")
    if visit.state == Visit.State.IN_PROGRESS:
        over = timezone.localtime(visit.period.upper)
        return "late", _("not checked out since %(time)s") % {"time": _when(over)}
    if visit.caregiver_id is None:
        return "unassigned", _("unassigned")
    minutes = int((timezone.now() - visit.period.lower).total_seconds() // 60)
    if minutes >= 120:
        return "late", _("%(hours)s hours late") % {"hours": minutes // 60}
    return "late", _("%(minutes)s minutes late") % {"minutes": minutes}


def to_place(limit: int = 12) -> list[ArchiveRecord]:
    """Records whose paper has no place yet, longest waiting first."""
    return list(ArchiveRecord.objects.filter(place="", disposed_on=None).order_by("filed_at")[:limit])
