"""The API's schema in docs/ is the one the code has."""

from io import StringIO

from django.conf import settings
from django.core.management import call_command


def test_schema_is_current():
    out = StringIO()
    call_command("spectacular", stdout=out, stderr=StringIO(), validate=True, lang="en")
    assert (settings.BASE_DIR / "docs/openapi.yaml").read_text() == out.getvalue(), "run `make schema`"
