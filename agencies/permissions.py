"""Who may do what: predicates over a membership, combined with & and |."""

from collections.abc import Callable
from functools import wraps

import rules
from django.core.exceptions import PermissionDenied
from django.http import Http404

from agencies.models import Role


def has_role(role: Role) -> rules.Predicate:
    return rules.predicate(lambda membership: membership is not None and role in membership.roles, name=role.value)


is_manager = has_role(Role.MANAGER)
is_coordinator = has_role(Role.COORDINATOR)
is_quality_officer = has_role(Role.QUALITY_OFFICER)
is_archivist = has_role(Role.ARCHIVIST)
is_caregiver = has_role(Role.CAREGIVER)
is_office = is_manager | is_coordinator | is_quality_officer | is_archivist

rules.add_perm("agencies.office", is_office)
rules.add_perm("agencies.messages", is_manager | is_coordinator | is_quality_officer)
rules.add_perm("agencies.manage", is_manager)
rules.add_perm("agencies.draft_prices", is_manager | is_coordinator)
rules.add_perm("agencies.phone", is_caregiver)
rules.add_perm("agencies.reveal", is_manager | is_coordinator)


def may(right: str) -> Callable:
    """Guard a view: strangers to the agency get 404, members without the right get 403 with a plain reason."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.membership is None:
                raise Http404
            if not rules.has_perm(right, request.membership):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.right = right
        return guarded

    return decorate
