"""How an office page runs an action: a form that takes its refusals, or a button that shows them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from agencies.forms import take_refusal

TAKEN = ("23505", "23P01")  # PostgreSQL: a unique key or a time is taken


def as_refusal(error: IntegrityError) -> ValidationError:
    """What the reader is told when somebody else was faster; any other broken rule is our own mistake."""
    if getattr(error.__cause__, "sqlstate", "") not in TAKEN:
        raise error
    return ValidationError(_("Somebody saved the same meanwhile. Look at what is there now."))


def submit(form, action: Callable, **kwargs) -> Any:
    """Run an action with what the form cleaned: what it returns, or True where that is nothing.

    None when the form or the action refuses, with all problems on the form.
    """
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            result = action(**kwargs, **form.cleaned_data)
    except ValidationError as refusal:
        take_refusal(form, refusal)
    except IntegrityError as error:
        take_refusal(form, as_refusal(error))
    else:
        return True if result is None else result
    return None


def press(request: HttpRequest, action: Callable, *, back: str, done: str = "", **kwargs) -> HttpResponse:
    """Run the action behind a button and go back, saying what happened or everything that stands against it."""
    problems = refusals(action, **kwargs)
    for problem in problems:
        messages.error(request, problem)
    if done and not problems:
        messages.success(request, done)
    return redirect(back)


def refusals(action: Callable, **kwargs) -> list[str]:
    """Run an action; everything that stands against it, or nothing when it is done."""
    try:
        with transaction.atomic():
            action(**kwargs)
    except ValidationError as refusal:
        return refusal.messages
    except IntegrityError as error:
        return as_refusal(error).messages
    return []


def form_page(request: HttpRequest, *, form, title: str, back: str, button: str = "", **context) -> HttpResponse:
    """A page that is one form."""
    context = {"form": form, "title": title, "back": back, "button": button or _("Save"), **context}
    return render(request, context.pop("template", "form.html"), context)


def revealed(request: HttpRequest, value: str, *, title: str, back: str) -> HttpResponse:
    """A masked value in full; the caller has logged it."""
    return render(request, "ui/revealed.html", {"value": value, "title": title, "back": back})


def unknown_link(request: HttpRequest) -> HttpResponse:
    """Kind words for a link that is mistyped, cut off, or another agency's; nothing is told apart."""
    text = _("This link is not complete or not ours. Ask the agency for a new one.")
    return render(request, "public/closed.html", {"text": text}, status=404)
