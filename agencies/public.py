"""Public pages of an agency, no account: who it is, its licences and its prices (4.1.1, 4.1.5)."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from agencies.models import Licence
from agencies.queries import in_order, included_items, price_list_on
from agencies.views import serve


@login_not_required
def agency(request):
    if request.agency is None:
        raise Http404
    price_list = price_list_on(timezone.localdate())
    context = {
        "licences": Licence.objects.filter(is_public=True, is_replaced=False).select_related("scan"),
        "price_list": price_list,
        "prices": in_order(price_list.prices) if price_list else [],
        "included": included_items(price_list) if price_list else [],
        "today": timezone.localdate(),
    }
    return render(request, "public/agency.html", context)


@login_not_required
def licence_scan(request, licence_pk):
    if request.agency is None:
        raise Http404
    licence = get_object_or_404(Licence, pk=licence_pk, is_public=True, is_replaced=False, scan__isnull=False)
    return serve(licence.scan)
