"""The form of a home check: each item of the list with what is to be put right, and by whom."""

import datetime as dt

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.forms import CleanForm
from clients.actions.home import check_problems
from clients.home import GROUPS, ITEMS, groups
from clients.models import HomeCheck, HomeFinding

USUAL_TIME = dt.timedelta(days=14)


class HomeCheckForm(CleanForm, forms.Form):
    """The page is the paper list; the action names what is missing."""

    reason = forms.ChoiceField(label=_("reason"), choices=HomeCheck.Reason)
    checked_on = forms.DateField(label=_("day of the check"), initial=timezone.localdate)
    with_whom = forms.CharField(label=_("who was at home"), max_length=50)
    due_on = forms.DateField(
        label=_("to be put right until"),
        required=False,
        initial=lambda: timezone.localdate() + USUAL_TIME,
        help_text=_("Before service begins, where somebody could be hurt."),
    )
    note = forms.CharField(label=_("note"), max_length=1000, required=False, widget=forms.Textarea)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        is_english = get_language() == "en"
        for item in ITEMS:
            name = item.name_en if is_english else item.name
            self.fields[f"item_{item.code}"] = forms.ChoiceField(
                label=name, choices=HomeCheck.Answer.choices, required=False, widget=forms.RadioSelect
            )
            self.fields[f"fix_{item.code}"] = forms.CharField(
                label=f"{_('what is to be put right')} · {name}", max_length=200, required=False
            )
            self.fields[f"who_{item.code}"] = forms.ChoiceField(
                label=_("by whom"), choices=HomeFinding.Who.choices, required=False
            )

    def clean(self):
        data = self.cleaned_data
        taken = {item.code: [data.pop(f"{part}_{item.code}", "") for part in ("item", "fix", "who")] for item in ITEMS}
        due_on = data.pop("due_on", None)
        data["answers"] = {code: answer for code, (answer, _fix, _who) in taken.items()}
        data["findings"] = [
            {"code": code, "text": fix, "by_whom": who or HomeFinding.Who.CLIENT, "due_on": due_on}
            for code, (answer, fix, who) in taken.items()
            if answer == HomeCheck.Answer.WRONG or fix
        ]
        for name, problem in check_problems(data.get("checked_on"), data["answers"], data["findings"]).items():
            self.add_error(name, problem)
        return data

    def facts(self):
        return [self[name] for name in ("reason", "checked_on", "with_whom", "due_on")]

    def rows(self):
        """Each group with its items: question, words, by whom."""
        is_english = get_language() == "en"
        for group, items in groups():
            rows = [[self[f"{part}_{item.code}"] for part in ("item", "fix", "who")] for item in items]
            yield GROUPS[group][is_english], rows


class PutRightForm(CleanForm, forms.Form):
    done_on = forms.DateField(label=_("put right on"), initial=timezone.localdate)
    done_note = forms.CharField(label=_("how"), max_length=200, required=False)
