"""Praise (表扬): thanks for somebody, on record in their file."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel, InsertOnly, same_agency


class Praise(AgencyModel):
    """What somebody said in praise of a caregiver; written once, and told to the caregiver."""

    caregiver = models.ForeignKey("caregivers.Caregiver", models.PROTECT, related_name="praises")
    client = models.ForeignKey("clients.Client", models.PROTECT, null=True, blank=True, related_name="praises")
    enquiry = models.ForeignKey("clients.Enquiry", models.PROTECT, null=True, blank=True, related_name="praises")
    said_by = models.CharField(_("who praised"), max_length=50)
    said_on = models.DateField(_("on"))
    text = models.TextField(_("what was praised"), max_length=1000)
    noted_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-said_on", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("praise", "caregiver", "client", "enquiry"),
            models.UniqueConstraint(fields=["agency", "enquiry", "caregiver"], name="praise_once_an_enquiry"),
            InsertOnly(name="praise_insert_only"),
        ]
        indexes = [models.Index(fields=["agency", "caregiver", "-said_on", "-id"], name="praise_of_caregiver")]
