"""Settings of the test suite: the project's own, with embedded services and without a running worker."""

import os

from carecenter import embedded, translations

if "DATABASE_OWNER_URL" not in os.environ:  # a plain `pytest`; `make test` starts the services itself
    os.environ.update(embedded.start(embedded.ROOT / "test"))

from carecenter.settings import *

DATABASES["default"]["OWNER"] = env.db("DATABASE_OWNER_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CELERY_BROKER_URL = "memory://"
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SECURE = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = False
PASSWORD_HASHERS = ["tests.hashing.CheapArgon2"]
ALLOWED_HOSTS = ["*"]
LANGUAGE_CODE = "en"  # texts as they stand in the source; a test of Chinese says so
translations.compile_all()
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in the thread of the test
