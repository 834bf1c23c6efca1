"""Agreements in force: they rest, go on, end and are replaced on their day, and until then stay what they are (7.3.2 d, e)."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.calendar import ONE_DAY
from agencies.models import AgencySettings, User
from clients.actions.files import change_state
from clients.models import Client
from contracts.actions.closing import close_agreement
from contracts.actions.handovers import drop_handovers, open_handover
from contracts.actions.states import move
from contracts.actions.visits import cancel_visits_from, plan_agreement_visits, restore_visits_from
from contracts.models import Agreement, Suspension
from contracts.queries.agreements import OPEN, versions_of
from contracts.queries.settling import told_of, work_out

State = Agreement.State
EndReason = Agreement.EndReason


def _locked_versions(agreement, day):
    """The versions that are in force or rest from a day on, oldest first, ours until the transaction ends."""
    versions = list(versions_of(agreement).select_for_update(of=["self"]))
    if agreement.pk not in {version.pk for version in versions}:
        raise ValidationError(_("This agreement is not in force."))
    begun = [version for version in versions if version.starts_on <= day]
    return [version for version in versions if version not in begun[:-1]]


def suspend_agreement(*, agreement: Agreement, by: User, from_day: dt.date, reason: str) -> None:
    """Let the service rest from a day on; visits from that day are cancelled, before it they stand."""
    versions = _locked_versions(agreement, from_day)
    if Suspension.objects.filter(agreement__in=versions, period__upper_inf=True).exists():
        raise ValidationError(_("A rest is open already; end it first."))
    if from_day > max(version.ends_on for version in versions):
        raise ValidationError({"from_day": _("The term is over on that day.")})
    for version in versions:
        rest = Suspension.objects.create(
            agreement=version, period=DateRange(from_day, None), reason=reason, created_by=by
        )
        why = _("Agreement suspended: %(why)s") % {"why": reason}
        cancel_visits_from(agreement=version, day=from_day, reason=why, cause=_cause(rest))
        _follow_the_rest(version)


def _cause(rest):
    """The mark on visits that a rest cancelled; one mark a rest, the same in every language."""
    return f"suspension {rest.pk}"


def _follow_the_rest(agreement):
    """In force or resting, whichever today is."""
    rests = agreement.suspensions.filter(period__contains=timezone.localdate()).exists()
    wanted = State.SUSPENDED if rests else State.IN_FORCE
    if agreement.state != wanted:
        move(agreement, wanted)


def resume_agreement(*, agreement: Agreement, by: User, on_day: dt.date) -> None:
    """Go on after a rest; from that day visits are what they were before it, and new ones are planned."""
    versions = list(versions_of(agreement).select_for_update(of=["self"]))
    rests = Suspension.objects.filter(agreement__in=versions, period__upper_inf=True).select_related("agreement")
    if not rests:
        raise ValidationError(_("There is no rest to end."))
    for rest in rests:
        if on_day <= rest.period.lower:
            raise ValidationError({"on_day": _("The rest began on %(day)s.") % {"day": rest.period.lower}})
        rest.period = DateRange(rest.period.lower, on_day)
        rest.save()
        _follow_the_rest(rest.agreement)
        restore_visits_from(agreement=rest.agreement, day=on_day, cause=_cause(rest))
        plan_agreement_visits(agreement=rest.agreement)


def end_agreement(
    *,
    agreement: Agreement,
    by: User,
    ended_on: dt.date,
    end_reason: str,
    end_note: str = "",
    broken_by: str = "",
    noticed_on: dt.date | None = None,
    prepaid: Decimal | None = None,
) -> None:
    """End the service on a day, an amendment that begins later with it, and work out what is owed.

    Visits after the day go at once. On a day to come the agreement stays in force until then; the nightly job ends it.
    """
    versions = _locked_versions(agreement, ended_on)
    today = timezone.localdate()
    problems = _against_the_end(versions, today, ended_on, end_reason, end_note)
    problems |= _against_what_was_told(end_reason, broken_by, noticed_on, ended_on, today)
    if problems:
        raise ValidationError(problems)
    for version in versions:
        version.ended_on, version.end_reason, version.end_note = ended_on, end_reason, end_note
        version.save()
        words = _("Agreement ended on %(day)s") % {"day": ended_on}
        day = ended_on + ONE_DAY
        cancel_visits_from(agreement=version, day=day, reason=words, cause=_end_cause(version))
    open_ones = Q(amends__in=versions) | Q(renews__in=versions)
    if end_reason == EndReason.EXPIRY:
        open_ones = Q(amends__in=versions)  # a renewal is signed late, now and then
    for follower in Agreement.objects.filter(open_ones, state__in=[State.DRAFT, State.SIGNING]):
        move(follower, State.CANCELLED, link_version=follower.link_version + 1)
    served = _served_on(versions, ended_on)
    served.settlement = work_out(
        served, ended_on=ended_on, end_reason=end_reason, broken_by=broken_by, noticed_on=noticed_on,
        prepaid=prepaid or Decimal(0),
    )  # fmt: skip
    served.save()
    if not _is_renewed(served):
        open_handover(agreement=served, by=by)
    if ended_on <= today:
        _close(versions, by)
    agreement.refresh_from_db()


def _served_on(versions, day):
    """The version by which the last day is served; an amendment that begins later is not."""
    return [version for version in versions if version.starts_on <= day][-1]


def _is_renewed(agreement):
    """Whether the same caregiver goes on under a renewal that is signed; nothing is handed over then."""
    return agreement.renewals.filter(in_force_at__isnull=False, caregiver=agreement.caregiver_id).exists()


def _end_cause(agreement):
    return f"end {agreement.pk}"


def _against_the_end(versions, today, ended_on, end_reason, end_note):
    first, last = versions[0], versions[-1]
    horizon = today + dt.timedelta(days=AgencySettings.objects.get().horizon_days)
    latest = max(min(last.ends_on, horizon), first.starts_on)
    problems = {}
    if ended_on < first.starts_on:
        problems["ended_on"] = _("The end lies before the first day.")
    elif ended_on > latest:
        problems["ended_on"] = _("The last day may be %(day)s at the latest.") % {"day": latest}
    if end_reason == EndReason.EXPIRY and ended_on < last.ends_on:
        problems["end_reason"] = _("The term is not over on that day; choose another reason.")
    if end_reason != EndReason.EXPIRY and not end_note:
        problems["end_note"] = _("Say in a sentence why it ends early.")
    return problems


def _against_what_was_told(end_reason, broken_by, noticed_on, ended_on, today):
    problems = {}
    if end_reason == EndReason.BREACH and not broken_by:
        problems["broken_by"] = _("Say who broke the agreement; the deposit depends on it.")
    if noticed_on and noticed_on > min(ended_on, today):
        problems["noticed_on"] = _("Notice was given by the last day, and not in the future.")
    return problems


def _close(versions, by):
    """The day has come: what is owed is frozen, the client's state follows; the papers are filed when the handover is back."""
    last = versions[-1]
    served = _served_on(versions, last.ended_on)
    told = told_of(served.settlement) if served.settlement else {}
    settlement = work_out(served, ended_on=last.ended_on, end_reason=last.end_reason, **told)
    for version in versions:
        move(version, State.ENDED, settlement=settlement if version is served else None)
    close_agreement(last, by)
    if not Agreement.objects.filter(client=last.client_id, state__in=OPEN).exists():
        change_state(client=last.client, state=Client.State.ENDED)


def call_off(*, agreement: Agreement, by: User) -> None:
    """Take back an end or a rest that lies ahead; the visits it cancelled stand again."""
    versions = list(versions_of(agreement).select_for_update(of=["self"]))
    today, found = timezone.localdate(), 0
    for version in versions:
        if version.ended_on:
            version.ended_on, version.end_reason, version.end_note, version.settlement = None, "", "", None
            version.save()
            found += 1
            restore_visits_from(agreement=version, day=today, cause=_end_cause(version))
            drop_handovers(agreement=version, reason=_("The end was called off."))
        for rest in version.suspensions.filter(period__startswith__gt=today, period__upper_inf=True):
            cause = _cause(rest)
            rest.delete()
            found += 1
            restore_visits_from(agreement=version, day=today, cause=cause)
        plan_agreement_visits(agreement=version)
    if not found:
        raise ValidationError(_("There is no end or rest ahead to call off."))


def replace_by_amendment(previous: Agreement, amendment: Agreement) -> None:
    """From its first day the amendment holds; until then the version before it is served."""
    reason = _("Replaced by %(number)s") % {"number": amendment.number}
    cancel_visits_from(agreement=previous, day=amendment.starts_on, reason=reason)
    if previous.caregiver_id != amendment.caregiver_id and previous.starts_on < amendment.starts_on:
        open_handover(agreement=previous, by=amendment.created_by)
    serves_no_day = amendment.starts_on <= max(timezone.localdate(), previous.starts_on)
    if serves_no_day and previous.state in OPEN:
        move(previous, State.SUPERSEDED)


def keep_states_true() -> dict[str, int]:
    """What the day brings: amendments that begin, ends, terms that are over, rests that begin or are over."""
    today = timezone.localdate()
    running = Agreement.objects.filter(state__in=OPEN)
    amended = running.filter(amendments__in_force_at__isnull=False, amendments__starts_on__lte=today)
    replaced = list(amended.distinct())
    for agreement in replaced:
        move(agreement, State.SUPERSEDED)
    over = Q(ended_on__lt=today) | Q(ended_on=None, ends_on__lt=today)
    ended = list(running.filter(over).select_related("created_by").order_by("starts_on", "pk"))
    for agreement in ended:
        _end_by_the_calendar(agreement)
    resting = Suspension.objects.filter(period__contains=today).values("agreement")
    begins, goes_on = Q(state=State.IN_FORCE, pk__in=resting), Q(state=State.SUSPENDED) & ~Q(pk__in=resting)
    for agreement in running.filter(begins | goes_on):
        _follow_the_rest(agreement)
    return {"replaced": len(replaced), "ended": len(ended)}


def _end_by_the_calendar(agreement):
    agreement.refresh_from_db()
    if agreement.state not in OPEN:
        return  # ended together with the version before it
    if agreement.ended_on:
        _close(_locked_versions(agreement, agreement.ended_on), agreement.created_by)
    else:
        by, last = agreement.created_by, agreement.ends_on
        end_agreement(agreement=agreement, by=by, ended_on=last, end_reason=EndReason.EXPIRY)
