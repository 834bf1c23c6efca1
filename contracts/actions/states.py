"""An agreement goes from state to state by the table of the standard, one at a time."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from contracts.models import Agreement
from contracts.standard import may_go


def move(agreement: Agreement, to: str, **fields) -> None:
    """Claim the row in the state it was read in; refuse what the table of transitions does not know."""
    if not may_go(agreement.state, to):
        words = {"state": agreement.get_state_display(), "to": Agreement.State(to).label}
        raise ValidationError(_("An agreement that is “%(state)s” cannot become “%(to)s”.") % words)
    if not Agreement.objects.filter(pk=agreement.pk, state=agreement.state).update(state=to, **fields):
        raise ValidationError(_("Somebody changed this agreement meanwhile; look at it again."))
    agreement.refresh_from_db()
    agreement.save()  # for the history
