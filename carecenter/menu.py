"""The office menu: by the day's work, then supervision, then the agency itself."""

from dataclasses import dataclass

import rules
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agencies.calendar import ONE_DAY
from agencies.links import office_url
from agencies.tenancy import agency_key, current_agency


@dataclass(frozen=True)
class Entry:
    """One line of the menu; count names a figure of COUNTS_SQL, urgent ones are shown in red when above zero.

    What a bare address opens is what count counts, else query says the filter.
    """

    label: str
    name: str
    icon: str
    right: str
    count: str = ""
    urgent: str = ""
    query: str = ""


MENU = [
    (
        "",
        [
            Entry(_("Today"), "today", "layout-dashboard", "agencies.office"),
            Entry(_("Enquiries"), "enquiry_list", "headset", "clients.view", count="enquiries"),
            Entry(_("Clients"), "client_list", "users", "clients.view", count="clients"),
            Entry(_("Service plans"), "plan_list", "list-check", "contracts.view"),
            Entry(_("Agreements"), "agreement_list", "file-text", "contracts.view", count="agreements"),
            Entry(_("Rota"), "rota", "calendar-week", "contracts.view_visits"),
            Entry(_("Visits"), "visit_list", "clipboard-check", "contracts.view_visits"),
            Entry(
                _("Special circumstances"),
                *("special_list", "alert-triangle", "contracts.view"),
                count="special",
                query="?only=open",
            ),
            Entry(_("Handovers"), "handover_list", "transfer", "contracts.view", count="handovers", query="?only=open"),
            Entry(_("Fees"), "fee_list", "calculator", "contracts.view", query="?tab=draft"),
        ],
    ),
    (
        _("Caregivers"),
        [
            Entry(_("Caregivers"), "caregiver_list", "heart-handshake", "caregivers.view", count="caregivers"),
            Entry(_("On-boarding procedure"), "onboarding_list", "user-plus", "caregivers.view", count="onboarding"),
            Entry(_("Credentials"), "credential_list", "certificate", "caregivers.view"),
            Entry(_("Absences"), "absence_list", "beach", "caregivers.view", count="absences", query="?tab=requested"),
            Entry(_("Training"), "session_list", "school", "caregivers.view"),
            Entry(_("Evaluations"), "evaluation_list", "clipboard-check", "caregivers.view"),
            Entry(_("Promotions"), "promotion_list", "stars", "caregivers.view"),
            Entry(_("Badges"), "badge_list", "id-badge-2", "caregivers.view"),
            Entry(_("Supplies"), "supply_list", "shield-check", "caregivers.view"),
        ],
    ),
    (
        _("Supervision"),
        [
            Entry(
                _("Return visits"),
                "return_visit_list",
                "phone-call",
                "supervision.view",
                count="calls",
                query="?only=now",
            ),
            Entry(
                _("Complaints"),
                "complaint_list",
                "message-report",
                "supervision.view",
                count="complaints",
                urgent="complaints_near",
                query="?only=open",
            ),
            Entry(
                _("Incidents"),
                *("incident_list", "urgent", "supervision.view"),
                count="incidents",
                urgent="incidents_waiting",
                query="?only=open",
            ),
            Entry(_("Satisfaction"), "survey_list", "mood-smile", "supervision.view"),
            Entry(_("In confidence"), "confided_list", "lock", "caregivers.listen"),
        ],
    ),
    (
        _("Agency"),
        [
            Entry(_("Catalogue and prices"), "price_list_list", "receipt-yuan", "agencies.office"),
            Entry(_("Archive"), "archive_list", "archive", "archive.view"),
            Entry(_("Messages"), "message_list", "send", "agencies.messages", count="messages"),
            Entry(_("Staff files"), "staff_file_list", "id", "agencies.manage"),
            Entry(_("Jobs"), "job_list", "clock-play", "agencies.office"),
            Entry(_("Settings"), "agency_settings", "settings", "agencies.manage"),
        ],
    ),
]

COUNTS_SQL = """
    SELECT
    (SELECT count(*) FROM clients_client WHERE agency_id = %(agency)s AND state = 'active') AS clients,
    (SELECT count(*) FROM clients_enquiry WHERE agency_id = %(agency)s AND state = 'open') AS enquiries,
    (SELECT count(*) FROM caregivers_caregiver WHERE agency_id = %(agency)s AND state = 'active') AS caregivers,
    (SELECT count(*) FROM caregivers_caregiver WHERE agency_id = %(agency)s AND state = 'onboarding') AS onboarding,
    (SELECT count(*) FROM caregivers_absence WHERE agency_id = %(agency)s AND state = 'requested') AS absences,
    (SELECT count(*) FROM contracts_agreement WHERE agency_id = %(agency)s AND state = 'in_force') AS agreements,
    (SELECT count(*) FROM contracts_specialevent WHERE agency_id = %(agency)s AND state = 'open') AS special,
    (SELECT count(*) FROM contracts_handover WHERE agency_id = %(agency)s AND state IN ('draft', 'signing')) AS handovers,
    (SELECT count(*) FROM supervision_returnvisit
     WHERE agency_id = %(agency)s AND state = 'due' AND call_after <= %(now)s) AS calls,
    (SELECT count(*) FROM supervision_complaint
     WHERE agency_id = %(agency)s AND state IN ('received', 'accepted')) AS complaints,
    (SELECT count(*) FROM supervision_complaint
     WHERE agency_id = %(agency)s AND state IN ('received', 'accepted') AND limit_on <= %(tomorrow)s)
     AS complaints_near,
    (SELECT count(*) FROM supervision_incident WHERE agency_id = %(agency)s AND state <> 'closed') AS incidents,
    (SELECT count(*) FROM supervision_incident WHERE agency_id = %(agency)s AND state = 'reported') AS incidents_waiting,
    (SELECT count(*) FROM agencies_message
     WHERE agency_id = %(agency)s AND state = 'queued' AND channel = 'by_hand') AS messages
"""


def build_menu(request) -> list[dict]:
    """Sections the member may open, with counts from one query."""
    counts = _counts()
    current = request.resolver_match.url_name
    sections = []
    for title, entries in MENU:
        items = [_item(entry, counts, current) for entry in entries if rules.has_perm(entry.right, request.membership)]
        if items:
            sections.append({"title": title, "items_list": items})
    return sections


def _item(entry, counts, current):
    return {
        "label": entry.label,
        "url": office_url(entry.name) + entry.query,
        "icon": entry.icon,
        "count": counts.get(entry.count),
        "urgent": bool(counts.get(entry.urgent)),
        "current": current == entry.name or (current or "").startswith(entry.name.removesuffix("_list") + "_"),
    }


def _counts():
    """Counts of the agency, at most twenty seconds old: they stand on every page, and cost what is stored."""
    return cache.get_or_set(agency_key("menu"), _count, 20)


def _count():
    with connection.cursor() as cursor:
        now = timezone.now()
        params = {"agency": current_agency().pk, "now": now, "tomorrow": timezone.localdate(now) + ONE_DAY}
        cursor.execute(COUNTS_SQL, params)
        return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
