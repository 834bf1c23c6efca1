"""What the API reads; apart from api.py, which the framework loads in the middle of itself."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class SmallJSONParser(JSONParser):
    """JSON of a reasonable size and depth."""

    limit = 1024 * 1024

    def parse(self, stream, media_type=None, parser_context=None):
        if int(parser_context["request"].META.get("CONTENT_LENGTH") or 0) > self.limit:
            raise ParseError(_("The body is larger than 1 MB."))
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
