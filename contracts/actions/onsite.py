"""At the door and the bedside (7.3.2 c, 5.2): codes and places, measurements with limits, photos, the client's signature."""

import datetime as dt
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agencies.actions.messages import members_with, notify
from agencies.files import drawing, store_file, store_upload
from agencies.links import office_url
from agencies.models import AgencySettings, Role, StoredFile, User
from archive.actions import request_document
from archive.models import Document
from clients.models import Client, Consent
from clients.queries import has_consent
from contracts.actions.visits import lock_visit
from contracts.models import Door, Measurement, Visit, VisitConfirmation, VisitPhoto, VisitProof
from contracts.place import from_chinese_map, metres_between
from contracts.queries.onsite import client_of_code, door_of, may_measure, vital_limits
from contracts.standard import outside_limits

State = Visit.State
PLANNERS = (Role.MANAGER, Role.COORDINATOR)
MOST_PHOTOS = 6
AFTER = dt.timedelta(hours=24)  # how long after a visit something may be added to it (derived)

# The door ------------------------------------------------------------------------------------------------------------


def _door(client) -> Door:
    Door.objects.get_or_create(client=client)
    return Door.objects.select_for_update(of=["self"]).get(client=client)


def print_door_card(*, client: Client, by: User) -> Document:
    """Make the card with the code for the client's door."""
    door = _door(client)
    title = f"上门签到码 {client.number}"
    door.document = request_document(kind=Document.Kind.DOOR_CARD, subject_id=door.pk, title=title, by=by)
    door.save()
    return door.document


def hang_door_card(*, client: Client, by: User, hung_on: dt.date) -> Door:
    """The card hangs at the door: from that day a check-in without scanning it needs a reason."""
    door = _door(client)
    if hung_on > timezone.localdate():
        raise ValidationError({"hung_on": _("This lies in the future.")})
    if door.document_id is None:
        raise ValidationError(_("Print the card first."))
    door.hung_on = hung_on
    door.save()
    return door


def renew_door_code(*, client: Client, by: User) -> Door:
    """A lost or copied card is worth nothing from now on; a new one has to be printed and hung up."""
    door = _door(client)
    door.version, door.hung_on, door.document = door.version + 1, None, None
    door.save()
    return door


def locate_door(*, client: Client, by: User, latitude: float, longitude: float, is_chinese_map: bool) -> Door:
    """Say where the client lives, as read from a map; Chinese maps show places aside and are put right."""
    place = from_chinese_map(latitude, longitude) if is_chinese_map else (latitude, longitude)
    return _place(client, *place)


def locate_by_visit(*, visit: Visit, by: User) -> Door:
    """Take the place a caregiver's phone gave at a visit as the client's door."""
    proof = visit.proofs.filter(latitude__isnull=False).first()
    if proof is None:
        raise ValidationError(_("No position of this visit is kept."))
    return _place(visit.client, proof.latitude, proof.longitude)


def _place(client, latitude, longitude):
    door = _door(client)
    door.latitude, door.longitude = (round(Decimal(degrees), 6) for degrees in (latitude, longitude))
    if not (3 <= door.latitude <= 54 and 73 <= door.longitude <= 136):
        raise ValidationError({"place": _("This place is not in China. Write the latitude first, then the longitude.")})
    door.save()
    return door


# Proofs --------------------------------------------------------------------------------------------------------------


def lacks_code(visit: Visit, code: str) -> bool:
    """Whether a card hangs at the door and its code was not scanned: then a check-in needs a reason."""
    door = door_of(visit.client_id)
    return door is not None and door.hung_on is not None and client_of_code(code) != visit.client_id


def check_code(visit: Visit, code: str) -> None:
    """Refuse another client's code, and one that is worthless, kindly."""
    if not code:
        return
    client = client_of_code(code)
    if client is None:
        raise ValidationError(_("This code is not valid any more. Check in without it and tell the office."))
    if client != visit.client_id:
        raise ValidationError(
            _("This is the code of another client's door. Scan the one here, or check in without it.")
        )


def prove_presence(
    visit: Visit,
    moment: str,
    *,
    door: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
    accuracy: float | None = None,
) -> None:
    """Keep what shows that somebody was there: the checked code, the position, how far from the door; once a moment."""
    has_place = latitude is not None and longitude is not None
    if not door and not has_place:
        return
    located = door_of(visit.client_id) if has_place else None
    is_located = located is not None and located.latitude is not None
    VisitProof.objects.get_or_create(
        visit=visit,
        moment=moment,
        defaults={
            "is_scanned": bool(door),
            "latitude": round(Decimal(latitude), 6) if has_place else None,
            "longitude": round(Decimal(longitude), 6) if has_place else None,
            "accuracy": min(int(accuracy or 0), 100_000) if has_place else None,
            "distance": metres_between((latitude, longitude), (located.latitude, located.longitude))
            if is_located
            else None,
        },
    )


def forget_positions() -> dict[str, int]:
    """Forget positions older than the agency keeps them; that somebody was there, and how far off, stays."""
    limit = timezone.now() - dt.timedelta(days=AgencySettings.objects.get().keep_positions_days)
    old = VisitProof.objects.filter(latitude__isnull=False, taken_at__lt=limit)
    return {"forgotten": old.update(latitude=None, longitude=None, accuracy=None)}


# At the bedside ------------------------------------------------------------------------------------------------------


def _refuse_when_over(visit):
    """Things are noted while a visit runs and for a day after it."""
    is_over = visit.checked_out_at and timezone.now() > visit.checked_out_at + AFTER
    if visit.state not in (State.IN_PROGRESS, State.DONE) or is_over:
        raise ValidationError(_("This is noted while the visit runs, or within a day after it."))


def measure(
    *,
    visit: Visit,
    by: User,
    systolic: int | None = None,
    diastolic: int | None = None,
    pulse: int | None = None,
    temperature: Decimal | None = None,
) -> Measurement:
    """Keep values; those outside the agency's limits warn the office, and the page the caregiver (5.2)."""
    visit = lock_visit(visit)
    _refuse_when_over(visit)
    if not may_measure(visit.client):
        raise ValidationError(_("The consent to keeping health data is missing; nothing is written down."))
    values = {"systolic": systolic, "diastolic": diastolic, "pulse": pulse, "temperature": temperature}
    if problems := _implausible(values):
        raise ValidationError(problems)
    outside = outside_limits(values, vital_limits(AgencySettings.objects.get()))
    row = Measurement.objects.create(
        client=visit.client, visit=visit, outside=outside, taken_at=timezone.now(), taken_by=by, **values
    )
    if outside:
        notify(
            users=members_with(*PLANNERS, Role.QUALITY_OFFICER),
            title=lambda: f"{visit.client.salutation} {visit.client.number}: {row.get_outside_display()}",
            url=office_url("visit_page", visit.pk),
        )
    return row


BOUNDS = {"systolic": (50, 300), "diastolic": (20, 200), "pulse": (20, 250), "temperature": (30, 45)}


def _implausible(values):
    """What cannot be a value of a living person, by field; probably a slip of the finger."""
    problems = {}
    if not any(values.values()):
        problems["__all__"] = _("Write at least one value.")
    for name, (low, high) in BOUNDS.items():
        if values[name] is not None and not low <= values[name] <= high:
            problems[name] = _("Between %(low)s and %(high)s; look again.") % {"low": low, "high": high}
    pressures = (values["systolic"], values["diastolic"])
    if (pressures[0] is None) != (pressures[1] is None):
        name = "diastolic" if pressures[1] is None else "systolic"
        problems.setdefault(name, _("Blood pressure has two values."))
    elif None not in pressures and pressures[0] <= pressures[1]:
        problems.setdefault("diastolic", _("The second value is the lower one."))
    return problems


def strike_measurement(*, measurement: Measurement, by: User, reason: str) -> None:
    """Strike out a wrong value; it stays readable with the reason."""
    struck = {"struck_at": timezone.now(), "struck_by": by, "struck_reason": reason}
    if not Measurement.objects.filter(pk=measurement.pk, struck_at=None).update(**struck):
        raise ValidationError(_("This is struck out already."))


def add_photo(*, visit: Visit, by: User, photo, caption: str) -> VisitPhoto:
    """Keep a photo that the client agreed to."""
    visit = lock_visit(visit)
    _refuse_when_over(visit)
    if not has_consent(visit.client, Consent.Kind.PHOTOS):
        raise ValidationError(_("The client has not agreed to photos; take none."))
    if visit.photos.count() >= MOST_PHOTOS:
        raise ValidationError(_("%(most)s photos of one visit are enough.") % {"most": MOST_PHOTOS})
    file = store_upload(photo, kind=StoredFile.Kind.VISIT_PHOTO, by=by)
    return VisitPhoto.objects.create(visit=visit, file=file, caption=caption, taken_by=by)


def confirm_visit(
    *, visit: Visit, by: User, signer_name: str = "", signature: str = "", unable: str = ""
) -> VisitConfirmation:
    """The client, or who is with them, signs that the service was given; or the reason why nobody can."""
    visit = lock_visit(visit)
    _refuse_when_over(visit)
    if not unable and not signer_name:
        raise ValidationError({"signer_name": _("Write who signs, or choose why nobody can.")})
    image = None
    if not unable:
        image = store_file(
            kind=StoredFile.Kind.SIGNATURE, name=f"visit-{visit.pk}.png", content=drawing(signature),
            content_type="image/png", by=by,
        )  # fmt: skip
    try:
        with transaction.atomic():
            return VisitConfirmation.objects.create(
                visit=visit, signer_name="" if unable else signer_name, image=image, unable=unable, recorded_by=by
            )
    except IntegrityError:
        raise ValidationError(_("This visit is signed for already.")) from None
