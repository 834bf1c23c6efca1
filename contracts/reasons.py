"""The findings of contracts/standard.py in people's words."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

TEXTS = {
    "plan_not_agreed": gettext_noop("The service plan is not agreed with the client yet."),
    "work_form_differs": gettext_noop("The plan is for another work form."),
    "term": gettext_noop("The term ends before it begins."),
    "not_assessed": gettext_noop("The client's self-care is not assessed."),
    "assessment_overdue": gettext_noop("The self-care assessment is overdue."),
    "not_disclosed": gettext_noop("Tick that the client's condition was disclosed and nobody objects."),
    "no_health_consent": gettext_noop("The separate consent to keeping health data is missing."),
    "no_guardian": gettext_noop("The client has a legal guardian; choose the guardian as signer."),
    "no_price_list": gettext_noop("No published price list is in force on the first day."),
    "price_not_approved": gettext_noop("A price that departs from the list needs a manager's approval."),
    "deposit_too_high": gettext_noop("Earnest money may be a fifth of the whole price at most."),
}


def text_of(clause: str, code: str) -> str:
    """A finding as a sentence with its clause."""
    return f"{_(TEXTS[code])} ({clause})"
