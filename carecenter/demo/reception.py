"""The reception desk of the demo world: enquiries open, answered, passed on, become clients, closed; shifts handed over."""

from carecenter.demo.base import World, at
from clients.actions import enquiries as actions
from clients.actions import shifts
from clients.models import Client, Enquiry

# Days ago, hour, caller, old person, district, channel, need, answer given at once, days until the next call.
OPEN = [
    (1, 9, "孙女士", "孙爷爷", "历下区", "phone", "父亲独居，想每天中午有人做饭、收拾屋子，问钟点价格。", "已报价，约明天上门看看", 1),
    (1, 15, "郭先生", "", "市中区", "wechat", "老两口，每周两次打扫，顺便陪着去买菜。", "", 0),
    (2, 10, "韩女士", "韩奶奶", "槐荫区", "referral", "出院后白天要人陪护三个月，周末家里有人。", "已介绍日间服务，家里商量", 0),
    (5, 16, "邓先生", "邓奶奶", "天桥区", "hall", "想了解住家服务怎么收费、能不能换人。", "已给价目表", 3),
]  # fmt: skip
CLOSED = [
    (12, "冯女士", "冯爷爷", "历城区", "phone", "每天夜里要人看护。", "out_of_scope", "距离太远，夜间没有交通", "历城区居家养老服务中心"),
    (20, "袁先生", "袁奶奶", "历下区", "web", "临时两天陪诊。", "declined", "家属自己请了假", ""),
]  # fmt: skip


def receive(world: World, files: list[Client]) -> None:
    """Enquiries of the last weeks in the order they came; the newest files came from two of them."""
    told = [(days, 11, _closed, row) for days, *row in CLOSED]
    told += [(days, hour, _open, row) for days, hour, *row in OPEN]
    told += [((world.today - client.created_at.date()).days, 7, _opened, client) for client in files[-2:]]
    for serial, (days, hour, tell, row) in enumerate(sorted(told, key=lambda one: (-one[0], one[1])), 1001):
        with at(world.ago(days), hour=hour):
            tell(world, f"1390000{serial}", days, row)
    _other_matters(world)
    _shift(world)


def _closed(world, phone, days, row):
    *asked, outcome, reason, referred_to = row
    enquiry = _take(world, phone, *asked, answer="已回电")
    with at(world.ago(days - 2), hour=15):
        actions.close_enquiry(
            enquiry=enquiry, by=world.coordinator, outcome=outcome, closed_reason=reason, referred_to=referred_to
        )


def _other_matters(world):
    """A call nobody spoke in, a reporter for the manager, and praise that waits to be put on record."""
    with at(world.ago(3), hour=9):
        actions.note_call(by=world.coordinator, outcome=Enquiry.Outcome.SILENT)
    with at(world.ago(1), hour=10):
        press = _take(
            world, "13900001901", "晚报程记者", "", "", "phone", "想采访居家养老服务员的一天。", matter="press"
        )
        actions.hand_over(enquiry=press, by=world.coordinator, to=world.manager, note="请管理者本人回电。")
    with at(world.ago(1), hour=11):
        need = "住院那几天，服务员每天打电话来问，要谢谢她。"
        _take(world, "13900001902", "唐女士", "唐爷爷", "市中区", "phone", need, matter="praise")


def _shift(world):
    with at(world.ago(1), hour=17, minute=30):
        note = "孙女士明天上午等回电，先把钟点价目表发给她；打印机缺纸，已报修。"
        row = shifts.hand_over_shift(by=world.coordinator, to=world.manager, note=note)
    with at(world.ago(1), hour=17, minute=45):
        shifts.take_over_shift(shift=row, by=world.manager)


def _opened(world, phone, days, client):
    asked = (f"{client.name[0]}女士", client.salutation, client.district, "phone", "想找人做饭、陪聊。")
    enquiry = _take(world, phone, *asked)
    with at(world.ago(days), hour=18):
        actions.became_client(enquiry=enquiry, client=client, by=world.coordinator)


def _open(world, phone, days, row):
    *asked, answer, ahead = row
    enquiry = _take(world, phone, *asked, answer=answer)
    if ahead:
        day = world.ago(days - ahead)
        actions.follow_up(enquiry=enquiry, by=world.coordinator, text="约好再联系", follow_up_on=day)


def _take(world, phone, caller, salutation, district, channel, need, *, answer="", matter="service"):
    return actions.take_enquiry(
        by=world.coordinator,
        caller=caller,
        phone=phone,
        salutation=salutation,
        district=district,
        channel=channel,
        need=need,
        answer=answer,
        matter=matter,
        is_repeated=channel == "phone",
        rating=1 if channel == "phone" and answer else None,
    )
