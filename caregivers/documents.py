"""What the papers of this app say: the context of each template, registered for the archive to render."""

from typing import Any

from agencies.links import public_url
from agencies.tenancy import current_agency
from archive.actions import builds
from archive.models import Document
from caregivers.models import LevelApplication, LevelGrant
from caregivers.standard.levels import FORM, LEAST_POINTS, step_on

LEVELS = {0: "普通居家养老服务员", 1: "一星级居家养老服务员", 2: "二星级居家养老服务员", 3: "三星级居家养老服务员"}
ROUTES = {"ladder": "逐级晋升", "direct": "大专以上学历直接晋升"}
GRADES = {5: "五级（初级）", 4: "四级（中级）", 3: "三级（高级）", 2: "二级（技师）", 1: "一级（高级技师）"}
BELOW = {1: "普通岗位", 2: "一星级岗位", 3: "二星级岗位"}


def _frame(document, number):
    return {
        "agency_name": current_agency().name,
        "number": number,
        "check": "",
        "mark": "",
        "verify_url": public_url("public:verify", document.verify_code),
    }


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
