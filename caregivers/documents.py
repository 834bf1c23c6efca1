"""What the papers of this app say: the context of each template, registered for the archive to render."""

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agencies.calendar import ONE_DAY
from agencies.findings import text_of
from agencies.links import public_url
from agencies.privacy import mask_identity
from agencies.tenancy import current_agency
from archive.actions import builds, tells_standing
from archive.models import Document
from caregivers.models import (
    BadgeIssue,
    Caregiver,
    Evaluation,
    LevelApplication,
    LevelGrant,
    PostingCertificate,
    TrainingSession,
)
from caregivers.queries.badge import badge_name, badge_url
from caregivers.queries.files import with_level
from caregivers.queries.onboarding import facts_for
from caregivers.queries.score_card import shown
from caregivers.queries.training import plan_of
from caregivers.standard.levels import FORM, LEAST_POINTS, step_on
from caregivers.standard.onboarding import edition_on, missing_by_step
from caregivers.standard.score_card import thawed

LEVELS = {0: "普通居家养老服务员", 1: "一星级居家养老服务员", 2: "二星级居家养老服务员", 3: "三星级居家养老服务员"}
ON_BADGES = {0: "普通服务员", 1: "一星级服务员", 2: "二星级服务员", 3: "三星级服务员"}
ROUTES = {"ladder": "逐级晋升", "direct": "大专以上学历直接晋升"}
GRADES = {5: "五级（初级）", 4: "四级（中级）", 3: "三级（高级）", 2: "二级（技师）", 1: "一级（高级技师）"}
BELOW = {1: "普通岗位", 2: "一星级岗位", 3: "二星级岗位"}
A_SHEET = 10
LONG_AGENCY = 13  # characters that fit the band of a badge in full size
NAME_SIZES = ((4, "name-short"), (7, "name-middle"), (10, "name-long"))


def _frame(document, number):
    return {
        "agency_name": current_agency().name,
        "number": number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
    }


@builds(Document.Kind.MISSING_NOTICE)
def missing_notice(document: Document) -> tuple[str, dict[str, Any]]:
    """The one notice (一次性告知单): every step that is open, and all it lacks, as of the day it is printed."""
    caregiver = Caregiver.objects.get(pk=document.subject_id)
    missing = missing_by_step(facts_for(caregiver))
    missing.pop("posting", None)  # the agency's own last step
    with translation.override("zh-hans"):
        rows = [
            (step, [text_of(finding) for finding in missing[step.code]])
            for step in edition_on(timezone.localdate()).before_work()
            if step.code in missing
        ]
    return "caregivers/pdf/missing_notice.html", {
        **_frame(document, caregiver.number),
        "agency": current_agency(),
        "caregiver": caregiver,
        "edition": edition_on(timezone.localdate()),
        "rows": rows,
        "by": document.requested_by,
        "day": timezone.localdate(document.requested_at),
    }


@builds(Document.Kind.POSTING_CERTIFICATE)
def posting_certificate(document: Document) -> tuple[str, dict[str, Any]]:
    """The posting certificate (上岗证)."""
    certificate = PostingCertificate.objects.get(pk=document.subject_id)
    caregiver = with_level(Caregiver.objects.select_related("photo"), certificate.issued_on)
    caregiver = caregiver.get(pk=certificate.caregiver_id)
    return "caregivers/pdf/posting_certificate.html", {
        **_frame(document, certificate.number),
        "certificate": certificate,
        "caregiver": caregiver,
        "sex": {"female": "女", "male": "男"}[caregiver.sex],
        "identity": mask_identity(caregiver.identity_number),
        "level": LEVELS[caregiver.level],
    }


@tells_standing(Document.Kind.POSTING_CERTIFICATE)
def certificate_standing(document: Document) -> str:
    """A certificate that was withdrawn is genuine, and counts no more."""
    certificate = PostingCertificate.objects.get(pk=document.subject_id)
    if certificate.revoked_on is None:
        return ""
    return _("It was withdrawn on %(day)s.") % {"day": certificate.revoked_on.isoformat()}


@builds(Document.Kind.BADGE)
def badge(document: Document) -> tuple[str, dict[str, Any]]:
    """One badge on a page of its own size."""
    return "caregivers/pdf/badge.html", {**_frame(document, ""), "badge": _badges(document)[0]}


@builds(Document.Kind.BADGE_SHEET)
def badge_sheet(document: Document) -> tuple[str, dict[str, Any]]:
    """Ten badges a page, with cut marks."""
    badges = _badges(document)
    sheets = [badges[start : start + A_SHEET] for start in range(0, len(badges), A_SHEET)]
    return "caregivers/pdf/badge_sheet.html", {**_frame(document, ""), "sheets": sheets}


def _badges(document):
    """What stands on each badge of a print, in the order of their numbers."""
    issues = {issue.caregiver_id: issue.version for issue in BadgeIssue.objects.filter(document=document)}
    holders = with_level(Caregiver.objects.filter(pk__in=issues), timezone.localdate())
    agency = current_agency()
    return [
        {
            "agency": agency,
            "agency_size": "" if len(agency.short_name) <= LONG_AGENCY else "badge-agency-long",
            "number": caregiver.number,
            "name": (name := badge_name(caregiver)),
            "name_size": next((size for most, size in NAME_SIZES if len(name) <= most), "name-longest"),
            "level": ON_BADGES[caregiver.level or 0],
            "stars": "★" * (caregiver.level or 0),
            "photo": caregiver.photo,
            "url": badge_url(caregiver, issues[caregiver.pk]),
        }
        for caregiver in holders.select_related("photo").order_by("number")
    ]


@builds(Document.Kind.LEVEL_FORM)
def level_form(document: Document) -> tuple[str, dict[str, Any]]:
    """The evaluation form (评定表) with the conditions as they were seen, the points, and who approved."""
    application = LevelApplication.objects.select_related("caregiver", "applied_by").get(pk=document.subject_id)
    grant = application.grants.get()
    return "caregivers/pdf/level_form.html", {
        **_frame(document, application.number),
        "application": application,
        "caregiver": application.caregiver,
        "level": LEVELS[application.level],
        "level_before": LEVELS[application.evidence["level_before"]],
        "route": ROUTES[application.route],
        "clause": f"6.{application.level + 1}.1",
        "conditions": _conditions(application),
        "least": LEAST_POINTS,
        "lines": [(line.text, application.scores[line.code]) for line in FORM],
        "approvals": application.approvals.select_related("approved_by"),
        "grant": grant,
    }


def _conditions(application):
    seen, step = application.evidence, step_on(application.level, application.applied_on)
    if application.route == LevelApplication.Route.DIRECT:
        time = "大专以上学历，从事居家养老服务 6 个月以上"
    else:
        time = f"在{BELOW[application.level]}工作 {step.months} 个月以上，经评价合格"
    return [
        ("a", time, f"自 {seen['served_from']} 起服务，扣除 {seen['left_out']} 天；评价合格"),
        ("b", "用户评价满意以上", f"{seen['ratings']} 次评价，平均 {seen['mean']} 分（满意为 3 分）"),
        ("c", "等级专业培训及考试、升星培训合格", "考试成绩均合格"),
        ("c", f"养老护理员证书{GRADES[step.grade]}以上", f"持有{GRADES[seen['grade']]}证书，已核验原件"),
    ]


@builds(Document.Kind.LEVEL_CERTIFICATE)
def level_certificate(document: Document) -> tuple[str, dict[str, Any]]:
    """The certificate of a star level, to be framed."""
    grant = LevelGrant.objects.select_related("caregiver").get(pk=document.subject_id)
    return "caregivers/pdf/level_certificate.html", {
        **_frame(document, grant.number),
        "grant": grant,
        "caregiver": grant.caregiver,
        "level": LEVELS[grant.level],
        "stars": "★" * grant.level,
        "clause": f"6.{grant.level + 1}.1",
    }


RESULTS = {"excellent": "优秀", "fit": "合格", "not_fit": "不合格"}


@builds(Document.Kind.EVALUATION_FORM)
def evaluation_form(document: Document) -> tuple[str, dict[str, Any]]:
    """The periodic evaluation (考核评定表) with the score card of its time, and the caregiver's answer."""
    evaluation = Evaluation.objects.select_related("evaluated_by").get(pk=document.subject_id)
    caregiver = with_level(Caregiver.objects, evaluation.evaluated_on).get(pk=evaluation.caregiver_id)
    lines = [(line.text, evaluation.scores[line.code]) for line in FORM]
    with translation.override("zh-hans"):
        figures = shown(thawed(evaluation.figures))
    return "caregivers/pdf/evaluation.html", {
        **_frame(document, evaluation.number),
        "evaluation": evaluation,
        "caregiver": caregiver,
        "level": LEVELS[caregiver.level or 0],
        "last_day": evaluation.period.upper - ONE_DAY,
        "lines": figures,
        "pairs": list(zip(lines[::2], lines[1::2], strict=True)),
        "results": list(RESULTS.items()),
        "reply": evaluation.replies.first(),
    }


KINDS = {"before_posting": "岗前培训", "level": "等级专业培训", "promotion": "升星培训", "further": "继续培训"}
BLANK_LINES = 5  # for who comes without having been put down


@builds(Document.Kind.TRAINING_SHEET)
def training_sheet(document: Document) -> tuple[str, dict[str, Any]]:
    """The list to sign before the session, who came once it was held."""
    session = TrainingSession.objects.select_related("course", "trainer").get(pk=document.subject_id)
    is_held = session.state == TrainingSession.State.HELD
    rows = list(session.attendances.select_related("caregiver"))
    return "caregivers/pdf/training_sheet.html", {
        **_frame(document, ""),
        "session": session,
        "kind": KINDS[session.course.kind],
        "trainer": session.trainer.name if session.trainer else session.outside_trainer,
        "hours": f"{(session.ends_at - session.starts_at).total_seconds() / 3600:.3g}",
        "rows": rows,
        "came": sum(row.attended_at is not None for row in rows),
        "is_held": is_held,
        "blank_lines": [] if is_held else range(BLANK_LINES),
    }


@builds(Document.Kind.TRAINING_PLAN)
def training_plan(document: Document) -> tuple[str, dict[str, Any]]:
    """The plan of a year, as it stands; the subject is the year."""
    lines = plan_of(document.subject_id)
    return "caregivers/pdf/training_plan.html", {
        **_frame(document, ""),
        "year": document.subject_id,
        "lines": [(line, KINDS[line.course.kind]) for line in lines],
        "seats": sum(line.seats for line in lines),
        "hours": sum(line.course.hours for line in lines),
    }
