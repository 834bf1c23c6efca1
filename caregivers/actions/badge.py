"""Badges (工号牌): printed alone or on sheets of ten, replaced when lost, scanned at the door."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext as _

from agencies.models import User
from agencies.tenancy import current_agency
from archive.actions import request_document
from archive.models import Document
from caregivers.models import BadgeIssue, BadgeScan, Caregiver
from caregivers.queries.badge import Badge

MOST = 50  # badges of one print, five sheets


def print_badge(*, caregiver: Caregiver, by: User) -> Document:
    """One badge of 86 by 54 mm."""
    return _print([caregiver], by, Document.Kind.BADGE, f"工号牌 {caregiver.number}")


def print_sheet(*, caregivers: Sequence[Caregiver], by: User) -> Document:
    """Badges on A4, ten a sheet, to be cut."""
    if not caregivers:
        raise ValidationError(_("Tick the caregivers whose badges you want to print."))
    if len(caregivers) > MOST:
        raise ValidationError(_("At most %(most)s badges are printed at once.") % {"most": MOST})
    numbers = [caregiver.number for caregiver in caregivers]
    title = f"工号牌 {numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else f"工号牌 {numbers[0]}"
    return _print(caregivers, by, Document.Kind.BADGE_SHEET, title)


def _print(caregivers, by, kind, title):
    """Name everybody who cannot have a badge at once; then a row each, and the paper."""
    problems = [problem for caregiver in caregivers for problem in _against(caregiver)]
    if problems:
        raise ValidationError(problems)
    issues = [
        BadgeIssue(agency=current_agency(), caregiver=caregiver, version=caregiver.badge_version, issued_by=by)
        for caregiver in caregivers
    ]
    issues = BadgeIssue.objects.bulk_create(issues)
    document = request_document(kind=kind, subject_id=issues[0].pk, title=title, by=by)
    BadgeIssue.objects.filter(pk__in=[issue.pk for issue in issues]).update(document=document)
    return document


def _against(caregiver):
    words = {"caregiver": caregiver}
    if caregiver.state != Caregiver.State.ACTIVE:
        yield _("%(caregiver)s is not posted; the badge comes with the last step of on-boarding.") % words
    if caregiver.photo_id is None:
        yield _("%(caregiver)s has no photo; add one to the file first.") % words


def replace_badge(*, caregiver: Caregiver, by: User) -> None:
    """A badge is lost: from now on the code of every badge printed so far says so."""
    claimed = Caregiver.objects.filter(pk=caregiver.pk, badge_version=caregiver.badge_version)
    if not claimed.update(badge_version=F("badge_version") + 1):
        raise ValidationError(_("This badge was replaced a moment ago."))
    caregiver.refresh_from_db()
    caregiver.save()  # for the history


def record_scan(*, badge: Badge) -> BadgeScan:
    """Keep that the page behind a badge was opened, and what it showed."""
    return BadgeScan.objects.create(caregiver=badge.caregiver, light=badge.light)
