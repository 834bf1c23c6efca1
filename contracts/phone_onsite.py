"""At the door and the bedside, on the caregiver's phone: the code of a door, measurements, photos, the client's signature."""

from urllib.parse import urlencode

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from agencies.pages import submit
from caregivers.phone import own, phone_page
from clients.models import Consent
from clients.queries import has_consent
from contracts.actions import onsite as actions
from contracts.forms.onsite import ConfirmForm, MeasureForm, PhotoForm
from contracts.models import Visit
from contracts.queries.onsite import client_of_code, may_measure, visit_at
from contracts.queries.visits import own_visits


@own
def door(request, caregiver, token):
    """A code was scanned: to the caregiver's own visit there, with the proof in the form; everything else is refused kindly."""
    client = client_of_code(token)
    visit = visit_at(caregiver, client) if client else None
    if visit:
        return redirect(f"{reverse('phone:visit', args=[visit.pk])}?{urlencode({'door': token})}")
    if client is None:
        text = _("This code is not valid any more. Check in without it and tell the office.")
    else:
        text = _("You have no visit here now. If it is another client's door, scan the code at the right one.")
    response = phone_page(request, "phone/door.html", text=text)
    response.status_code = 404 if client is None else 200
    return response


def _visit(caregiver, visit_pk):
    states = [Visit.State.IN_PROGRESS, Visit.State.DONE]
    return get_object_or_404(own_visits(caregiver).filter(state__in=states), pk=visit_pk)


def _verb(request, caregiver, visit_pk, form, action, template, done, **context):
    row = _visit(caregiver, visit_pk)
    if result := submit(form, action, visit=row, by=request.user):
        messages.success(request, done)
        return result, redirect("phone:visit", visit_pk)
    return None, phone_page(request, template, visit=row, form=form, **context)


@own
def measure(request, caregiver, visit_pk):
    """Blood pressure, pulse, temperature; what is outside the limits is said at once, with what to do."""
    allowed = may_measure(_visit(caregiver, visit_pk).client)
    form, done = MeasureForm(request.POST or None), _("Written down.")
    row, response = _verb(
        request, caregiver, visit_pk, form, actions.measure, "phone/measure.html", done, is_allowed=allowed
    )
    if row and row.outside:
        words = row.get_outside_display()
        text = _("%(what)s. Let the client rest and measure again in ten minutes; with chest pain, weakness or confusion"
                 " call 120. The office has been told.")  # fmt: skip
        messages.warning(request, text % {"what": words})
    return response


@own
def photo(request, caregiver, visit_pk):
    allowed = has_consent(_visit(caregiver, visit_pk).client, Consent.Kind.PHOTOS)
    form = PhotoForm(request.POST or None, request.FILES or None)
    done = _("Photo kept.")
    return _verb(request, caregiver, visit_pk, form, actions.add_photo, "phone/photo.html", done, is_allowed=allowed)[1]


@own
def confirm(request, caregiver, visit_pk):
    row = _visit(caregiver, visit_pk)
    if row.confirmations.exists():
        return redirect("phone:visit", visit_pk)
    initial = {"signer_name": row.client.name}
    form = ConfirmForm(request.POST or None, initial=initial)
    done = _("Kept. Check out when you leave.") if row.state == Visit.State.IN_PROGRESS else _("Kept.")
    tasks = row.tasks.select_related("service_item")
    return _verb(request, caregiver, visit_pk, form, actions.confirm_visit, "phone/confirm.html", done, tasks=tasks)[1]
