"""Addresses of this app's pages."""

from django.urls import path

from clients import api, views

office_urls = [
    path("clients/", views.ClientList.as_view(), name="client_list"),
    path("clients/new/", views.client_new, name="client_new"),
    path("clients/<int:client_pk>/", views.client_file, name="client_file"),
    path("clients/<int:client_pk>/edit/", views.client_edit, name="client_edit"),
    path("clients/<int:client_pk>/health/", views.client_health, name="client_health"),
    path("clients/<int:client_pk>/guardians/new/", views.guardian_new, name="guardian_new"),
    path("clients/<int:client_pk>/risks/new/", views.risk_note_new, name="risk_note_new"),
    path("clients/<int:client_pk>/consents/new/", views.consent_new, name="consent_new"),
    path("clients/<int:client_pk>/assessments/new/", views.assessment_new, name="assessment_new"),
    path("clients/<int:client_pk>/reveal/<slug:field>/", views.client_reveal, name="client_reveal"),
    path("guardians/<int:guardian_pk>/remove/", views.guardian_remove, name="guardian_remove"),
    path("risks/<int:note_pk>/remove/", views.risk_note_remove, name="risk_note_remove"),
    path("consents/<int:consent_pk>/withdraw/", views.consent_withdraw, name="consent_withdraw"),
]
phone_urls = []
public_urls = []
api_views = [("clients", api.ClientViewSet)]
