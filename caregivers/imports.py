"""Excel files of caregivers, their papers and exam results: a row is the page's form, saved by the page's action."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agencies.imports import Importer
from caregivers.actions.credentials import add_credential
from caregivers.actions.exams import record_result
from caregivers.actions.files import create_caregiver
from caregivers.forms.credentials import CredentialForm
from caregivers.forms.files import CaregiverForm
from caregivers.forms.training import ResultFields
from caregivers.models import Caregiver, Course

Importer(
    name="caregivers",
    title=gettext_lazy("Caregivers"),
    right="caregivers.edit",
    form=CaregiverForm,
    columns=(
        *("name", "identity_type", "identity_number", "birth_date", "sex", "phone", "home_address"),
        *("emergency_contact", "emergency_phone", "education", "employment", "work_forms"),
        *("declared_no_history_on", "age_exception", "hired_on"),
    ),
    action=create_caregiver,
    key=lambda data: data["identity_number"],
)


class OwnerRow(forms.Form):
    """Whose row it is: the badge number finds the caregiver, the name proves that it is the right one."""

    badge_number = forms.CharField(label=gettext_lazy("badge number"), max_length=20)
    caregiver_name = forms.CharField(label=gettext_lazy("name"), max_length=50)

    def clean(self):
        data = super().clean() or self.cleaned_data
        number, name = data.pop("badge_number", ""), data.pop("caregiver_name", "")
        if number and name:
            caregiver = Caregiver.objects.filter(number=number.zfill(4)).exclude(state=Caregiver.State.LEFT).first()
            if caregiver is None:
                self.add_error("badge_number", _("There is no caregiver with this badge number."))
            elif caregiver.name != name:
                self.add_error("caregiver_name", _("This badge number is somebody else's. Check number and name."))
            else:
                data["caregiver"] = caregiver
        return data


class CredentialRow(OwnerRow, CredentialForm):
    scan = None


Importer(
    name="credentials",
    title=gettext_lazy("Credentials"),
    right="caregivers.edit",
    form=CredentialRow,
    columns=(
        *("badge_number", "caregiver_name", "kind", "grade", "issued_as", "number", "issuer", "issued_on"),
        *("expires_on", "original_sighted"),
    ),
    action=add_credential,
    key=lambda data: (data["caregiver"], data["kind"], data["number"], data["issued_on"]),
)


class ResultRow(OwnerRow, ResultFields):
    course = forms.CharField(
        label=gettext_lazy("course"), max_length=80, help_text=gettext_lazy("Its name, as in the list of courses.")
    )

    def clean_course(self):
        course = Course.objects.filter(name=self.cleaned_data["course"], is_active=True).first()
        if course is None:
            raise forms.ValidationError(_("No course that is offered has this name."))
        return course


Importer(
    name="exam_results",
    title=gettext_lazy("Exam results"),
    right="caregivers.train",
    form=ResultRow,
    columns=("badge_number", "caregiver_name", "course", "part", "score", "taken_on", "examiner"),
    action=record_result,
    key=lambda data: (data["caregiver"], data["course"], data["part"], data["taken_on"]),
)
