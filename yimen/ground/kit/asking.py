"""A page that asks one thing: a heading, what will follow, a form (perhaps without fields), one button, a way back.

Every small act of administration is such a page, so it works without JavaScript and its consequences are said first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from yimen.ground.kit.forms import Form, refuse_form
from yimen.ground.kit.refusals import Refusal

Act = Callable[[dict[str, Any]], Any]


class Nothing(Form):
    """No fields: the button is the answer."""


def ask(
    request: HttpRequest,
    *,
    heading: str,
    verb: str,
    act: Act,
    back: str,
    form: BaseForm | None = None,
    then: str = "",
    said: str = "",
    note: str = "",
    warning: str = "",
    danger: bool = False,
    frame: str = "kit/manage.html",
    back_words: str = "先不",
) -> HttpResponseBase:
    """Show the page, or do it: `act(cleaned_data)` calls one service.

    When `act` returns a response, that is the answer (for example a page with a one-time code); else the browser goes to
    `then` (default `back`) with the message `said`. A `Refusal` goes into the form; one that is no input mistake (404)
    goes on to the middleware.
    """
    if form is None:
        form = Nothing(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                answer = act(form.cleaned_data)
            except Refusal as refusal:
                if refusal.status in (401, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                if isinstance(answer, HttpResponseBase):
                    return answer
                if said:
                    messages.success(request, said)
                return HttpResponseRedirect(then or back)
        else:
            status = 422
    page: HttpResponse = render(
        request,
        "kit/ask.html",
        {
            "frame": frame,
            "form": form,
            "heading": heading,
            "verb": verb,
            "back": back,
            "back_words": back_words,
            "note": note,
            "warning": warning,
            "danger": danger,
        },
        status=status,
    )
    return page
