"""The yardstick: what Django itself takes, on this machine and in this run, for a page of fifty rows."""

from django.contrib.auth.models import Permission
from django.http import HttpResponse
from django.template import Context, Template
from django.test import Client as Browser
from django.test import override_settings
from django.urls import path

from agencies.models import User
from bench.measure import median

PAGE = Template(
    """<!doctype html><html lang="zh-Hans"><head><title>{{ user }}</title></head><body><p>{{ count }}</p><table>
{% for row in rows %}<tr><td>{{ row.pk }}</td><td><a href="{% url 'bare' %}?row={{ row.pk }}">{{ row.name }}</a></td>
<td>{{ row.codename }}</td><td>{{ row.content_type }}</td><td>{{ row.content_type.app_label }}</td>
<td>{{ row.content_type.model }}</td><td>{{ row.name|title }}</td><td>{{ row.name|length }}</td></tr>{% endfor %}
</table></body></html>"""
)
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


def bare(request):
    """Fifty rows of eight cells for somebody signed in: one query for the person, two for the list."""
    rows = Permission.objects.select_related("content_type").order_by("pk")
    context = {"user": request.user.name, "count": rows.count(), "rows": rows[:50]}
    return HttpResponse(PAGE.render(Context(context)))


urlpatterns = [path("bare/", bare, name="bare")]


def bare_page() -> float:
    """Median seconds of the page above."""
    with override_settings(ROOT_URLCONF="bench.bare", MIDDLEWARE=MIDDLEWARE):
        browser = Browser()
        browser.force_login(User.objects.first())
        if (answer := browser.get("/bare/")).status_code != 200:
            raise RuntimeError(answer.status_code)
        return median(lambda: browser.get("/bare/"))
