"""Who has the level that work needs (6): named where a plan, an agreement or a visit is refused to somebody."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Level
from agencies.standard import Finding
from caregivers.models import Caregiver
from contracts.models import PlanLine, ServicePlan, Visit
from contracts.queries.fit import fits
from contracts.queries.placing import levels_needed
from contracts.queries.suggesting import candidates

FEW = 3
LEVEL_CODES = ("level_too_low", "no_level")


def lacks_level(findings: Iterable[Finding]) -> bool:
    """Whether it is the level, among other things, that stands against somebody."""
    return any(finding.code in LEVEL_CODES for finding in findings)


def lines_above(plan: ServicePlan, level: int | None) -> list[PlanLine]:
    """Lines of a plan that ask for more than a level; without a level every line that asks for one."""
    lines = plan.lines.select_related("service_item")
    return [line for line in lines if line.service_item.level_needed > (level or 0)]


def able_for_plan(plan: ServicePlan, day: dt.date) -> list[Caregiver]:
    """Who could serve a plan from a day on, in the order in which they are offered for an agreement."""
    return [fit.caregiver for fit in fits(plan, day) if fit.is_fit]


def able_for_visit(visit: Visit) -> list[Caregiver]:
    """Who could go to a visit: works, has the level, is free then; in the order in which candidates stand."""
    return [one.caregiver for one in candidates(visit, least_level=levels_needed([visit])[visit.pk]) if one.is_free]


def could_do_it(people: list[Caregiver]) -> str:
    """A sentence that names the first few."""
    if not people:
        return _("Nobody here could do it at present: train somebody, or take the item out.")
    names = [f"{person} ({Level(person.level).label})" for person in people[:FEW]]
    more = len(people) - FEW
    names = pgettext("between names", ", ").join(names)
    if more > 0:
        return _("Could do it: %(names)s and %(more)s more.") % {"names": names, "more": more}
    return _("Could do it: %(names)s.") % {"names": names}
