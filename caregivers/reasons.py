"""The reasons of caregivers/standard.py in people's words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from agencies.models import Level
from caregivers.standard import Reason

TEXTS = {
    "state_onboarding": gettext_noop("On-boarding is not finished."),
    "state_suspended": gettext_noop("Suspended at present."),
    "state_left": gettext_noop("Has left the agency."),
    "too_young": gettext_noop("Is %(age)s, younger than 18."),
    "too_old": gettext_noop("Is %(age)s, above the limit of %(limit)s; a written exception is missing."),
    "schooling": gettext_noop("Schooling is below junior high school."),
    "no_declaration": gettext_noop("The declaration on psychiatric and infectious disease is missing."),
    "no_identity_card": gettext_noop("No valid identity card on file."),
    "health_expired": gettext_noop("The health certificate ended on %(on)s."),
    "no_health": gettext_noop("No health certificate on file."),
    "no_certificate": gettext_noop("No domestic-service or elderly-care certificate on file."),
    "no_background": gettext_noop("The background declaration is missing."),
    "not_acknowledged": gettext_noop("Has not had the supervision rule explained."),
    "no_level": gettext_noop("Has no level yet."),
    "level_too_low": gettext_noop("The work needs a higher level (%(needed)s)."),
    "work_form": gettext_noop("Does not work in this work form."),
    "absent": gettext_noop("Is on leave at that time."),
    "booked": gettext_noop("Is at another client at that time."),
}


def text_of(reason: Reason) -> str:
    """A reason as a sentence with its clause."""
    params = {name: _level(value) if name == "needed" else value for name, value in reason.params}
    return f"{_(TEXTS[reason.code]) % params} ({reason.clause})"


def _level(value):

    return Level(value).label
