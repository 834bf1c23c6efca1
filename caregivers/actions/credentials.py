"""Papers of caregivers and staff: added, sighted, sent back, proved invalid; warnings before they end (4.2.1, 4.2.2)."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.files import store_upload
from agencies.links import office_url
from agencies.models import Role, StoredFile, User
from agencies.tenancy import current_agency
from caregivers.actions.fitness import fitness_changed
from caregivers.actions.levels import refresh_standing, refresh_standings
from caregivers.models import Caregiver, Credential, RuleSetting, StaffFile
from caregivers.standard import eligibility, levels

ADJUSTABLE = [*eligibility.ADJUSTABLE, *levels.ADJUSTABLE]  # rules the standard leaves to the agency
STEPS = (90, 30, 7, 0)  # days before a paper ends on which somebody is told (derived)


def add_credential(
    *,
    by: User,
    caregiver: Caregiver | None = None,
    staff_file: StaffFile | None = None,
    scan=None,
    original_sighted: bool = False,
    **data: Any,
) -> Credential:
    """Add a paper; the original is looked at and given back, never kept. It counts once it was sighted."""
    problems = _day_problems(data)
    if _is_on_file(caregiver, staff_file, data):
        problems["number"] = _("This paper is on file already.")
    if problems:
        raise ValidationError(problems)
    credential = Credential.objects.create(
        caregiver=caregiver,
        staff_file=staff_file,
        scan=store_upload(scan, kind=StoredFile.Kind.CREDENTIAL, by=by),
        verified_by=by if original_sighted else None,
        verified_on=timezone.localdate() if original_sighted else None,
        **data,
    )
    if original_sighted:
        _counts_anew(credential)
    return credential


def _counts_anew(credential):
    """What is counted of a caregiver's papers has changed: visits ahead, and the way to a level."""
    if credential.caregiver is None:
        return
    if credential.caregiver.state == Caregiver.State.ACTIVE:
        fitness_changed(credential.caregiver)
    if credential.kind == Credential.Kind.ELDERLY_CARE:
        refresh_standing(credential.caregiver)


def _is_on_file(caregiver, staff_file, data):
    if not data.get("number"):
        return False
    same = Credential.objects.filter(kind=data["kind"], number=data["number"], issued_on=data["issued_on"])
    return same.filter(caregiver=caregiver, staff_file=staff_file, declined_reason="").exists()


def _day_problems(data):
    problems = {}
    today = timezone.localdate()
    if data.get("expires_on") and data["expires_on"] < data["issued_on"]:
        problems["expires_on"] = _("A paper cannot end before it was issued.")
    if data["issued_on"] > today:
        problems["issued_on"] = _("A paper cannot be issued in the future.")
    return problems


def submit_credential(*, caregiver: Caregiver, by: User, scan, **data: Any) -> Credential:
    """A caregiver sends a photo of a new paper from the phone; the office sights the original before it counts."""
    credential = add_credential(by=by, caregiver=caregiver, scan=scan, submitted_by=by, **data)
    title = _("%(caregiver)s sent a new paper: %(paper)s") % {
        "caregiver": caregiver,
        "paper": credential.get_kind_display(),
    }
    notify(users=members_with(Role.MANAGER), title=title, url=office_url("caregiver_file", caregiver.pk))
    return credential


def verify_credential(*, credential: Credential, by: User) -> None:
    """Say that the original was sighted today."""
    if not Credential.objects.filter(pk=credential.pk, verified_on=None, declined_reason="").update(
        verified_by=by, verified_on=timezone.localdate()
    ):
        raise ValidationError(_("The original was sighted, or the paper sent back, before."))
    credential.refresh_from_db()
    credential.save()  # for the history
    _counts_anew(credential)


def decline_credential(*, credential: Credential, by: User, reason: str) -> None:
    """Send a paper back that is unreadable or does not fit; whoever sent it is told why."""
    if not Credential.objects.filter(pk=credential.pk, verified_on=None, declined_reason="").update(
        declined_reason=reason
    ):
        raise ValidationError(_("The original was sighted, or the paper sent back, before."))
    credential.refresh_from_db()
    credential.save()  # for the history
    if credential.submitted_by:
        title = _("Please send this paper again: %(paper)s") % {"paper": credential.get_kind_display()}
        notify(users=[credential.submitted_by], title=title, body=reason)


def invalidate_credential(*, credential: Credential, by: User, invalid_from: dt.date, invalid_reason: str) -> None:
    """A paper proved false or was withdrawn by its issuer: it stays on file and counts no more from that day."""
    if not Credential.objects.filter(pk=credential.pk, invalid_from=None).update(
        invalid_from=invalid_from, invalid_reason=invalid_reason
    ):
        raise ValidationError(_("This paper counts no more already."))
    credential.refresh_from_db()
    credential.save()  # for the history
    _counts_anew(credential)


def open_staff_file(*, by: User, **data: Any) -> StaffFile:
    """Open the file of a manager or member of staff (4.2.2.1); one a person."""
    if StaffFile.objects.filter(user=data["user"]).exists():
        raise ValidationError({"user": _("There is a file of this person already.")})
    return StaffFile.objects.create(**data)


def update_staff_file(*, staff_file: StaffFile, by: User, **data: Any) -> StaffFile:
    for name, value in data.items():
        setattr(staff_file, name, value)
    staff_file.save()
    return staff_file


def set_rule(*, rule: str, mode: str, reason: str, by: User) -> None:
    """Keep a rule that the standard leaves to the agency more or less strictly, with the reason."""
    [adjustable] = [one for one in ADJUSTABLE if one.name == rule]
    setting = RuleSetting.objects.filter(rule=rule).first() or RuleSetting(rule=rule)
    if mode == (setting.mode or adjustable.default):
        return
    if not reason:
        raise ValidationError({"reason": _("Say why this rule is kept otherwise.")})
    setting.mode, setting.reason = mode, reason
    setting.save()
    if adjustable.name == "masters_skills":
        refresh_standings()


# Warnings -----------------------------------------------------------------------------------------------------------

# What has taken a paper's place is what queries.credentials.with_renewed says.
WARN_SQL = """
    WITH ending AS (
        SELECT c.agency_id, c.id, CASE WHEN c.expires_on <= %(today)s THEN 0 WHEN c.expires_on <= %(today)s + 7 THEN 7
            WHEN c.expires_on <= %(today)s + 30 THEN 30 ELSE 90 END AS days
        FROM caregivers_credential c
        LEFT JOIN caregivers_caregiver p ON p.agency_id = c.agency_id AND p.id = c.caregiver_id
        WHERE c.agency_id = %(agency)s AND c.expires_on BETWEEN %(today)s - 30 AND %(today)s + 90
            AND c.verified_on IS NOT NULL AND c.invalid_from IS NULL AND p.state IS DISTINCT FROM 'left'
            AND NOT EXISTS (SELECT FROM caregivers_credential n WHERE n.agency_id = c.agency_id AND n.kind = c.kind
                AND n.caregiver_id IS NOT DISTINCT FROM c.caregiver_id
                AND n.staff_file_id IS NOT DISTINCT FROM c.staff_file_id
                AND n.issued_on > c.issued_on AND n.declined_reason = '' AND n.verified_on IS NOT NULL
                AND n.invalid_from IS NULL)
    )
    INSERT INTO caregivers_credentialwarning (agency_id, credential_id, days, warned_at)
    SELECT agency_id, id, days, now() FROM ending
    ON CONFLICT (agency_id, credential_id, days) DO NOTHING
    RETURNING credential_id
"""


def warn_of_endings() -> dict[str, int]:
    """Tell managers, and the person, at 90, 30, 7 and 0 days before a paper ends, once each; set-based and repeatable."""
    with connection.cursor() as cursor:
        cursor.execute(WARN_SQL, {"agency": current_agency().pk, "today": timezone.localdate()})
        ids = [row[0] for row in cursor.fetchall()]
    managers = members_with(Role.MANAGER)
    for paper in Credential.objects.filter(pk__in=ids).select_related("caregiver__user", "staff_file__user"):
        owner = paper.caregiver or paper.staff_file
        words = {"who": owner, "paper": paper.get_kind_display(), "day": paper.expires_on.isoformat()}
        page = "caregiver_file" if paper.caregiver_id else "staff_file"
        notify(users=managers, title=_("%(who)s: %(paper)s ends on %(day)s") % words, url=office_url(page, owner.pk))
        if owner.user:
            notify(users=[owner.user], title=_("Your %(paper)s ends on %(day)s; please renew it.") % words)
    return {"warned": len(ids)}
