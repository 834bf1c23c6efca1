"""`manage.py seal_certificate --agency kangze`: issues the agency a certificate for sealing papers, from the installation's own authority."""

from django.core.management.base import BaseCommand, CommandError

from agencies.models import Agency
from agencies.tenancy import agency_context
from carecenter.authority import issue


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--agency", required=True, help="short address of the agency")

    def handle(self, *args, **options):
        agency = Agency.objects.filter(slug=options["agency"]).first()
        if agency is None:
            raise CommandError(f"There is no agency /{options['agency']}/.")
        with agency_context(agency):
            certificate = issue()
        self.stdout.write(f"{certificate}, valid until {certificate.valid_until:%Y-%m-%d}")
