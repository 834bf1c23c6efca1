"""What is taken down at the client's door and bedside: the door and its code, proofs of presence, measurements, photos, signature."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyHistory, AgencyModel, InsertOnly, RowCheck, same_agency
from contracts.models.visit import Visit
from contracts.standard import VITAL_WORDS


def _degrees(label, **options):
    return models.DecimalField(label, max_digits=9, decimal_places=6, null=True, blank=True, **options)


class Door(AgencyModel):
    """A client's door: the version of the code on its card, and where the office located it (WGS 84)."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="doors")
    version = models.PositiveSmallIntegerField(default=1, help_text="raised to make printed codes worthless")
    hung_on = models.DateField(_("card hung up on"), null=True, blank=True)
    document = models.ForeignKey("archive.Document", models.PROTECT, null=True, blank=True, related_name="+")
    latitude = _degrees(_("latitude"))
    longitude = _degrees(_("longitude"))
    history = AgencyHistory()

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("door", "client", "document"),
            models.UniqueConstraint(fields=["agency", "client"], name="door_once"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(3, 54), longitude__range=(73, 136)),
                name="door_in_china",
            ),
        ]

    def __str__(self):
        return str(self.client)


class VisitProof(AgencyModel):
    """That somebody was at the door when they checked in or out: the code was scanned, or the phone said where it was.

    The position is forgotten after a time the agency sets; how far it was from the door stays.
    """

    class Moment(models.TextChoices):
        IN = "in", _("Check-in")
        OUT = "out", _("Check-out")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="proofs")
    moment = models.CharField(_("moment"), max_length=3, choices=Moment)
    is_scanned = models.BooleanField(_("code at the door scanned"), default=False)
    latitude = _degrees(_("latitude"))
    longitude = _degrees(_("longitude"))
    accuracy = models.PositiveIntegerField(_("accuracy in metres"), null=True, blank=True)
    distance = models.PositiveIntegerField(_("metres from the door"), null=True, blank=True)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta(AgencyModel.Meta):
        ordering = ["taken_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit_proof", "visit"),
            models.UniqueConstraint(fields=["agency", "visit", "moment"], name="visit_proof_once"),
            InsertOnly(name="visit_proof_insert_only", changeable=["latitude", "longitude", "accuracy"]),
            RowCheck(
                name="visit_proof_only_forgotten",
                events="UPDATE",
                condition="""NEW.latitude IS NULL AND NEW.longitude IS NULL AND NEW.accuracy IS NULL
                    OR (NEW.latitude, NEW.longitude, NEW.accuracy)
                    IS NOT DISTINCT FROM (OLD.latitude, OLD.longitude, OLD.accuracy)""",
                message="a position is forgotten, never changed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["agency", "taken_at"], condition=Q(latitude__isnull=False), name="visit_proof_position"
            )
        ]


class Measurement(AgencyModel):
    """Values taken at a visit. A wrong one is struck out with a reason and stays readable."""

    client = models.ForeignKey("clients.Client", models.PROTECT, related_name="measurements")
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="measurements")
    systolic = models.PositiveSmallIntegerField(_("systolic (mmHg)"), null=True, blank=True)
    diastolic = models.PositiveSmallIntegerField(_("diastolic (mmHg)"), null=True, blank=True)
    pulse = models.PositiveSmallIntegerField(_("pulse (per minute)"), null=True, blank=True)
    temperature = models.DecimalField(_("temperature (°C)"), max_digits=3, decimal_places=1, null=True, blank=True)
    outside = models.JSONField(
        _("outside the limits"), default=list, help_text="codes of values, such as systolic_high"
    )
    taken_at = models.DateTimeField(_("taken at"))
    taken_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True, blank=True)
    struck_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")
    struck_reason = models.CharField(_("why it is wrong"), max_length=200, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-taken_at", "-id"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("measurement", "client", "visit"),
            models.CheckConstraint(
                condition=(
                    (
                        Q(systolic=None, diastolic=None)
                        | Q(systolic__range=(50, 300), diastolic__range=(20, 200), diastolic__lt=F("systolic"))
                    )
                    & (Q(pulse=None) | Q(pulse__range=(20, 250)))
                    & (Q(temperature=None) | Q(temperature__range=(30, 45)))
                    & ~Q(systolic=None, pulse=None, temperature=None)
                ),
                name="measurement_values",
            ),
            models.CheckConstraint(
                condition=Q(struck_at=None, struck_by=None, struck_reason="")
                | Q(struck_at__isnull=False, struck_by__isnull=False) & ~Q(struck_reason=""),
                name="measurement_struck",
            ),
            InsertOnly(name="measurement_insert_only", once=["struck_at", "struck_by", "struck_reason"]),
        ]
        indexes = [models.Index(fields=["agency", "client", "-taken_at"], name="measurement_of_client")]

    def __str__(self):
        parts = []
        if self.systolic:
            parts.append(f"{self.systolic}/{self.diastolic} mmHg")
        if self.pulse:
            parts.append(_("pulse %(pulse)s") % {"pulse": self.pulse})
        if self.temperature:
            parts.append(f"{self.temperature} °C")
        return " · ".join(map(str, parts))

    def get_outside_display(self) -> str:
        """What lies outside the limits, in words."""
        return "、".join(gettext(VITAL_WORDS[code]) for code in self.outside)


class VisitPhoto(AgencyModel):
    """A photo taken at a visit with the client's consent, without place and camera in it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    file = models.ForeignKey("agencies.StoredFile", models.PROTECT, related_name="+")
    caption = models.CharField(_("what it shows"), max_length=100)
    taken_at = models.DateTimeField(auto_now_add=True)
    taken_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["taken_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit_photo", "visit", "file"),
            InsertOnly(name="visit_photo_insert_only"),
        ]


class VisitConfirmation(AgencyModel):
    """The client's signature under a visit, or why they could not sign."""

    class Unable(models.TextChoices):
        RESTING = "resting", _("Asleep or unwell")
        HAND = "hand", _("Cannot write")
        MIND = "mind", _("Does not understand it")
        AWAY = "away", _("Nobody at home at the end")
        REFUSED = "refused", _("Does not want to sign")
        DEVICE = "device", _("The phone cannot show the box")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="confirmations")
    signer_name = models.CharField(_("who signs"), max_length=50, blank=True)
    image = models.ForeignKey("agencies.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    unable = models.CharField(_("why not"), max_length=10, choices=Unable, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")

    class Meta(AgencyModel.Meta):
        constraints = [
            *AgencyModel.Meta.constraints,
            *same_agency("visit_confirmation", "visit", "image"),
            models.UniqueConstraint(fields=["agency", "visit"], name="visit_confirmation_once"),
            models.CheckConstraint(
                condition=Q(image__isnull=False, unable="") & ~Q(signer_name="")
                | Q(image=None, unable__in=["resting", "hand", "mind", "away", "refused", "device"]),
                name="visit_confirmation_way",
            ),
            InsertOnly(name="visit_confirmation_insert_only"),
        ]
