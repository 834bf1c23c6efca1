"""Findings of the rules in people's words."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from agencies.models import Level, WorkForm
from agencies.standard import Finding

LABELS = {"level": Level, "work_form": WorkForm}


def text_of(finding: Finding) -> str:
    """A finding as a sentence with its clause, in the reader's language."""
    params = {name: _shown(name, value) for name, value in finding.params.items()}
    return str(replace(finding, clause=_(finding.clause), message=_(finding.message), params=params))


def _shown(name, value):
    if name in LABELS:
        return LABELS[name](value).label
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return pgettext("between names", ", ").join(map(str, value))
    return value
