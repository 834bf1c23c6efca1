"""What the caregiver app itself puts on a caregiver's file: posting, badge, supplies, and its timeline."""

import datetime as dt
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rules import has_perm

from agencies.links import office_url
from agencies.models import AgencySettings
from agencies.panels import Moment, Panel, moments, panel
from caregivers.forms.phone import WEEKDAYS
from caregivers.models import Caregiver
from caregivers.queries.onboarding import step_name
from caregivers.queries.score_card import card_start, score_cards, shown
from caregivers.standard.onboarding import EDITIONS

DERIVED = ("pinyin", "identity_hash")


def _noon(day):
    return timezone.make_aware(dt.datetime.combine(day, dt.time(12)))


@panel("caregivers.caregiver", place=-1)
def posting(membership, caregiver: Caregiver):
    context = {
        "caregiver": caregiver,
        "certificate": caregiver.posting_certificates.select_related("document").first(),
        "badge": caregiver.badge_issues.select_related("issued_by", "document").first(),
        "scans": caregiver.badge_scans.all()[:5],
        "may_edit": has_perm("caregivers.edit", membership),
    }
    return Panel("caregivers/_posting.html", context)


@panel("caregivers.caregiver", place=1)
def supplies(membership, caregiver: Caregiver):
    context = {
        "caregiver": caregiver,
        "supplies": caregiver.supplies.all()[:5],
        "may_edit": has_perm("caregivers.edit", membership),
    }
    return Panel("caregivers/_supplies.html", context)


@panel("caregivers.caregiver", place=1)
def availability(membership, caregiver: Caregiver):
    """The hours the caregiver gave on the phone; nothing when any hour is good."""
    hours = [(WEEKDAYS[row.weekday], row) for row in caregiver.availability.all()]
    return Panel("caregivers/_availability.html", {"hours": hours}) if hours else None


@panel("caregivers.caregiver", place=0)
def quality(membership, caregiver: Caregiver):
    """The score card now, and the evaluations."""
    today = timezone.localdate()
    rules = AgencySettings.objects.get()
    since = card_start(today, rules)
    query = urlencode({"q": caregiver.number, "since": since, "until": today})
    context = {
        "caregiver": caregiver,
        "since": since,
        "lines": shown(score_cards([caregiver.pk], since, today, rules)[caregiver.pk]),
        "evidence": f"{office_url('quality_list')}?{query}",
        "evaluations": caregiver.evaluations.all()[:3],
        "may_assess": caregiver.state != Caregiver.State.LEFT and has_perm("caregivers.assess", membership),
    }
    return Panel("caregivers/_quality.html", context)


@moments("caregivers.caregiver")
def changes(caregiver: Caregiver):
    rows = list(caregiver.history.select_related("history_user").order_by("-history_date", "-history_id")[:31])
    for place, row in enumerate(rows[:30]):
        before = rows[place + 1] if place + 1 < len(rows) else None
        text = _("File opened") if before is None else _("Changed: %(what)s") % {"what": _what_changed(row, before)}
        yield Moment(row.history_date, text, by=row.history_user.name if row.history_user else "")


def _what_changed(row, before):
    """The labels of the fields that differ, and the new state where it is that."""
    names = [field for field in Caregiver._meta.fields if field.name not in DERIVED]
    changed = [field for field in names if getattr(row, field.attname) != getattr(before, field.attname)]
    words = [
        f"{field.verbose_name} → {row.get_state_display()}" if field.name == "state" else str(field.verbose_name)
        for field in changed
    ]
    return pgettext("between names", ", ").join(words) or "—"


@moments("caregivers.caregiver")
def levels(caregiver: Caregiver):
    for grant in caregiver.level_grants.select_related("granted_by"):
        text = _("Level: %(level)s") % {"level": grant.get_level_display()}
        yield Moment(_noon(grant.granted_on), text, by=grant.granted_by.name, tone="done", is_day=True)


@moments("caregivers.caregiver")
def evaluations(caregiver: Caregiver):
    for row in caregiver.evaluations.select_related("evaluated_by")[:10]:
        text = _("Evaluated: %(result)s") % {"result": row.get_result_display()}
        url = office_url("evaluation_page", row.pk)
        yield Moment(_noon(row.evaluated_on), text, by=row.evaluated_by.name, url=url, tone="done", is_day=True)


@moments("caregivers.caregiver")
def papers(caregiver: Caregiver):
    for paper in caregiver.credentials.all()[:20]:
        yield Moment(_noon(paper.issued_on), _("%(paper)s issued") % {"paper": paper.get_kind_display()}, is_day=True)


@moments("caregivers.caregiver")
def certificates(caregiver: Caregiver):
    url = office_url("onboarding_page", caregiver.pk)
    for row in caregiver.posting_certificates.select_related("issued_by")[:10]:
        text = _("Posting certificate %(number)s") % {"number": row.number}
        yield Moment(_noon(row.issued_on), text, by=row.issued_by.name, url=url, tone="done", is_day=True)
        if row.revoked_on:
            text = _("Posting certificate %(number)s withdrawn: %(reason)s")
            words = {"number": row.number, "reason": row.revoked_reason}
            yield Moment(_noon(row.revoked_on), text % words, url=url, tone="wrong", is_day=True)


@moments("caregivers.caregiver")
def onboarding(caregiver: Caregiver):
    names = {step.code: step_name(step) for edition in EDITIONS for step in edition.steps}
    url = office_url("onboarding_page", caregiver.pk)
    for row in caregiver.onboarding_steps.select_related("done_by")[:30]:
        result = _("done") if row.is_passed else _("not passed")
        text = f"{names.get(row.step, row.step)} · {result}"
        yield Moment(row.recorded_at, text, by=row.done_by.name, url=url, tone="done" if row.is_passed else "waiting")
