"""`manage.py rotate_keys`: encrypt everything again with the first of FIELD_KEYS; afterwards the old ones may go."""

from django.apps import apps
from django.core.management.base import BaseCommand

from agencies.fields import EncryptedTextField
from agencies.models import Agency
from agencies.tenancy import agency_context


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        count = sum(rotate(agency) for agency in Agency.objects.order_by("pk"))
        self.stdout.write(f"{count} rows encrypted with the first key")


def rotate(agency: Agency) -> int:
    """Rewrite every encrypted value of an agency, history included; returns the number of rows."""
    count = 0
    with agency_context(agency):
        for model in apps.get_models():
            names = [field.name for field in model._meta.fields if isinstance(field, EncryptedTextField)]
            rows = model._base_manager.values_list("pk", *names) if names else []
            for pk, *values in rows:
                model._base_manager.filter(pk=pk).update(**dict(zip(names, values, strict=True)))
                count += 1
    return count
