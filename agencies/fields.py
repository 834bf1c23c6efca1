"""Model fields for sensitive text: encrypted with rotatable keys, found by a keyed hash."""

import functools
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@functools.cache
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def cipher() -> MultiFernet:
    """Encrypts with the first of settings.FIELD_KEYS, decrypts with any."""
    return _cipher(tuple(settings.FIELD_KEYS))


def lookup_hash(text: str) -> str:
    """Keyed SHA-256 of a text, 64 hex digits, to find an encrypted value without decrypting any."""
    return hmac.new(settings.LOOKUP_KEY.encode(), text.encode(), hashlib.sha256).hexdigest() if text else ""


class EncryptedTextField(models.TextField):
    """Text that stands encrypted in the database, in its history and in backups."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return cipher().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value, expression, connection):
        return cipher().decrypt(value.encode()).decode() if value else value

    def get_lookup(self, lookup_name):
        if lookup_name not in ("exact", "isnull"):
            raise TypeError("an encrypted field is found by its hash only")
        return super().get_lookup(lookup_name)
