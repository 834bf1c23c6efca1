"""People who sign in, where they work, and the keys of programs that act for an agency."""

import hashlib
import secrets

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sex(models.TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class IdentityType(models.TextChoices):
    RESIDENT = "resident", _("Resident identity card")
    HMT_RESIDENCE = "hmt_residence", _("Residence permit for Hong Kong, Macao and Taiwan residents")
    FOREIGN_RESIDENCE = "foreign_residence", _("Foreign permanent resident card")
    PASSPORT = "passport", _("Passport")


class UserManager(BaseUserManager):
    def create_user(self, phone: str, password: str | None = None, **fields) -> "User":
        user = self.model(phone=phone, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who signs in by phone number; may work for several agencies."""

    phone = models.CharField(
        _("mobile phone"),
        max_length=11,
        unique=True,
        validators=[RegexValidator(r"^1[3-9]\d{9}$", _("Enter a mobile number of 11 digits."))],
    )
    name = models.CharField(_("name"), max_length=50)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=[("zh-hans", "中文"), ("en", "English")], default="zh-hans"
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    has_first_password = models.BooleanField(default=False, help_text="somebody else chose it; to be changed at once")
    password_given_at = models.DateTimeField(
        null=True, blank=True, help_text="when somebody else last gave a new password and could sign in as this person"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "phone"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self):
        return self.name


class Role(models.TextChoices):
    MANAGER = "manager", _("Manager")
    COORDINATOR = "coordinator", _("Coordinator")
    QUALITY_OFFICER = "quality_officer", _("Quality officer")
    ARCHIVIST = "archivist", _("Archivist")
    CAREGIVER = "caregiver", _("Caregiver")


class Membership(models.Model):
    """Who works where and as what. Read before any agency is open, so it is a global table."""

    agency = models.ForeignKey("agencies.Agency", models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=20, choices=Role), verbose_name=_("roles"))
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(roles__contained_by=Role.values, roles__len__gt=0), name="membership_roles"
            ),
        ]

    def __str__(self):
        return str(self.user)

    @property
    def role_label(self) -> str:
        """The roles in words, such as "Manager"; several are joined by a dot."""
        return " · ".join(str(Role(role).label) for role in self.roles)

    @property
    def is_office(self) -> bool:
        """Whether any role opens the office pages."""
        return any(role != Role.CAREGIVER for role in self.roles)


class ApiKey(models.Model):
    """A program's key to one agency; only its hash is kept."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="api_keys")
    name = models.CharField(_("what it is for"), max_length=100)
    prefix = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(_("last used on"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    @staticmethod
    def hash(secret: str) -> str:
        return hashlib.sha256(secret.encode()).hexdigest()

    @classmethod
    def issue(cls, *, membership: Membership, name: str) -> tuple["ApiKey", str]:
        """Save a new key and return it with its secret, which is never shown again."""
        secret = secrets.token_urlsafe(32)
        key = cls.objects.create(membership=membership, name=name, prefix=secret[:8], digest=cls.hash(secret))
        return key, secret
