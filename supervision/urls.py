"""Addresses of this app's pages."""

from django.urls import path

from supervision import api, phone, public
from supervision.views import complaints, incidents, praise, return_visits, surveys

office_urls = [
    path("calls/", return_visits.ReturnVisitList.as_view(), name="return_visit_list"),
    path("calls/<int:call_pk>/", return_visits.return_visit_call, name="return_visit_call"),
    path("calls/<int:call_pk>/cancel/", return_visits.return_visit_cancel, name="return_visit_cancel"),
    path("calls/<int:call_pk>/phone/", return_visits.return_visit_phone, name="return_visit_phone"),
    path("complaints/", complaints.ComplaintList.as_view(), name="complaint_list"),
    path("complaints/new/", complaints.complaint_new, name="complaint_new"),
    path("complaints/clients/", complaints.complaint_clients, name="complaint_clients"),
    path("complaints/<int:complaint_pk>/", complaints.complaint_file, name="complaint_file"),
    path("complaints/<int:complaint_pk>/reveal/", complaints.complaint_reveal, name="complaint_reveal"),
    path("complaints/<int:complaint_pk>/accept/", complaints.complaint_accept, name="complaint_accept"),
    path("complaints/<int:complaint_pk>/told/", complaints.complaint_told, name="complaint_told"),
    path("complaints/<int:complaint_pk>/print/", complaints.complaint_print, name="complaint_print"),
    path("complaints/<int:complaint_pk>/entry/", complaints.complaint_entry, name="complaint_entry"),
    path("complaints/<int:complaint_pk>/reply/", complaints.complaint_reply, name="complaint_reply"),
    path("complaints/<int:complaint_pk>/close/", complaints.complaint_close, name="complaint_close"),
    path("praise/new/", praise.praise_new, name="praise_new"),
    path("incidents/", incidents.IncidentList.as_view(), name="incident_list"),
    path("incidents/new/", incidents.incident_new, name="incident_new"),
    path("incidents/<int:incident_pk>/", incidents.incident_page, name="incident_page"),
    path("incidents/<int:incident_pk>/take/", incidents.incident_take, name="incident_take"),
    path("incidents/<int:incident_pk>/print/", incidents.incident_print, name="incident_print"),
    path("incidents/<int:incident_pk>/entry/", incidents.incident_entry, name="incident_entry"),
    path("incidents/<int:incident_pk>/close/", incidents.incident_close, name="incident_close"),
    path("surveys/", surveys.survey_list, name="survey_list"),
    path("surveys/<int:round_pk>/", surveys.survey_round, name="survey_round"),
    path("surveys/answers/of/<int:answer_pk>/", surveys.survey_of_answer, name="survey_of_answer"),
    path("surveys/answers/<int:invitation_pk>/", surveys.survey_enter, name="survey_enter"),
]
phone_urls = [
    path("emergency/", phone.emergency, name="emergency"),
    path("emergency/<int:incident_pk>/", phone.incident, name="incident"),
]
public_urls = [
    path("complain/", public.complain, name="complain"),
    path("complain/status/", public.complaint_status, name="complaint_status"),
    path("survey/<str:token>/", public.survey, name="survey"),
]
api_views = [("complaints", api.ComplaintViewSet), ("incidents", api.IncidentViewSet)]
