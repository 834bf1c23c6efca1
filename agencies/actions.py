"""What the tenant does: logging who looked, notices, outgoing messages, catalogue and prices, exports."""

import datetime as dt
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from agencies.identity import credit_code_problems, normalise_phone, phone_problems
from agencies.links import office_url
from agencies.models import (
    AccessLog,
    Agency,
    AgencySettings,
    ApiKey,
    Export,
    Membership,
    Message,
    Notice,
    Price,
    PriceList,
    Role,
    ServiceItem,
    User,
    WorkForm,
)
from agencies.numbers import take_numbers
from agencies.queries import as_shown
from agencies.standard import CATALOGUE
from agencies.tenancy import agency_context, current_agency

OWN_ITEMS = "J"  # codes of an agency's own items: J-01


@transaction.atomic
def open_agency(*, manager_phone: str, manager_name: str, **data: str) -> tuple[Agency, str]:
    """Open an agency with its settings, catalogue and first manager; returns it and the manager's first password.

    The password is empty where the manager has an account already.
    """
    agency = Agency(**data)
    problems = _problems_of(agency, manager_phone)
    if problems:
        raise ValidationError(problems)
    agency.save()
    password = add_member(agency=agency, phone=manager_phone, name=manager_name, roles=[Role.MANAGER])
    with agency_context(agency):
        AgencySettings.objects.create()
        seed_catalogue()
    return agency, password


def _problems_of(agency, manager_phone):
    problems = {}
    try:
        agency.full_clean()
    except ValidationError as refusal:
        problems = {name: [str(text) for text in texts] for name, texts in refusal.message_dict.items()}
    if found := credit_code_problems(agency.credit_code):
        problems.setdefault("credit_code", []).extend(map(str, found))
    if found := phone_problems(manager_phone):
        problems["manager_phone"] = list(map(str, found))
    return problems


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


def edit_agency(*, agency: Agency, by: User, **data: str) -> Agency:
    """Correct what stands on papers and on the public page; the other managers are told what changed."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    changed = [name for name, value in data.items() if getattr(agency, name) != value]
    for name in changed:
        setattr(agency, name, data[name])
    agency.full_clean()
    agency.save(update_fields=changed)
    if changed:
        labels = ", ".join(str(Agency._meta.get_field(name).verbose_name) for name in changed)
        others = [member.user for member in _managers(agency) if member.user_id != by.pk]
        notify(users=others, title=_("%(name)s changed details of the agency") % {"name": by.name}, body=labels)
    return agency


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


def log_access(*, user: User, row: Model, field: str, reason: str = "") -> None:
    """Record that a masked value of a row was shown in full (8.2), and what the row was called then."""
    AccessLog.objects.create(user=user, subject=subject_of(row), about=str(row)[:150], field=field, reason=reason)


def subject_of(row: Model) -> str:
    """How logs name a row: model and id."""
    return f"{row._meta.label_lower}:{row.pk}"


def members_with(*roles: str, but: User | None = None) -> list[User]:
    """The people of the agency who hold one of these roles."""
    members = Membership.objects.filter(agency=current_agency(), is_active=True, roles__overlap=list(roles))
    return [member.user for member in members.exclude(user=but).select_related("user")]


def notify(*, users: Iterable[User], title: str | Callable[[], str], body: str = "", url: str = "") -> list[Notice]:
    """Put a notice in front of people who sign in; a title that is a function is asked for in each one's language."""
    notices = [
        Notice(agency=current_agency(), user=user, title=_for_reader(title, user)[:100], body=body, url=url)
        for user in users
    ]
    return Notice.objects.bulk_create(notices)


def _for_reader(title, user):
    if isinstance(title, str):
        return title
    with override(user.language):
        return title()


def queue_message(
    *,
    key: str,
    recipient_name: str,
    address: str,
    subject: str,
    body: str,
    channel: str = Message.Channel.BY_HAND,
    due_at: dt.datetime | None = None,
) -> Message:
    """Put a message in the outbox, once for its key; the outbox job or a person sends it."""
    message, _created = Message.objects.get_or_create(
        key=key,
        defaults={
            "channel": channel,
            "recipient_name": recipient_name,
            "address": address,
            "subject": subject,
            "body": body,
            "due_at": due_at or timezone.now(),
        },
    )
    return message


def seed_catalogue() -> None:
    """Give the open agency every service item the standard names; items it has stay as they are."""
    agency = current_agency()
    fields = ("code", "clause", "group", "name", "name_en", "unable_only", "level_needed")
    items = [ServiceItem(agency=agency, **{name: getattr(item, name) for name in fields}) for item in CATALOGUE]
    ServiceItem.objects.bulk_create(items, ignore_conflicts=True)


def save_item(*, by: User, item: ServiceItem | None = None, **data: Any) -> ServiceItem:
    """Offer an item of one's own beside those of the standard, or change it; the standard's own keep their words."""
    item = item or ServiceItem(code=f"{OWN_ITEMS}-{take_numbers('item')[0]:02}")
    if item.clause:
        data = {name: value for name, value in data.items() if name in ("is_active", "level_needed")}
    elif ServiceItem.objects.filter(name=data["name"]).exclude(pk=item.pk).exists():
        raise ValidationError({"name": _("There is an item of this name already.")})
    for name, value in data.items():
        setattr(item, name, value)
    item.save()
    return item


def copy_price_list(*, by: User) -> PriceList:
    """Start a draft from the newest list."""
    if PriceList.objects.filter(state=PriceList.State.DRAFT).exists():
        raise ValidationError(_("There is a draft already; finish that one first."))
    newest = PriceList.objects.order_by("-effective_from").first()
    day = timezone.localdate() + dt.timedelta(days=1)
    name = _("Price list %(year)s") % {"year": day.year}
    draft = PriceList.objects.create(name=name, effective_from=day, drafted_by=by)
    if newest:
        rows = newest.prices.values("kind", "work_form", "service_item_id", "unit", "amount", "note")
        Price.objects.bulk_create([Price(agency=current_agency(), price_list=draft, **row) for row in rows])
    return draft


def set_prices(
    *, price_list: PriceList, prices: list[dict], name: str, effective_from: dt.date, by: User | None = None
) -> None:
    """Replace the prices of a draft; each is {kind, work_form or service_item, unit, amount, note}.

    Who wrote it last does not approve it, where the agency has set so.
    """
    price_list = PriceList.objects.select_for_update().get(pk=price_list.pk)
    if price_list.state != PriceList.State.DRAFT:
        raise ValidationError(_("A published list does not change; start a new one."))
    price_list.name, price_list.effective_from, price_list.drafted_by = name, effective_from, by
    price_list.save()
    price_list.prices.all().delete()
    Price.objects.bulk_create([Price(agency=current_agency(), price_list=price_list, **price) for price in prices])


def publish_price_list(
    *, price_list: PriceList, by: User, effective_from: dt.date | None = None, seen: str | None = None
) -> None:
    """Put a list in force from its day (4.1.5); each work form has a price that says what it includes.

    seen is what queries.as_shown said of the list that was looked at.
    """
    price_list.refresh_from_db(from_queryset=PriceList.objects.select_for_update())
    day = effective_from or price_list.effective_from
    problems = _against_publishing(price_list, day)
    if seen is not None and seen != as_shown(price_list):
        problems.append(_("The list was changed after this page was opened; look at it again."))
    if price_list.drafted_by_id == by.pk and AgencySettings.objects.get().price_list_by_two:
        problems.append(_("You wrote this list yourself; another manager looks at it and approves it (4.1.5)."))
    if problems:
        raise ValidationError(problems)
    published = {"state": PriceList.State.PUBLISHED, "published_at": timezone.now(), "published_by": by}
    if not PriceList.objects.filter(pk=price_list.pk, state="draft").update(effective_from=day, **published):
        raise ValidationError(_("This list was published before."))
    price_list.refresh_from_db()
    price_list.save()  # for the history


def ask_to_publish(*, price_list: PriceList, by: User) -> None:
    """Tell the managers that a draft is ready to be approved; what still stands against it is named first."""
    if price_list.state != PriceList.State.DRAFT:
        raise ValidationError(_("This list was published before."))
    if problems := _against_publishing(price_list, price_list.effective_from):
        raise ValidationError(problems)
    managers = [user for user in members_with(Role.MANAGER) if user != by]
    if not managers:
        raise ValidationError(_("There is no other manager to ask. Turn the approval by two off in the settings."))
    title = _("%(name)s waits for your approval") % {"name": price_list.name}
    notify(users=managers, title=title, body=by.name, url=office_url("price_list_list"))


def _against_publishing(price_list, day):
    problems = []
    if day < timezone.localdate():
        problems.append(_("A list cannot be in force from a day that has passed; nobody could have seen it."))
    if PriceList.objects.filter(state=PriceList.State.PUBLISHED, effective_from=day).exists():
        problems.append(_("Another list is in force from that day."))
    priced = dict(price_list.prices.filter(kind=Price.Kind.SERVICE).values_list("work_form", "note"))
    for text, missing in [
        (_("No price yet for: %(forms)s."), [label for value, label in WorkForm.choices if value not in priced]),
        (
            _("Say what the price includes: %(forms)s."),
            [label for value, label in WorkForm.choices if priced.get(value) == ""],
        ),
    ]:
        if missing:
            problems.append(text % {"forms": pgettext("between names", ", ").join(map(str, missing))})
    return problems


def mark_message_sent(*, message: Message, by: User) -> None:
    """Staff passed the message on by hand."""
    sent = {"state": Message.State.SENT, "sent_at": timezone.now(), "sent_by": by}
    if not Message.objects.filter(pk=message.pk).exclude(state="sent").update(**sent):
        raise ValidationError(_("This message was sent before."))


def mark_messages_sent(*, messages: list[int], by: User) -> None:
    """Staff passed several messages on by hand, named by their keys; all of them or none."""
    if not messages:
        raise ValidationError(_("Tick the messages you have sent."))
    sent = {"state": Message.State.SENT, "sent_at": timezone.now(), "sent_by": by}
    if Message.objects.filter(pk__in=messages).exclude(state="sent").update(**sent) != len(set(messages)):
        raise ValidationError(_("Some of these were noted as sent meanwhile. Look at what is left and tick again."))


def send_due_messages() -> dict[str, int]:
    """Send every e-mail that is due; each is claimed by its state, five tries at most. Returns counts."""
    due = Message.objects.select_for_update(skip_locked=True).filter(
        state=Message.State.QUEUED, channel=Message.Channel.EMAIL, due_at__lte=timezone.now()
    )
    counts = {"sent": 0, "failed": 0}
    for message in due[:200]:
        state = _send(message)
        counts["sent"] += state == Message.State.SENT
        counts["failed"] += state == Message.State.FAILED
    return counts


def _send(message):
    message.attempts += 1
    try:
        send_mail(message.subject, message.body, None, [message.address])
    except (OSError, ValueError) as error:  # ValueError: a line break in the subject, an address nobody can have
        message.error = type(error).__name__
        message.state = Message.State.FAILED if message.attempts >= 5 else Message.State.QUEUED
        message.due_at = timezone.now() + dt.timedelta(minutes=2**message.attempts)
    else:
        message.state, message.sent_at = Message.State.SENT, timezone.now()
    message.save()
    return message.state


def read_notices(*, user: User) -> None:
    Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now())


def request_export(*, list_name: str, query: str, by: User) -> Export:
    """Put a list in the queue as an Excel file."""
    from agencies.office_tasks import make_export  # tasks import actions

    export = Export.objects.create(list_name=list_name, query=query, requested_by=by)
    make_export.delay_on_commit(agency_id=current_agency().pk, export_id=export.pk)
    return export


def redeliver_exports() -> None:
    """Ring again for files that wait although they were asked for minutes ago; the broker may have forgotten."""
    from agencies.office_tasks import make_export

    since = timezone.now() - dt.timedelta(minutes=2)
    for pk in Export.objects.filter(state=Export.State.QUEUED, requested_at__lt=since).values_list("pk", flat=True)[
        :50
    ]:
        make_export.delay_on_commit(agency_id=current_agency().pk, export_id=pk)
