"""What the client app itself puts on a client's file: what is missing, and its moments."""

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rules import has_perm

from agencies.findings import text_of
from agencies.links import office_url
from agencies.panels import Moment, Step, moments, steps
from clients.actions.files import HEALTH_FIELDS
from clients.models import Client, Enquiry, Guardian, HomeFinding
from clients.queries import current_home_check, ended_authorities, has_consent, missing_at_home, missing_in_file

# What is kept beside the fields a person types.
KEPT = ("id", "agency", "pinyin", "identity_hash", "identity_number", "created_at")
# Where what is missing is seen to.
MENDED = {
    "no_consent": "consent_new",
    "consent_withdrawn": "consent_new",
    "no_contact": "guardian_new",
    "not_assessed": "assessment_new",
    "overdue": "assessment_new",
}


@steps("clients.client", place=2)
def at_home(membership, client: Client):
    """The home to be checked, and whose authority has ended, while somebody is or may be served."""
    if client.state == Client.State.ENDED:
        return
    may_edit = has_perm("clients.edit", membership)
    for finding in missing_at_home(client):
        check = current_home_check(client)
        page = ("home_check_page", check.pk) if finding.code == "home_overdue" else ("home_check_new", client.pk)
        yield Step(text_of(finding), office_url(*page) if may_edit else "", _("Do it"))
    for guardian in ended_authorities(client):
        words = {"name": guardian.name, "day": guardian.valid_until.isoformat()}
        yield Step(_("The authority of %(name)s ended on %(day)s; have it renewed or take it off.") % words)


@steps("clients.client")
def missing_parts(membership, client: Client):
    """What the file lacks while somebody is or may be served; an assessment waits for its consent."""
    if client.state == Client.State.ENDED:
        return
    may_edit, may_assess = has_perm("clients.edit", membership), has_consent(client, "health_data")
    for finding in missing_in_file(client):
        page = MENDED[finding.code]
        is_open = may_edit and (may_assess or page != "assessment_new")
        yield Step(text_of(finding), office_url(page, client.pk) if is_open else "", _("Do it"))


@moments("clients.client")
def changes(client: Client):
    rows = list(client.history.select_related("history_user").order_by("-history_date", "-history_id")[:31])
    for row, before in zip(rows, [*rows[1:], None], strict=True):
        if text := _change(row, before):
            yield Moment(row.history_date, text, by=row.history_user.name if row.history_user else "")


def _change(row, before):
    """What a version of the file says that the one before did not; an agreement tells of the state itself."""
    if before is None:
        return _("File opened") if row.history_type == "+" else ""
    fields = [field for field in Client._meta.concrete_fields if field.name not in (*KEPT, "state")]
    changed = [field for field in fields if getattr(row, field.attname) != getattr(before, field.attname)]
    names = [str(field.verbose_name) for field in changed if field.name not in HEALTH_FIELDS]
    if row.identity_hash != before.identity_hash:
        names.append(_("identity number"))
    if len(changed) > len([field for field in changed if field.name not in HEALTH_FIELDS]):
        names.append(_("health summary"))
    return _("Changed: %(fields)s") % {"fields": pgettext("between names", ", ").join(names)} if names else ""


@moments("clients.client")
def assessments(client: Client):
    """Recorded when; on which day it took place stands in the text."""
    may_say = has_consent(client, "health_data")
    for row in client.assessments.select_related("created_by")[:10]:
        status = row.get_self_care_display() if may_say else _("locked")
        words = {"day": row.assessed_on.isoformat(), "status": status}
        text = _("Assessed on %(day)s: %(status)s") % words
        yield Moment(row.created_at, text, by=row.created_by.name, tone="done")


@moments("clients.client")
def consents(client: Client):
    for row in client.consents.select_related("recorded_by")[:20]:
        by = row.recorded_by.name if row.recorded_by else ""
        words = {
            "kind": row.get_kind_display(),
            "who": row.given_by,
            "day": timezone.localdate(row.given_at).isoformat(),
        }
        yield Moment(row.recorded_at, _("Consent of %(day)s: %(kind)s, %(who)s") % words, by=by)
        if row.withdrawn_at and not row.is_replaced:
            text = _("Consent withdrawn: %(kind)s") % {"kind": row.get_kind_display()}
            yield Moment(row.withdrawn_at, text, tone="waiting")


@moments("clients.client")
def enquiries(client: Client):
    for row in client.enquiries.all()[:3]:
        text = _("Enquiry %(number)s: %(channel)s") % {"number": row.number, "channel": row.get_channel_display()}
        yield Moment(row.received_at, text, url=office_url("enquiry_page", row.pk))


@moments("clients.enquiry")
def said(enquiry: Enquiry):
    yield Moment(enquiry.received_at, _("Received: %(channel)s") % {"channel": enquiry.get_channel_display()})
    for row in enquiry.entries.select_related("by")[:29]:
        yield Moment(row.at, row.text, by=row.by.name)


@moments("clients.client")
def home_checks(client: Client):
    for row in client.home_checks.select_related("checked_by")[:10]:
        text = _("Home checked on %(day)s: %(reason)s") % {
            "day": row.checked_on.isoformat(),
            "reason": row.get_reason_display(),
        }
        yield Moment(
            row.created_at, text, by=row.checked_by.name, url=office_url("home_check_page", row.pk), tone="done"
        )


@moments("clients.client")
def put_right(client: Client):
    rows = HomeFinding.objects.filter(check_made__client=client, done_on__isnull=False).select_related("done_by")
    for row in rows.order_by("-done_on")[:10]:
        at = timezone.make_aware(dt.datetime.combine(row.done_on, dt.time(12)))
        yield Moment(at, _("Put right at home: %(text)s") % {"text": row.text}, by=row.done_by.name, is_day=True)


@moments("clients.client")
def papers(client: Client):
    """That a paper was filed; what it is stands in the file, by right."""
    for row in client.papers.select_related("added_by", "removed_by")[:10]:
        words = {"kind": row.get_kind_display()}
        yield Moment(row.added_at, _("Paper filed: %(kind)s") % words, by=row.added_by.name)
        if row.removed_at:
            yield Moment(row.removed_at, _("Paper taken off: %(kind)s") % words, by=row.removed_by.name)


@moments("clients.client")
def guardians(client: Client):
    rows = Guardian.history.filter(agency_id=client.agency_id, client_id=client.pk).select_related("history_user")
    for row in rows.order_by("-history_date")[:15]:
        by = row.history_user.name if row.history_user else ""
        words = {"name": row.name, "authority": row.get_authority_display()}
        if row.history_type == "+":
            yield Moment(row.history_date, _("Added: %(name)s, %(authority)s") % words, by=by)
        elif not row.is_active:
            yield Moment(row.history_date, _("Removed: %(name)s, %(authority)s") % words, by=by)


@moments("clients.client")
def data_requests(client: Client):
    for row in client.data_requests.select_related("received_by", "decided_by")[:10]:
        words = {"number": row.number, "kind": row.get_kind_display()}
        yield Moment(row.received_at, _("Request %(number)s: %(kind)s") % words, by=row.received_by.name)
        if row.decided_at:
            words["state"] = row.get_state_display()
            text = _("Request %(number)s: %(state)s") % words
            yield Moment(row.decided_at, text, by=row.decided_by.name, tone="done")
