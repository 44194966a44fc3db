"""The public ledger: every digest, its text, the file of one's own history, and the page that checks both without a network."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.identity.policies import public, signed_in
from yimen.ground.kit import moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.matters import selectors
from yimen.ground.matters.proof import publishing
from yimen.ground.matters.proof.history import CODE_DIGITS, grouped, history_of
from yimen.ground.matters.views import actor_of

PARTS = Path(__file__).resolve().parent.parent / "static" / "matters" / "verifier"


@public
@require_safe
def digests(request: HttpRequest) -> HttpResponse:
    """Every digest that was published, the newest first."""
    page = page_by_key(publishing.published(), order=("-number",), asked=request.GET, size=30)
    newest = publishing.newest()
    key = grouped(publishing.fields_of(newest.text)["key"][:CODE_DIGITS]) if newest else ""
    return render(request, "matters/digests.html", {"page": page, "newest": newest, "key": key})


@public
@require_safe
def digest(request: HttpRequest, number: int) -> HttpResponse:
    """One digest: its text, its signature, its key."""
    found = publishing.digest(number)
    context = {
        "digest": found, "key": grouped(publishing.fields_of(found.text)["key"][:CODE_DIGITS]),
        "hash": publishing.hash_of(found.text), "signature": found.signature.rsplit(":", 1)[-1],
    }  # fmt: skip
    return render(request, "matters/digest.html", context)


@public
@require_safe
def digest_text(request: HttpRequest, number: int) -> HttpResponse:
    """The text that is signed, to the octet."""
    found = publishing.digest(number)
    return _download(found.text.encode(), f"摘要-{found.number:05d}.txt", "text/plain; charset=utf-8")


@signed_in
@require_safe
def history(request: HttpRequest, code: str) -> HttpResponse:
    """The history of a matter one may see, as a file for the verifier."""
    matter = selectors.access_matter(actor_of(request), code)
    found = json.dumps(history_of(matter, moments.now()), ensure_ascii=False, indent=1)
    return _download(found.encode(), f"办件历史-{matter.code[-12:]}.json", "application/json")


@public
@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """The page that checks, whole in one file, to be kept and opened without a network."""
    return _download(verifier_page().encode(), "一门账本核对器.html", "application/octet-stream")


def verifier_page() -> str:
    """The verifier as one file: its style and its script stand in it, and it asks nobody for anything."""
    page, style, *scripts = (
        (PARTS / name).read_text(encoding="utf-8") for name in ("page.html", "page.css", "verify.js", "page.js")
    )
    return page.replace("/*STYLE*/", style).replace("/*SCRIPT*/", "".join(scripts))


def _download(data: bytes, name: str, media: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
