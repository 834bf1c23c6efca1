"""What happens to a caregiver's file."""

import datetime as dt
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from agencies.fields import lookup_hash
from agencies.files import store_portrait
from agencies.identity import birth_date_of, sex_of
from agencies.models import IdentityType, Membership, Role, User
from agencies.numbers import take_numbers
from agencies.tenancy import current_agency
from agencies.text import pinyin_of
from archive.texts import keep_text
from caregivers.models import Absence, Caregiver, LevelGrant, SupervisionAcknowledgement
from caregivers.rule import RULE


def create_caregiver(*, by: User, photo=None, **data: Any) -> Caregiver:
    """Open a file; the caregiver works only after on-boarding is finished."""
    caregiver = Caregiver(**_derived(data))
    _refuse_double(caregiver)
    [number] = take_numbers("badge")
    caregiver.number = f"{number:04}"
    caregiver.photo = store_portrait(photo, by=by)
    caregiver.save()
    return caregiver


def update_caregiver(*, caregiver: Caregiver, by: User, photo=None, **data: Any) -> Caregiver:
    for name, value in _derived(data).items():
        setattr(caregiver, name, value)
    _refuse_double(caregiver)
    caregiver.photo = store_portrait(photo, by=by) or caregiver.photo
    caregiver.save()
    return caregiver


def _derived(data):
    data = {**data}
    if "name" in data:
        data["pinyin"] = pinyin_of(data["name"])
    if number := data.get("identity_number"):
        data["identity_hash"] = lookup_hash(number)
        if data["identity_type"] in (IdentityType.RESIDENT, IdentityType.HMT_RESIDENCE):
            data["birth_date"], data["sex"] = birth_date_of(number), sex_of(number)
    return data


def _refuse_double(caregiver):
    double = Caregiver.objects.filter(identity_hash=caregiver.identity_hash).exclude(pk=caregiver.pk)
    if double := double.exclude(state=Caregiver.State.LEFT).first():
        text = _("%(caregiver)s has this identity number already; open that file.") % {"caregiver": double}
        raise ValidationError({"identity_number": text})


def grant_level(*, caregiver: Caregiver, by: User, level: int, granted_on: dt.date, reason: str = "") -> LevelGrant:
    """The level at entry; a star that was earned elsewhere needs the reason. Later levels are applied for."""
    problems = {}
    if LevelGrant.objects.filter(caregiver=caregiver).exists():
        problems["level"] = _("There is a level already; a higher one is applied for on the promotions board.")
    if level and not reason:
        problems["reason"] = _("Say what proves this level at entry.")
    if problems:
        raise ValidationError(problems)
    return LevelGrant.objects.create(
        caregiver=caregiver, level=level, granted_on=granted_on, reason=reason, granted_by=by
    )


def record_absence(
    *, caregiver: Caregiver, by: User, kind: str, starts_at: dt.datetime, ends_at: dt.datetime, note: str = ""
) -> Absence:
    """Keep a half-open time free; visits booked in it are shown to the office, not moved by themselves."""
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end lies before the start.")})
    try:
        with transaction.atomic():
            period = DateTimeTZRange(starts_at, ends_at)
            return Absence.objects.create(caregiver=caregiver, kind=kind, period=period, note=note)
    except IntegrityError:
        raise ValidationError(_("Another absence lies in this time.")) from None


def acknowledge_rule(*, caregiver: Caregiver, by: User, acknowledged_on: dt.date) -> SupervisionAcknowledgement:
    """The supervision rule was explained and agreed to (7.4.1)."""
    version = keep_text(RULE, acknowledged_on).version
    if SupervisionAcknowledgement.objects.filter(caregiver=caregiver, version=version).exists():
        raise ValidationError(_("This version of the rule was acknowledged before."))
    return SupervisionAcknowledgement.objects.create(
        caregiver=caregiver, version=version, acknowledged_on=acknowledged_on, explained_by=by
    )


def open_account(*, caregiver: Caregiver, by: User) -> str:
    """Let the caregiver sign in on the phone; returns the first password, empty when the person had an account."""
    if caregiver.user_id:
        raise ValidationError(_("There is an account already."))
    user = User.objects.filter(phone=caregiver.phone).first()
    password = ""
    if user is None:
        password = f"{secrets.randbelow(10**8):08}"
        user = User.objects.create_user(caregiver.phone, password, name=caregiver.name)
    membership, created = Membership.objects.get_or_create(
        agency=current_agency(), user=user, defaults={"roles": [Role.CAREGIVER]}
    )
    if not created and Role.CAREGIVER not in membership.roles:
        membership.roles = [*membership.roles, Role.CAREGIVER]
        membership.save()
    caregiver.user = user
    caregiver.save()
    return password
