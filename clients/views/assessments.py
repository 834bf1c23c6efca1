"""Office pages of assessments: the form, one assessment with its answers, the second sign-off."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from rules import has_perm

from agencies.links import office_url
from agencies.pages import form_page, press, submit
from agencies.permissions import may
from clients.actions import assessments as actions
from clients.forms.assessments import AssessmentForm
from clients.models import Assessment, Client, Consent
from clients.queries import current_assessment, has_consent
from clients.scales import GROUPS, SCALES
from clients.standard import ADJUSTMENTS, LEVELS, groups_of


@may("clients.edit")
def assessment_new(request, client_pk):
    client = get_object_or_404(Client, pk=client_pk)
    scale = request.GET.get("scale", "gbt_42195")
    if scale not in SCALES:
        raise Http404
    latest = current_assessment(client)
    reason = Assessment.Reason.REGULAR if latest else Assessment.Reason.FIRST
    form = AssessmentForm(
        request.POST or None,
        scale=scale,
        may_set_able=has_perm("agencies.manage", request.membership),
        initial={"reason": reason},
    )
    if request.htmx:
        return render(request, "clients/_score.html", {"score": form.score(), "is_update": True})
    back = office_url("client_file", client.pk)
    if request.method == "POST" and submit(form, actions.record_assessment, client=client, by=request.user):
        messages.success(request, _("Assessment recorded."))
        return redirect(back)
    context = {
        "client": client,
        "lead": str(client),
        "scale": scale,
        "score": form.score(),
        "may_assess": has_consent(client, Consent.Kind.HEALTH_DATA),
        "template": "clients/assessment_form.html",
    }
    return form_page(request, form=form, title=_("Self-care assessment"), back=back, **context)


@may("clients.health")
def assessment_page(request, assessment_pk):
    """What was answered; locked while the consent to health data is withdrawn."""
    rows = Assessment.objects.select_related("client", "created_by", "seconded_by")
    assessment = get_object_or_404(rows, pk=assessment_pk)
    is_english = get_language() == "en"
    is_locked = not has_consent(assessment.client, Consent.Kind.HEALTH_DATA)
    waits = assessment.override_decision == Assessment.Decision.OPEN
    may_second = has_perm("clients.second", request.membership) and request.user.pk != assessment.created_by_id
    context = {
        "assessment": assessment,
        "is_locked": is_locked,
        "groups": []
        if is_locked
        else [
            (GROUPS[group][is_english], [_answer(item, assessment, is_english) for item in items])
            for group, items in groups_of(assessment.scale)
        ],
        "level": LEVELS[assessment.level][is_english],
        "adjustments": [ADJUSTMENTS[code][is_english] for code in assessment.adjustments if code in ADJUSTMENTS],
        "waits": waits,
        "may_second": waits and may_second and not is_locked,
        "is_current": current_assessment(assessment.client) == assessment,
    }
    return render(request, "clients/assessment_page.html", context)


def _answer(item, assessment, is_english):
    """Name, points and the words of the step that was chosen."""
    points = assessment.answers.get(item.code)
    words = next(((step.text_en if is_english else step.text) for step in item.words if step.points == points), "")
    return item.name_en if is_english else item.name, points, item.highest, words


@may("clients.second")
@require_POST
def assessment_second(request, assessment_pk):
    assessment = get_object_or_404(Assessment.objects.select_related("client"), pk=assessment_pk)
    agrees = request.POST.get("agrees") == "yes"
    back = office_url("assessment_page", assessment.pk)
    done = _("Signed off.") if agrees else _("Left at what the points say.")
    return press(
        request, actions.second_override, back=back, done=done, assessment=assessment, by=request.user, agrees=agrees
    )
