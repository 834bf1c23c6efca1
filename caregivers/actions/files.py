"""What happens to a caregiver's file."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.members import account_of, first_password
from agencies.fields import lookup_hash
from agencies.files import store_portrait, store_upload
from agencies.identity import birth_date_of, sex_of
from agencies.models import IdentityType, Membership, Role, StoredFile, User
from agencies.numbers import take_numbers
from agencies.tenancy import current_agency
from agencies.text import pinyin_of
from archive.texts import keep_text
from caregivers.actions.fitness import fitness_changed
from caregivers.models import Absence, Caregiver, Credential, LevelGrant, SupervisionAcknowledgement
from caregivers.queries.levels import valid_credentials
from caregivers.rule import RULE
from caregivers.standard.levels import step_on

AHEAD = dt.timedelta(days=60)  # a start may be agreed so long before (derived)


def create_caregiver(*, by: User, photo=None, **data: Any) -> Caregiver:
    """Open a file; the caregiver works only after on-boarding is finished."""
    _refuse_wrong(data)
    caregiver = Caregiver(**_derived(data))
    [number] = take_numbers("badge")
    caregiver.number = f"{number:04}"
    caregiver.photo = store_portrait(photo, by=by)
    caregiver.save()
    return caregiver


def update_caregiver(*, caregiver: Caregiver, by: User, photo=None, **data: Any) -> Caregiver:
    _refuse_wrong(data, but=caregiver.pk)
    for name, value in _derived(data).items():
        setattr(caregiver, name, value)
    caregiver.photo = store_portrait(photo, by=by) or caregiver.photo
    caregiver.save()
    fitness_changed(caregiver)
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


def file_problems(data: Mapping[str, Any], *, but: int | None = None) -> dict[str, str]:
    """Another file with the same number or phone, and days that cannot be, by field; what is not known is not judged."""
    others, today = Caregiver.objects.exclude(pk=but).exclude(state=Caregiver.State.LEFT), timezone.localdate()
    problems = {}
    number, phone, declared = data.get("identity_number"), data.get("phone"), data.get("declared_no_history_on")
    if number and (double := others.filter(identity_hash=lookup_hash(number)).first()):
        text = _("%(caregiver)s has this identity number already; open that file.")
        problems["identity_number"] = text % {"caregiver": double}
    if phone and (double := others.filter(phone=phone).first()):
        text = _("%(caregiver)s has this phone number already; everybody signs in with their own.")
        problems["phone"] = text % {"caregiver": double}
    if data.get("hired_on") and data["hired_on"] > today + AHEAD:
        problems["hired_on"] = _("This day lies more than %(days)s days ahead.") % {"days": AHEAD.days}
    if declared and declared > today:
        problems["declared_no_history_on"] = _("This day lies in the future.")
    return problems


def _refuse_wrong(data, but=None):
    if problems := file_problems(data, but=but):
        raise ValidationError(problems)


def grant_level(*, caregiver: Caregiver, by: User, level: int, granted_on: dt.date, reason: str = "") -> LevelGrant:
    """The level at entry; a star that was earned elsewhere needs the reason. Later levels are applied for."""
    caregiver = Caregiver.objects.select_for_update(of=["self"]).get(pk=caregiver.pk)  # two at once are no two levels
    problems, papers = {}, _fitting(caregiver, level, granted_on) if level else []
    if LevelGrant.objects.filter(caregiver=caregiver).exists():
        problems["level"] = _("There is a level already; a higher one is applied for on the promotions board.")
    elif level and not papers:
        text = _("A star at entry rests on an elderly-care certificate that fits; add it and sight the original first.")
        problems["level"] = text
    if level and not reason:
        problems["reason"] = _("Say what proves this level at entry.")
    if granted_on > timezone.localdate():
        problems["granted_on"] = _("This day lies in the future.")
    elif granted_on < caregiver.hired_on:
        problems["granted_on"] = _("This is before the first day, %(day)s.") % {"day": caregiver.hired_on}
    if problems:
        raise ValidationError(problems)
    return LevelGrant.objects.create(
        caregiver=caregiver,
        level=level,
        granted_on=granted_on,
        reason=reason,
        granted_by=by,
        evidence={"credentials": papers} if papers else {},
    )


def _fitting(caregiver, level, day):
    """The certificates a star at entry rests on."""
    papers = valid_credentials(day).filter(caregiver=caregiver, kind=Credential.Kind.ELDERLY_CARE)
    fitting = papers.filter(grade__lte=step_on(level, day).grade)
    return list(fitting.order_by("pk").values_list("pk", flat=True))


def record_absence(
    *, caregiver: Caregiver, by: User, kind: str, starts_at: dt.datetime, ends_at: dt.datetime, note: str = ""
) -> Absence:
    """Keep a half-open time free; visits booked in it are shown to the office, not moved by themselves."""
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end lies before the start.")})
    try:
        with transaction.atomic():
            period = DateTimeTZRange(starts_at, ends_at)
            absence = Absence.objects.create(caregiver=caregiver, kind=kind, period=period, note=note)
    except IntegrityError:
        raise ValidationError(_("Another absence lies in this time.")) from None
    fitness_changed(caregiver)
    return absence


def acknowledge_rule(
    *, caregiver: Caregiver, by: User, acknowledged_on: dt.date, scan=None
) -> SupervisionAcknowledgement:
    """The supervision rule was explained and agreed to (7.4.1): on the own phone, or on paper whose scan is kept."""
    if acknowledged_on > timezone.localdate():
        raise ValidationError({"acknowledged_on": _("This day lies in the future.")})
    version = keep_text(RULE, acknowledged_on).version
    if SupervisionAcknowledgement.objects.filter(caregiver=caregiver, version=version).exists():
        raise ValidationError(_("This version of the rule was acknowledged before."))
    acknowledgement = SupervisionAcknowledgement.objects.create(
        caregiver=caregiver, version=version, acknowledged_on=acknowledged_on, explained_by=by,
        paper=store_upload(scan, kind=StoredFile.Kind.SIGNED_PAPER, by=by),
    )  # fmt: skip
    fitness_changed(caregiver)
    return acknowledgement


def open_account(*, caregiver: Caregiver, by: User) -> str:
    """Let the caregiver sign in on the phone; returns the first password, empty when the person had an account."""
    if caregiver.user_id:
        raise ValidationError(_("There is an account already."))
    user = account_of(caregiver.phone, caregiver.name)
    present = Caregiver.objects.exclude(state=Caregiver.State.LEFT)  # who comes back has an earlier file
    if user and (other := present.filter(user=user).first()):
        text = _("%(caregiver)s signs in with this phone number; correct the number in one of the files.")
        raise ValidationError(text % {"caregiver": other})
    password = ""
    if user is None:
        password = first_password()
        user = User.objects.create_user(caregiver.phone, password, name=caregiver.name, has_first_password=True)
    membership, created = Membership.objects.get_or_create(
        agency=current_agency(), user=user, defaults={"roles": [Role.CAREGIVER]}
    )
    roles = membership.roles if membership.is_active else []  # what was switched off stays off, but for the phone
    if not created and (not membership.is_active or Role.CAREGIVER not in roles):
        membership.roles, membership.is_active = (
            [*(role for role in roles if role != Role.CAREGIVER), Role.CAREGIVER],
            True,
        )
        membership.save()
    caregiver.user = user
    caregiver.save()
    return password
