"""Addresses of this app's pages."""

from django.urls import path

from clients import api, public
from clients.views import assessments, consents, enquiries, files

office_urls = [
    path("enquiries/", enquiries.EnquiryList.as_view(), name="enquiry_list"),
    path("enquiries/new/", enquiries.enquiry_new, name="enquiry_new"),
    path("enquiries/<int:enquiry_pk>/", enquiries.enquiry_page, name="enquiry_page"),
    path("enquiries/<int:enquiry_pk>/close/", enquiries.enquiry_close, name="enquiry_close"),
    path("enquiries/<int:enquiry_pk>/reveal/", enquiries.enquiry_reveal, name="enquiry_reveal"),
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
    path("guardians/<int:guardian_pk>/reveal/<slug:field>/", files.guardian_reveal, name="guardian_reveal"),
    path("guardians/<int:guardian_pk>/proof/", files.guardian_proof, name="guardian_proof"),
    path("guardians/<int:guardian_pk>/remove/", files.guardian_remove, name="guardian_remove"),
    path("risks/<int:note_pk>/remove/", files.risk_note_remove, name="risk_note_remove"),
    path("consents/<int:consent_pk>/withdraw/", consents.consent_withdraw, name="consent_withdraw"),
]
phone_urls = []
public_urls = [path("enquire/", public.enquire, name="enquire")]
api_views = [("clients", api.ClientViewSet)]
