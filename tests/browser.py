"""The system's Chromium on a running site: an office screen and a caregiver's phone."""

import os
import shutil

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    return {**browser_type_launch_args, "executable_path": found, "args": FLAGS}


@pytest.fixture
def office_page(new_context, live_server_url):
    """A coordinator's screen; addresses are relative to the site."""
    yield from _page(new_context, live_server_url, viewport={"width": 1440, "height": 900})


@pytest.fixture
def phone_page(new_context, live_server_url):
    """A caregiver's phone, with fingers instead of a mouse."""
    yield from _page(new_context, live_server_url, **PHONE)


def _page(new_context, url, **device):
    context = new_context(base_url=url, locale="zh-CN", timezone_id="Asia/Shanghai", **device)
    yield context.new_page()
    context.close()  # before the site stops, or it waits for open connections
