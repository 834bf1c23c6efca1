"""How the API knows who calls and what they may do: AgencyMiddleware looked already."""

import rules
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission


class KeyAuthentication(BaseAuthentication):
    """Trusts the membership AgencyMiddleware found by the X-Api-Key header."""

    def authenticate(self, request):
        membership = request._request.membership
        if membership and "X-Api-Key" in request.headers:
            return membership.user, None
        return None

    def authenticate_header(self, request):
        return "Api-Key"


class RulesPermission(BasePermission):
    """The view names its rights: permissions = {"list": "clients.view", "create": "clients.edit", ...}."""

    def has_permission(self, request, view):
        membership = request._request.membership
        if membership is None or not request.user.is_authenticated:
            return False
        right = getattr(view, "permissions", {}).get(view.action or "metadata")
        return right is not None and rules.has_perm(right, membership)
