"""Forms of visits."""

import django_filters
from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.calendar import ONE_DAY
from agencies.forms import CleanForm
from caregivers.models import Caregiver
from caregivers.queries.files import find_caregivers
from clients.queries import find_clients
from contracts.actions.gaps import gaps_ahead
from contracts.forms.onsite import ProofFields
from contracts.models import Visit
from contracts.queries.visits import late, midnight, short, unended, unexplained, unread, with_exception, without_papers


class MoveForm(CleanForm, forms.Form):
    starts_at = forms.DateTimeField(label=_("from"))
    ends_at = forms.DateTimeField(label=_("until"))


class CancelForm(CleanForm, forms.Form):
    reason = forms.CharField(label=_("reason"), max_length=200)


class AfterwardsForm(CleanForm, forms.Form):
    checked_in_at = forms.DateTimeField(label=_("checked in at"))
    checked_out_at = forms.DateTimeField(label=_("checked out at"))
    reason = forms.CharField(
        label=_("who told you, and why it was not noted at the time"),
        max_length=150,
        help_text=_("For example: the caregiver's phone was flat; the client confirmed the times by phone."),
    )


class MissedForm(CleanForm, forms.Form):
    missed_reason = forms.CharField(label=_("why nobody came"), max_length=200)
    missed_cause = forms.ChoiceField(
        label=_("whose doing it was"), choices=Visit.MissedCause, widget=forms.RadioSelect,
        help_text=_("Only what was the caregiver's own doing counts on the score card."),
    )  # fmt: skip


class MakeUpForm(MoveForm):
    caregiver = forms.ModelChoiceField(
        label=_("caregiver"), queryset=Caregiver.objects.none(), required=False,
        help_text=_("Empty: the visit stands with the unassigned."),
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["caregiver"].queryset = Caregiver.objects.filter(state=Caregiver.State.ACTIVE)


class CheckInForm(CleanForm, ProofFields):
    credentials_shown = forms.BooleanField(
        label=_("I have shown my identity card, certificate and health certificate."), required=False
    )
    reason = forms.CharField(label=_("Why now?"), max_length=200, required=False)

    def __init__(self, *args, asks_papers: bool, asks_reason: bool, lacks_code: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if lacks_code:
            self.fields["reason"].label = _("Why without the code at the door?")
        if not asks_papers:
            del self.fields["credentials_shown"]
        if not asks_reason and not lacks_code:
            del self.fields["reason"]


class NoteForm(CleanForm, forms.Form):
    text = forms.CharField(label=_("care note"), max_length=2000, widget=forms.Textarea)


ONLY = {
    "exception": with_exception,
    "unread": unread,
    "late": late,
    "unended": unended,
    "short": short,
    "unexplained": unexplained,
    "no_papers": without_papers,
}


class VisitFilter(django_filters.FilterSet):
    day_from = django_filters.DateFilter(
        label=_("From"), method="begins_from", widget=forms.DateInput(attrs={"type": "date"})
    )
    day_to = django_filters.DateFilter(
        label=_("Until"), method="begins_until", widget=forms.DateInput(attrs={"type": "date"})
    )
    client = django_filters.CharFilter(label=_("Client"), method="of_client")
    caregiver = django_filters.CharFilter(label=_("Caregiver"), method="of_caregiver")
    unassigned = django_filters.ChoiceFilter(
        label=_("Only"),
        choices=[
            ("1", _("unassigned")),
            ("gaps", _("missing requirements")),
            ("unread", _("changed, not read by the caregiver yet")),
            ("late", _("late, not checked in")),
            ("unended", _("not checked out")),
            ("short", _("shorter than agreed")),
            ("exception", _("checked in or out with a reason")),
            ("unexplained", _("missed, not explained")),
            ("no_papers", _("first meeting without papers")),
        ],
        method="only_some",
    )

    class Meta:
        model = Visit
        fields = []

    def begins_from(self, queryset, name, value):
        return queryset.filter(period__startswith__gte=midnight(value))

    def begins_until(self, queryset, name, value):
        return queryset.filter(period__startswith__lt=midnight(value + ONE_DAY))

    def of_client(self, queryset, name, value):
        return queryset.filter(client__in=find_clients(value))

    def of_caregiver(self, queryset, name, value):
        return queryset.filter(caregiver__in=find_caregivers(value))

    def only_some(self, queryset, name, value):
        planned = queryset.filter(state=Visit.State.PLANNED)
        if value == "gaps":
            return planned.filter(pk__in=gaps_ahead().values("visit"))
        return planned.filter(caregiver=None) if value == "1" else ONLY[value](queryset)
