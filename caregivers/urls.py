"""Addresses of this app's pages."""

from django.urls import path

from caregivers import api
from caregivers.views import files as views

office_urls = [
    path("caregivers/", views.CaregiverList.as_view(), name="caregiver_list"),
    path("caregivers/new/", views.caregiver_new, name="caregiver_new"),
    path("caregivers/<int:caregiver_pk>/", views.caregiver_file, name="caregiver_file"),
    path("caregivers/<int:caregiver_pk>/edit/", views.caregiver_edit, name="caregiver_edit"),
    path("caregivers/<int:caregiver_pk>/credentials/new/", views.credential_new, name="credential_new"),
    path("caregivers/<int:caregiver_pk>/levels/new/", views.level_grant, name="level_grant"),
    path("caregivers/<int:caregiver_pk>/absences/new/", views.absence_new, name="absence_new"),
    path("caregivers/<int:caregiver_pk>/rule/", views.rule_acknowledge, name="rule_acknowledge"),
    path("caregivers/<int:caregiver_pk>/post/", views.caregiver_post, name="caregiver_post"),
    path("caregivers/<int:caregiver_pk>/suspend/", views.caregiver_suspend, name="caregiver_suspend"),
    path("caregivers/<int:caregiver_pk>/leave/", views.caregiver_dismiss, name="caregiver_dismiss"),
    path("caregivers/<int:caregiver_pk>/account/", views.account_open, name="account_open"),
    path("caregivers/<int:caregiver_pk>/reveal/<slug:field>/", views.caregiver_reveal, name="caregiver_reveal"),
    path("credentials/<int:credential_pk>/verify/", views.credential_verify, name="credential_verify"),
]
phone_urls = []
public_urls = []
api_views = [("caregivers", api.CaregiverViewSet)]
