"""Addresses of this app's pages."""

from django.urls import path

from agencies import import_views, licence_views, price_views, public, staff_views, views

office_urls = [
    path("files/<int:file_pk>/", views.file_view, name="file_view"),
    path("settings/", views.agency_settings, name="agency_settings"),
    path("settings/agency/", staff_views.agency_edit, name="agency_edit"),
    path("settings/members/new/", staff_views.member_new, name="member_new"),
    path("settings/members/<int:member_pk>/", staff_views.member_edit, name="member_edit"),
    path("settings/members/<int:member_pk>/password/", staff_views.member_reset, name="member_reset"),
    path("settings/members/<int:member_pk>/switch/", staff_views.member_switch, name="member_switch"),
    path("settings/keys/new/", staff_views.api_key_new, name="api_key_new"),
    path("settings/keys/<int:key_pk>/revoke/", staff_views.api_key_revoke, name="api_key_revoke"),
    path("settings/licences/", licence_views.LicenceList.as_view(), name="licence_list"),
    path("settings/licences/new/", licence_views.licence_new, name="licence_new"),
    path("settings/licences/<int:licence_pk>/", licence_views.licence_edit, name="licence_edit"),
    path("settings/licences/<int:licence_pk>/renew/", licence_views.licence_renew, name="licence_renew"),
    path("settings/licences/<int:licence_pk>/show/", licence_views.licence_show, name="licence_show"),
    path("settings/access/", views.AccessLogList.as_view(), name="access_log"),
    path("prices/", price_views.price_list_list, name="price_list_list"),
    path("prices/new/", price_views.price_list_copy, name="price_list_copy"),
    path("prices/<int:price_list_pk>/", price_views.price_list_edit, name="price_list_edit"),
    path("prices/<int:price_list_pk>/ask/", price_views.price_list_ask, name="price_list_ask"),
    path("prices/items/new/", price_views.item_new, name="item_new"),
    path("prices/items/<int:item_pk>/", price_views.item_edit, name="item_edit"),
    path("notices/", views.notice_list, name="notice_list"),
    path("messages/", views.MessageList.as_view(), name="message_list"),
    path("messages/<int:message_pk>/reveal/", views.message_reveal, name="message_reveal"),
    path("messages/sent/", views.messages_sent, name="messages_sent"),
    path("messages/<int:message_pk>/sent/", views.message_sent, name="message_sent"),
    path("jobs/", views.JobList.as_view(), name="job_list"),
    path("exports/", views.export_list, name="export_list"),
    path("exports/<slug:list_name>/new/", views.export_start, name="export_start"),
    path("imports/", import_views.import_list, name="import_list"),
    path("imports/<slug:importer>/new/", import_views.import_new, name="import_new"),
    path("imports/<slug:importer>/template/", import_views.import_template, name="import_template"),
    path("imports/<int:import_pk>/", import_views.import_page, name="import_page"),
    path("imports/<int:import_pk>/marked/", import_views.import_marked, name="import_marked"),
    path("imports/<int:import_pk>/save/", import_views.import_save, name="import_save"),
    path("imports/<int:import_pk>/drop/", import_views.import_drop, name="import_drop"),
]
phone_urls = []
public_urls = [
    path("", public.agency, name="agency"),
    path("licences/<int:licence_pk>/", public.licence_scan, name="licence_scan"),
]
api_views = []
