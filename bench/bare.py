"""The yardstick: what Django itself takes, on this machine and in this run, for a page of fifty rows."""

from django.contrib.auth.models import Permission
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client as Browser
from django.test import override_settings
from django.urls import path

from agencies.models import User
from bench.measure import median

PAGE = """<!doctype html><html lang="zh-Hans"><head><title>{{ user }}</title></head><body><table>
{% for row in rows %}<tr><td>{{ row.pk }}</td><td><a href="{% url 'bare' %}?row={{ row.pk }}">{{ row.name }}</a></td>
<td>{{ row.codename }}</td><td>{{ row.content_type }}</td><td>{{ row.content_type.app_label }}</td>
<td>{{ row.content_type.model }}</td><td>{{ row.name|title }}</td><td>{{ row.name|length }}</td></tr>{% endfor %}
</table></body></html>"""


def bare(request):
    """Fifty rows of eight cells for somebody signed in: one query for the session's user, two for the list."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    rows = Permission.objects.select_related("content_type").order_by("pk")
    template = Template(PAGE)
    return HttpResponse(template.render(Context({"rows": rows[:50], "count": rows.count(), "user": request.user})))


urlpatterns = [path("bare/", bare, name="bare")]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


def bare_page() -> float:
    """Median seconds of the page above."""
    with override_settings(ROOT_URLCONF="bench.bare", MIDDLEWARE=MIDDLEWARE):
        browser = Browser()
        browser.force_login(User.objects.first())
        assert browser.get("/bare/").status_code == 200
        return median(lambda: browser.get("/bare/"))
