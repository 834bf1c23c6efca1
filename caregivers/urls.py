"""Addresses of this app's pages."""

from django.urls import path

from caregivers import api, phone
from caregivers.views import files as views
from caregivers.views import levels

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
    path("promotions/", levels.PromotionList.as_view(), name="promotion_list"),
    path("caregivers/<int:caregiver_pk>/level/", levels.caregiver_level, name="caregiver_level"),
    path("caregivers/<int:caregiver_pk>/level/<int:level>/apply/", levels.level_apply, name="level_apply"),
    path("caregivers/<int:caregiver_pk>/level/lower/", levels.level_demote, name="level_demote"),
    path("levels/applications/", levels.ApplicationList.as_view(), name="level_application_list"),
    path("levels/applications/<int:application_pk>/", levels.level_application, name="level_application"),
    path("levels/applications/<int:application_pk>/approve/", levels.application_approve, name="application_approve"),
    path("levels/applications/<int:application_pk>/reject/", levels.application_reject, name="application_reject"),
    path(
        "levels/applications/<int:application_pk>/withdraw/", levels.application_withdraw, name="application_withdraw"
    ),
    path("levels/appeals/<int:appeal_pk>/", levels.appeal_decide, name="appeal_decide"),
    path("credentials/<int:credential_pk>/verify/", views.credential_verify, name="credential_verify"),
]
phone_urls = [
    path("messages/", phone.messages_page, name="messages"),
    path("mine/", phone.mine, name="mine"),
    path("level/", phone.level, name="level"),
    path("level/grants/<int:grant_pk>/appeal/", phone.grant_appeal, name="grant_appeal"),
    path("level/applications/<int:application_pk>/appeal/", phone.application_appeal, name="application_appeal"),
]
public_urls = []
api_views = [("caregivers", api.CaregiverViewSet)]
