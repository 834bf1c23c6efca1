"""What every office page shows around its content."""

from agencies.models import Notice
from carecenter.menu import build_menu


def office(request) -> dict:
    """Agency, person, menu and unread notices; empty outside an agency and on the phone and public pages."""
    membership = getattr(request, "membership", None)
    agency = getattr(request, "agency", None)
    if membership is None or request.resolver_match is None or request.headers.get("HX-Request"):
        return {"agency": agency, "membership": membership}
    if not request.path_info.startswith(f"/{agency.slug}/"):
        return {"agency": agency, "membership": membership}
    return {
        "agency": agency,
        "membership": membership,
        "menu": build_menu(request),
        "notice_count": Notice.objects.filter(user=membership.user, read_at=None).count(),
    }
