"""Checks of the client's home and equipment before service (7.2.3), and what is to be put right."""

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency
from clients.home import ITEMS
from clients.models.client import Client


class HomeCheck(AgencyModel):
    """A home looked at by the list of an edition; never edited, only followed by a newer one."""

    class Reason(models.TextChoices):
        FIRST = "first", _("Before service begins")
        MOVED = "moved", _("The client moved")
        CHANGE = "change", _("Condition or equipment changed")
        INCIDENT = "incident", _("After an incident")
        REGULAR = "regular", _("Looked at again")

    class Answer(models.TextChoices):
        FINE = "fine", _("In order")
        WRONG = "wrong", _("To put right")
        NONE = "none", _("Not there, not needed")

    client = models.ForeignKey(Client, models.PROTECT, related_name="home_checks")
    edition = models.CharField(_("edition of the list"), max_length=20)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    checked_on = models.DateField(_("checked on"))
    checked_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+", verbose_name=_("checked by"))
    with_whom = models.CharField(_("who was at home"), max_length=50)
    address = models.CharField(_("address"), max_length=260)
    answers = models.JSONField(_("answers"), help_text="answer by item code")
    note = models.TextField(_("note"), max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-checked_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("home_check", "client"),
            InsertOnly(name="home_check_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "client", "-checked_on", "-id"], name="home_check_latest")]

    def __str__(self):
        return f"{self.client} {self.checked_on}"

    def get_answers_display(self) -> str:
        """Each thing that was looked at with its answer, in words."""
        is_english, labels = get_language() == "en", dict(self.Answer.choices)
        found = [(item, self.answers[item.code]) for item in ITEMS if self.answers.get(item.code)]
        return "\n".join(f"{item.name_en if is_english else item.name}：{labels[answer]}" for item, answer in found)


class HomeFinding(AgencyModel):
    """Something at home that is to be put right: what, by whom, until when; done once."""

    class Who(models.TextChoices):
        CLIENT = "client", _("Client or family")
        AGENCY = "agency", _("Agency")
        CAREGIVER = "caregiver", _("Caregiver")

    check_made = models.ForeignKey(HomeCheck, models.PROTECT, related_name="findings")
    code = models.CharField(_("item"), max_length=20)
    text = models.CharField(_("what is to be put right"), max_length=200)
    by_whom = models.CharField(_("by whom"), max_length=10, choices=Who)
    due_on = models.DateField(_("until"))
    done_on = models.DateField(_("put right on"), null=True, blank=True)
    done_note = models.CharField(_("how"), max_length=200, blank=True)
    done_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("home_finding", "check_made"),
            models.UniqueConstraint(fields=["agency", "check_made", "code"], name="home_finding_once"),
            models.CheckConstraint(
                condition=Q(done_on=None, done_by=None, done_note="") | Q(done_on__isnull=False, done_by__isnull=False),
                name="home_finding_done",
            ),
            InsertOnly(name="home_finding_insert_only", once=["done_on", "done_note", "done_by"]),
        ]
        indexes = [models.Index(fields=["agency", "due_on"], condition=Q(done_on=None), name="home_finding_open")]
