"""The standard wording of the consents: what each allows, why, and what a no means (PIPL 13 to 17, 29)."""

from agencies.models import AgencySettings
from agencies.tenancy import current_agency
from archive.models import ControlledText
from archive.texts import Parts, wording
from clients.models import Consent

CONSENTS = ControlledText.Kind.CONSENTS
NOTICE = "notice"
Kind = Consent.Kind


@wording(CONSENTS)
def standard_wording() -> Parts:
    """A part for each consent, named as it is, and what everybody has to know beside them."""
    agency, years = current_agency(), AgencySettings.objects.get().keep_contracts_years
    return [
        (
            Kind.PERSONAL_DATA,
            "一、保存个人信息",
            "姓名、证件号码、出生日期、性别、电话、住址、紧急联系人，用于订立和履行服务协议、联系您和您的家属。不同意则无法建档和签约。",
        ),
        (
            Kind.HEALTH_DATA,
            "二、保存健康信息（单独同意）",
            (
                "疾病、用药、过敏、能力评估结果和风险提示，属于敏感个人信息，用于确定服务内容、避免照护风险；泄露可能影响您的人格尊严和安全。"
                "只有管理者、客服调度和督导可以查看。不同意则无法评估和安排服务。"
            ),
        ),
        (
            Kind.SHARING,
            "三、告知上门服务员",
            "上门前后向派到您家的服务员提供您的称呼、住址、电话、自理情况、风险提示和服务方案；服务员不得用于其他用途。不同意则无法派人上门。",
        ),
        (
            Kind.E_SIGNATURE,
            "四、电子签字",
            "服务协议可以在屏幕上或者通过链接签字，与纸质签字效力相同。不同意的，一律签纸质件，不影响服务。",
        ),
        (
            Kind.PHOTOS,
            "五、上门拍照",
            "仅在确有需要时拍摄完成的工作或者身体照护部位，存入您的档案，不对外公开。不同意的不拍照，不影响服务。",
        ),
        (
            NOTICE,
            "请您知晓",
            (
                f"1. 保存期限：自服务协议终止之日起 {years} 年，期满后按规定销毁；法律、行政法规另有规定的从其规定。\n"
                f"2. 您可以随时查阅、复制、更正您的信息，也可以随时撤回任何一项同意，方式为致电 {agency.phone} 或者到机构办理。"
                "撤回后相应信息立即封存，不再使用；撤回前依您的同意所做的处理仍然有效。\n"
                f"3. 除上面第三项外，本机构不向其他人提供您的信息；法律另有规定的除外。投诉电话：{agency.complaint_phone}。"
            ),
        ),
    ]
