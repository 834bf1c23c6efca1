"""Findings of the rules in people's words."""

import datetime as dt
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Level, WorkForm
from agencies.standard import Finding

LABELS = {"level": Level, "work_form": WorkForm}


def text_of(finding: Finding) -> str:
    """A finding as a sentence with its clause, in the reader's language."""
    text = _(finding.message) % {name: _shown(name, value) for name, value in finding.params.items()}
    if finding.about:
        text = _("%(about)s: %(text)s") % {"about": finding.about, "text": text}
    return _("%(text)s (%(clause)s)") % {"text": text, "clause": _(finding.clause)}


def _shown(name, value):
    if name in LABELS:
        return LABELS[name](value).label
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return pgettext("between names", ", ").join(map(str, value))
    return value
