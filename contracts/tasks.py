"""Tasks of visits and agreements."""

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from agencies.jobs import AgencyJob, EveryAgency
from agencies.tasks import RowTask
from contracts.actions import attendance, fees, filling, gaps, onsite, renewal, running, special, visits


@shared_task(base=AgencyJob, label=_("Plan visits"))
def plan_visits():
    return running.keep_states_true() | visits.plan_visits()


@shared_task(base=EveryAgency)
def plan_visits_everywhere():
    return plan_visits


@shared_task(base=AgencyJob, label=_("Agreements that end"))
def tell_of_endings():
    return renewal.tell_of_endings()


@shared_task(base=EveryAgency)
def tell_of_endings_everywhere():
    return tell_of_endings


@shared_task(base=AgencyJob, label=_("Mark missed visits"))
def mark_missed():
    return attendance.mark_missed()


@shared_task(base=EveryAgency)
def mark_missed_everywhere():
    return mark_missed


@shared_task(base=AgencyJob, label=_("Check assignments"))
def recheck_assignments():
    return gaps.refresh_gaps()


@shared_task(base=EveryAgency)
def recheck_assignments_everywhere():
    return recheck_assignments


@shared_task(base=AgencyJob, label=_("Limits of special circumstances"))
def special_limits():
    return special.warn_of_special()


@shared_task(base=EveryAgency)
def special_limits_everywhere():
    return special_limits


@shared_task(base=AgencyJob, label=_("Forget positions"))
def forget_positions():
    return onsite.forget_positions()


@shared_task(base=EveryAgency)
def forget_positions_everywhere():
    return forget_positions


@shared_task(base=RowTask, fail=staticmethod(filling.fail_proposal))
def fill_week(proposal_id):
    filling.work_out(proposal_id=proposal_id)


@shared_task(base=AgencyJob, label=_("Draft fee statements"))
def draft_statements():
    return fees.prepare_last_month()


@shared_task(base=EveryAgency)
def draft_statements_everywhere():
    return draft_statements
