"""Office pages of satisfaction surveys: rounds, one round with its figures, answers by phone and on paper."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rules import has_perm

from agencies.links import office_url
from agencies.pages import form_page, submit
from agencies.permissions import may
from supervision.actions import surveys as actions
from supervision.forms import StaffAnswerForm
from supervision.models import SurveyAnswer, SurveyInvitation, SurveyRound
from supervision.queries import result_of, rounds_with_counts


@may("supervision.view")
def survey_list(request):
    return render(request, "supervision/survey_list.html", {"rounds": rounds_with_counts()[:40]})


@may("supervision.view")
def survey_round(request, round_pk):
    row = get_object_or_404(SurveyRound, pk=round_pk)
    result = result_of(row)
    english = get_language() == "en"
    waiting = row.invitations.filter(answers=None).select_related("client", "caregiver")
    low = SurveyAnswer.objects.filter(invitation__round=row, overall__in=["fair", "dissatisfied"])
    context = {
        "round": row,
        "result": result,
        "questions": [(question.text_en if english else question.text, rate) for question, rate in result.questions],
        "low": low.select_related("invitation__client", "invitation__caregiver")[:50],
        "waiting": waiting[:100],
        "may_edit": has_perm("supervision.edit", request.membership),
    }
    return render(request, "supervision/survey_round.html", context)


@may("supervision.view")
def survey_of_answer(request, answer_pk):
    """From a rating that was counted to the survey it was given in."""
    answer = get_object_or_404(SurveyAnswer.objects.select_related("invitation"), pk=answer_pk)
    return redirect(office_url("survey_round", answer.invitation.round_id))


@may("supervision.edit")
def survey_enter(request, invitation_pk):
    """Enter what a client said by phone or wrote on paper."""
    rows = SurveyInvitation.objects.select_related("round", "client")
    invitation = get_object_or_404(rows, pk=invitation_pk)
    form = StaffAnswerForm(request.POST or None)
    back = office_url("survey_round", invitation.round_id)
    if submit(form, actions.answer_survey, invitation=invitation, by=request.user):
        messages.success(request, _("Saved."))
        return redirect(back)
    return form_page(request, form=form, title=_("Answer of %(client)s") % {"client": invitation.client}, back=back)
