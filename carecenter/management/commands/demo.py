"""`manage.py demo`: two believable agencies in an empty database."""

from django.core.management.base import BaseCommand, CommandError

from carecenter.demo.build import build_demo, is_empty


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--if-empty", action="store_true", help="do nothing when there are agencies already")

    def handle(self, *args, if_empty, **options):
        if not is_empty():
            if if_empty:
                return
            raise CommandError("There are agencies already; the demo world needs an empty database.")
        build_demo()
