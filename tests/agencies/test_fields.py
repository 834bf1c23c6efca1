"""Encrypted fields: unreadable in the database, found by hash, rotated to a new key with their history."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.management import call_command
from django.db import connection

from agencies.fields import lookup_hash
from agencies.tenancy import agency_context
from clients.models import Client
from tests.factories import make_one


def stored():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_number FROM clients_client UNION ALL SELECT identity_number FROM clients_historicalclient"
        )
        return [text for (text,) in cursor.fetchall()]


def test_number_is_unreadable_in_the_database_and_found_by_its_hash(in_maple):
    make_one(Client, identity_number="11010519491231002X", identity_hash=lookup_hash("11010519491231002X"))
    assert all("110105" not in text for text in stored())
    assert Client.objects.get(identity_hash=lookup_hash("11010519491231002X")).identity_number == "11010519491231002X"
    with pytest.raises(TypeError, match="by its hash"):
        Client.objects.filter(identity_number__contains="1101")


def test_after_rotation_the_old_key_may_go(maple, settings):
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    with agency_context(maple):
        make_one(Client, identity_number="11010519491231002X")
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys")
    settings.FIELD_KEYS = [new]
    with agency_context(maple):
        assert Client.objects.get().identity_number == "11010519491231002X"
        assert Client.history.get().identity_number == "11010519491231002X"
        texts = stored()
    for text in texts:
        with pytest.raises(InvalidToken):
            Fernet(old).decrypt(text.encode())
