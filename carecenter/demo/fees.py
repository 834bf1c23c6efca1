"""Fee statements of the demo's last month: most approved, some adjusted, the rest waiting."""

from decimal import Decimal

from carecenter.demo.base import World
from contracts.actions import fees
from contracts.models import FeeStatement


def bill(world: World) -> None:
    fees.prepare_last_month()
    for place, statement in enumerate(FeeStatement.objects.select_related("agreement").order_by("number")):
        if place % 6 == 2:
            reason = "服务员迟到致歉减免"
            fees.adjust(statement=statement, by=world.coordinator, amount=Decimal(-30), reason=reason)
            statement.refresh_from_db()
        if place % 4 and not fees.missing_for_approval(statement):
            fees.approve_statement(statement=statement, by=world.manager, total=f"{statement.total:.2f}")
