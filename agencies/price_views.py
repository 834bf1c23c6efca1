"""Office pages of what is offered (5) and at what price (4.1.5)."""

from decimal import Decimal

import rules
from django import forms
from django.contrib import messages
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agencies.actions import prices as actions
from agencies.forms import CleanForm
from agencies.links import office_url
from agencies.models import AgencySettings, Price, PriceList, ServiceItem, WorkForm
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from agencies.queries import as_shown, in_order, price_list_on


@may("agencies.office")
def price_list_list(request):
    rows = PriceList.objects.select_related("drafted_by", "published_by")
    price_lists = list(rows.prefetch_related(Prefetch("prices", in_order(Price.objects))))
    for price_list in price_lists:
        price_list.shown = as_shown(price_list)
    context = {
        "price_lists": price_lists,
        "current": price_list_on(timezone.localdate()),
        "items": ServiceItem.objects.all(),
        "today": timezone.localdate(),
        "may_edit": rules.has_perm("agencies.manage", request.membership),
        "may_draft": rules.has_perm("agencies.draft_prices", request.membership),
        "by_two": AgencySettings.objects.get().price_list_by_two,
    }
    return render(request, "agencies/price_lists.html", context)


@may("agencies.draft_prices")
@require_POST
def price_list_copy(request):
    return press(request, actions.copy_price_list, back=office_url("price_list_list"), by=request.user)


@may("agencies.draft_prices")
@require_POST
def price_list_ask(request, price_list_pk):
    price_list = get_object_or_404(PriceList, pk=price_list_pk)
    done = _("The managers are told.")
    back = office_url("price_list_list")
    return press(request, actions.ask_to_publish, back=back, done=done, price_list=price_list, by=request.user)


class PriceListForm(CleanForm, forms.ModelForm):
    """A draft: a line for each work form, each item that may cost extra, holidays and the fee; empty ones are left out."""

    class Meta:
        model = PriceList
        fields = ["name", "effective_from"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("name of the list")
        prices = {(price.kind, price.work_form, price.service_item_id): price for price in self.instance.prices.all()}
        kind = Price.Kind
        self.lines = [
            *(Price(kind=kind.SERVICE, work_form=value) for value in WorkForm.values),
            *(Price(kind=kind.SERVICE, service_item=item) for item in ServiceItem.objects.filter(is_active=True)),
            *(Price(kind=kind.HOLIDAY, work_form=value) for value in WorkForm.values),
            Price(kind=kind.FEE),
        ]
        for line in self.lines:
            self._add_line(line, prices.get((line.kind, line.work_form, line.service_item_id)))

    def _add_line(self, line, price):
        name = _line_name(line)
        units = [choice for choice in Price.Unit.choices if line.kind == Price.Kind.FEE or choice[0] != Price.Unit.ONCE]
        self.fields[f"{name}_amount"] = forms.DecimalField(
            label=str(line), required=False, min_value=Decimal("0.01"), max_digits=10, decimal_places=2
        )
        self.fields[f"{name}_unit"] = forms.ChoiceField(label=_("unit"), choices=units, required=False)
        self.fields[f"{name}_note"] = forms.CharField(label=_("what it includes"), max_length=200, required=False)
        if price:
            self.initial |= {f"{name}_{field}": getattr(price, field) for field in ("amount", "unit", "note")}

    def groups(self):
        """(price, amount, unit, note) for each line, as the page shows them."""
        for line in self.lines:
            name = _line_name(line)
            yield line, self[f"{name}_amount"], self[f"{name}_unit"], self[f"{name}_note"]

    def clean(self):
        data = super().clean()
        prices = []
        for line in self.lines:
            name = _line_name(line)
            if amount := data.get(f"{name}_amount"):
                what = {"kind": line.kind, "work_form": line.work_form, "service_item": line.service_item}
                unit = data.get(f"{name}_unit") or Price.Unit.HOUR
                prices.append({**what, "unit": unit, "amount": amount, "note": data.get(f"{name}_note", "")})
            elif data.get(f"{name}_note"):
                self.add_error(f"{name}_amount", _("Say the price, or leave the whole line empty."))
        return {"prices": prices, **{name: data[name] for name in ("name", "effective_from") if name in data}}


def _line_name(line):
    if line.kind == Price.Kind.SERVICE:
        return line.work_form or f"item_{line.service_item_id}"
    return f"{line.kind}_{line.work_form}"


@may("agencies.draft_prices")
def price_list_edit(request, price_list_pk):
    price_list = get_object_or_404(PriceList, pk=price_list_pk, state=PriceList.State.DRAFT)
    form = PriceListForm(request.POST or None, instance=PriceList.objects.get(pk=price_list.pk))
    back = office_url("price_list_list")
    if form.is_valid():
        return press(
            request, actions.set_prices, back=back, done=_("Saved."), price_list=price_list, by=request.user,
            **form.cleaned_data,
        )  # fmt: skip
    return form_page(
        request, form=form, title=_("Prices of a draft"), back=back, template="agencies/price_list_form.html"
    )


class ItemForm(CleanForm, forms.ModelForm):
    class Meta:
        model = ServiceItem
        fields = ["group", "name", "name_en", "unable_only", "level_needed", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.clause:  # an item of the standard keeps its words
            for name in ("group", "name", "name_en", "unable_only"):
                del self.fields[name]


@may("agencies.manage")
def item_new(request):
    form = ItemForm(request.POST or None)
    back = office_url("price_list_list")
    if submit(form, actions.save_item, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("New item of our own"), back=back)


@may("agencies.manage")
def item_edit(request, item_pk):
    item = get_object_or_404(ServiceItem, pk=item_pk)
    form = ItemForm(request.POST or None, instance=ServiceItem.objects.get(pk=item.pk))
    back = office_url("price_list_list")
    if submit(form, actions.save_item, by=request.user, item=item):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=str(item), lead=item.code, back=back)
