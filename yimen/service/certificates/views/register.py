"""The register of certificates, and one certificate with its course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from yimen.ground.documents import rules as documents
from yimen.ground.documents import selectors as files
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import audit, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.questions import EXPORT_MOST, file_url, number_asked, text_asked, wants_file, workbook
from yimen.ground.kit.refusals import NotFound
from yimen.service.certificates import policies, selectors, services
from yimen.service.certificates.lifecycle import ACTS, STATES, Act, open_acts
from yimen.service.certificates.models import Certificate, CertificateEvent, CertificateType, PrintRecord
from yimen.service.certificates.selectors.listing import BOXES
from yimen.service.certificates.services.printing import PRINTABLE
from yimen.service.certificates.views.asking import today

ROWS = 20
STATUS = {"valid": "normal", "suspended": "warning", "lost": "warning", "draft": "", "expired": "", "revoked": "red",
          "stripped": "red", "cancelled": ""}  # fmt: skip

COLUMNS: Sequence[exports.Column[Certificate]] = (
    exports.Column("证照", lambda row: row.type.name, width=30),
    exports.Column("证号", lambda row: row.number, width=26),
    exports.Column("电子证照标识", lambda row: row.identifier, width=70),
    exports.Column("持证人", lambda row: row.holder.name, width=28),
    exports.Column("颁发机构", lambda row: row.issuer.name, width=26),
    exports.Column("状态", lambda row: row.get_state_display()),
    exports.Column("版本", lambda row: row.edition or None),
    exports.Column("制证时间", lambda row: row.issued_at),
    exports.Column("有效期自", lambda row: row.valid_from),
    exports.Column("有效期至", lambda row: row.valid_to),
    exports.Column("办件编号", lambda row: row.matter.code if row.matter else "", width=40),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One certificate in a list."""

    certificate: Certificate
    state: str
    status: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in the timeline."""

    what: str
    when: str
    kind: str = ""
    who: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    late: str = ""


def row_of(certificate: Certificate) -> Row:
    """A certificate with its state of today in words."""
    state = selectors.standing_of(certificate, today())
    return Row(certificate, STATES[state], STATUS.get(state, ""))


@requires(*policies.LOOKS)
@require_safe
def register(request: HttpRequest) -> HttpResponseBase:
    """Every certificate one reaches: drafts, those in force, those that run out, the others."""
    actor, at = actor_of(request), moments.now()
    box = request.GET.get("box", "")
    if box not in BOXES:
        box = "draft" if request.GET.get("box") is None and actor.holds(policies.ISSUE) else "all"
        if box == "draft" and not selectors.register(actor, box=box, today=today()).exists():
            box = "standing"
    state = request.GET.get("state", "")
    text, kind, state = text_asked(request), number_asked(request, "kind"), state if state in STATES else ""
    found = selectors.register(actor, box=box, today=today(), kind=kind, state=state, text=text)
    asked = {"q": text, "kind": kind, "state": state}
    order = ("valid_to", "-pk") if box == "ending" else ("-pk",)
    if wants_file(request):
        return workbook("证照登记簿", COLUMNS, found.order_by(*order)[:EXPORT_MOST], at)
    page = page_by_key(found, order=order, asked=request.GET, size=ROWS)
    kinds = CertificateType.objects.filter(pk__in=_kinds_seen(actor)).order_by("name").values_list("pk", "name")
    context = {
        "page": page, "rows": [row_of(each) for each in page], "asked": asked, "box": box, "kinds": kinds,
        "tabs": [(label, f"?box={key}") for key, label in BOXES.items()], "here": f"?box={box}",
        "states": STATES.items() if box == "all" else (), "export_url": file_url(request), "may_issue": actor.holds(policies.ISSUE),
    }  # fmt: skip
    return render(request, "certificates/register.html", context)


def _kinds_seen(actor: Actor) -> Any:
    return Certificate.objects.filter(policies.certificates(actor)).values("type")


@requires(*policies.LOOKS)
@require_safe
def certificate(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """One certificate: what it says, what happened to it, its files and copies, what may be done."""
    actor = actor_of(request)
    row = policies.access_certificate(actor, uid)
    edition = selectors.edition_of(row)
    facts = selectors.facts_of(edition) if edition else {}
    state = selectors.standing_of(row, today())
    prints = list(PrintRecord.objects.filter(edition__certificate=row).select_related("edition").order_by("-pk")[:50])
    context = {
        "row": row, "state": STATES[state], "status": STATUS.get(state, ""), "edition": edition, "facts": said_of(facts),
        "notes": facts.get("notes", ()), "entries": entries_of(selectors.course_of(row)), "prints": prints,
        "buttons": buttons_of(actor, row), "may_print": row.state in PRINTABLE and policies.may(actor, policies.ISSUE, row),
        "shown_code": documents.shown_code(row.code),
    }  # fmt: skip
    return render(request, "certificates/certificate.html", context)


@requires(*policies.LOOKS)
@require_safe
def certificate_file(request: HttpRequest, uid: UUID, form: str) -> HttpResponseBase:
    """The file of the edition in force, or of an older one (`?version=`)."""
    actor = actor_of(request)
    row = policies.access_certificate(actor, uid)
    return send_file(request, row, form, actor)


def send_file(request: HttpRequest, row: Certificate, form: str, actor: Actor) -> HttpResponseBase:
    """The file as an answer, with its audit row; the access is the caller's."""
    edition = selectors.edition_of(row, number_asked(request, "version"))
    if edition is None or form not in ("pdf", "ofd"):
        raise NotFound("这张证照没有这个文件。", next_step="请先制证。")
    stored = services.file_of(edition, form, moments.now())
    audit.record(
        "certificates.download", actor=actor, target_kind="certificate", target=row.number,
        facts={"form": form, "edition": edition.version},
    )  # fmt: skip
    return files.file_response(stored, inline=form == "pdf" and "inline" in request.GET)


def said_of(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What a certificate says, as pairs."""
    return [(label, str(facts["values"][key])) for key, label in facts.get("fields", ())]


def entries_of(course: Sequence[CertificateEvent], *, public: bool = False) -> list[Entry]:
    """The log as a timeline, newest first; in public without names and reasons."""
    found = []
    for number, event in enumerate(course):
        act = ACTS[event.action]
        note = "；".join(each for each in (event.changed, "" if public else event.reason, event.document) if each)
        who = "" if public else " ".join(each for each in (event.actor_post, event.actor_name) if each)
        found.append(
            Entry(act.said or act.label, moments.say_moment(event.happened_at), "now" if number == 0 else "", who, note)
        )
    return found


@dataclass(frozen=True, slots=True)
class Button:
    """An act that may be done now."""

    act: Act
    url: str
    primary: bool


def buttons_of(actor: Actor, row: Certificate) -> list[Button]:
    """What the actor may do to a certificate now, in the order of the table."""
    allowed = {code for code in (policies.ISSUE, policies.WITHHOLD) if policies.may(actor, code, row)}
    found = [act for act in open_acts(row.state) if act.permission in allowed]
    return [
        Button(
            act, reverse("certificates:act", args=[row.uid, act.action]), number == 0 and row.state in ("draft", "lost")
        )
        for number, act in enumerate(found)
    ]
