"""Enquiries are taken, answered, followed up, handed over, and become clients or are closed (7.3.2 a)."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.actions.messages import members_with, notify
from agencies.calendar import CHINA
from agencies.links import office_url
from agencies.models import Role, User
from agencies.numbers import next_number
from agencies.standard import gettext_noop
from archive.actions import request_document
from archive.models import Document
from clients.models import Client, Enquiry, EnquiryEntry
from clients.queries import known_by_phone
from clients.standard import answer_by, warn_from

State, Matter, Outcome = Enquiry.State, Enquiry.Matter, Enquiry.Outcome
AT_ONCE = {
    Matter.PRESS: (
        [Role.MANAGER],
        gettext_noop("Enquiry %(number)s is from the press or an authority: call back yourself"),
    ),
    Matter.COMPLAINT: (
        [Role.MANAGER, Role.QUALITY_OFFICER],
        gettext_noop("Enquiry %(number)s is a complaint: take it as one"),
    ),
}
BY_WEB = ([Role.MANAGER, Role.COORDINATOR], gettext_noop("Enquiry %(number)s came by the web page"))


def take_enquiry(
    *,
    by: User | None,
    answer: str = "",
    follow_up_on: dt.date | None = None,
    reply_by: dt.datetime | None = None,
    outcome: str = "",
    referred_to: str = "",
    is_new: bool = False,
    **data,
) -> Enquiry:
    """Write an enquiry down. Who takes it is its first contact and stays in charge; one from the web belongs to nobody yet.

    reply_by is what the caller was promised, else the end of the next working day. outcome closes it at once. is_new
    says that it was looked at: somebody with this phone is known, and this is another matter.
    """
    said = {"answer": answer, "outcome": outcome, "referred_to": referred_to}
    problems = desk_problems(**said, follow_up_on=follow_up_on, reply_by=reply_by, **data) if by else {}
    if not is_new and by and (known := known_by_phone(data["phone"])):
        problems["phone"] = refused_phone(known)
    if problems:
        raise ValidationError(problems)
    now = timezone.now()
    first = reply_by or answer_by(now)
    owed = reply_by if answer else first
    enquiry = Enquiry.objects.create(
        number=next_number("ZX"),
        first_contact=by,
        owner=by,
        received_at=now,
        answer_by=first,
        follow_up_on=follow_up_on,
        **_owed(owed, now),
        **data,
    )
    _tell_at_once(enquiry, by)
    if outcome:
        _close(enquiry, by, answer, outcome=outcome, referred_to=referred_to)
    elif answer:
        _write(enquiry, answer, by)
    return enquiry


def _tell_at_once(enquiry, by):
    """What came by the web page is told to the desk; press and complaints to those who answer for them."""
    roles, words = AT_ONCE.get(enquiry.matter, ([], "")) if by else BY_WEB
    if roles:
        _notify(members_with(*roles, but=by), enquiry, words)


def _notify(users, enquiry, words, body="", **more):
    def title():
        return _(words) % {"number": enquiry.number, **more}

    notify(users=users, title=title, body=body, url=office_url("enquiry_page", enquiry.pk))


def ask_by_web(*, phone: str, need: str, **data) -> Enquiry:
    """Take what was asked on the public page; who sends the same twice gets the first number again."""
    rows = Enquiry.objects.filter(phone=phone, need=need, state=State.OPEN, channel=Enquiry.Channel.WEB)
    return rows.first() or take_enquiry(by=None, channel=Enquiry.Channel.WEB, phone=phone, need=need, **data)


def note_call(*, by: User, outcome: str) -> Enquiry:
    """Write down a call in which nobody was heard or understood: it counts, and there is nobody to call back."""
    if outcome not in Enquiry.NAMELESS:
        raise ValidationError(_("Write down who called and what is wanted."))
    now = timezone.now()
    return Enquiry.objects.create(
        number=next_number("ZX"),
        state=State.CLOSED,
        channel=Enquiry.Channel.PHONE,
        matter=Matter.QUESTION,
        outcome=outcome,
        first_contact=by,
        owner=by,
        received_at=now,
        answer_by=now,
        answered_at=now,
    )


def refused_phone(known: list[str]) -> str:
    """Who has the phone already, and what to do."""
    names = pgettext("between names", ", ").join(known)
    return _("This phone is known: %(names)s. Open that one, or tick below that this is somebody else.") % {
        "names": names
    }


def desk_problems(
    *, answer="", follow_up_on=None, reply_by=None, outcome="", referred_to="", matter="", is_repeated=False, **_others
) -> dict[str, str]:  # fmt: skip
    """What speaks against an enquiry as it was taken at the desk, by field; the form names it beside its own."""
    problems = _time_problems(follow_up_on, reply_by)
    if matter == Matter.COMPLAINT and not is_repeated:
        problems["is_repeated"] = _("Say a complaint back in your own words, and tick it once the caller confirmed it.")
    if outcome:
        problems |= _outcome_problems(outcome, answer, referred_to, said="answer")
        if follow_up_on or reply_by:
            problems["outcome"] = _("What is still to be answered or called about stays open.")
    return problems


def _time_problems(follow_up_on, reply_by):
    problems = {}
    if follow_up_on and follow_up_on < timezone.localdate():
        problems["follow_up_on"] = _("This day has passed.")
    if reply_by and reply_by <= timezone.now():
        problems["reply_by"] = _("This time has passed; promise one that can be kept.")
    return problems


def _outcome_problems(outcome, reason, referred_to, *, said="closed_reason"):
    problems = {}
    if outcome == Outcome.OUT_OF_SCOPE and not referred_to:
        problems["referred_to"] = _("Say where they can turn instead.")
    if outcome in (Outcome.DECLINED, Outcome.ANSWERED) and not reason:
        problems[said] = _("Say in a few words what was said or decided.")
    return problems


def _owed(reply_by, now):
    """The reply that is owed from now on, and when somebody is reminded of it."""
    if reply_by is None:
        return {"reply_by": None, "warn_at": None}
    near = warn_from(reply_by)
    return {"reply_by": reply_by, "warn_at": near if near > now else reply_by}


def receptionists() -> list[User]:
    """Who answers enquiries."""
    return members_with(Role.MANAGER, Role.COORDINATOR)


def follow_up(
    *,
    enquiry: Enquiry,
    by: User,
    text: str,
    follow_up_on: dt.date | None = None,
    reply_by: dt.datetime | None = None,
) -> EnquiryEntry:
    """Write down what was said: it answers what was owed; a new promise may be made, and a day to call again."""
    if problems := _time_problems(follow_up_on, reply_by):
        raise ValidationError(problems)
    owed = _owed(reply_by, timezone.now())
    _claim(enquiry, follow_up_on=follow_up_on, owner=enquiry.owner or by, **owed)
    return _write(enquiry, text, by)


def _write(enquiry, text, by):
    Enquiry.objects.filter(pk=enquiry.pk, answered_at=None).update(answered_at=timezone.now())
    return EnquiryEntry.objects.create(enquiry=enquiry, text=text, by=by)


def hand_over(*, enquiry: Enquiry, by: User, to: User, note: str = "") -> Enquiry:
    """Give an enquiry to somebody else, who is told; the first contact stays on record, and nothing owed is forgotten."""
    if to == enquiry.owner:
        raise ValidationError({"to": _("%(name)s is in charge already.") % {"name": to}})
    words = {"old": enquiry.owner or "—", "new": to, "note": note}
    _claim(enquiry, owner=to)
    text = _("Handed over from %(old)s to %(new)s. %(note)s") % words
    EnquiryEntry.objects.create(enquiry=enquiry, text=text.strip()[:500], by=by)
    _notify([to], enquiry, gettext_noop("Enquiry %(number)s is yours now"), note)
    return enquiry


def close_enquiry(
    *, enquiry: Enquiry, by: User, outcome: str, closed_reason: str = "", referred_to: str = ""
) -> Enquiry:
    """Close it with what came of it; out of scope, with where they were told to turn."""
    if problems := _outcome_problems(outcome, closed_reason, referred_to):
        raise ValidationError(problems)
    return _close(enquiry, by, closed_reason, outcome=outcome, referred_to=referred_to)


def _close(enquiry, by, said, **fields):
    _claim(enquiry, state=State.CLOSED, follow_up_on=None, closed_reason=said[:200], **_owed(None, None), **fields)
    _write(enquiry, said or enquiry.get_outcome_display(), by)
    return enquiry


def passed_on(*, enquiry: Enquiry, by: User, to: str) -> Enquiry:
    """It became something of an upper app, such as a complaint; to names it."""
    return close_enquiry(enquiry=enquiry, by=by, outcome=Outcome.PASSED_ON, closed_reason=to)


def became_client(*, enquiry: Enquiry, client: Client, by: User) -> None:
    """A file was opened from it."""
    _claim(enquiry, state=State.CLIENT, client=client, follow_up_on=None, **_owed(None, None))
    _write(enquiry, _("File %(number)s opened.") % {"number": client.number}, by)


def _claim(enquiry, **fields):
    if not Enquiry.objects.filter(pk=enquiry.pk, state=State.OPEN).update(**fields):
        raise ValidationError(_("This enquiry is closed."))
    enquiry.refresh_from_db()
    enquiry.save()  # for its history


def print_receipt(*, enquiry: Enquiry, by: User) -> Document:
    """Print what the caller takes home: that it was taken up and until when it is answered, or that it is not, and why."""
    if enquiry.outcome in Enquiry.NAMELESS:
        raise ValidationError(_("Nobody is known who could be given a receipt."))
    refused = enquiry.outcome == Outcome.OUT_OF_SCOPE
    title = f"{'不予受理告知单' if refused else '咨询预约回执'} {enquiry.number}"
    return request_document(kind=Document.Kind.ENQUIRY_RECEIPT, subject_id=enquiry.pk, title=title, by=by)


def warn_of_replies() -> dict[str, int]:
    """Tell of replies that are owed: one working day before whoever is in charge, past the time the managers too; once each."""
    now = timezone.now()
    due = Enquiry.objects.filter(state=State.OPEN, warn_at__lt=now)
    enquiries = list(due.select_for_update(of=["self"], skip_locked=True).select_related("owner")[:200])
    counts = {"near": 0, "passed": 0}
    for enquiry in enquiries:
        has_passed = enquiry.reply_by < now
        _warn(enquiry, has_passed=has_passed)
        counts["passed" if has_passed else "near"] += 1
        Enquiry.objects.filter(pk=enquiry.pk).update(warn_at=None if has_passed else enquiry.reply_by)
    return counts


def _warn(enquiry, *, has_passed):
    users = {user.pk: user for user in ([enquiry.owner] if enquiry.owner else receptionists())}
    if has_passed:
        users |= {user.pk: user for user in members_with(Role.MANAGER)}
    late = gettext_noop("Enquiry %(number)s was to be answered by %(time)s")
    near = gettext_noop("Answer enquiry %(number)s by %(time)s")
    time = enquiry.reply_by.astimezone(CHINA).strftime("%m-%d %H:%M")
    _notify(users.values(), enquiry, late if has_passed else near, time=time)
