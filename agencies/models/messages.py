"""Notices inside the office and the phone, and messages that leave the site (7.1.2, 7.6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from agencies.tenancy import AgencyModel


class Notice(AgencyModel):
    """A notice to one person who signs in, with its read receipt."""

    user = models.ForeignKey("agencies.User", models.PROTECT, related_name="+")
    title = models.CharField(max_length=100)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta(AgencyModel.Meta):
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["agency", "user", "-created_at"], name="notice_of_user"),
            models.Index(fields=["agency", "user"], condition=models.Q(read_at=None), name="notice_unread"),
        ]


class Message(AgencyModel):
    """A message to somebody outside: a row first, then sent by the outbox job or by hand."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("Text message")
        BY_HAND = "by_hand", _("Sent by staff (WeChat, own phone)")

    class State(models.TextChoices):
        QUEUED = "queued", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    recipient_name = models.CharField(_("recipient"), max_length=50)
    address = models.CharField(_("phone or e-mail"), max_length=254)
    subject = models.CharField(_("subject"), max_length=100)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    due_at = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    key = models.CharField(max_length=100, help_text="what it is about; one message a key")
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    sent_by = models.ForeignKey("agencies.User", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(AgencyModel.Meta):
        ordering = ["-created_at"]
        constraints = [
            *AgencyModel.Meta.constraints,
            models.UniqueConstraint(fields=["agency", "key"], name="message_key_once"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | models.Q(state__in=["queued", "failed"], sent_at=None),
                name="message_state",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "due_at"], condition=models.Q(state="queued"), name="message_due"),
        ]

    def __str__(self):
        return self.recipient_name
