"""Office pages of publishing a price list: filed as it goes out, and printed as a board."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.models import PriceList
from agencies.pages import press
from agencies.permissions import may
from archive import prices
from archive.models import Document


@may("agencies.manage")
@require_POST
def price_list_publish(request, price_list_pk):
    price_list = get_object_or_404(PriceList, pk=price_list_pk)
    back = office_url("price_list_list")
    return press(
        request, prices.publish_price_list, back=back, done=_("Published."), price_list=price_list, by=request.user,
        seen=request.POST.get("seen", ""),
    )  # fmt: skip


@may("agencies.office")
@require_POST
def price_board(request, price_list_pk):
    """The board as it was printed when the list went out; lists older than boards get theirs now."""
    price_list = get_object_or_404(PriceList, pk=price_list_pk, state=PriceList.State.PUBLISHED)
    boards = Document.objects.filter(kind=Document.Kind.PRICE_BOARD, subject_id=price_list.pk)
    board = boards.order_by("-requested_at").first()
    if board and board.file_id:
        return redirect(office_url("file_view", board.file_id))
    if board is None:
        prices.print_board(price_list=price_list, by=request.user)
    messages.info(request, _("The board is being prepared; open it again in a moment."))
    return redirect(office_url("price_list_list"))
