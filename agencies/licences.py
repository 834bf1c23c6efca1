"""Licences the agency holds and displays (4.1.1): added, corrected, renewed, shown or hidden, and announced before they end."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.files import store_upload
from agencies.links import office_url
from agencies.models import Licence, Role, StoredFile, User

STEPS = (0, 7, 30, 90)  # days before the end at which managers are told, once each


def add_licence(*, by: User, scan=None, **data: Any) -> Licence:
    """Put a licence on file; one that is public needs its scan, since the scan is what is displayed."""
    _check(data, scan)
    return Licence.objects.create(scan=_stored(scan, by), **data)


def correct_licence(*, licence: Licence, by: User, scan=None, **data: Any) -> Licence:
    """Mend what was typed wrong; the history keeps what stood there."""
    licence = _current(licence)
    _check(data, scan or licence.scan_id, licence)
    if licence.expires_on != data["expires_on"]:
        licence.warned_days = None
    for name, value in data.items():
        setattr(licence, name, value)
    licence.scan = _stored(scan, by) or licence.scan
    licence.save()
    return licence


def renew_licence(*, licence: Licence, by: User, scan=None, **data: Any) -> Licence:
    """The next licence of its kind, often with the same number; the old one stays on file and is no longer shown."""
    old = _current(licence)
    problems = {}
    if data["issued_on"] < old.issued_on:
        problems["issued_on"] = _("The renewed licence cannot be older than the one it replaces.")
    if old.expires_on and data["expires_on"] and data["expires_on"] <= old.expires_on:
        problems["expires_on"] = _("The renewed licence has to last longer than the one it replaces.")
    _check(data, scan, old, problems)
    new = Licence(kind=old.kind, scan=_stored(scan, by), **data)
    old.is_replaced = True
    old.save()
    new.save()
    return new


def _current(licence):
    licence = Licence.objects.select_for_update().get(pk=licence.pk)
    if licence.is_replaced:
        raise ValidationError(_("This licence was renewed; open the one that replaced it."))
    return licence


def _check(data, scan, own=None, problems=None):
    problems = problems or {}
    kind = data.get("kind") or own.kind
    doubles = Licence.objects.filter(kind=kind, number=data["number"], is_replaced=False)
    if doubles.exclude(pk=own and own.pk).exists():
        problems["number"] = _("This licence is on file already.")
    if data["expires_on"] and data["expires_on"] < data["issued_on"]:
        problems["expires_on"] = _("A paper cannot end before it was issued.")
    if data["issued_on"] > timezone.localdate():
        problems.setdefault("issued_on", _("The day of issue lies in the future."))
    if data["is_public"] and not scan:
        problems["scan"] = _("Add the scan: the public page shows the licence itself.")
    if problems:
        raise ValidationError(problems)


def _stored(scan, by):
    return store_upload(scan, kind=StoredFile.Kind.LICENCE, by=by)


def show_licence(*, licence: Licence, by: User) -> Licence:
    """Show a licence on the public page, or take it from there."""
    licence = _current(licence)
    if not licence.is_public and not licence.scan_id:
        raise ValidationError(_("Add the scan: the public page shows the licence itself."))
    licence.is_public = not licence.is_public
    licence.save()
    return licence


def ending_within(days: int) -> Q:
    """Licences not renewed yet that end within so many days, or ended."""
    return Q(is_replaced=False, expires_on__lte=timezone.localdate() + dt.timedelta(days=days))


def warn_of_endings() -> dict[str, int]:
    """Tell the managers at 90, 30, 7 and 0 days before a licence ends, once each."""
    today, warned = timezone.localdate(), 0
    for step in STEPS:
        due = Licence.objects.filter(ending_within(step)).filter(Q(warned_days=None) | Q(warned_days__gt=step))
        for licence in due.order_by(F("expires_on").asc()):
            if not Licence.objects.filter(pk=licence.pk, warned_days=licence.warned_days).update(warned_days=step):
                continue
            words = {"licence": licence, "day": licence.expires_on.isoformat()}
            over = licence.expires_on < today
            title = _("%(licence)s ended on %(day)s") if over else _("%(licence)s ends on %(day)s; renew it")
            notify(users=members_with(Role.MANAGER), title=title % words, url=office_url("licence_list"))
            warned += 1
    return {"warned": warned}
