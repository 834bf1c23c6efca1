"""Training on the caregiver's phone: what is ahead, what was attended, and the code scanned in the room."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.pages import refusals
from caregivers.actions.training import attend as attend_session
from caregivers.phone import own, phone_page
from caregivers.queries.phone import sessions_ahead, sessions_attended
from caregivers.queries.training import find_code
from caregivers.standard.training import is_fresh


@own
def training(request, caregiver):
    """Sessions ahead, those attended, and the exams taken."""
    context = {
        "ahead": sessions_ahead(caregiver)[:20],
        "attended": sessions_attended(caregiver)[:20],
        "results": caregiver.exam_results.select_related("course")[:50],
    }
    return phone_page(request, "phone/training.html", **context)


@own
def attend(request, caregiver, token):
    """Behind the code on the screen: say that one is here. A code that was passed on is stale by then."""
    found = find_code(token)
    if found is None:
        raise Http404
    session, number = found
    row = session.attendances.filter(caregiver=caregiver).first()
    problems = []
    if row and row.attended_at:
        pass
    elif not is_fresh(number, timezone.now()):
        problems = [_("This code is no longer shown. Scan the one on the screen now.")]
    elif request.method == "POST":
        problems = refusals(attend_session, session=session, caregiver=caregiver)
        if not problems:
            messages.success(request, _("Your attendance is recorded."))
            return redirect("phone:training")
    return phone_page(request, "phone/attend.html", session=session, row=row, problems=problems)
