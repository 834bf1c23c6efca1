"""What is said before somebody confides in the agency, and what a welfare talk asks: editions, as data.

The standard asks for the safety of caregivers (7.2.4); telling rights first, and keeping what was said to one person, are
taken from the rules of confidential interviews (derived).
"""

import datetime as dt
from dataclasses import dataclass

from agencies.standard import SINCE
from agencies.standard import gettext_noop as _


@dataclass(frozen=True)
class Edition:
    """Rights told first, and questions of a talk, from a day on."""

    since: dt.date
    rights: tuple[str, ...]
    questions: tuple[str, ...]


EDITIONS = [
    Edition(
        SINCE,
        rights=(
            _("You decide whether you speak, and what you say."),
            _("Only the person you choose can read it: no other manager, no colleague, no client. It is in no file, "
              "search or list."),
            _("Nobody may pay you less, give you less work or lower your level because you spoke."),
            _("If somebody's life or safety is in danger, the person you choose may have to get help, and tells you "
              "first."),
            _("You can also turn to others: work and pay 12333, women's rights 12338, legal aid 12348, and 110 when "
              "there is danger."),
        ),
        questions=(
            _("Are pay and hours as agreed, and paid on time?"),
            _("Is there enough rest, and a decent place to eat and sleep when living in?"),
            _("Is the work safe, with the supplies it needs?"),
            _("Has anybody beaten, insulted, harassed or treated you unfairly?"),
            _("Is there anything you wish for, or that we should know?"),
        ),
    )
]  # fmt: skip


def edition_on(day: dt.date) -> Edition:
    """The edition in force on a day."""
    return max((row for row in EDITIONS if row.since <= day), key=lambda row: row.since, default=EDITIONS[0])
