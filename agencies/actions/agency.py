"""Opening an agency and what it says of itself."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from agencies.actions.members import _managers, add_member
from agencies.actions.messages import notify
from agencies.actions.prices import seed_catalogue
from agencies.identity import credit_code_problems, phone_problems
from agencies.models import (
    Agency,
    AgencySettings,
    Role,
    User,
)
from agencies.tenancy import agency_context


@transaction.atomic
def open_agency(*, manager_phone: str, manager_name: str, **data: str) -> tuple[Agency, str]:
    """Open an agency with its settings, catalogue and first manager; returns it and the manager's first password.

    The password is empty where the manager has an account already.
    """
    agency = Agency(**data)
    problems = _problems_of(agency, manager_phone)
    if problems:
        raise ValidationError(problems)
    agency.save()
    password = add_member(agency=agency, phone=manager_phone, name=manager_name, roles=[Role.MANAGER])
    with agency_context(agency):
        AgencySettings.objects.create()
        seed_catalogue()
    return agency, password


def _problems_of(agency, manager_phone):
    problems = {}
    try:
        agency.full_clean()
    except ValidationError as refusal:
        problems = {name: [str(text) for text in texts] for name, texts in refusal.message_dict.items()}
    if found := credit_code_problems(agency.credit_code):
        problems.setdefault("credit_code", []).extend(map(str, found))
    if found := phone_problems(manager_phone):
        problems["manager_phone"] = list(map(str, found))
    return problems


def edit_agency(*, agency: Agency, by: User, **data: str) -> Agency:
    """Correct what stands on papers and on the public page; the other managers are told what changed."""
    agency = Agency.objects.select_for_update().get(pk=agency.pk)
    changed = [name for name, value in data.items() if getattr(agency, name) != value]
    for name in changed:
        setattr(agency, name, data[name])
    agency.full_clean()
    agency.save(update_fields=changed)
    if changed:
        labels = ", ".join(str(Agency._meta.get_field(name).verbose_name) for name in changed)
        others = [member.user for member in _managers(agency) if member.user_id != by.pk]
        notify(users=others, title=_("%(name)s changed details of the agency") % {"name": by.name}, body=labels)
    return agency
