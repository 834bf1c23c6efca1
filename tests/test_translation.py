"""Chinese is complete: every text of the source has its translation, none is fuzzy, and pages show no English."""

import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from agencies.models import User
from clients.models import Client
from tests.factories import make_member

FOLDERS = ("agencies", "archive", "carecenter", "caregivers", "clients", "contracts", "supervision", "templates")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory):
    """The Chinese catalogue after the texts of today's source were collected into it."""
    copy = tmp_path_factory.mktemp("source")
    for folder in (*FOLDERS, "locale"):
        shutil.copytree(settings.BASE_DIR / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
    script = (
        "import django; from django.conf import settings; settings.configure(USE_I18N=True); django.setup();"
        "from django.core.management import call_command;"
        "call_command('makemessages', locale=['zh_Hans'], no_location=True, no_obsolete=True, verbosity=0)"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=copy, check=True)
    with (copy / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        return read_po(file)


def test_every_text_is_translated(catalogue):
    texts = [message for message in catalogue if message.id]
    assert len(texts) > 1000
    missing = [m.id for m in texts if not (all(m.string) if isinstance(m.string, tuple) else m.string)]
    assert missing == []
    assert [message.id for message in texts if message.fuzzy] == []


ENGLISH = [
    "Today",
    "Client",
    "Caregiver",
    "Agreement",
    "Visit",
    "Save",
    "Number",
    "State",
    "required",
    "Search",
    "Sign out",
]


@pytest.mark.parametrize("name", ["today", "client_list", "client_new", "caregiver_new", "rota", "agency_settings"])
def test_page_in_chinese_shows_no_english(client, maple, name):
    user = make_member(maple).user
    User.objects.filter(pk=user.pk).update(language="zh-hans", name="周明")
    client.force_login(user)
    response = client.get(reverse(name, args=["maple"]))
    page = response.content.decode().split("<body")[1].replace("Maple", "")
    texts = "".join(part.split(">", 1)[-1] for part in page.split("<"))
    assert [word for word in ENGLISH if word in texts] == []
    assert "工作台" in texts


def test_a_value_is_named_in_the_language_that_is_read():
    said = {}
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            said[language] = Client(state="active").get_state_display()
    assert said == {"zh-hans": "服务中", "en": "In service"}
    assert Client(state="unheard of").get_state_display() == "unheard of"
    assert Client(state=None).get_state_display() is None
