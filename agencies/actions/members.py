"""Who works in the office: accounts, rights, passwords, keys of programs."""

import secrets

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.access import log_access
from agencies.actions.messages import notify
from agencies.identity import normalise_phone
from agencies.models import (
    Agency,
    ApiKey,
    Membership,
    Role,
    User,
)


def add_member(*, agency: Agency, phone: str, name: str, roles: list[str]) -> str:
    """Let somebody work at an agency; returns the first password of a new account, empty for one that exists.

    Whoever adds an account knows whose it is: the name of a phone number is told to nobody who asks.
    """
    phone = normalise_phone(phone)
    user = account_of(phone, name)
    if user and Membership.objects.filter(agency=agency, user=user).exists():
        raise ValidationError({"phone": _("This person works here already.")})
    password = "" if user else first_password()
    user = user or User.objects.create_user(phone, password, name=name, has_first_password=True)
    Membership.objects.create(agency=agency, user=user, roles=roles)
    return password


def account_of(phone: str, name: str) -> User | None:
    """The account of a phone number, if there is one; refused when it is somebody else's."""
    user = User.objects.filter(phone=phone).first()
    if user and user.name != name:
        text = _("Somebody with another name signs in with this phone number. Check the number and the name.")
        raise ValidationError({"phone": text})
    return user


def first_password() -> str:
    """What somebody signs in with once, and then replaces."""
    return f"{secrets.randbelow(10**8):08}"


def _managers(agency):
    rows = Membership.objects.filter(agency=agency, is_active=True, roles__contains=[Role.MANAGER])
    return rows.select_related("user")


def change_roles(*, member: Membership, by: User, roles: list[str]) -> Membership:
    """Give somebody other work in the office; who is a caregiver too stays one."""
    _keep_a_manager(member, by, is_manager=Role.MANAGER in roles)
    kept = [Role.CAREGIVER] if Role.CAREGIVER in member.roles else []
    Membership.objects.filter(pk=member.pk).update(roles=[*roles, *kept])
    return member


def switch_member(*, member: Membership, by: User) -> Membership:
    """Shut somebody out, or let them in again."""
    if member.is_active:
        _keep_a_manager(member, by, is_manager=False)
    Membership.objects.filter(pk=member.pk).update(is_active=not member.is_active)
    return member


def _keep_a_manager(member, by, *, is_manager):
    """Managers are locked, so that of two who demote each other one stays."""
    managers = {one.user_id for one in _managers(member.agency).select_for_update(of=["self"])}
    if member.user_id in managers and not is_manager:
        if member.user_id == by.pk:
            raise ValidationError(_("You cannot take your own rights away; another manager has to."))
        if managers == {member.user_id}:
            raise ValidationError(_("An agency keeps at least one manager."))


def reset_password(*, member: Membership, by: User) -> str:
    """Give somebody who forgot theirs a new first password; sessions elsewhere end.

    Logged like a value in full; they and the other managers are told, since the giver could sign in as them.
    """
    problems = []
    if member.user_id == by.pk:
        problems.append(_("Change your own password under your name at the top right."))
    if not member.is_active:
        problems.append(_("This person is shut out; let them in again first."))
    if Membership.objects.filter(user=member.user_id, is_active=True).exclude(agency=member.agency_id).exists():
        problems.append(_("This person works for another agency too; ask the operator of the platform."))
    if problems:
        raise ValidationError(problems)
    password = first_password()
    member.user.set_password(password)
    member.user.has_first_password, member.user.password_given_at = True, timezone.now()
    member.user.save(update_fields=["password", "has_first_password", "password_given_at"])
    log_access(user=by, row=member, field="password")
    told = {one.user for one in _managers(member.agency)} | {member.user}
    words = {"name": member.user.name, "by": by.name}
    notify(users=told - {by}, title=lambda: _("%(by)s gave %(name)s a new password") % words)
    return password


def revoke_key(*, key: ApiKey, by: User) -> None:
    """End a program's key; ending it again changes nothing."""
    ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now())
