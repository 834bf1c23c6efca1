"""What the demo agency writes itself: the clauses of its employee form, templates of plans, the renewal of a term."""

import datetime as dt

from agencies.actions import prices as actions
from agencies.models import PriceList
from archive import texts
from archive.models import ControlledText
from carecenter.demo.world import World, at
from contracts.actions import plans, renewal
from contracts.models import Agreement

KIND = ControlledText.Kind.TERMS_EMPLOYEE
WORDED = {
    "payment": "付款方式为向乙方公示的收款账户转账、微信或者支付宝支付，或者到乙方经营场所支付现金；乙方当日出具收据。",
    "replacement": (
        "甲方有正当理由要求换人，或者丙方不能继续服务的，乙方应在两个工作日内提供不少于两名合适的人选供甲方选择，"
        "三方另签补充协议；换人不另收费。"
    ),
    "extra": "甲方家中饲养宠物的，上门时应由家人看管或者关在其他房间。\n春节假期（除夕至初六）的上门时间由三方在节前十五日书面商定。",
}


def word(world: World) -> None:
    """The clauses were worded anew some weeks ago; agreements signed before keep theirs."""
    with at(world.ago(25)):
        draft = texts.draft_text(kind=KIND, by=world.coordinator)
        parts = {code: WORDED.get(code, body) for code, _title, body in draft.parts}
        texts.save_draft(
            text=draft, by=world.coordinator, texts=parts, change="换人期限改为两个工作日，增加宠物和春节条款",
            effective_from=world.ago(24),
        )  # fmt: skip
        texts.publish_text(text=draft, by=world.manager)


def keep_templates(world: World, signed: list[Agreement]) -> None:
    """One template for each work form that is served."""
    names = {"hourly": "钟点服务：测血压、做饭、保洁", "day": "日间照料", "live_in": "住家照护"}
    found = {agreement.work_form: agreement.plan for agreement in reversed(signed)}
    for form, plan in found.items():
        with at(world.ago(20)):
            plans.save_template(plan=plan, by=world.coordinator, name=names[form])


def renew(world: World, signed: list[Agreement]) -> None:
    """One term that ends soon is renewed as a draft; the office was told of it and of the others."""
    renewal.tell_of_endings()
    limit = world.today + dt.timedelta(days=30)
    ending = [row for row in signed if row.ends_on <= limit and row.state == Agreement.State.IN_FORCE]
    if len(ending) < 2:
        return
    first = ending[0].ends_on + dt.timedelta(days=1)
    renewal.renew_agreement(
        agreement=ending[0], by=world.coordinator, starts_on=first, ends_on=first + dt.timedelta(days=364)
    )


def draft_prices(world: World) -> None:
    """The coordinator has written next year's prices; a manager is asked to approve them."""
    draft = actions.copy_price_list(by=world.coordinator)
    PriceList.objects.filter(pk=draft.pk).update(effective_from=world.today + dt.timedelta(days=30))
    draft.refresh_from_db()
    actions.ask_to_publish(price_list=draft, by=world.coordinator)
