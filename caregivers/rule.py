"""The rule of supervision and assessment (7.4.1): its standard wording, and who has not had its version explained."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agencies.actions.messages import notify
from agencies.models import AgencySettings
from agencies.standard import Finding
from agencies.tenancy import current_agency
from archive.models import ControlledText
from archive.texts import Parts, text_in_force, when_published, wording
from caregivers.models import Caregiver

RULE = ControlledText.Kind.SUPERVISION_RULE


@wording(RULE)
def standard_wording() -> Parts:
    """Frequency, ways, people, method and what follows, with the figures of the agency's settings."""
    limits, agency = AgencySettings.objects.get(), current_agency()
    return [
        (
            "frequency",
            "一、监督的频次和方式",
            (
                f"电话回访：首次服务后 {limits.first_call_within_hours} 小时内一次，{limits.settling_call_after_days} 天后再一次，"
                f"此后每 {limits.regular_call_every_days} 天一次；不能自理或者住家服务的客户每 {limits.intensive_call_every_days} 天一次。\n"
                "上门走访和暗访：管理者不定期走访，可以不事先通知。\n"
                f"满意度调查：每 {limits.survey_every_months} 个月一次。\n"
                f"社会监督：任何人都可以投诉或者提意见，投诉电话 {agency.complaint_phone}。"
            ),
        ),
        ("people", "二、监督的人员", "本机构的管理者和督导人员，以及客户、家属和社会公众。"),
        (
            "method",
            "三、考核的内容和方法",
            (
                f"客户评价；是否准时到达（超过约定时间 {limits.late_after_minutes} 分钟为迟到）；服务方案所列项目是否逐项完成；"
                "仪容仪表、着装和工号牌；经查属实的投诉。每一项都以记录为准，本人可以随时在手机上查看自己的数据。"
            ),
        ),
        (
            "results",
            "四、考核结果的使用",
            (
                "服务不合格的，先纠正并消除影响，再查明原因，告知本人改进要求，必要时安排培训并跟踪。考核结果作为星级评定的依据。"
                "作出不利于本人的决定之前听取本人意见，本人可以申诉。"
            ),
        ),
    ]


@when_published(RULE)
def tell_caregivers(text: ControlledText) -> None:
    """Who works here reads the new version on the phone and confirms it."""
    working = Caregiver.objects.exclude(state=Caregiver.State.LEFT).filter(user__isnull=False).select_related("user")
    title = _("New rule of supervision %(version)s: please read and confirm") % {"version": text.version}
    notify(users=[person.user for person in working], title=title, body=text.change, url=reverse("phone:rule"))


def outdated_rule(caregiver: Caregiver) -> list[Finding]:
    """Before signing the version in force is explained; who only knows an earlier one has to hear what is new."""
    known = set(caregiver.acknowledgements.values_list("version", flat=True))
    version = text_in_force(RULE).version
    if not known or version in known:  # who knows none at all is told so by another rule
        return []
    text = gettext_noop("Has not had version %(version)s of the supervision rule explained.")
    return [Finding("7.4.1", "rule_outdated", text, {"version": version})]
