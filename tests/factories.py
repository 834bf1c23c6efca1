"""Rows for tests: make_one fills any agency model with texts that name its agency; make_member signs somebody up."""

import datetime as dt
import itertools
from decimal import Decimal

from django.apps import apps
from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import models
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from agencies.fields import EncryptedTextField
from agencies.models import Membership, Role, User
from agencies.tenancy import AgencyModel, current_agency

_count = itertools.count(1)
DAY = dt.date(2026, 11, 23)
NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)

FILLED = object()  # a column that may be empty, yet not in this row

# What the constraints of a model ask for beyond a value in each column.
ESPECIALLY = {
    "agencies.Price": {"work_form": "hourly"},
    "agencies.AgencySettings": {},
    "archive.ArchiveRecord": {
        "archive_class": "contracts",
        "clock_started_on": dt.date(2021, 3, 1),
        "retain_until": dt.date(2024, 3, 1),
    },
    "archive.ControlledText": {"parts": [["people", "By whom", "By managers."]]},
    "archive.DisposalList": {"state": "closed", "appraised_at": NOON},
    "archive.SealCertificate": {"valid_until": NOON + dt.timedelta(days=365)},
    "caregivers.Availability": {"weekday": 1, "starts_at": dt.time(8), "ends_at": dt.time(18)},
    "caregivers.Caregiver": {"work_forms": ["hourly"]},
    "caregivers.Credential": {"caregiver": FILLED},
    "caregivers.EffectEvaluation": {"effect": "good"},
    "caregivers.ExamResult": {"score": 80},
    "caregivers.LevelAppeal": {"grant": FILLED},
    "caregivers.LevelApplication": {"level": 1},
    "caregivers.LevelStanding": {"next_level": 1},
    "caregivers.QualityRecord": {"value": 4},
    "caregivers.TrainingPlanLine": {"month": 6},
    "caregivers.TrainingSession": {"outside_trainer": "周老师", "ends_at": NOON + dt.timedelta(hours=2)},
    "clients.Assessment": {"level": 2},
    "clients.Client": {"phone": FILLED},
    "clients.Enquiry": {"state": "open"},
    "clients.Guardian": {"authority": "contact"},
    "clients.ShiftNote": {"enquiries": []},
    "contracts.Agreement": {
        "work_form": "hourly",
        "rate": Decimal(45),
        "list_rate": Decimal(45),
        "ends_on": DAY,
        "terms": {},
        "terms_hash": "a" * 64,
    },
    "contracts.FeeStatement": {"month": dt.date(2026, 11, 1), "charges": [], "state": "draft"},
    "contracts.Handover": {"to": "agency", "text_hash": "b" * 64},
    "contracts.Door": {"latitude": Decimal("36.651216"), "longitude": Decimal("117.120095")},
    "contracts.Measurement": {"pulse": 72},
    "contracts.VisitConfirmation": {"unable": "resting", "signer_name": ""},
    "contracts.SpecialEvent": {"state": "open", "settled_at": None},
    "contracts.HandoverSignature": {"text_hash": "b" * 64},
    "contracts.CaregiverPreference": {"kind": "preferred"},
    "contracts.RotaProposal": {"state": "closed", "finished_at": NOON},
    "contracts.SlotChange": {"weekday": 1, "day_shift": 0, "minutes": 120},
    "contracts.PlanSlot": {"weekday": 1, "duration_minutes": 120},
    "contracts.Signature": {"document_hash": "a" * 64},
    "supervision.IncidentEntry": {"told": "family"},
    "supervision.SurveyRound": {"state": "closed", "closes_on": DAY + dt.timedelta(days=7)},
}


def make_one(model, **values):
    """One saved row of any agency model; its texts name the agency they belong to."""
    row = model()
    given = {**ESPECIALLY.get(model._meta.label, {}), **values}
    for field in model._meta.concrete_fields:
        if field.name in given:
            setattr(row, field.name, _value(field) if given[field.name] is FILLED else given[field.name])
            continue
        if field.primary_key or field.name == "agency" or field.null or field.has_default():
            continue
        if field.blank and not isinstance(field, models.ForeignKey) and field.name not in ("identity_hash", "pinyin"):
            continue
        setattr(row, field.name, _value(field))
    row.save()
    return row


def _value(field):
    n = next(_count)
    if isinstance(field, models.ForeignKey):
        return make_user() if field.related_model is User else make_one(field.related_model)
    if field.choices:
        return field.choices[0][0]
    for kind, value in _VALUES:
        if isinstance(field, kind):
            return value(field, n)
    raise NotImplementedError(f"say how to fill {field}")


def _text(field, n):
    return f"{n} of {current_agency()}"[: field.max_length]


_VALUES = [
    (models.FileField, lambda _field, n: f"{current_agency().pk}/{n}"),
    (EncryptedTextField, _text),
    ((models.CharField, models.TextField), _text),
    (models.DateTimeField, lambda _field, _n: NOON),
    (models.DateField, lambda _field, n: DAY - dt.timedelta(days=n % 5000)),
    (models.TimeField, lambda _field, _n: dt.time(9)),
    (models.BooleanField, lambda _field, _n: False),
    (models.DecimalField, lambda _field, n: Decimal(n % 1000 + 1)),
    (models.IntegerField, lambda _field, n: n % 30000),
    (models.JSONField, lambda _field, n: {"text": f"{n} of {current_agency()}"}),
    (DateTimeRangeField, lambda _field, n: _hours(n)),
    (DateRangeField, lambda _field, _n: DateRange(DAY, DAY + dt.timedelta(days=3))),
    (ArrayField, lambda _field, _n: []),
]


def _hours(n):
    start = NOON + dt.timedelta(hours=3 * n)
    return DateTimeTZRange(start, start + dt.timedelta(hours=2))


def make_user(**fields) -> User:
    return User.objects.create_user(f"137{next(_count):08}", **{"name": "测试", **fields})


def make_member(agency, *roles: Role) -> Membership:
    """Somebody who works at an agency; a manager unless roles are given."""
    user = make_user(name=f"{(roles or ['manager'])[0]} of {agency}")
    return Membership.objects.create(agency=agency, user=user, roles=list(roles) or [Role.MANAGER])


def agency_models():
    """Every model whose rows belong to an agency, history tables left out."""
    return [model for model in apps.get_models() if issubclass(model, AgencyModel)]
