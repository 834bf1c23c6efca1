"""Office pages of badges: who wears which, printing, replacing a lost one."""

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from agencies.links import office_url
from agencies.lists import Column, OfficeList
from agencies.models import Level
from agencies.pages import form_page, press
from agencies.permissions import may
from caregivers.actions import badge as actions
from caregivers.forms.onboarding import BadgeFilter
from caregivers.models import Caregiver
from caregivers.queries.badge import badge_holders, badge_papers


def _printed_on(row):
    return timezone.localdate(row.printed_at) if row.printed_at else None


class BadgeList(OfficeList):
    """Everybody who is posted, with the badge printed last."""

    right = "caregivers.view"
    edit_right = "caregivers.edit"
    list_name = "badges"
    title = gettext_lazy("Badges")
    template_name = "caregivers/badge_list.html"
    filterset_class = BadgeFilter
    columns = [
        Column(gettext_lazy("badge number"), lambda row: row.number),
        Column(gettext_lazy("name"), lambda row: row.name),
        Column(gettext_lazy("level"), lambda row: "" if row.level is None else Level(row.level).label),
        Column(gettext_lazy("version"), lambda row: row.badge_version),
        Column(gettext_lazy("printed on"), _printed_on),
    ]

    def rows(self):
        return badge_holders()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        for row in context["object_list"]:
            row.level_label = "" if row.level is None else Level(row.level).label
            printed_on = row.printed_at and timezone.localdate(row.printed_at)
            row.is_outdated = bool(printed_on and row.level_since and row.level_since > printed_on)
        return {**context, "papers": badge_papers()[:5]}


@may("caregivers.edit")
@require_POST
def badge_sheet(request):
    """A sheet of the badges that were ticked."""
    chosen = [int(pk) for pk in request.POST.getlist("caregiver") if pk.isdecimal() and len(pk) < 19]
    caregivers = list(Caregiver.objects.filter(pk__in=chosen).order_by("number"))
    done = _("The sheet is being prepared; reload in a moment.")
    back = office_url("badge_list")
    return press(request, actions.print_sheet, back=back, done=done, caregivers=caregivers, by=request.user)


@may("caregivers.edit")
@require_POST
def badge_print(request, caregiver_pk):
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    done = _("The badge is being prepared; reload in a moment.")
    back = office_url("caregiver_file", caregiver_pk)
    return press(request, actions.print_badge, back=back, done=done, caregiver=caregiver, by=request.user)


@may("caregivers.edit")
def badge_replace(request, caregiver_pk):
    """A badge was lost: after one more look, its code is worthless."""
    caregiver = get_object_or_404(Caregiver, pk=caregiver_pk)
    back = office_url("caregiver_file", caregiver_pk)
    if request.method == "POST":
        done = _("Badges printed so far are worthless; print a new one.")
        return press(request, actions.replace_badge, back=back, done=done, caregiver=caregiver, by=request.user)
    effects = [
        _("The code on every badge printed so far says that it was reported lost."),
        _("A new badge has to be printed."),
    ]
    return form_page(
        request, form=None, title=_("Badge lost"), lead=str(caregiver), back=back, button=_("Badge is lost"),
        template="ui/confirm.html", effects=effects, is_final=True,
    )  # fmt: skip
