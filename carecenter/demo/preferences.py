"""Preferred and never-send caregivers of the demo world."""

from carecenter.demo.base import World, at
from contracts.actions import preferences as actions
from contracts.models import Agreement

PREFERRED = ["会做面食，老人爱吃", "说话慢，听力不好的老人听得清", "上次住院期间一直是她照顾"]
NEVER = ("family", "两次没有提前说就晚到，家属不愿再请")


def note(world: World, signed: list[Agreement]) -> None:
    """Three clients would like whom they have; the first does not want the caregiver of the last any more."""
    for days, (agreement, reason) in enumerate(zip(signed, PREFERRED, strict=False), 3):
        with at(world.ago(days), hour=15):
            actions.note_preference(
                client=agreement.client, by=world.coordinator, caregiver=agreement.caregiver, kind="preferred",
                source="client", reason=reason,
            )  # fmt: skip
    source, reason = NEVER
    with at(world.ago(9), hour=10):
        actions.note_preference(
            client=signed[0].client, by=world.coordinator, caregiver=signed[-1].caregiver, kind="never",
            source=source, reason=reason,
        )  # fmt: skip
