"""Reads of caregiver files."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from agencies.fields import lookup_hash
from agencies.identity import normalise_identity
from caregivers.models import Absence, Caregiver, Credential, LevelGrant, SupervisionAcknowledgement
from caregivers.standard import Facts, Paper


def with_level(caregivers: QuerySet[Caregiver], day: dt.date) -> QuerySet[Caregiver]:
    """Annotate the level held on a day; None before the first grant."""
    grants = LevelGrant.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk"), granted_on__lte=day)
    return caregivers.annotate(level=Subquery(grants.order_by("-granted_on").values("level")[:1]))


def with_next_expiry(caregivers: QuerySet[Caregiver]) -> QuerySet[Caregiver]:
    """Annotate the first day on which a paper that was not renewed ends."""
    papers = Credential.objects.filter(agency=OuterRef("agency"), caregiver=OuterRef("pk"), expires_on__isnull=False)
    newer = Credential.objects.filter(
        agency=OuterRef("agency"),
        caregiver=OuterRef("caregiver"),
        kind=OuterRef("kind"),
        issued_on__gt=OuterRef("issued_on"),
    )
    first = papers.filter(~Exists(newer)).order_by("expires_on").values("expires_on")[:1]
    return caregivers.annotate(next_expiry=Subquery(first))


def find_caregivers(text: str) -> QuerySet[Caregiver]:
    """By name, pinyin or its initials, badge number, last digits of the phone, or the whole identity number."""
    text = text.strip()
    found = Q(name__contains=text) | Q(number__iexact=text) | Q(pinyin__contains=text.lower())
    if text.isdigit() and len(text) >= 4:
        found |= Q(phone__endswith=text)
    if len(text) >= 15:
        found |= Q(identity_hash=lookup_hash(normalise_identity(text)))
    return Caregiver.objects.filter(found)


def facts_of(
    caregivers: Iterable[Caregiver], *, start: dt.datetime, end: dt.datetime, work_form: str, level_needed: int
) -> dict[int, Facts]:
    """What check_assignment asks about each caregiver for a half-open time; four queries for any number."""
    people = list(caregivers)
    ids = [person.pk for person in people]
    first, last = _days(start, end)
    papers = defaultdict(list)
    for kind, issued, expires, owner in Credential.objects.filter(caregiver__in=ids).values_list(
        "kind", "issued_on", "expires_on", "caregiver_id"
    ):
        papers[owner].append(Paper(kind, issued, expires))
    levels = dict(with_level(Caregiver.objects.filter(pk__in=ids), first).values_list("pk", "level"))
    absent = set(
        Absence.objects.filter(caregiver__in=ids, period__overlap=(start, end)).values_list("caregiver", flat=True)
    )
    informed = set(
        SupervisionAcknowledgement.objects.filter(caregiver__in=ids, acknowledged_on__lte=first).values_list(
            "caregiver", flat=True
        )
    )
    return {
        person.pk: Facts(
            first_day=first,
            last_day=last,
            state=person.state,
            birth_date=person.birth_date,
            education=person.education,
            level=levels.get(person.pk),
            work_forms=frozenset(person.work_forms),
            work_form=work_form,
            level_needed=level_needed,
            papers=tuple(papers[person.pk]),
            declared_no_history=person.declared_no_history_on is not None,
            acknowledged_rule=person.pk in informed,
            age_exception=person.age_exception,
            is_absent=person.pk in absent,
        )
        for person in people
    }


def _days(start, end):

    return timezone.localtime(start).date(), timezone.localtime(end - dt.timedelta(seconds=1)).date()
