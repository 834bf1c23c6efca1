"""The check list of a client's home and equipment (7.2.3): pure data, one edition; a later one is a new list."""

from dataclasses import dataclass

EDITION = "2026-1"

GROUPS = {
    "way_in": ("入户与通道", "Way in"),
    "rooms": ("卧室与客厅", "Rooms"),
    "bath": ("卫生间", "Bathroom"),
    "kitchen": ("厨房、水电、燃气", "Kitchen, water, power, gas"),
    "equipment": ("照护设备与用品", "Equipment and supplies"),
    "worker": ("服务员工作条件", "For the caregiver"),
}


@dataclass(frozen=True)
class HomeItem:
    """One thing to look at: its group, and what is in order, in Chinese and English."""

    code: str
    group: str
    name: str
    name_en: str


ITEMS = tuple(
    HomeItem(*row)
    for row in (
        (
            "door",
            "way_in",
            "门锁、门铃、对讲能用，进门方式已说定",
            "Lock, bell and intercom work; the way in is agreed",
        ),
        (
            "stairs",
            "way_in",
            "楼梯有扶手，楼道无杂物、有照明",
            "Stairs have a rail, nothing lies about, there is light",
        ),
        ("escape", "way_in", "逃生通道通畅，知道最近的出口", "The way out is free, the nearest exit is known"),
        ("threshold", "rooms", "门槛、地毯、电线不绊脚", "No threshold, carpet or cable to trip over"),
        ("floor", "rooms", "地面防滑、干燥", "Floors are dry and not slippery"),
        ("light", "rooms", "照明充足，床边有夜灯或开关", "Enough light, a lamp or switch at the bed"),
        ("bed", "rooms", "床高合适、稳固，需要时有床档", "Bed of the right height, steady, with a rail if needed"),
        ("chair", "rooms", "常坐的椅子稳固、有扶手", "The usual chair is steady and has arms"),
        ("call", "rooms", "紧急呼叫或者电话在手边，号码贴在旁边", "Emergency call or phone at hand, numbers beside it"),
        ("air", "rooms", "通风、冷暖合适，窗户有防护", "Air and warmth are right, windows are guarded"),
        ("rails", "bath", "马桶、淋浴处有扶手", "Rails at toilet and shower"),
        ("mat", "bath", "有防滑垫、洗澡凳", "A mat that does not slip, a shower stool"),
        ("hot_water", "bath", "热水温度可控，不烫伤", "Hot water can be set and does not scald"),
        ("bath_door", "bath", "门能从外面打开", "The door opens from outside"),
        (
            "gas",
            "kitchen",
            "燃气软管、阀门完好，有报警器或者会关阀",
            "Gas hose and valve are good; alarm, or all know the valve",
        ),
        ("power", "kitchen", "插座、电线完好，不超负荷", "Sockets and cables are good and not overloaded"),
        ("smoke", "kitchen", "有烟感或者灭火器，知道怎么用", "Smoke alarm or extinguisher, and how to use it"),
        ("food", "kitchen", "食品储存、餐具消毒合适", "Food is stored and dishes are cleaned well"),
        ("walker", "equipment", "拐杖、助行器、轮椅完好，刹车有效", "Stick, walker, wheelchair are good, brakes hold"),
        ("transfer", "equipment", "移位带、移位机等适用且会用", "Transfer belt or hoist fit, and all can use them"),
        (
            "medical",
            "equipment",
            "血压计、体温计、制氧机等在有效期内",
            "Meters, thermometer, oxygen within their dates",
        ),
        ("medicine", "equipment", "药品单独存放，标签清楚", "Medicines are kept apart and labelled"),
        ("supplies", "equipment", "护理垫、手套、消毒用品够用", "Pads, gloves, disinfectant are enough"),
        ("protection", "worker", "服务员有洗手、更衣和防护条件", "Washing, changing and protection for the caregiver"),
        ("rest", "worker", "住家的有单独床位和休息条件", "Live-in: a bed of their own and room to rest"),
        ("animals", "worker", "宠物可控，贵重物品由客户自行保管", "Pets under control, valuables kept by the client"),
    )
)
BY_CODE = {item.code: item for item in ITEMS}


def groups() -> list[tuple[str, list[HomeItem]]]:
    """The items under their group, in the order of the list."""
    return [(group, [item for item in ITEMS if item.group == group]) for group in GROUPS]
