"""What the client app itself puts on a client's file: what is missing, and its moments."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from rules import has_perm

from agencies.findings import text_of
from agencies.links import office_url
from agencies.panels import Moment, Step, moments, steps
from clients.actions.files import HEALTH_FIELDS
from clients.models import Client
from clients.queries import has_consent, missing_in_file

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
