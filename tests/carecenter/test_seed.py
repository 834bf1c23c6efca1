"""Large invented agencies: their rows satisfy every constraint, and their pages open."""

import pytest

from agencies.models import Membership
from agencies.tenancy import agency_context
from carecenter.seed import seed_agency
from caregivers.models import Caregiver
from clients.models import Client
from contracts.models import Agreement, Visit


@pytest.mark.django_db
def test_an_invented_agency_has_its_rows_and_opens(client):
    agency = seed_agency(7, clients=20, visits=60)
    with agency_context(agency):
        counts = [model.objects.count() for model in (Caregiver, Client, Agreement, Visit)]
        assert counts == [5, 20, 20, 60]
        for row in Agreement.objects.all():
            row.full_clean(exclude=["terms"])
    client.force_login(Membership.objects.get(agency=agency).user)
    for name in ("", "clients/", "caregivers/", "agreements/", "visits/", "rota/", "promotions/"):
        assert client.get(f"/seed-7/{name}").status_code == 200


@pytest.mark.django_db
def test_staff_may_be_many_for_few_clients():
    agency = seed_agency(8, clients=3, visits=3, caregivers=40)
    with agency_context(agency):
        assert (Caregiver.objects.count(), Client.objects.count()) == (40, 3)
