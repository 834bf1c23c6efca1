"""The standard wording of what is said at the desk and on the phone; each agency writes its own version of it (7.3.2 a)."""

from agencies.models import AgencySettings
from agencies.tenancy import current_agency
from archive.models import ControlledText
from archive.texts import Parts, text_in_force, wording

CALL_SCRIPT = ControlledText.Kind.CALL_SCRIPT


@wording(CALL_SCRIPT)
def standard_wording() -> Parts:
    """From greeting to goodbye, and what to say when it does not go smoothly; in the agency's own name and hours."""
    agency, hours = current_agency(), AgencySettings.objects.get()
    quiet = f"{hours.noon_pause_from:%H:%M}—{hours.noon_pause_until:%H:%M}"
    return [
        (
            "opening",
            "开头",
            (
                f"“您好，{agency.short_name}，我是××号，请问有什么可以帮您？”独立接待未满三个月的，加一句“我是实习接待员”。\n"
                "对方问姓名或者私人电话：只报工号和本机构电话。"
            ),
        ),
        (
            "needs",
            "问清需要",
            (
                "“是给哪位老人找？平时自己能做什么，哪些要人帮？”“想什么时候开始，一周几次，每次多久？”“住在哪个区？”\n"
                "不问病历、不要证件号码。说完复述一遍：“您的意思是……，对吗？”内容较多时先问“您方便记一下吗？”"
            ),
        ),
        (
            "promise",
            "不能当场答复",
            (
                "“这件事我要核实一下，××日××点以前给您回电，好吗？”到时候没有结果也要回电说明。\n"
                f"回电时间：{hours.calls_from:%H:%M}—{hours.calls_until:%H:%M}，避开 {quiet}。"
            ),
        ),
        (
            "hold",
            "请对方等一下",
            (
                "半分钟以内：边查边说明在查什么。更久：先征得同意再静音，回来说“感谢您耐心等候”。\n"
                "超过两分钟致歉，并提出改为回电。系统打不开：记下电话，恢复后马上回电并补录。"
            ),
        ),
        (
            "unheard",
            "听不到、听不清",
            (
                "没有声音：“您好，电话已经接通，请讲。”停三秒，再说一遍；仍无声：“听不到您的声音，请换一部电话再拨，谢谢。”挂断，记为“无声”。\n"
                "杂音、声音小、方言：请对方大点声或者慢慢说，最多两遍；仍听不清，请换电话或者请家人代说，记为“听不清”。"
            ),
        ),
        (
            "angry",
            "对方很激动",
            (
                "先听完，不打断，不争辩：“让您着急了，很抱歉。请您告诉我是怎么回事，我来想办法。”平静地说两遍。\n"
                "仍无法沟通：记下电话，马上报告主管，由主管在对方希望的时间回电。"
            ),
        ),
        (
            "staff_complaint",
            "投诉服务或者同事",
            (
                "“给您添麻烦了，很抱歉。”记下姓名、电话、事情，复述一遍，马上转为投诉：“已经受理，会有专人在时限内答复您。”\n"
                "不说“不是我接的”“您打别的电话”。"
            ),
        ),
        (
            "scope",
            "不是我们的服务",
            (
                "“很抱歉，这项服务我们没有，建议您联系……”说明原因，给出一个以上去处，不指定某一家商家。拨错号码的，指给正确的电话。\n"
                "记为“非服务范围”并写明介绍到哪里；对方需要时出具不予受理告知单。"
            ),
        ),
        (
            "press",
            "表扬、建议、媒体",
            (
                "表扬：“谢谢您，这是我们应该做的。”记到服务员档案。建议：感谢，记录，告诉对方会反馈给谁。\n"
                "媒体、政府部门：记下单位、姓名、电话和要了解的事，由管理者回电，自己不作答复。"
            ),
        ),
        (
            "transfer",
            "转接",
            (
                "找某位同事：先问什么事，自己能答的当场答。坚持要找的，记下电话和方便的时间，写明答复时限转交该同事，不生硬地直接转。\n"
                "私事：请对方打同事本人的电话。需要转接时，先说明转给谁、为什么，征得同意，把已经说过的转告接手的人，不让对方再说一遍。"
            ),
        ),
        (
            "closing",
            "结束",
            "“请问还有别的需要吗？”停两秒。“感谢您的来电，再见。”等对方先挂。马上把说定的事和下一次联系的日子记下来。",
        ),
        ("never", "不说的话", "“没办法”“这是规定”“不知道”“你去找别人”；不冷场，不收礼，不催对方。"),
    ]


def script_in_force() -> ControlledText:
    """What is said today."""
    return text_in_force(CALL_SCRIPT)
