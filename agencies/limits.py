"""Limits on what strangers may try, counted in the cache for each agency."""

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from agencies.tenancy import agency_key


def client_address(request: HttpRequest) -> str:
    """The address of the person's own machine, past the proxies we trust (TRUSTED_PROXY_COUNT)."""
    return get_adapter().get_client_ip(request)


def is_over_limit(what: str, *, limit: int, seconds: int = 3600) -> bool:
    """Count a try and say whether it is one too many since the first; two at once count as two."""
    key = agency_key(f"limit:{what}")
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > limit
    except ValueError:  # it ran out between the two: the first try of a new hour
        cache.set(key, 1, seconds)
        return limit < 1


def forget(what: str) -> None:
    """Start counting anew."""
    cache.delete(agency_key(f"limit:{what}"))
