"""The page between: on to another system's site.

Chromium holds `form-action` against every redirect that follows a form, so what began with a form's press (a sign-in, a
consent, a sign-out) ends on this page, which leads on by itself and by a link. The policy need name nobody else's site.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def going(request: HttpRequest, url: str, name: str, *, said: str = "正在转到") -> HttpResponse:
    """Lead on to `url`, which comes from a setting or a registered address."""
    response = render(request, "identity/going.html", {"url": url, "name": name, "said": said})
    response["Cache-Control"] = "no-store"
    return response
