"""The demo world is whole: built by the actions people use, with something to show on every page."""

import pytest
from django.db import connection
from django.utils import timezone

from agencies.models import Agency
from agencies.tenancy import agency_context
from archive.models import Document
from carecenter.demo import build
from carecenter.demo.build import FIRST, build_agency
from caregivers.models import LevelGrant, LevelStanding
from contracts.models import Agreement, Door, Handover, Measurement, SpecialEvent, Visit
from supervision.models import Complaint, Incident, ReturnVisit, SurveyRound


@pytest.mark.django_db
def test_small_agency_has_rows_in_every_state():
    build_agency(FIRST, timezone.now(), caregivers=12, clients=30, first_phone="13800000101")
    with agency_context(Agency.objects.get()):
        states = set(Agreement.objects.values_list("state", flat=True))
        assert {"draft", "signing", "in_force", "ended"} <= states
        assert {"planned", "done"} <= set(Visit.objects.values_list("state", flat=True))
        assert Handover.objects.filter(state="filed").exists()
        assert SurveyRound.objects.filter(state="closed").exists()
        assert ReturnVisit.objects.filter(state="done").exists()
        assert Complaint.objects.exists()
        assert LevelStanding.objects.filter(stage="eligible").exists()
        assert LevelGrant.objects.filter(application__isnull=False).exists()
        assert set(SpecialEvent.objects.values_list("state", flat=True)) == {"open", "settled"}
        assert set(Incident.objects.values_list("state", flat=True)) == {"reported", "in_hand", "closed"}
        assert Measurement.objects.exclude(outside=[]).exists()
        assert Door.objects.filter(hung_on__isnull=False, latitude__isnull=False).exists()


@pytest.mark.django_db
def test_nothing_is_from_later_or_from_before_its_cause():
    build_agency(FIRST, timezone.now(), caregivers=12, clients=30, first_phone="13800000101")
    with agency_context(Agency.objects.get()):
        assert not Document.objects.filter(requested_at__gt=timezone.now()).exists()
        for agreement in Agreement.objects.exclude(in_force_at=None):
            file = agreement.client
            assert file.consents.filter(kind="health_data", given_at__lt=agreement.in_force_at).exists()
            assert agreement.plan.assessment.assessed_on < timezone.localdate(agreement.in_force_at)


@pytest.mark.django_db
def test_a_slow_machine_takes_its_time(monkeypatch):
    limits = []

    def ask(*_args, **_options):
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            limits.append(cursor.fetchone()[0])

    monkeypatch.setattr(build, "build_agency", ask)
    build.build_demo()
    assert limits == ["0", "0"]
