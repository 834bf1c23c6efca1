"""Addresses of this app's pages."""

from django.urls import path

from clients import api, public
from clients.views import assessments, consents, enquiries, files, home, papers, requests, shifts

office_urls = [
    path("enquiries/", enquiries.EnquiryList.as_view(), name="enquiry_list"),
    path("enquiries/new/", enquiries.enquiry_new, name="enquiry_new"),
    path("enquiries/<int:enquiry_pk>/", enquiries.enquiry_page, name="enquiry_page"),
    path("enquiries/known/", enquiries.known, name="known"),
    path("enquiries/silent/", enquiries.enquiry_silent, name="enquiry_silent"),
    path("enquiries/<int:enquiry_pk>/hand-over/", enquiries.enquiry_hand_over, name="enquiry_hand_over"),
    path("enquiries/<int:enquiry_pk>/receipt/", enquiries.enquiry_receipt, name="enquiry_receipt"),
    path("enquiries/<int:enquiry_pk>/close/", enquiries.enquiry_close, name="enquiry_close"),
    path("enquiries/<int:enquiry_pk>/reveal/", enquiries.enquiry_reveal, name="enquiry_reveal"),
    path("shifts/", shifts.ShiftList.as_view(), name="shift_list"),
    path("shifts/new/", shifts.shift_new, name="shift_new"),
    path("shifts/<int:shift_pk>/take/", shifts.shift_take, name="shift_take"),
    path("clients/", files.ClientList.as_view(), name="client_list"),
    path("clients/new/", files.client_new, name="client_new"),
    path("clients/<int:client_pk>/", files.client_file, name="client_file"),
    path("clients/<int:client_pk>/edit/", files.client_edit, name="client_edit"),
    path("clients/<int:client_pk>/health/", files.client_health, name="client_health"),
    path("clients/<int:client_pk>/guardians/new/", files.guardian_new, name="guardian_new"),
    path("clients/<int:client_pk>/risks/new/", files.risk_note_new, name="risk_note_new"),
    path("clients/<int:client_pk>/consents/new/", consents.consent_new, name="consent_new"),
    path("clients/<int:client_pk>/consents/print/", consents.consent_print, name="consent_print"),
    path("clients/<int:client_pk>/assessments/new/", assessments.assessment_new, name="assessment_new"),
    path("clients/<int:client_pk>/reveal/<slug:field>/", files.client_reveal, name="client_reveal"),
    path("clients/<int:client_pk>/notice/", papers.client_notice, name="client_notice"),
    path("clients/<int:client_pk>/home/new/", home.home_check_new, name="home_check_new"),
    path("clients/<int:client_pk>/papers/new/", papers.paper_new, name="client_paper_new"),
    path("clients/<int:client_pk>/requests/new/", requests.data_request_new, name="data_request_new"),
    path("assessments/<int:assessment_pk>/", assessments.assessment_page, name="assessment_page"),
    path("assessments/<int:assessment_pk>/second/", assessments.assessment_second, name="assessment_second"),
    path("home-checks/<int:check_pk>/", home.home_check_page, name="home_check_page"),
    path("home-checks/<int:check_pk>/print/", home.home_check_print, name="home_check_print"),
    path("home-checks/findings/<int:finding_pk>/", home.home_finding_done, name="home_finding_done"),
    path("client-papers/", papers.PaperList.as_view(), name="client_paper_list"),
    path("client-papers/<int:paper_pk>/", papers.paper_page, name="client_paper_page"),
    path("client-papers/<int:paper_pk>/remove/", papers.paper_remove, name="client_paper_remove"),
    path("data-requests/", requests.RequestList.as_view(), name="data_request_list"),
    path("data-requests/<int:request_pk>/", requests.data_request_page, name="data_request_page"),
    path("data-requests/<int:request_pk>/refuse/", requests.data_request_refuse, name="data_request_refuse"),
    path("data-requests/<int:request_pk>/collect/", requests.data_request_collect, name="data_request_collect"),
    path("data-requests/<int:request_pk>/print/", requests.data_request_print, name="data_request_print"),
    path("guardians/<int:guardian_pk>/reveal/<slug:field>/", files.guardian_reveal, name="guardian_reveal"),
    path("guardians/<int:guardian_pk>/proof/", files.guardian_proof, name="guardian_proof"),
    path("guardians/<int:guardian_pk>/remove/", files.guardian_remove, name="guardian_remove"),
    path("risks/<int:note_pk>/remove/", files.risk_note_remove, name="risk_note_remove"),
    path("consents/<int:consent_pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
]
phone_urls = []
public_urls = [
    path("enquire/", public.enquire, name="enquire"),
    path("enquire/status/", public.enquiry_status, name="enquiry_status"),
]
api_views = [
    ("clients", api.ClientViewSet),
    ("enquiries", api.EnquiryViewSet),
    ("assessments", api.AssessmentViewSet),
    ("home-checks", api.HomeCheckViewSet),
    ("client-papers", api.ClientPaperViewSet),
    ("data-requests", api.DataRequestViewSet),
]
