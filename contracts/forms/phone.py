"""The caregiver's form of a running visit: tasks, note and leaving on one page, so that nothing typed is lost."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from contracts.forms.onsite import ProofFields
from contracts.models import VisitTask

Outcome = VisitTask.Outcome


class WorkForm(CleanForm, ProofFields):
    """Radio buttons and a reason for each task; the action says what is missing."""

    note = forms.CharField(label=_("care note"), max_length=2000, required=False, widget=forms.Textarea)
    leave_reason = forms.CharField(label=_("Why do you leave before the time is over?"), max_length=200, required=False)
    credentials_shown = forms.BooleanField(
        label=_("I have shown my identity card, certificate and health certificate."), required=False
    )

    def __init__(self, *args, tasks: list[VisitTask], asks_papers: bool, asks_reason: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.tasks = tasks
        self.fields["note"].widget.attrs["rows"] = 3
        if not asks_papers:
            del self.fields["credentials_shown"]
        if not asks_reason:
            del self.fields["leave_reason"]
        for task in tasks:
            self.fields[f"outcome{task.pk}"] = forms.ChoiceField(
                choices=Outcome.choices, required=False, initial=task.outcome, label=str(task.service_item)
            )
            self.fields[f"reason{task.pk}"] = forms.CharField(
                max_length=200, required=False, initial=task.reason, label=str(task.service_item)
            )

    def rows(self) -> list[tuple]:
        """(task, chosen outcome, reason field, problems) as the page shows them."""
        shown = []
        for task in self.tasks:
            outcome, reason = self[f"outcome{task.pk}"], self[f"reason{task.pk}"]
            shown.append((task, outcome.value() or Outcome.OPEN, reason, [*outcome.errors, *reason.errors]))
        return shown

    def clean(self):
        data = super().clean() or self.cleaned_data
        outcomes = {}
        for task in self.tasks:
            outcome = data.pop(f"outcome{task.pk}", "") or Outcome.OPEN
            outcomes[task.pk] = (outcome, data.pop(f"reason{task.pk}", ""))
        return {**data, "outcomes": outcomes}
