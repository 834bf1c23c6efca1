"""`manage.py open_agency`: opens an agency and its first manager's account; the operator sees no agency's data."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from agencies.actions.agency import open_agency

ASKED = {
    "slug": "short address, such as kangze",
    "name": "full name",
    "short_name": "short name",
    "credit_code": "unified social credit code",
    "legal_representative": "legal representative",
    "address": "address",
    "phone": "phone",
    "complaint_phone": "phone for complaints",
    "manager_phone": "mobile phone of the first manager",
    "manager_name": "name of the first manager",
}


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        for name, meaning in ASKED.items():
            parser.add_argument(f"--{name.replace('_', '-')}", required=True, help=meaning)

    def handle(self, *args, **options):
        with translation.override("zh-hans"):
            try:
                agency, password = open_agency(**{name: options[name] for name in ASKED})
            except ValidationError as refusal:
                problems = [f"{name}: {text}" for name, texts in refusal.message_dict.items() for text in texts]
                raise CommandError("\n".join(problems)) from None
        first = f"first password {password}" if password else "signs in with the password of the existing account"
        self.stdout.write(f"/{agency.slug}/ is open. {options['manager_phone']}: {first}")
