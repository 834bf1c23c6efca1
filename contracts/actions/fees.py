"""Fee statements (4.1.5): counted from the visits that were made, adjusted with a reason, approved, printed, voided."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from agencies.calendar import months_later
from agencies.models import AgencySettings, User
from agencies.numbers import take_numbers
from agencies.tenancy import current_agency
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document
from contracts.models import Agreement, FeeStatement
from contracts.queries.fees import (
    MonthlyCharge,
    month_charges,
    month_days,
    not_closed,
    visits_of_month,
    without_statement,
)

State = FeeStatement.State


def prepare_statements(*, month: dt.date, agreement: Agreement | None = None) -> dict[str, int]:
    """A draft for each agreement that was served in a month and has none, or for one; running it again adds nothing."""
    month = month_days(month)[0]
    if month > timezone.localdate():
        raise ValidationError({"month": _("This month has not begun yet.")})
    AgencySettings.objects.select_for_update().get()  # one at a time: whoever comes second finds the drafts of the first
    agreements = list(without_statement(month).filter(**({"pk": agreement.pk} if agreement else {})))
    charges = month_charges(agreements, month)
    agreements = [one for one in agreements if charges[one.pk]]
    series = f"JS-{month.year}"
    numbers = take_numbers(series, len(agreements)) if agreements else []
    rows = [_draft(one, month, charges[one.pk], f"{series}-{n:04}") for one, n in zip(agreements, numbers, strict=True)]
    bulk_create_with_history(rows, FeeStatement)
    return {"statements": len(rows)}


def prepare_last_month() -> dict[str, int]:
    """The drafts of the month that has ended."""
    return prepare_statements(month=months_later(timezone.localdate().replace(day=1), -1))


def _draft(agreement, month, charges, number):
    return FeeStatement(
        agency=current_agency(),
        number=number,
        agreement=agreement,
        month=month,
        charges=_written(charges),
        total=_sum(charges),
        due_on=months_later(month, 1).replace(day=agreement.payment_day),
        counted_at=timezone.now(),
    )


def _written(charges: list[MonthlyCharge]) -> list[dict[str, Any]]:
    """The lines as they are kept; amounts as text, so that no cent is lost."""
    return [
        {
            "item": charge.item.pk if charge.item else None,
            "name": charge.item.name if charge.item else "",
            "holiday": charge.line.is_holiday,
            "rate": str(charge.line.rate.amount),
            "unit": charge.line.rate.unit,
            "quantity": str(charge.line.quantity),
            "amount": str(charge.line.amount),
        }
        for charge in charges
    ]


def _sum(charges):
    return sum((charge.line.amount for charge in charges), Decimal(0))


def total_of(statement: FeeStatement) -> Decimal:
    """The lines and the adjustments together, in yuan."""
    return sum((Decimal(row["amount"]) for row in (*statement.charges, *statement.adjustments)), Decimal(0))


def is_outdated(statement: FeeStatement) -> bool:
    """Whether the visits say something else by now than the draft."""
    return statement.charges != _written(month_charges([statement.agreement], statement.month)[statement.agreement_id])


def count_again(*, statement: FeeStatement, by: User) -> None:
    """Bring a draft up to what the visits say now; adjustments stay."""
    statement = _locked_draft(statement)
    statement.charges = _written(month_charges([statement.agreement], statement.month)[statement.agreement_id])
    statement.counted_at = timezone.now()
    _save(statement)


def adjust(*, statement: FeeStatement, by: User, amount: Decimal, reason: str) -> None:
    """Add an amount, or take one off when it is negative, with its reason."""
    statement = _locked_draft(statement)
    if amount == 0:
        raise ValidationError({"amount": _("An adjustment of nothing changes nothing.")})
    if total_of(statement) + amount < 0:
        text = _("The statement would fall below zero; what goes back to the client beyond it is settled on its own.")
        raise ValidationError({"amount": text})
    row = {"amount": str(amount), "reason": reason, "by": by.name, "on": timezone.localdate().isoformat()}
    statement.adjustments = [*statement.adjustments, row]
    _save(statement)


def take_back(*, statement: FeeStatement, by: User, place: int) -> None:
    """Take an adjustment off a draft, by its place in the list."""
    statement = _locked_draft(statement)
    if not 0 <= place < len(statement.adjustments):
        raise ValidationError(_("This adjustment is gone already."))
    statement.adjustments = [row for n, row in enumerate(statement.adjustments) if n != place]
    _save(statement)


def missing_for_approval(statement: FeeStatement) -> list[str]:
    """Everything that stands against approving a statement."""
    first, last = month_days(statement.month)
    agreement = statement.agreement
    problems = []
    if timezone.localdate() <= last and not (agreement.ended_on and agreement.ended_on < timezone.localdate()):
        problems.append(_("The month is not over yet; visits may still come."))
    if count := not_closed(visits_of_month(first).filter(agreement=agreement)).count():
        text = _("%(count)s visits of the month are not settled: enter what happened, or explain why nobody came.")
        problems.append(text % {"count": count})
    if is_outdated(statement):
        problems.append(_("The visits were changed after this was counted; count again."))
    return problems


def approve_statement(*, statement: FeeStatement, by: User, total: str) -> None:
    """A manager approves the sum that was seen; from now on nothing changes, and the paper is made."""
    statement = _locked_draft(statement)
    problems = missing_for_approval(statement)
    if total != f"{statement.total:.2f}":
        problems.append(_("The sum was changed after this page was opened; look at it again."))
    if problems:
        raise ValidationError(problems)
    statement.state, statement.approved_at, statement.approved_by = State.APPROVED, timezone.now(), by
    statement.document = request_document(
        kind=Document.Kind.FEE_STATEMENT, subject_id=statement.pk, title=f"服务费结算清单 {statement.number}", by=by
    )
    statement.save()
    file_record(
        archive_class=ArchiveClass.OTHER,
        source=ArchiveRecord.Source.FEE_STATEMENT,
        source_id=statement.pk,
        title=f"服务费结算清单 {statement.number}",
        clock_started_on=timezone.localdate(),
        by=by,
    )


def void_statement(*, statement: FeeStatement, by: User, reason: str) -> None:
    """Take a statement out of force; a new one of the month can be made then."""
    statement = _locked(statement)
    if statement.state == State.VOID:
        raise ValidationError(_("This statement is void already."))
    statement.state, statement.void_reason = State.VOID, reason
    statement.save()


def _locked(statement):
    rows = FeeStatement.objects.select_for_update(of=["self"]).select_related("agreement")
    return rows.get(pk=statement.pk)


def _locked_draft(statement):
    statement = _locked(statement)
    if statement.state != State.DRAFT:
        raise ValidationError(_("This statement was approved or voided; it does not change any more."))
    return statement


def _save(statement):
    statement.total = total_of(statement)
    statement.save()
