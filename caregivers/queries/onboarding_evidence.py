"""What each step of somebody's on-boarding rests on: who saw to it, when, and the paper that shows it."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.links import office_url
from caregivers.models import Caregiver, Course, Credential, LevelGrant
from caregivers.queries.onboarding import sighted

# Which step a sighted paper is evidence of; the others belong to the papers' own step.
STEP_OF_PAPER = {
    Credential.Kind.BACKGROUND: "background",
    Credential.Kind.HEALTH: "health",
    Credential.Kind.INSURANCE: "contract",
}


@dataclass(frozen=True)
class Evidence:
    """One thing a step rests on: what, when, who saw to it, and the file that shows it."""

    text: str
    on: dt.date
    by: str
    url: str = ""


def evidence_of(caregiver: Caregiver) -> dict[str, list[Evidence]]:
    """By step everything on record, the latest first; seven queries."""
    found = defaultdict(list)
    for step, one in [*_recorded(caregiver), *_papers(caregiver), *_trained(caregiver), *_issued(caregiver)]:
        found[step].append(one)
    return {step: sorted(rows, key=lambda row: row.on, reverse=True) for step, rows in found.items()}


def _file(stored_file_id):
    return office_url("file_view", stored_file_id) if stored_file_id else ""


def _recorded(caregiver):
    for row in caregiver.onboarding_steps.select_related("done_by"):
        text = row.note
        if row.score is not None:
            words = {"score": row.score, "result": _("passed") if row.is_passed else _("not passed"), "note": row.note}
            text = (_("%(score)s points, %(result)s %(note)s") % words).strip()
        yield row.step, Evidence(text or _("Recorded"), row.done_on, row.done_by.name, _file(row.evidence_id))


def _papers(caregiver):
    rows = sighted(timezone.localdate()).filter(caregiver=caregiver).select_related("verified_by")
    for row in rows:
        text = _("%(paper)s, original sighted") % {"paper": row.get_kind_display()}
        yield (
            STEP_OF_PAPER.get(row.kind, "papers"),
            Evidence(text, row.verified_on, row.verified_by.name, _file(row.scan_id)),
        )


def _trained(caregiver):
    attended = caregiver.attendances.filter(attended_at__isnull=False, session__course__kind=Course.Kind.BEFORE_POSTING)
    for row in attended.select_related("session__course", "session__trainer"):
        trainer = row.session.trainer.name if row.session.trainer else row.session.outside_trainer
        yield "training", Evidence(row.session.course.name, timezone.localdate(row.attended_at), trainer)
    results = caregiver.exam_results.filter(annulled_on=None, course__kind=Course.Kind.BEFORE_POSTING)
    for row in results.select_related("course"):
        words = {"course": row.course.name, "part": row.get_part_display(), "score": row.score}
        text = _("%(course)s, %(part)s: %(score)s points") % words
        yield "exam", Evidence(text, row.taken_on, row.examiner)
    for row in caregiver.acknowledgements.select_related("explained_by"):
        text = _("Version %(version)s explained and agreed to") % {"version": row.version}
        yield "rule", Evidence(text, row.acknowledged_on, row.explained_by.name)


def _issued(caregiver):
    for row in caregiver.level_grants.filter(kind=LevelGrant.Kind.ENTRY).select_related("granted_by"):
        yield "posting", Evidence(row.get_level_display(), row.granted_on, row.granted_by.name)
    for row in caregiver.posting_certificates.select_related("issued_by", "document"):
        url = _file(row.document.file_id) if row.document else ""
        yield "posting", Evidence(f"{_('Posting certificate')} {row.number}", row.issued_on, row.issued_by.name, url)
