"""Posting: the last step of on-boarding, the posting certificate (上岗证, 6.1.1 b), suspension, return and leaving."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.findings import text_of
from agencies.models import Level, Membership, Role, StoredFile, User
from agencies.numbers import next_number
from agencies.standard import forbidding
from agencies.tenancy import current_agency
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from caregivers.actions.files import grant_level
from caregivers.actions.fitness import fitness_changed
from caregivers.models import Caregiver, PostingCertificate
from caregivers.queries.files import agency_limits, facts_of
from caregivers.queries.onboarding import facts_for
from caregivers.standard.eligibility import check_assignment
from caregivers.standard.onboarding import missing_before

State = Caregiver.State


def missing_for_posting(caregiver: Caregiver) -> list[str]:
    """Everything that stands against the last step, at once (7.2.2 d)."""
    return [text_of(finding) for finding in missing_before(facts_for(caregiver), "posting")]


def post_caregiver(*, caregiver: Caregiver, by: User) -> PostingCertificate:
    """Finish on-boarding: the level at entry where none was granted, the posting certificate, ready for clients."""
    if missing := missing_for_posting(caregiver):
        raise ValidationError(missing)
    today = timezone.localdate()
    _move(caregiver, [State.ONBOARDING], State.ACTIVE, posted_on=today)
    if not caregiver.level_grants.exists():
        grant_level(caregiver=caregiver, by=by, level=Level.ORDINARY, granted_on=today)
    return _issue_certificate(caregiver, by)


def _issue_certificate(caregiver, by):
    certificate = PostingCertificate.objects.create(
        caregiver=caregiver, number=next_number("SG"), issued_on=timezone.localdate(), issued_by=by
    )
    certificate.document = request_document(
        kind=Document.Kind.POSTING_CERTIFICATE, subject_id=certificate.pk, title=f"上岗证 {certificate.number}", by=by
    )
    certificate.save()
    return certificate


def revoke_certificate(*, certificate: PostingCertificate, by: User, reason: str) -> None:
    """Withdraw the posting certificate; whoever holds it goes to nobody until another one is issued."""
    caregiver = certificate.caregiver
    _withdraw(certificate, timezone.localdate(), reason)
    if caregiver.state == State.ACTIVE:
        _move(caregiver, [State.ACTIVE], State.SUSPENDED)


def _withdraw(certificate, day, reason):
    in_force = PostingCertificate.objects.filter(pk=certificate.pk, revoked_on=None)
    if not in_force.update(revoked_on=day, revoked_reason=reason):
        raise ValidationError(_("This certificate was withdrawn before."))
    certificate.refresh_from_db()
    certificate.save()  # for the history


def suspend_caregiver(*, caregiver: Caregiver, by: User) -> None:
    _move(caregiver, [State.ACTIVE], State.SUSPENDED)


def against_return(caregiver: Caregiver) -> list[str]:
    """Everything that stands against coming back from a suspension today, at once."""
    noon = timezone.make_aware(dt.datetime.combine(timezone.localdate(), dt.time(12)))
    form = caregiver.work_forms[0] if caregiver.work_forms else ""
    day = {"start": noon, "end": noon + dt.timedelta(hours=1)}
    [facts] = facts_of([caregiver], **day, work_form=form, level_needed=0).values()
    limits = agency_limits(facts.first_day)
    passing = ("state_suspended", "absent", "in_training")
    findings = forbidding(check_assignment(facts, limits))
    return [text_of(finding) for finding in findings if finding.code not in passing]


def reinstate_caregiver(*, caregiver: Caregiver, by: User) -> None:
    """Come back from a suspension, with a new posting certificate where the last one was withdrawn."""
    if missing := against_return(caregiver):
        raise ValidationError(missing)
    _move(caregiver, [State.SUSPENDED], State.ACTIVE)
    if not caregiver.posting_certificates.filter(revoked_on=None).exists():
        _issue_certificate(caregiver, by)


def dismiss_caregiver(*, caregiver: Caregiver, by: User, left_on: dt.date, left_reason: str) -> None:
    """The caregiver leaves: certificate and phone account end, the file goes to the archive with its clock (7.5.3)."""
    problems = {}
    if left_on > timezone.localdate():
        problems["left_on"] = _("This day lies in the future.")
    elif left_on < caregiver.hired_on:
        problems["left_on"] = _("This is before the first day, %(day)s.") % {"day": caregiver.hired_on}
    elif served := caregiver.service_days.filter(day__gt=left_on).last():
        problems["left_on"] = _("There is a visit done on %(day)s; nobody leaves before that.") % {"day": served.day}
    if problems:
        raise ValidationError(problems)
    _move(
        caregiver,
        [State.ONBOARDING, State.ACTIVE, State.SUSPENDED],
        State.LEFT,
        left_on=left_on,
        left_reason=left_reason,
    )
    for certificate in caregiver.posting_certificates.filter(revoked_on=None):
        _withdraw(certificate, left_on, _("Left the agency"))
    if caregiver.user_id:
        membership = Membership.objects.filter(agency=current_agency(), user=caregiver.user_id)
        membership.filter(roles=[Role.CAREGIVER]).update(is_active=False)
    file_record(
        archive_class=ArchiveClass.CONTRACTS,
        source=ArchiveRecord.Source.CAREGIVER,
        source_id=caregiver.pk,
        title=f"服务员档案 {caregiver}",
        clock_started_on=left_on,
        files=_files_of(caregiver),
        by=by,
    )


def _files_of(caregiver):
    """What the file holds on paper: papers, evidence of on-boarding, posting certificates."""
    ids = [
        *caregiver.credentials.values_list("scan", flat=True),
        *caregiver.onboarding_steps.values_list("evidence", flat=True),
        *caregiver.posting_certificates.values_list("document__file", flat=True),
    ]
    return StoredFile.objects.filter(pk__in={pk for pk in ids if pk}).order_by("pk")


def _move(caregiver, from_states, to_state, **fields):
    claimed = Caregiver.objects.filter(pk=caregiver.pk, state__in=from_states).update(state=to_state, **fields)
    if not claimed:
        raise ValidationError(_("The state has changed meanwhile; look at the file again."))
    caregiver.refresh_from_db()
    caregiver.save()  # for the history
    fitness_changed(caregiver)
