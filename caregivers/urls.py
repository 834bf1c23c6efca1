"""Addresses of this app's pages."""

from django.urls import path

from caregivers import api, phone, phone_welfare, public
from caregivers.views import absences, badge, credentials, levels, onboarding, skills, supplies, welfare
from caregivers.views import files as views

office_urls = [
    path("caregivers/", views.CaregiverList.as_view(), name="caregiver_list"),
    path("caregivers/new/", views.caregiver_new, name="caregiver_new"),
    path("caregivers/<int:caregiver_pk>/", views.caregiver_file, name="caregiver_file"),
    path("caregivers/<int:caregiver_pk>/edit/", views.caregiver_edit, name="caregiver_edit"),
    path("caregivers/<int:caregiver_pk>/credentials/new/", credentials.credential_new, name="credential_new"),
    path("caregivers/<int:caregiver_pk>/levels/new/", views.level_grant, name="level_grant"),
    path("caregivers/<int:caregiver_pk>/absences/new/", views.absence_new, name="absence_new"),
    path("caregivers/<int:caregiver_pk>/rule/", views.rule_acknowledge, name="rule_acknowledge"),
    path("caregivers/<int:caregiver_pk>/onboarding/", onboarding.onboarding_page, name="onboarding_page"),
    path(
        "caregivers/<int:caregiver_pk>/onboarding/<slug:step>/", onboarding.onboarding_record, name="onboarding_record"
    ),
    path("caregivers/<int:caregiver_pk>/missing/", onboarding.missing_notice, name="missing_notice"),
    path("caregivers/<int:caregiver_pk>/post/", onboarding.caregiver_post, name="caregiver_post"),
    path("caregivers/<int:caregiver_pk>/reinstate/", onboarding.caregiver_reinstate, name="caregiver_reinstate"),
    path("caregivers/<int:caregiver_pk>/badge/", badge.badge_print, name="badge_print"),
    path("caregivers/<int:caregiver_pk>/badge/lost/", badge.badge_replace, name="badge_replace"),
    path("caregivers/<int:caregiver_pk>/supplies/new/", supplies.supply_new, name="supply_new"),
    path("caregivers/<int:caregiver_pk>/skills/", skills.skill_page, name="skill_page"),
    path("caregivers/<int:caregiver_pk>/skills/check/", skills.skill_check, name="skill_check"),
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
    path("onboarding/", onboarding.OnboardingList.as_view(), name="onboarding_list"),
    path(
        "onboarding/certificates/<int:certificate_pk>/withdraw/",
        onboarding.certificate_revoke,
        name="certificate_revoke",
    ),
    path("badges/", badge.BadgeList.as_view(), name="badge_list"),
    path("badges/sheet/", badge.badge_sheet, name="badge_sheet"),
    path("supplies/", supplies.SupplyList.as_view(), name="supply_list"),
    path("absences/", absences.AbsenceList.as_view(), name="absence_list"),
    path("absences/<int:absence_pk>/", absences.absence_answer, name="absence_answer"),
    path("confidential/", welfare.confided_list, name="confided_list"),
    path("confidential/<int:grievance_pk>/", welfare.confided_page, name="confided_page"),
    path("confidential/<int:grievance_pk>/close/", welfare.confided_close, name="confided_close"),
    path("caregivers/<int:caregiver_pk>/talk/", welfare.talk_new, name="talk_new"),
    path("credentials/", credentials.CredentialList.as_view(), name="credential_list"),
    path("credentials/<int:credential_pk>/verify/", credentials.credential_verify, name="credential_verify"),
    path("credentials/<int:credential_pk>/decline/", credentials.credential_decline, name="credential_decline"),
    path("credentials/<int:credential_pk>/invalid/", credentials.credential_invalidate, name="credential_invalidate"),
    path("staff/", credentials.StaffFileList.as_view(), name="staff_file_list"),
    path("staff/new/", credentials.staff_file_new, name="staff_file_new"),
    path("staff/<int:staff_file_pk>/", credentials.staff_file, name="staff_file"),
    path("staff/<int:staff_file_pk>/edit/", credentials.staff_file_edit, name="staff_file_edit"),
    path("staff/<int:staff_file_pk>/credentials/new/", credentials.staff_credential_new, name="staff_credential_new"),
    path("settings/rules/", credentials.rule_settings, name="rule_settings"),
]
phone_urls = [
    path("messages/", phone.messages_page, name="messages"),
    path("mine/", phone.mine, name="mine"),
    path("level/", phone.level, name="level"),
    path("level/grants/<int:grant_pk>/appeal/", phone.grant_appeal, name="grant_appeal"),
    path("level/applications/<int:application_pk>/appeal/", phone.application_appeal, name="application_appeal"),
    path("supplies/", phone.supplies, name="supplies"),
    path("supplies/<int:supply_pk>/confirm/", phone.supply_confirm, name="supply_confirm"),
    path("papers/", phone.papers, name="papers"),
    path("papers/new/", phone.paper_new, name="paper_new"),
    path("papers/<int:credential_pk>/photo/", phone.paper_photo, name="paper_photo"),
    path("absences/", phone.absences, name="absences"),
    path("absences/<int:absence_pk>/back/", phone.absence_back, name="absence_back"),
    path("availability/", phone.availability, name="availability"),
    path("training/", phone.training, name="training"),
    path("figures/", phone.figures, name="figures"),
    path("rule/", phone.rule, name="rule"),
    path("confide/", phone_welfare.confide, name="confide"),
    path("confide/new/", phone_welfare.confide_new, name="confide_new"),
    path("confide/<int:grievance_pk>/", phone_welfare.confided, name="confided"),
]
public_urls = [
    path("badge/<str:token>/", public.badge, name="badge"),
    path("badge/<str:token>/photo/", public.badge_photo, name="badge_photo"),
]
api_views = [
    ("caregivers", api.CaregiverViewSet),
    ("credentials", api.CredentialViewSet),
    ("levels", api.LevelGrantViewSet),
]
