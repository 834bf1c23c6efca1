"""Preferred and never-send caregivers are noted and ended; who is never to be sent loses the visits ahead (7.2.2 c)."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.links import office_url
from agencies.models import Role, User
from caregivers.models import Caregiver
from clients.models import Client
from contracts.actions.history import update_with_history
from contracts.models import CaregiverPreference, Visit

Kind = CaregiverPreference.Kind


def note_preference(
    *, client: Client, by: User, caregiver: Caregiver, kind: str, reason: str, source: str
) -> CaregiverPreference:
    """Note it with its reason. Another kind ends what was noted before; visits ahead of a never-send stand unassigned."""
    if before := CaregiverPreference.objects.filter(client=client, caregiver=caregiver, ended_at=None).first():
        if before.kind == kind:
            text = _("This is noted already since %(day)s: %(reason)s. End it first to note another reason.")
            words = {"day": timezone.localdate(before.noted_at).isoformat(), "reason": before.reason}
            raise ValidationError({"caregiver": text % words})
        end_preference(preference=before, by=by, end_reason=_("Replaced: %(reason)s") % {"reason": reason[:150]})
    preference = CaregiverPreference.objects.create(
        client=client, caregiver=caregiver, kind=kind, reason=reason, source=source, noted_by=by
    )
    if kind == Kind.NEVER:
        _take_back(preference)
    return preference


def end_preference(*, preference: CaregiverPreference, by: User, end_reason: str) -> CaregiverPreference:
    """It no longer holds; the row stays with the reason."""
    open_row = CaregiverPreference.objects.filter(pk=preference.pk, ended_at=None)
    if not open_row.update(ended_at=timezone.now(), ended_by=by, end_reason=end_reason):
        raise ValidationError(_("This was ended already."))
    preference.refresh_from_db()
    return preference


def _take_back(preference):
    visits = Visit.objects.filter(
        client=preference.client, caregiver=preference.caregiver, state=Visit.State.PLANNED,
        period__startswith__gt=timezone.now(),
    )  # fmt: skip
    count = update_with_history(visits, "never", caregiver=None)
    if count:
        words = {"client": preference.client, "caregiver": preference.caregiver, "count": count}
        title = _("%(client)s: %(count)s visits ahead need somebody else than %(caregiver)s") % words
        notify(
            users=members_with(Role.MANAGER, Role.COORDINATOR),
            title=title,
            url=f"{office_url('visit_list')}?client={preference.client.number}&tab=planned&unassigned=1",
        )
