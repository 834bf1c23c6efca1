"""Masked forms of personal data, shown unless the full value is asked for and logged (8.2)."""

import re

COMPOUND_SURNAMES = frozenset(
    [
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒", "宇文"),
        *("端木", "长孙", "南宫", "独孤", "轩辕", "司空", "钟离", "闾丘", "鲜于", "申屠", "赫连", "澹台", "公冶"),
        *("宗政", "濮阳", "淳于", "太叔", "仲孙", "呼延", "万俟", "百里", "东郭", "西门", "第五", "拓跋", "亓官"),
        *("司寇", "巫马", "公西", "漆雕", "乐正", "壤驷", "公良", "闻人", "颛孙", "左丘", "谷梁", "单于", "梁丘"),
        *("东门", "南门", "宰父", "夹谷", "子车", "公羊"),
    ]
)


def mask_name(name: str) -> str:
    """Keep the surname: 李*, 李**, 欧阳*."""
    kept = 2 if name[:2] in COMPOUND_SURNAMES and len(name) > 2 else 1
    return name[:kept] + "*" * (len(name) - kept)


def mask_phone(phone: str) -> str:
    """138****1234; a landline keeps its first four and last two characters."""
    if re.fullmatch(r"1[0-9]{10}", phone):
        return f"{phone[:3]}****{phone[-4:]}"
    return f"{phone[:4]}{'*' * (len(phone) - 6)}{phone[-2:]}" if len(phone) > 6 else "*" * len(phone)


def mask_identity(number: str) -> str:
    """Keep the first and the last two characters, so that the date of birth hides."""
    return f"{number[:1]}{'*' * (len(number) - 3)}{number[-2:]}" if len(number) > 3 else "*" * len(number)


def mask_address(address: str) -> str:
    """Hide the last eight characters, at least half."""
    hidden = max(min(8, len(address)), len(address) // 2)
    return address[: len(address) - hidden] + "*" * hidden
