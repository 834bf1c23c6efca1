"""On-boarding (7.2.2 d): steps recorded in their order, and the one notice of everything that is missing."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.files import store_upload
from agencies.findings import text_of
from agencies.models import StoredFile, User
from archive.actions import request_document
from archive.models import Document
from caregivers.models import Caregiver, OnboardingStep
from caregivers.queries.onboarding import facts_for
from caregivers.standard.onboarding import OnboardingFacts, day_problem, missing_before, missing_by_step


def record_registration(
    *, caregiver: Caregiver, by: User, done_on: dt.date, is_informed: bool, note: str = "", evidence=None
) -> OnboardingStep:
    """The registration form is filled in; the privacy notice was read and agreed to."""
    problems = {}
    if not is_informed:
        problems["is_informed"] = _("Nothing may be kept before the privacy notice was read and agreed to.")
    return _record(caregiver, by, "registration", done_on, problems, note=note, evidence=evidence)


def record_interview(
    *, caregiver: Caregiver, by: User, done_on: dt.date, score: int, note: str = "", evidence=None
) -> OnboardingStep:
    """An interview with its score of 100; below the agency's mark it is kept, and another one has to follow."""
    problems = {} if 0 <= score <= 100 else {"score": _("A score lies between 0 and 100.")}
    return _record(caregiver, by, "interview", done_on, problems, score=score, note=note, evidence=evidence)


def record_contract(
    *, caregiver: Caregiver, by: User, done_on: dt.date, nothing_withheld: bool, note: str = "", evidence=None
) -> OnboardingStep:
    """The labour contract or service agreement is signed, without deposit and without keeping original papers."""
    problems = {}
    if not nothing_withheld:
        text = _("No deposit may be taken and no original paper kept (Labour Contract Law 9).")
        problems["nothing_withheld"] = text
    if not (note or evidence):
        problems["note"] = _("Say the contract's kind and number, or add its scan.")
    return _record(caregiver, by, "contract", done_on, problems, note=note, evidence=evidence)


def _record(caregiver, by, step, done_on, problems, *, score=None, note="", evidence=None):
    caregiver = Caregiver.objects.select_for_update(of=["self"]).get(pk=caregiver.pk)
    facts = facts_for(caregiver)
    _refuse(caregiver, facts, step, done_on, problems)
    return OnboardingStep.objects.create(
        caregiver=caregiver,
        step=step,
        is_passed=score is None or score >= facts.interview_mark,
        score=score,
        note=note,
        evidence=store_upload(evidence, kind=StoredFile.Kind.SIGNED_PAPER, by=by),
        done_on=done_on,
        done_by=by,
    )


def _refuse(caregiver, facts: OnboardingFacts, step, done_on, problems):
    """Name everything at once: what stands against the step itself, its day, and what earlier steps lack."""
    on_top = [text_of(finding) for finding in missing_before(facts, step)]
    if caregiver.state != Caregiver.State.ONBOARDING:
        on_top = [_("On-boarding is over; the file says what happened since.")]
    elif facts.is_done(step):
        on_top = [_("This step is done already.")]
    found = day_problem(facts, step, done_on, timezone.localdate())
    if found:
        problems["done_on"] = text_of(found)
    if on_top:
        problems["__all__"] = on_top
    if problems:
        raise ValidationError(problems)


def give_missing_notice(*, caregiver: Caregiver, by: User) -> Document:
    """Print the one notice of everything that is missing (一次性告知)."""
    if caregiver.state != Caregiver.State.ONBOARDING or not missing_by_step(facts_for(caregiver)):
        raise ValidationError(_("Nothing is missing; there is nothing to give notice of."))
    title = f"一次性告知单 {caregiver.number}"
    return request_document(kind=Document.Kind.MISSING_NOTICE, subject_id=caregiver.pk, title=title, by=by)
