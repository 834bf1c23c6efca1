"""No page offers anybody a link or button that their role may not use."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
import rules
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import Resolver404, resolve

from agencies.models import PriceList, Role, StoredFile
from agencies.tenancy import agency_context
from archive.models import ArchiveRecord, ControlledText, DisposalList, Document
from caregivers.models import (
    Absence,
    Caregiver,
    Course,
    Credential,
    ExamResult,
    StaffFile,
    SupplyIssue,
    TrainingPlanLine,
    TrainingSession,
)
from clients.models import Assessment, Client, ClientPaper, DataRequest, Enquiry, HomeFinding, ShiftNote
from contracts.models import Agreement, Handover, ServicePlan, SpecialEvent, Visit
from supervision.models import Complaint, Incident, ReturnVisit, SurveyRound
from tests.factories import DAY, make_member, make_one

ROWS = [
    *(
        (Absence, {}),
        (Agreement, {}),
        (Caregiver, {}),
        (ArchiveRecord, {}),
        (Assessment, {}),
        (Client, {}),
        (Complaint, {}),
    ),
    *(
        (Credential, {}),
        (Document, {"state": "failed"}),
        (Enquiry, {}),
        (ShiftNote, {}),
        (HomeFinding, {}),
        (ClientPaper, {}),
        (DataRequest, {}),
        (Handover, {}),
        (PriceList, {"state": "draft"}),
        (SpecialEvent, {}),
        (Incident, {}),
    ),
    *((ReturnVisit, {}), (ServicePlan, {}), (StaffFile, {}), (SupplyIssue, {}), (SurveyRound, {}), (Visit, {})),
    *((TrainingSession, {"state": state}) for state in ("planned", "held")),
    *((Course, {}), (ExamResult, {}), (TrainingPlanLine, {"year": 2026})),
    *((Caregiver, {"state": state, "posted_on": DAY}) for state in ("active", "suspended")),
    *((Agreement, {"state": state}) for state in ("signing", "cancelled")),
    *(
        (DisposalList, {"state": "open", "appraised_at": None}),
        (DisposalList, {"state": "appraised"}),
        (ControlledText, {}),
    ),
]


class Offers(HTMLParser):
    """Addresses of links and forms that stand on a page."""

    def __init__(self):
        super().__init__()
        self.links, self.forms = [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a" and attrs.get("href", "").startswith("/maple/"):
            self.links.append(attrs["href"])
        if tag == "form" and attrs.get("action", "").startswith("/maple/"):
            self.forms.append(attrs["action"])


def view_of(address):
    """Name and right of the page at an address."""
    match = resolve(urlsplit(address).path)
    view = getattr(match.func, "view_class", match.func)
    return match.url_name, getattr(view, "right", "")


def offers_of(client, address):
    response = client.get(address)
    if "html" not in response.get("Content-Type", ""):
        return response.status_code, Offers()
    page = Offers()
    page.feed(response.content.decode())
    return response.status_code, page


@pytest.mark.parametrize("role", [Role.MANAGER, Role.COORDINATOR, Role.QUALITY_OFFICER, Role.ARCHIVIST])
def test_everything_offered_may_be_used(client, maple, role):
    member = make_member(maple, role)
    client.force_login(member.user)
    with agency_context(maple):
        for model, values in ROWS:
            make_one(model, **values)
        for row in StoredFile.objects.all():
            default_storage.save(row.file.name, ContentFile(b"x"))
    wrong, seen, todo = set(), set(), ["/maple/"]
    while todo:
        address = todo.pop(0)
        name, _right = view_of(address)
        state = name, urlsplit(address).query
        if state in seen or len([one for one in seen if one[0] == name]) > 4:
            continue
        seen.add(state)
        status, page = offers_of(client, address)
        if status == 403:
            wrong.add((name, name))
        for offered in [*page.links, *page.forms]:
            try:
                target, right = view_of(offered)
            except Resolver404:
                wrong.add((name, offered))
                continue
            if right and not rules.has_perm(right, member):
                wrong.add((name, target))
        todo += page.links
    assert wrong == set()
    assert len({name for name, _query in seen}) > 30


def test_refused_page_keeps_the_menu(client, maple):
    client.force_login(make_member(maple, Role.ARCHIVIST).user)
    page = client.get("/maple/settings/")
    assert page.status_code == 403
    assert "/maple/archive/" in page.content.decode()
    assert "agencies.manage" not in page.content.decode()
    assert client.get("/maple/clients/new/").status_code == 403
