"""Every main page with real content: nothing serious for axe, no policy refusal, nothing wider than the screen."""

import re
from urllib.parse import urlsplit

import pytest
from django.urls import resolve
from django.utils import timezone, translation

from agencies.models import Message, User
from agencies.tenancy import agency_context
from archive.models import Document
from carecenter.demo import onboarding, onsite
from carecenter.demo import world as demo
from carecenter.demo.careers import careers, judge
from carecenter.demo.reception import receive
from carecenter.demo.supervision import supervise
from caregivers.models import Caregiver, Course, Evaluation
from caregivers.queries.badge import badge_url
from clients.models import Consent, Enquiry
from contracts.actions import running, signing
from contracts.models import SpecialEvent, Visit
from supervision.models import Complaint, Incident, ReturnVisit, SurveyInvitation, SurveyRound
from tests.carecenter.test_look import problems
from tests.past_the_rules import rewrite
from tests.test_story import sign_in
from tests.world import make_world, sign_agreement, staff_up

# Latin words of four letters that a Chinese page does not have; hashes, links and names of standards aside.
ENGLISH = re.compile(r"(?<![\w/.:~=-])(?!English|Excel|Barthel|JPEG|WebP|mmHg|http|kangze)[A-Za-z]{4,}(?![\w/~=-])")

NO_PAGES = {"file_view", "import_template"}  # files to be downloaded


@pytest.fixture
def world(committed_db):
    """An agency with agreements in force, one being signed, one ended, visits, calls, surveys and complaints."""
    world = make_world()
    with translation.override("zh-hans"), agency_context(world.agency):
        caregivers = staff_up(world, 3)
        clients = demo.take_in(world, 12)
        receive(world, clients)
        signed = [
            sign_agreement(world, caregiver, client, starts_on=world.ago(20))
            for caregiver, client in zip(caregivers, clients[1:4], strict=True)
        ]
        for agreement in signed:
            demo.live_through(world, agreement, until=world.today)
        nobody_came = Visit.objects.filter(pk=first(Visit, state="done"))
        rewrite(nobody_came, state="missed", checked_in_at=None, checked_out_at=None)
        demo.plan_ahead()
        supervise(world, signed)
        careers(world, caregivers)
        judge(world, caregivers)
        onboarding.equip(world, caregivers)
        onboarding.scan_badges(world, signed)
        world.signing = sign_agreement(world, caregivers[0], clients[5], slot=2, upto="signing")
        world.ended = sign_agreement(world, caregivers[1], clients[7], starts_on=world.ago(30), slot=2)
        running.end_agreement(
            agreement=world.ended, by=world.manager, ended_on=timezone.localdate(), end_reason="client", end_note="搬家"
        )
        onsite.take_down(world, signed)
        onsite.happen(world, signed)
        world.signed, world.clients, world.caregivers = signed, clients, caregivers
    for user in User.objects.all():
        user.set_password(demo.PASSWORD)
        user.save()
    return world


def first(model, **filters):
    return model.objects.filter(**filters).order_by("pk").first().pk


def name_of(path):
    return resolve(path.partition("?")[0]).url_name


def office_paths(world):
    client, agreement = world.signed[0].client_id, world.signed[0].pk
    return [
        "",
        "search/?q=wang",
        "clients/",
        f"clients/{client}/",
        "clients/new/",
        "enquiries/",
        f"enquiries/{first(Enquiry)}/",
        "enquiries/new/",
        "shifts/",
        "shifts/new/",
        f"clients/{client}/home/new/",
        f"clients/{client}/papers/new/",
        f"clients/{client}/requests/new/",
        "client-papers/",
        "data-requests/",
        f"clients/{client}/consents/new/",
        f"consents/{first(Consent, client=client)}/withdraw/",
        f"clients/{client}/assessments/new/",
        f"clients/{client}/plans/new/",
        f"clients/{client}/agreements/new/",
        "caregivers/",
        f"caregivers/{world.caregivers[0].pk}/",
        f"caregivers/{world.caregivers[0].pk}/credentials/new/",
        f"caregivers/{world.caregivers[0].pk}/onboarding/",
        f"caregivers/{first(Caregiver, state='onboarding')}/onboarding/",
        f"caregivers/{first(Caregiver, state='onboarding')}/onboarding/interview/",
        f"caregivers/{world.caregivers[0].pk}/badge/lost/",
        f"caregivers/{world.caregivers[0].pk}/supplies/new/",
        f"caregivers/{world.caregivers[0].pk}/level/",
        f"caregivers/{world.caregivers[0].pk}/skills/",
        f"caregivers/{world.caregivers[0].pk}/skills/check/",
        f"caregivers/{world.caregivers[0].pk}/training/",
        f"caregivers/{world.caregivers[0].pk}/results/new/",
        f"caregivers/{world.caregivers[0].pk}/evaluate/",
        f"evaluations/{first(Evaluation)}/",
        "evaluations/",
        "evaluations/records/",
        "promotions/",
        "training/",
        "training/new/",
        "training/courses/",
        f"training/courses/{first(Course)}/",
        "training/plan/",
        "credentials/",
        "absences/",
        "staff/",
        "settings/rules/",
        "imports/",
        "imports/exam_results/new/",
        "onboarding/",
        "badges/",
        "supplies/",
        "agreements/",
        f"agreements/{agreement}/",
        f"agreements/{world.signing.pk}/",
        f"agreements/{world.signing.pk}/sign/client/",
        f"agreements/{world.ended.pk}/",
        "handovers/",
        "special/",
        f"special/{first(SpecialEvent, state='open')}/",
        f"clients/{client}/door/",
        f"clients/{client}/measurements/",
        "incidents/",
        f"incidents/{first(Incident, state='reported')}/",
        "rota/",
        "visits/",
        f"visits/{first(Visit, state='done')}/",
        f"visits/{first(Visit, state='planned')}/assign/",
        "calls/",
        f"calls/{first(ReturnVisit, state='due')}/",
        "complaints/",
        f"complaints/{first(Complaint)}/",
        "complaints/new/",
        f"visits/{first(Visit, state='missed')}/missed/",
        "surveys/",
        f"surveys/{first(SurveyRound)}/",
        "archive/",
        "archive/papers/",
        "prices/",
        "messages/",
        "jobs/",
        "settings/",
    ]


@pytest.mark.browser
def test_office_pages_with_content_are_sound(world, office_page):
    sign_in(office_page, world.manager.phone)
    with agency_context(world.agency):
        paths = [f"/kangze/{path}" for path in office_paths(world)]
    found, english, known = {}, {}, {name_of(path) for path in paths}
    for path in paths:  # grows by every kind of page that is linked from one of them
        found |= {(path, width): problems(office_page, path, width) for width in (1440, 390)}
        english[path] = ENGLISH.findall(office_page.inner_text("body"))
        for link in office_page.eval_on_selector_all("a[href^='/kangze/']", "all => all.map(a => a.pathname)"):
            if (name := name_of(link)) not in known | NO_PAGES:
                known.add(name)
                paths.append(link)
    assert {where: what for where, what in found.items() if what} == {}
    assert {path: words for path, words in english.items() if words} == {}


@pytest.mark.browser
def test_phone_and_public_pages_with_content_are_sound(world, phone_page):
    with agency_context(world.agency):
        visit = first(Visit, caregiver=world.caregivers[0], state="planned")
        evaluation = first(Evaluation, caregiver=world.caregivers[0])
        invitation = SurveyInvitation.objects.filter(round__state="open", answers=None).first()
        paper = Document.objects.filter(state="ready").first().verify_code
        text = Message.objects.get(key=f"survey:{invitation.pk}").body
        badges = [urlsplit(badge_url(world.caregivers[0], version)).path for version in (1, 9)]
        link = urlsplit(signing.link_of(world.signing, "client")).path
    paths = [
        "",
        "enquire/",
        "enquire/status/",
        "complain/",
        "complain/status/",
        f"verify/{paper}/",
        text[text.index("survey/") :],
    ]
    found = {path: problems(phone_page, f"/p/kangze/{path}", 390) for path in paths}
    found |= {path: problems(phone_page, path, 390) for path in (link, *badges)}
    own = ["/me/level/", "/me/training/", "/me/figures/", f"/me/evaluations/{evaluation}/", "/me/papers/", "/me/rule/"]
    own += ["/me/emergency/", "/me/special/"]
    sign_in(phone_page, world.caregivers[0].phone)
    for path in ("/me/", "/me/schedule/", "/me/mine/", "/me/messages/", "/me/supplies/", f"/me/visits/{visit}/", *own):
        found[path] = problems(phone_page, path, 390)
    assert {where: what for where, what in found.items() if what} == {}
