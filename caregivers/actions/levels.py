"""Levels: standings, applications, two approvals, grants with their evidence frozen, demotion and appeal (6, 7.2.2 e)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.findings import text_of
from agencies.links import office_url
from agencies.models import Level, Role, User
from agencies.numbers import next_number
from agencies.tenancy import current_agency
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from caregivers.actions.fitness import fitness_changed
from caregivers.models import (
    Caregiver,
    Credential,
    ExamResult,
    LevelAppeal,
    LevelApplication,
    LevelApproval,
    LevelGrant,
    LevelStanding,
    QualityRecord,
)
from caregivers.queries.conditions import line_label
from caregivers.queries.levels import level_facts, levels_held, ratings_since, valid_credentials
from caregivers.standard.levels import (
    LEAST_POINTS,
    TOP,
    LevelFacts,
    best_way,
    check_promotion,
    is_direct_time,
    stage_of,
    time_served_on,
    weak_lines,
)

State = LevelApplication.State
IN_SERVICE = (Caregiver.State.ACTIVE, Caregiver.State.SUSPENDED)
CHUNK = 2000


# Where everybody stands ---------------------------------------------------------------------------------------------


def refresh_standings(caregivers: QuerySet[Caregiver] | None = None) -> dict[str, int]:
    """Write anew where caregivers stand; everybody when none are named. Who has no level, or has left, has no standing."""
    day, now = timezone.localdate(), timezone.now()
    rows = Caregiver.objects.all() if caregivers is None else caregivers
    ids = list(rows.filter(state__in=IN_SERVICE).order_by("pk").values_list("pk", flat=True))
    kept = 0
    for start in range(0, len(ids), CHUNK):
        people = Caregiver.objects.filter(pk__in=ids[start : start + CHUNK]).only("pk", "education")
        facts = level_facts(people, day)
        levels = levels_held((person.pk for person in people), day).level
        lost = lost_evidence(levels)
        standings = [_standing(pk, one, lost.get(pk, []), now) for pk, one in facts.items()]
        standings += [_at_the_top(pk, lost.get(pk, []), now) for pk, level in levels.items() if level == TOP]
        LevelStanding.objects.bulk_create(
            standings,
            update_conflicts=True,
            unique_fields=["agency", "caregiver"],
            update_fields=[
                "level",
                "next_level",
                "route",
                "stage",
                "eligible_on",
                "missing",
                "figures",
                "lost",
                "computed_at",
            ],
        )
        kept += len(standings)
    gone = LevelStanding.objects.filter(computed_at__lt=now)
    if caregivers is not None:
        gone = gone.filter(caregiver__in=caregivers)
    gone.delete()
    return {"standings": kept}


def refresh_standing(caregiver: Caregiver) -> None:
    """The same for one caregiver, when an exam, a rating, a paper or a level has changed."""
    refresh_standings(Caregiver.objects.filter(pk=caregiver.pk))


def _standing(pk, facts, lost, now):
    way, findings = best_way(facts)
    return LevelStanding(
        agency=current_agency(),
        caregiver_id=pk,
        level=way.level,
        next_level=way.to_level,
        route=_route(way),
        stage=stage_of(findings),
        eligible_on=time_served_on(way),
        missing=[finding.code for finding in findings],
        figures=figures_of(way),
        lost=lost,
        computed_at=now,
    )


def _at_the_top(pk, lost, now):
    return LevelStanding(
        agency=current_agency(),
        caregiver_id=pk,
        level=TOP,
        stage=LevelStanding.Stage.TOP,
        figures={},
        lost=lost,
        computed_at=now,
    )


def _route(facts):
    return LevelApplication.Route.DIRECT if is_direct_time(facts) else LevelApplication.Route.LADDER


def figures_of(facts: LevelFacts) -> dict[str, Any]:
    """What the rules saw, as it is shown and frozen."""
    served = facts.in_service if is_direct_time(facts) else facts.at_level
    return {
        "served_from": served.first_day.isoformat() if served else None,
        "left_out": served.left_out if served else 0,
        "ratings": facts.ratings,
        "mean": f"{facts.mean_rating:.2f}" if facts.ratings else None,
        "exams": sorted(kind for kind, level in facts.exams if level == facts.to_level),
        "grade": facts.grade,
        "fit": facts.fit,
        "skills": len(facts.mastered or ()),
    }


def lost_evidence(ids: Iterable[int]) -> dict[int, list[str]]:
    """By caregiver which evidence of the present level, at entry or by promotion, proved false or was annulled since."""
    grants = {}
    for grant in LevelGrant.objects.filter(caregiver__in=list(ids)).order_by("granted_on"):
        grants[grant.caregiver_id] = grant
    named = {name: {one for grant in grants.values() for one in grant.evidence.get(name, [])} for name in _CHECKS}
    gone = {name: set(check(ids)) for (name, check), ids in zip(_CHECKS.items(), named.values(), strict=True)}
    lost = {}
    for pk, grant in grants.items():
        if codes := [name for name in _CHECKS if gone[name] & set(grant.evidence.get(name, []))]:
            lost[pk] = codes
    return lost


def _gone_papers(ids):
    return Credential.objects.filter(pk__in=ids, invalid_from__isnull=False).values_list("pk", flat=True)


def _gone_exams(ids):
    return ExamResult.objects.filter(pk__in=ids, annulled_on__isnull=False).values_list("pk", flat=True)


def _gone_ratings(ids):
    return ids - set(QualityRecord.objects.filter(pk__in=ids).values_list("pk", flat=True))


_CHECKS = {"credentials": _gone_papers, "exam_results": _gone_exams, "rating_records": _gone_ratings}


# Application, approval, grant ---------------------------------------------------------------------------------------


def apply_for_level(
    *, caregiver: Caregiver, by: User, level: int, scores: dict[str, int], comment: str = ""
) -> LevelApplication:
    """Ask for a higher level with the evaluation form filled in; names everything that stands against it."""
    facts = _facts_for(caregiver, level)
    problems = [text_of(finding) for finding in check_promotion(facts)] if facts else [_("Has no level yet.")]
    problems += [
        _("The form asks for at least %(least)s points: %(line)s.") % {"least": LEAST_POINTS, "line": line_label(line)}
        for line in weak_lines(scores)
    ]
    problems += _own_matter(caregiver, by)
    if LevelApplication.objects.filter(caregiver=caregiver, state=State.SUBMITTED).exists():
        problems.append(_("An application is being decided already."))
    if problems:
        raise ValidationError(problems)
    application = LevelApplication.objects.create(
        number=next_number("PD"),
        caregiver=caregiver,
        level=level,
        route=_route(facts),
        evidence=evidence_of(caregiver, facts),
        scores=scores,
        comment=comment,
        applied_on=timezone.localdate(),
        applied_by=by,
    )
    title = _("%(caregiver)s is proposed for a higher level") % {"caregiver": caregiver}
    notify(
        users=members_with(Role.MANAGER, Role.QUALITY_OFFICER, but=by),
        title=title,
        url=office_url("level_application", application.pk),
    )
    return application


def _own_matter(caregiver, by):
    """Somebody of the office may be a caregiver too, and decides nothing about themselves."""
    return [_("Nobody judges themselves; ask somebody else.")] if caregiver.user_id == by.pk else []


def _facts_for(caregiver, level):
    facts = level_facts([caregiver], timezone.localdate()).get(caregiver.pk)
    return replace(facts, to_level=level) if facts else None


def evidence_of(caregiver: Caregiver, facts: LevelFacts) -> dict[str, Any]:
    """The figures and the rows they were read from, to be frozen."""
    since = levels_held([caregiver.pk], facts.day).since[caregiver.pk]
    papers = valid_credentials(facts.day).filter(caregiver=caregiver, kind=Credential.Kind.ELDERLY_CARE)
    exams = ExamResult.objects.filter(
        caregiver=caregiver, is_passed=True, annulled_on=None, course__level=facts.to_level
    )
    return {
        "on": facts.day.isoformat(),
        "level_before": facts.level,
        **figures_of(facts),
        "credentials": list(papers.order_by("pk").values_list("pk", flat=True)),
        "exam_results": list(exams.order_by("pk").values_list("pk", flat=True)),
        "rating_records": list(ratings_since(caregiver, since).order_by("pk").values_list("pk", flat=True)),
    }


def approve_application(*, application: LevelApplication, by: User, note: str = "") -> LevelGrant | None:
    """Say yes; the second person's yes grants the level from today, if nothing stands against it by now."""
    rows = LevelApplication.objects.select_related("caregiver").select_for_update(of=["self"])
    application = rows.get(pk=application.pk)
    _refuse_decided(application)
    if problems := _own_matter(application.caregiver, by):
        raise ValidationError(problems)
    if application.applied_by_id == by.pk:
        raise ValidationError(_("Who applied does not approve; ask somebody else."))
    try:
        with transaction.atomic():
            LevelApproval.objects.create(application=application, approved_by=by, note=note)
    except IntegrityError:
        raise ValidationError(_("You have approved this already; a second person decides.")) from None
    return _grant(application, by) if application.approvals.count() >= 2 else None


def _refuse_decided(application):
    if application.state != State.SUBMITTED:
        text = _("This application is decided (%(state)s).") % {"state": application.get_state_display()}
        raise ValidationError(text)


def _grant(application, by):
    caregiver = application.caregiver
    facts = _facts_for(caregiver, application.level)
    if facts is None or (findings := check_promotion(facts)):
        raise ValidationError([text_of(finding) for finding in findings] if facts else [_("Has no level yet.")])
    _close(application, State.GRANTED, "", by)
    grant = _write_grant(
        caregiver,
        by,
        kind=LevelGrant.Kind.PROMOTION,
        level=application.level,
        reason=_("Evaluation %(number)s") % {"number": application.number},
        application=application,
        evidence=application.evidence,
        number=next_number("XJ"),
    )
    application.form = request_document(
        kind=Document.Kind.LEVEL_FORM, subject_id=application.pk, title=f"评定表 {application.number}", by=by
    )
    application.save()
    _file(application, by)
    grant.certificate = request_document(
        kind=Document.Kind.LEVEL_CERTIFICATE, subject_id=grant.pk, title=f"星级证书 {grant.number}", by=by
    )
    LevelGrant.objects.filter(pk=grant.pk).update(certificate=grant.certificate)
    _tell(caregiver, _("You hold a higher level now: %(level)s") % {"level": Level(grant.level).label})
    return grant


def _write_grant(caregiver, by, **fields):
    today = timezone.localdate()
    try:
        with transaction.atomic():
            grant = LevelGrant.objects.create(caregiver=caregiver, granted_on=today, granted_by=by, **fields)
    except IntegrityError:
        raise ValidationError(_("The level of this caregiver changed today already; go on tomorrow.")) from None
    refresh_standing(caregiver)
    fitness_changed(caregiver)
    return grant


def _tell(caregiver, title):
    if caregiver.user_id:
        notify(users=[caregiver.user], title=title)


def reject_application(*, application: LevelApplication, by: User, reason: str) -> None:
    """Say no with the reason, which the caregiver is told and may object to."""
    _close(application, State.REJECTED, reason, by)
    _file(application, by)
    text = _("Your application %(number)s was rejected: %(reason)s") % {"number": application.number, "reason": reason}
    _tell(application.caregiver, text)


def withdraw_application(*, application: LevelApplication, by: User) -> None:
    _close(application, State.WITHDRAWN, "", by)


def _close(application, state, note, by):
    closed = {"state": state, "decided_at": timezone.now(), "decided_by": by, "decision_note": note}
    if not LevelApplication.objects.filter(pk=application.pk, state=State.SUBMITTED).update(**closed):
        application.refresh_from_db()
        _refuse_decided(application)
    application.refresh_from_db()
    application.save()  # for the history


def _file(application, by):
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.LEVEL_APPLICATION,
        source_id=application.pk,
        title=f"星级评定 {application.number}",
        clock_started_on=timezone.localdate(),
        by=by,
    )


# Demotion and appeal ------------------------------------------------------------------------------------------------


def demote(*, caregiver: Caregiver, by: User, level: int, reason: str) -> LevelGrant:
    """Take a level away from today; the caregiver is told and may object."""
    held = levels_held([caregiver.pk], timezone.localdate()).level.get(caregiver.pk)
    if held is None or level >= held:
        raise ValidationError({"level": _("Choose a level below the present one.")})
    grant = _write_grant(caregiver, by, kind=LevelGrant.Kind.DEMOTION, level=level, reason=reason)
    _tell(caregiver, _("Your level was lowered: %(reason)s. You may object.") % {"reason": reason})
    return grant


def raise_appeal(
    *, caregiver: Caregiver, text: str, grant: LevelGrant | None = None, application: LevelApplication | None = None
) -> LevelAppeal:
    """The caregiver objects to a demotion or a rejection, once each."""
    if grant and (grant.caregiver_id, grant.kind) != (caregiver.pk, LevelGrant.Kind.DEMOTION):
        raise ValidationError(_("Only a level that was lowered can be objected to."))
    if application and (application.caregiver_id, application.state) != (caregiver.pk, State.REJECTED):
        raise ValidationError(_("Only a rejected application can be objected to."))
    try:
        with transaction.atomic():
            appeal = LevelAppeal.objects.create(
                caregiver=caregiver, grant=grant, application=application, text=text, raised_on=timezone.localdate()
            )
    except IntegrityError:
        raise ValidationError(_("You have objected to this already.")) from None
    first = decider_of(grant, application)
    title = _("%(caregiver)s objects to a decision about the level") % {"caregiver": caregiver}
    notify(
        users=members_with(Role.MANAGER, Role.QUALITY_OFFICER, but=first),
        title=title,
        url=office_url("caregiver_level", caregiver.pk),
    )
    return appeal


def decider_of(grant: LevelGrant | None, application: LevelApplication | None) -> User:
    """Who took the decision that is objected to."""
    return grant.granted_by if grant else application.decided_by


def decide_appeal(*, appeal: LevelAppeal, by: User, is_upheld: bool, decision: str) -> None:
    """Somebody who did not take the decision looks at it again; an upheld appeal gives the level back from today."""
    if problems := _own_matter(appeal.caregiver, by):
        raise ValidationError(problems)
    if decider_of(appeal.grant, appeal.application) == by:
        raise ValidationError(_("Who took the decision does not decide the objection."))
    state = LevelAppeal.State.UPHELD if is_upheld else LevelAppeal.State.DISMISSED
    fields = {"state": state, "decided_on": timezone.localdate(), "decided_by": by, "decision": decision}
    if not LevelAppeal.objects.filter(pk=appeal.pk, state=LevelAppeal.State.OPEN).update(**fields):
        raise ValidationError(_("This objection was decided before."))
    appeal.refresh_from_db()
    appeal.save()  # for the history
    if is_upheld and appeal.grant_id:
        _give_back(appeal, by)
    outcome = _("Your objection was upheld: %(why)s") if is_upheld else _("Your objection was dismissed: %(why)s")
    _tell(appeal.caregiver, outcome % {"why": decision})


def _give_back(appeal, by):
    held = levels_held([appeal.caregiver_id], appeal.grant.granted_on - dt.timedelta(days=1))
    if level := held.level.get(appeal.caregiver_id):
        reason = _("Objection upheld: %(why)s") % {"why": appeal.decision[:150]}
        _write_grant(appeal.caregiver, by, kind=LevelGrant.Kind.APPEAL, level=level, reason=reason)
