"""Messages passed on by hand, files asked for, and prices as the office and the public read them."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from agencies.actions import messages as actions
from agencies.exports import make_export
from agencies.lists import OfficeList
from agencies.models import Export, Message, Price, PriceList, ServiceItem
from agencies.queries import included_items, prices_on
from agencies.tenancy import agency_context
from tests.factories import DAY, make_member, make_one


@pytest.fixture
def manager(maple):
    return make_member(maple)


def states():
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_ticked_messages_are_noted_as_sent_together(client, maple, manager):
    client.force_login(manager.user)
    address = reverse("messages_sent", args=["maple"])
    with agency_context(maple):
        rows = [make_one(Message) for _row in range(3)]
    client.post(address, {"message": [rows[0].pk, rows[2].pk, "x"]})
    with agency_context(maple):
        assert states() == ["sent", "queued", "sent"]
        assert Message.objects.get(pk=rows[0].pk).sent_by == manager.user
    client.post(address, {"message": [rows[1].pk, rows[2].pk]})
    with agency_context(maple):
        assert states() == ["sent", "queued", "sent"]


def test_nothing_ticked_and_sent_meanwhile_are_refused(in_maple, manager):
    row = make_one(Message)
    with pytest.raises(ValidationError, match="Tick the messages"):
        actions.mark_messages_sent(messages=[], by=manager.user)
    actions.mark_messages_sent(messages=[row.pk], by=manager.user)
    with pytest.raises(ValidationError, match="noted as sent meanwhile"):
        actions.mark_messages_sent(messages=[row.pk], by=manager.user)


def test_file_asked_for_has_the_name_of_its_list_and_the_page_looks_again(client, maple, manager):
    client.force_login(manager.user)
    with agency_context(maple):
        export = Export.objects.create(list_name="clients", requested_by=manager.user)
    waiting = client.get(reverse("export_list", args=["maple"]))
    assert "<td>客户</td>" in waiting.content.decode()
    assert 'http-equiv="refresh"' in waiting.content.decode()
    with agency_context(maple):
        make_export(export_id=export.pk)
        export.refresh_from_db()
        assert export.file.name.startswith("客户-")
    assert 'http-equiv="refresh"' not in client.get(reverse("export_list", args=["maple"])).content.decode()


def test_every_list_that_is_exported_has_a_title():
    assert [name for name, view in OfficeList.by_name.items() if view.columns and not view.title] == []


def test_prices_stand_from_the_shortest_work_form_to_what_costs_extra(client, maple, manager):
    with agency_context(maple):
        walk = make_one(ServiceItem, code="1.2", name="陪同散步", group="living_care")
        feed = make_one(ServiceItem, code="1.1", name="喂饭", group="living_care")
        make_one(ServiceItem, code="1.3", name="不再提供", group="living_care", is_active=False)
        prices = make_one(PriceList, name="2026年价目表", effective_from=DAY)
        make_one(Price, price_list=prices, work_form="", service_item=walk)
        for form in ("live_in", "hourly", "day"):
            make_one(Price, price_list=prices, work_form=form)
        PriceList.objects.filter(pk=prices.pk).update(state="published", published_at="2026-01-01T00:00Z")
        assert [price.work_form or price.service_item.name for price in prices_on(DAY)] == [
            *("hourly", "day", "live_in", "陪同散步")
        ]
        assert included_items(prices) == [feed]
    page = client.get("/p/maple/").content.decode()
    assert "喂饭" in page
    assert "不再提供" not in page
