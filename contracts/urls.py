"""Addresses of this app's pages."""

from django.urls import path

from contracts import api, phone, public
from contracts.views import agreements, handovers, plans, preferences, visits

office_urls = [
    path("clients/<int:client_pk>/plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<int:plan_pk>/", plans.plan_page, name="plan_page"),
    path("plans/<int:plan_pk>/edit/", plans.plan_edit, name="plan_edit"),
    path("plans/<int:plan_pk>/agree/", plans.plan_agree, name="plan_agree"),
    path("plans/<int:plan_pk>/print/", plans.plan_print, name="plan_print"),
    path("plans/<int:plan_pk>/copy/", plans.plan_copy, name="plan_copy"),
    path("clients/<int:client_pk>/preferences/new/", preferences.preference_new, name="preference_new"),
    path("preferences/<int:preference_pk>/end/", preferences.preference_end, name="preference_end"),
    path("agreements/", agreements.AgreementList.as_view(), name="agreement_list"),
    path("clients/<int:client_pk>/agreements/new/", agreements.agreement_new, name="agreement_new"),
    path("agreements/<int:agreement_pk>/", agreements.agreement_file, name="agreement_file"),
    path("agreements/<int:agreement_pk>/edit/", agreements.agreement_edit, name="agreement_edit"),
    path("agreements/<int:agreement_pk>/approve/", agreements.agreement_approve, name="agreement_approve"),
    path("agreements/<int:agreement_pk>/send/", agreements.agreement_send, name="agreement_send"),
    path("agreements/<int:agreement_pk>/links/", agreements.agreement_links, name="agreement_links"),
    path("agreements/<int:agreement_pk>/withdraw/", agreements.agreement_withdraw, name="agreement_withdraw"),
    path("agreements/<int:agreement_pk>/cancel/", agreements.agreement_cancel, name="agreement_cancel"),
    path("agreements/<int:agreement_pk>/amend/", agreements.agreement_amend, name="agreement_amend"),
    path("agreements/<int:agreement_pk>/suspend/", agreements.agreement_suspend, name="agreement_suspend"),
    path("agreements/<int:agreement_pk>/resume/", agreements.agreement_resume, name="agreement_resume"),
    path("agreements/<int:agreement_pk>/call-off/", agreements.agreement_call_off, name="agreement_call_off"),
    path("agreements/<int:agreement_pk>/end/", agreements.agreement_end, name="agreement_end"),
    path("agreements/<int:agreement_pk>/paper/", agreements.signature_paper, name="signature_paper"),
    path("agreements/<int:agreement_pk>/sign/<slug:party>/", agreements.signature_new, name="signature_new"),
    path("agreements/<int:agreement_pk>/handover/", handovers.handover_new, name="handover_new"),
    path("handovers/", handovers.HandoverList.as_view(), name="handover_list"),
    path("handovers/<int:handover_pk>/", handovers.handover_page, name="handover_page"),
    path("handovers/<int:handover_pk>/edit/", handovers.handover_edit, name="handover_edit"),
    path("handovers/<int:handover_pk>/open/", handovers.handover_open, name="handover_open"),
    path("handovers/<int:handover_pk>/back/", handovers.handover_back, name="handover_back"),
    path("handovers/<int:handover_pk>/sign/<slug:party>/", handovers.handover_sign, name="handover_sign"),
    path("handovers/<int:handover_pk>/file/", handovers.handover_file, name="handover_file"),
    path("rota/", visits.rota, name="rota"),
    path("visits/", visits.VisitList.as_view(), name="visit_list"),
    path("visits/tasks/<int:task_pk>/", visits.visit_of_task, name="visit_of_task"),
    path("visits/<int:visit_pk>/", visits.visit_page, name="visit_page"),
    path("visits/<int:visit_pk>/assign/", visits.visit_assign, name="visit_assign"),
    path("visits/<int:visit_pk>/unassign/", visits.visit_unassign, name="visit_unassign"),
    path("visits/<int:visit_pk>/move/", visits.visit_move, name="visit_move"),
    path("visits/<int:visit_pk>/cancel/", visits.visit_cancel, name="visit_cancel"),
    path("visits/<int:visit_pk>/note/", visits.visit_note, name="visit_note"),
    path("visits/<int:visit_pk>/afterwards/", visits.visit_afterwards, name="visit_afterwards"),
    path("visits/<int:visit_pk>/missed/", visits.visit_missed, name="visit_missed"),
    path("visits/<int:visit_pk>/make-up/", visits.visit_make_up, name="visit_make_up"),
]
phone_urls = [
    path("", phone.today, name="today"),
    path("schedule/", phone.schedule, name="schedule"),
    path("visits/<int:visit_pk>/", phone.visit, name="visit"),
    path("visits/<int:visit_pk>/check-in/", phone.check_in, name="check_in"),
    path("visits/<int:visit_pk>/work/", phone.work, name="work"),
    path("visits/<int:visit_pk>/note/", phone.note, name="note"),
    path("handovers/<int:handover_pk>/", phone.handover, name="handover"),
]
public_urls = [
    path("sign/<str:token>/<slug:party>/", public.sign, name="sign"),
    path("sign/<str:token>/<slug:party>/paper/", public.sign_paper, name="sign_paper"),
]
api_views = [("agreements", api.AgreementViewSet), ("visits", api.VisitViewSet)]
