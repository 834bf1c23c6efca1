"""All settings, one file: what differs between machines comes from the environment."""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# Written for the embedded services of `make demo`; what the environment says goes first.
if (BASE_DIR / ".local" / "env").exists():
    env.read_env(BASE_DIR / ".local" / "env")

# Core

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")  # in links that leave the site: messages, QR codes
ROOT_URLCONF = "carecenter.urls"
WSGI_APPLICATION = "carecenter.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "carecenter",
    "supervision",
    "contracts",
    "caregivers",
    "clients",
    "archive",
    "agencies",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "simple_history",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",  # HTTPS redirect, HSTS, nosniff
    "csp.middleware.CSPMiddleware",  # no inline script or style
    "whitenoise.middleware.WhiteNoiseMiddleware",  # static files without another server
    "django.contrib.sessions.middleware.SessionMiddleware",  # request.session
    "django.middleware.common.CommonMiddleware",  # missing slashes
    "django.middleware.csrf.CsrfViewMiddleware",  # posted forms are ours
    "django.contrib.auth.middleware.AuthenticationMiddleware",  # request.user
    "agencies.middleware.LanguageMiddleware",  # the language the person chose
    "agencies.middleware.FirstPasswordMiddleware",  # a password somebody else chose is changed first
    "agencies.middleware.RequestSizeMiddleware",  # no body larger than any form needs
    "django.contrib.messages.middleware.MessageMiddleware",  # one-time notices
    "django.middleware.clickjacking.XFrameOptionsMiddleware",  # not in frames
    "django.contrib.auth.middleware.LoginRequiredMiddleware",  # every page asks for sign-in unless it says no
    "allauth.account.middleware.AccountMiddleware",  # sign-in's own needs
    "django_htmx.middleware.HtmxMiddleware",  # request.htmx
    "simple_history.middleware.HistoryRequestMiddleware",  # who changed a row
    "agencies.middleware.AgencyMiddleware",  # opens the agency around view and rendering; stays last
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "carecenter.context.office",
            ],
            "builtins": ["django.templatetags.i18n", "carecenter.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database. The web and the workers connect as a role that owns nothing; migrations run with
# DATABASE_URL set to the owner's address.

DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True  # pgbouncer, transaction pooling
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True  # a restarted database costs nobody an error
if env.bool("DATABASE_POOL", default=False):  # for the web: signing in to the database costs 5 ms a request
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": 8, "timeout": 3}
APP_ROLE = env("DATABASE_APP_ROLE", default="carecenter_app")

# Keys. The first encrypts, all decrypt: put a new one in front, run `manage.py rotate_keys`, drop the old.

FIELD_KEYS = env.list("FIELD_KEYS")
LOOKUP_KEY = env("LOOKUP_KEY")

# Redis: broker, cache, sessions

REDIS_URL = env("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "carecenter",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

# Celery

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"

# People: phone number and password

AUTH_USER_MODEL = "agencies.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "agencies.signin.AccountAdapter"
ACCOUNT_FORMS = {"login": "agencies.signin.LoginForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "phone"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/5m/key,30/5m/ip"}
ACCOUNT_SESSION_REMEMBER = None
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Language and time: Chinese first

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["carecenter.formats"]
TIME_ZONE = "Asia/Shanghai"
FILTERS_EMPTY_CHOICE_LABEL = _("All")
USE_TZ = True

# Files

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("htmx", BASE_DIR / "node_modules/htmx.org/dist"),
    ("signature_pad", BASE_DIR / "node_modules/signature_pad/dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(BASE_DIR / ".local" / "media")))
AUTHORITY_DIR = Path(env("AUTHORITY_DIR", default=str(BASE_DIR / ".local" / "authority")))  # carecenter/authority.py
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 10 * 1024 * 1024  # a scan or a photo
REQUEST_MAX_BYTES = 25 * 1024 * 1024  # above it nothing is read at all
DOCUMENT_RENDERER = "carecenter.pdf.render"

# Messages that leave the site

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="carecenter@localhost")

# What the browser is told

SECURE = env.bool("SECURE", default=not DEBUG)  # False only for a demo without HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^health/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# API

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "agencies.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["agencies.authentication.RulesPermission"],
    "DEFAULT_PAGINATION_CLASS": "agencies.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["agencies.parsers.SmallJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min"},
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "EXCEPTION_HANDLER": "agencies.api.on_error",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "carecenter API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "WorkFormEnum": "agencies.models.WorkForm.choices",
        "WeekdayEnum": "contracts.models.plan.Weekday.choices",
    },
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

# Logs: ids, never names

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without_values": {"()": "carecenter.logs.WithoutValues"}},
    "formatters": {"line": {"()": "carecenter.logs.line", "as_json": env.bool("LOG_JSON", default=False)}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_values"]}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
}
