"""`manage.py seed`: large invented agencies for measuring."""

from django.core.management.base import BaseCommand
from django.db import connection

from agencies.models import Agency
from carecenter.seed import seed_agency


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--agencies", type=int, default=1)
        parser.add_argument("--clients", type=int, default=1000, help="in each agency")
        parser.add_argument("--visits", type=int, default=10000, help="in each agency")

    def handle(self, *args, agencies, clients, visits, **options):
        first = Agency.objects.count() + 1
        for serial in range(first, first + agencies):
            seed_agency(serial, clients=clients, visits=visits)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM agencies_agency")
            self.stdout.write(f"{agencies} agencies of {clients} clients; {cursor.fetchone()[0]} agencies in all")
