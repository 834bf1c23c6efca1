"""What stands to be settled when an agreement ends: the service of the last month, and the lines that follow."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.calendar import ONE_DAY
from contracts.models import Agreement, Visit
from contracts.queries.fees import month_charges
from contracts.queries.visits import midnight
from contracts.settlement import WORDS, Due, EndFacts, settle, total

GIVEN = (Visit.State.DONE, Visit.State.IN_PROGRESS, Visit.State.PLANNED)


def work_out(
    agreement: Agreement,
    *,
    ended_on: dt.date,
    end_reason: str,
    broken_by: str = "",
    noticed_on: dt.date | None = None,
    prepaid: Decimal = Decimal(0),
) -> dict[str, Any]:
    """The settlement as it is frozen: days served, visits, lines and the sum; what was told stays with it."""
    begun_on = _begun_on(agreement)
    first = max(ended_on.replace(day=1), begun_on)
    served = {version: days for version, *days in _served(agreement, first, ended_on)}
    visits = _visits(served, first, ended_on)
    charges = month_charges(served, ended_on, visits=visits)
    work = [line for version, days in served.items() for line in _work(version, charges[version.pk], *days)]
    facts = EndFacts(
        starts_on=begun_on, ends_on=agreement.ends_on, ended_on=ended_on, reason=end_reason,
        broken_by=broken_by, noticed_on=noticed_on, trial_days=agreement.trial_days,
        monthly=agreement.monthly_estimate, deposit_kind=agreement.deposit_kind, deposit=agreement.deposit_amount,
        prepaid=prepaid or Decimal(0), work=tuple(work),
    )  # fmt: skip
    lines = settle(facts)
    return {
        "told": {
            "broken_by": broken_by,
            "noticed_on": noticed_on.isoformat() if noticed_on else None,
            "prepaid": f"{facts.prepaid:.2f}",
        },
        "first": first.isoformat(),
        "last": ended_on.isoformat(),
        "days": _days_served(agreement, begun_on, ended_on),
        "visits": len(visits),
        "unconfirmed": sum(visit.state != Visit.State.DONE for visit in visits),
        "lines": [{"code": line.code, "params": line.params, "amount": f"{line.amount:.2f}"} for line in lines],
        "total": f"{total(lines):.2f}",
    }


def told_of(settlement: dict[str, Any]) -> dict[str, Any]:
    """What was told when the end was entered, to work it out anew once the day has come."""
    told = settlement["told"]
    noticed_on = dt.date.fromisoformat(told["noticed_on"]) if told["noticed_on"] else None
    return {"broken_by": told["broken_by"], "noticed_on": noticed_on, "prepaid": Decimal(told["prepaid"])}


def in_words(settlement: dict[str, Any] | None) -> dict[str, Any] | None:
    """A settlement for a page: each line as a sentence with its amount, the sum and who pays it."""
    if not settlement:
        return None
    lines = [_line_in_words(line) for line in settlement["lines"]]
    sum_due = Decimal(settlement["total"])
    return {**settlement, "lines": lines, "total": abs(sum_due), "is_refund": sum_due < 0}


def _line_in_words(line):
    """(sentence, yuan without sign, whether the agency pays it back)"""
    amount = Decimal(line["amount"])
    return _(WORDS[line["code"]]) % _named(line["params"]), abs(amount), amount < 0


def _named(params):
    """The work form has its own word in each language."""
    form = params.get("form")
    return {**params, "what": Agreement(work_form=form).get_work_form_display()} if form else params


def _begun_on(agreement):
    """The first day of the first version."""
    while agreement.amends:
        agreement = agreement.amends
    return agreement.starts_on


def _served(agreement, first, last):
    """The versions served from first to last, each with its own days; the newest first."""
    while agreement and last >= first:
        yield agreement, max(first, agreement.starts_on), last
        agreement, last = agreement.amends, agreement.starts_on - ONE_DAY


def _visits(versions, first, last):
    """Visits of the last month up to the last day that were, or are still to be, given."""
    rows = Visit.objects.filter(agreement__in=versions, state__in=GIVEN, period__startswith__gte=midnight(first))
    rows = rows.filter(period__startswith__lt=midnight(last + ONE_DAY)).order_by("period")
    lost = Q(state=Visit.State.PLANNED, caregiver=None, period__endswith__lte=timezone.now())
    return rows.exclude(lost)


def _work(version, charges, first, last):
    """The lines of the month's statement, counted to the last day, as lines of the settlement."""
    for charge in charges:
        line = charge.line
        yield Due(
            "work_holiday" if line.is_holiday else "work",
            line.amount,
            {
                **({"what": charge.item.name} if charge.item else {"form": version.work_form}),
                "first": first.isoformat(),
                "last": last.isoformat(),
                "quantity": f"{line.quantity.normalize():f}",
                "rate": f"{line.rate.amount:.2f}",
            },
        )


def _days_served(agreement, first, last):
    """Days from first to last, both in, without those on which the agreement rested."""
    days = (last - first).days + 1
    for rest in agreement.suspensions.filter(period__overlap=(first, last + ONE_DAY)):
        begins, ends = max(rest.period.lower, first), min(rest.period.upper or last + ONE_DAY, last + ONE_DAY)
        days -= max((ends - begins).days, 0)
    return max(days, 0)
