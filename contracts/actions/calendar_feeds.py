"""The address under which a caregiver's own calendar reads the rota: opened, changed, closed."""

from agencies.links import make_token, public_url, read_token
from caregivers.models import Caregiver
from contracts.models import CalendarFeed

PURPOSE = "calendar"


def open_feed(*, caregiver: Caregiver) -> CalendarFeed:
    """Open the feed, or give it a new address when it is open: the old one is worthless then."""
    feed, is_new = CalendarFeed.objects.get_or_create(caregiver=caregiver)
    if not is_new:
        feed.version += feed.is_open
        feed.is_open = True
        feed.save()
    return feed


def close_feed(*, caregiver: Caregiver) -> None:
    """Make the address worthless, without a new one."""
    for feed in CalendarFeed.objects.select_for_update().filter(caregiver=caregiver, is_open=True):
        feed.version, feed.is_open = feed.version + 1, False
        feed.save()


def feed_url(caregiver: Caregiver) -> str:
    """The whole address, or nothing while no feed is open."""
    feed = CalendarFeed.objects.filter(caregiver=caregiver, is_open=True).first()
    return public_url("public:calendar", make_token(PURPOSE, caregiver.pk, feed.version)) if feed else ""


def caregiver_of_feed(token: str) -> Caregiver | None:
    """Whose calendar an address opens; nobody's when it is old, closed, or they have left."""
    found = read_token(PURPOSE, token)
    if found is None:
        return None
    feeds = CalendarFeed.objects.filter(caregiver=found[0], version=found[1], is_open=True)
    feed = feeds.exclude(caregiver__state=Caregiver.State.LEFT).select_related("caregiver").first()
    return feed and feed.caregiver
