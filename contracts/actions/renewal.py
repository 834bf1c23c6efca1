"""What comes at the end of a term: telling in time, and the agreement that follows (续订)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with
from agencies.links import office_url
from agencies.models import Message, Notice, Role, User
from agencies.tenancy import current_agency
from clients.queries import whom_to_call
from contracts.actions.agreements import fill_draft
from contracts.models import Agreement, ServicePlan
from contracts.queries.agreements import OPEN, ending_by, followers_of

STEPS = (0, 7, 30)  # days before the end of the term at which the office is told, once each
State = Agreement.State


def renew_agreement(*, agreement: Agreement, by: User, starts_on: dt.date, ends_on: dt.date) -> Agreement:
    """Draft the agreement that follows a term, at the prices of its own first day; it has to be signed like the first."""
    agreement = Agreement.objects.select_for_update(of=["self"]).get(pk=agreement.pk)
    if problems := _problems(agreement, starts_on):
        raise ValidationError(problems)
    first = agreement.number.split("-B")[0].split("-X")[0]
    count = Agreement.objects.filter(number__regex=rf"^{first}-X\d+$").count()
    renewal = Agreement(
        number=f"{first}-X{count + 1}", renews=agreement, client_id=agreement.client_id, guardian=agreement.guardian,
        created_by=by,
    )  # fmt: skip
    plans = ServicePlan.objects.filter(client=agreement.client_id, state=ServicePlan.State.AGREED)
    renewal.plan = plans.order_by("-version").first() or agreement.plan
    renewal.work_form = renewal.plan.work_form
    kept = ("caregiver", "mode", "payment_day", "deposit_kind", "deposit_amount", "insurance", "dispute",
            "special_terms")  # fmt: skip
    fill_draft(
        renewal, {name: getattr(agreement, name) for name in kept} | {"starts_on": starts_on, "ends_on": ends_on}
    )
    renewal.save()
    return renewal


def against_renewal(agreement: Agreement) -> list[str]:
    """Why this is not the version to renew, or nothing."""
    problems = []
    served = agreement.state in OPEN and agreement.ended_on is None
    over = agreement.state == State.ENDED and agreement.end_reason == Agreement.EndReason.EXPIRY
    if not served and not over:
        problems.append(_("Only an agreement whose term runs, or ran to its end, is renewed."))
    if follower := followers_of(agreement).first():
        problems.append(_("Renew %(number)s, which follows this version.") % {"number": follower.number})
    if renewal := agreement.renewals.exclude(state=State.CANCELLED).first():
        problems.append(_("%(number)s renews it already.") % {"number": renewal.number})
    return problems


def _problems(agreement, starts_on):
    problems = against_renewal(agreement)
    if starts_on <= agreement.ends_on:
        text = _("The term runs until %(day)s; the next one begins after it.") % {"day": agreement.ends_on}
        return {"starts_on": text, **({"__all__": problems} if problems else {})}
    return problems


def tell_of_endings() -> dict[str, int]:
    """Tell the office 30, 7 and 0 days before a term ends that nobody carries on, once each; the client at 30 days."""
    today, told = timezone.localdate(), 0
    members = list(members_with(Role.MANAGER, Role.COORDINATOR))
    for step in STEPS:
        due = ending_by(today + dt.timedelta(days=step)).filter(ended_on=None, ends_on__gte=today)
        due = due.filter(Q(expiry_warned_days=None) | Q(expiry_warned_days__gt=step))
        rows = list(due.select_for_update(of=["self"]).select_related("client", "guardian").defer("terms"))
        Agreement.objects.filter(pk__in=[row.pk for row in rows]).update(expiry_warned_days=step)
        Notice.objects.bulk_create([_notice(row, user) for row in rows for user in members])
        if step == STEPS[-1]:
            Message.objects.bulk_create([_message(row) for row in rows], ignore_conflicts=True)
        told += len(rows)
    return {"told": told}


def _notice(agreement, user):
    words = {"number": agreement.number, "day": agreement.ends_on.isoformat()}
    title = _("%(number)s ends on %(day)s: renew it or prepare the end") % words
    url = office_url("agreement_file", agreement.pk)
    return Notice(agency=current_agency(), user=user, title=title[:100], body=agreement.client.name, url=url)


def _message(agreement):
    person = agreement.guardian or whom_to_call(agreement.client)
    words = {"number": agreement.number, "day": agreement.ends_on.isoformat(), "phone": current_agency().phone}
    body = _("Agreement %(number)s ends on %(day)s. To go on, tell us 15 days before; phone %(phone)s.") % words
    return Message(
        agency=current_agency(),
        key=f"expiry:{agreement.pk}:{agreement.ends_on}",
        channel=Message.Channel.BY_HAND,
        recipient_name=person.name,
        address=person.phone,
        subject=_("Your agreement %(number)s ends soon") % words,
        body=body,
        due_at=timezone.now(),
    )
