"""Addresses: accounts, phone under /me/, public pages under /p/, the API, and the office under the agency's slug."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import DefaultRouter

from agencies import urls as agencies
from archive import urls as archive
from carecenter import views
from carecenter.health import health
from caregivers import urls as caregivers
from clients import urls as clients
from contracts import urls as contracts
from supervision import urls as supervision

APPS = [agencies, archive, caregivers, clients, contracts, supervision]


def _all(kind):
    return [pattern for app in APPS for pattern in getattr(app, kind, [])]


router = DefaultRouter(use_regex_path=False)
router.include_root_view = False
router.include_format_suffixes = False
for prefix, viewset in _all("api_views"):
    router.register(prefix, viewset, basename=prefix)

api_urls = [
    *router.urls,
    path("schema/", login_not_required(SpectacularAPIView.as_view(permission_classes=[])), name="schema"),
]

office_urls = [
    path("", views.today, name="today"),
    path("search/", views.search, name="search"),
    *_all("office_urls"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("health/", health, name="health"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/password/change/", account.password_change, name="account_change_password"),
    path("choose/<int:membership_pk>/", views.choose, name="choose"),
    path("language/", views.set_language, name="set_language"),
    path("me/", include((_all("phone_urls"), "phone"))),
    path("p/<slug:agency_slug>/", include((_all("public_urls"), "public"))),
    path("api/v1/", include((api_urls, "api"))),
    path("<slug:agency_slug>/", include(office_urls)),
]
