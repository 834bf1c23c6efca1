"""What to do first when something happens at a client's home (7.2.4): one card a kind, short enough to be read in need."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """Whom to call first, and what to do in order, in both languages."""

    numbers: tuple[str, ...]
    steps: tuple[str, ...]
    steps_en: tuple[str, ...]


SCENARIOS = {
    "illness": Scenario(
        ("120",),
        (
            "先看人：叫得应吗，有没有呼吸。没有反应马上打120，说清地址和门牌。",
            "不要搬动、不要喂水喂药；让老人侧躺或平躺，松开衣领，保持通风。",
            "按120电话里的指导做；备好身份证、医保卡和正在吃的药。",
            "打电话给家属，再打给机构；请邻居或物业到楼下接救护车。",
            "人不离开，直到医护人员或家属接手；记下时间和用过的药。",
        ),
        (
            "Look first: do they answer, do they breathe? If not, call 120 at once; say address and door.",
            "Do not move them, give no water or medicine; lay them on the side, loosen the collar, let air in.",
            "Do what 120 says on the phone; get identity card, insurance card and medicines ready.",
            "Call the family, then the agency; ask a neighbour to meet the ambulance downstairs.",
            "Stay until doctors or family take over; note the times and what was given.",
        ),
    ),
    "theft": Scenario(
        ("110",),
        (
            "先保证老人和自己的安全；人还在屋里就不要追、不要拦，退到安全处。",
            "打110，说清地址、什么东西不见了、什么时候发现的。",
            "东西不要动，门窗保持原样，等警察来看。",
            "打电话给机构，由机构通知家属；不要自己猜是谁。",
            "把看到的按时间写下来，配合调查。",
        ),
        (
            "Safety first: if somebody is still inside, do not chase or stop them; go where it is safe.",
            "Call 110: the address, what is missing, when it was found.",
            "Touch nothing, leave doors and windows as they are until the police have looked.",
            "Call the agency, which tells the family; do not guess who it was.",
            "Write down what you saw with the times, and help the inquiry.",
        ),
    ),
    "fire": Scenario(
        ("119", "120"),
        (
            "先救人：扶老人离开，湿毛巾捂口鼻、弯腰走，不坐电梯，随手关门。",
            "闻到煤气：关阀门、开窗，不开灯、不打电话，出门后再打119。",
            "到安全处打119，说清地址、几楼、有没有人被困；有人受伤打120。",
            "火很小且能一下扑灭时才用灭火器；油锅盖锅盖，不浇水。",
            "打电话给家属和机构；不要回屋拿东西。",
        ),
        (
            "People first: lead the client out, wet cloth over mouth, bent low, no lift, close doors behind you.",
            "Smell of gas: shut the valve, open windows, no switch, no phone; call 119 from outside.",
            "From a safe place call 119: address, floor, is anybody trapped? Somebody hurt: 120.",
            "Use an extinguisher only on a small fire; put a lid on burning oil, no water.",
            "Call the family and the agency; do not go back for things.",
        ),
    ),
    "injury": Scenario(
        ("120",),
        (
            "停下手里的活，先让自己到安全的地方。",
            "出血就用干净的布压住；烫伤用凉水冲十五分钟；跌伤不要勉强起身。",
            "伤重、头部受伤或被咬伤、扎伤，打120或马上去医院。",
            "打电话给机构：机构派人顶替，并报保险。",
            "保留病历、发票和现场照片，记下时间和在做什么。",
        ),
        (
            "Stop the work and get yourself to a safe place.",
            "Bleeding: press with a clean cloth. Burns: cool water for fifteen minutes. After a fall: do not force yourself up.",
            "Badly hurt, hit on the head, bitten or pricked: call 120 or go to hospital at once.",
            "Call the agency: it sends somebody else and tells the insurer.",
            "Keep medical papers, receipts and photos; note the time and what you were doing.",
        ),
    ),
    "other": Scenario(
        ("110", "120"),
        (
            "先保证老人和自己的安全。",
            "有危险打110，有人受伤或生病打120。",
            "老人走失：先问邻居、物业，半小时找不到就报110，准备近照。",
            "打电话给机构和家属，听机构安排。",
            "把发生的事按时间写下来。",
        ),
        (
            "Safety of the client and yourself first.",
            "Danger: 110. Somebody hurt or ill: 120.",
            "Client gone missing: ask neighbours; not found in half an hour, call 110 and have a photo ready.",
            "Call the agency and the family; do as the agency says.",
            "Write down what happened, with the times.",
        ),
    ),
}
