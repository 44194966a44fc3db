"""The holder's own certificates, on the phone first."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yimen.ground.documents import rules as documents
from yimen.ground.identity.policies import actor_of, citizens
from yimen.ground.kit.paging import page_by_key
from yimen.service.certificates import policies, selectors
from yimen.service.certificates.views.asking import today
from yimen.service.certificates.views.register import entries_of, row_of, said_of, send_file

ROWS = 20


@citizens
@require_safe
def own(request: HttpRequest) -> HttpResponseBase:
    """The certificates of the party one acts as, newest first."""
    actor = actor_of(request)
    page = page_by_key(selectors.own(actor), order=("-pk",), asked=request.GET, size=ROWS)
    response = render(request, "certificates/own.html", {"page": page, "rows": [row_of(each) for each in page]})
    response["Cache-Control"] = "no-store"
    return response


@citizens
@require_safe
def own_certificate(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One of one's own: what it says, whether it is valid, its files."""
    row = policies.access_own(actor_of(request), uid)
    edition = selectors.edition_of(row)
    facts = selectors.facts_of(edition) if edition else {}
    context = {
        "row": row, "verdict": selectors.verdict_of(row, today()), "facts": said_of(facts), "notes": facts.get("notes", ()),
        "entries": entries_of(selectors.course_of(row), public=True), "shown_code": documents.shown_code(row.code),
    }  # fmt: skip
    response = render(request, "certificates/own_certificate.html", context)
    response["Cache-Control"] = "no-store"
    return response


@citizens
@require_safe
def own_file(request: HttpRequest, uid: UUID, form: str) -> HttpResponseBase:
    """The file of one's own certificate."""
    actor = actor_of(request)
    return send_file(request, policies.access_own(actor, uid), form, actor)
