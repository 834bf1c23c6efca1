"""A price list is filed as it is published, for ever, with its board to hang up (4.1.5, 7.5.3)."""

from agencies.actions import prices as actions
from agencies.models import PriceList, User
from archive.actions import file_record, request_document
from archive.models import ArchiveClass, ArchiveRecord, Document


def publish_price_list(*, price_list: PriceList, by: User, seen: str | None = None) -> None:
    """Put a list in force from its day, as it was seen; its board is printed and filed among the standards."""
    actions.publish_price_list(price_list=price_list, by=by, seen=seen)
    file_record(
        archive_class=ArchiveClass.STANDARDS,
        source=ArchiveRecord.Source.PRICE_LIST,
        source_id=price_list.pk,
        title=f"价目表 {price_list.name}",
        clock_started_on=price_list.effective_from,
        by=by,
    )
    print_board(price_list=price_list, by=by)


def print_board(*, price_list: PriceList, by: User) -> Document:
    """The board (服务价目公示) of a published list."""
    title = f"服务价目公示 {price_list.name}"
    return request_document(kind=Document.Kind.PRICE_BOARD, subject_id=price_list.pk, title=title, by=by)
