"""What is done to a certificate: drawing up, making, changing, and everything that happens to it; printing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity import selectors as people
from yimen.ground.identity.policies import actor_of, requires
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.forms import refuse_form
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.service.certificates import policies, selectors, services
from yimen.service.certificates.forms import ActForm, DrawUpForm, PrintForm, WordsForm
from yimen.service.certificates.lifecycle import ACTS, STATES, Act
from yimen.service.certificates.models import Certificate, CertificateType
from yimen.service.certificates.rules import fields_of
from yimen.service.certificates.services.common import last_seq
from yimen.service.certificates.services.course import PLAIN, standing_words
from yimen.service.certificates.services.issuing import suggested

LABELS = {"annotate": "注记的内容", "renew": "延续的依据或原因"}
DONE = {
    "issue": "已制证，文件可以下载、打印。", "change": "已变更并换发，原来的版本作废。", "renew": "已延续。",
    "replace": "已补发，原件作废。", "annotate": "已加注。",
}  # fmt: skip


@requires(policies.ISSUE, policies.WITHHOLD)
def act(request: HttpRequest, uid: UUID, action: str) -> HttpResponseBase:
    """One act: its form, then the act."""
    actor = actor_of(request)
    row = policies.access_certificate(actor, uid)
    rule = ACTS.get(action)
    if rule is None or rule.by_system or action == "draw_up":
        raise NotFound("没有这个动作。", next_step="请回到证照页面，按上面的按钮办理。")
    policies.require(actor, rule.permission, row)
    form = _form(request, row, rule)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _do(row, rule, form, actor)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, _at_fields(refusal))
                status = refusal.status
            else:
                messages.success(request, DONE.get(action, f"已{rule.label}。"))
                return redirect("certificates:certificate", uid)
    closed = "" if row.state in rule.origins else f"证照现在是“{STATES[row.state]}”，不能{rule.label}。"
    context = {
        "row": row, "rule": rule, "form": form, "closed": closed, "back_url": reverse("certificates:certificate", args=[uid])
    }  # fmt: skip
    return render(request, "certificates/act.html", context, status=status)


def _at_fields(refusal: Refusal) -> Refusal:
    """The refusal with its words at the questions of the form, which bear a prefix."""
    named = ("reason", "document")
    refusal.fields = {key if key in named else f"f_{key}": said for key, said in (refusal.fields or {}).items()}
    return refusal


def _form(request: HttpRequest, row: Certificate, rule: Act) -> Any:
    posted: Any = request.POST or None
    seen = {"seen": last_seq(row)}
    if rule.action == "issue":
        known = suggested(row.type, row.holder, selectors.known_of(selectors.case_of(row)))
        return WordsForm(posted, fields=fields_of(row.type.fields), suggested=known, initial=seen)
    if rule.action == "change":
        words = standing_words(row)[0] if row.edition else {}
        return WordsForm(posted, fields=fields_of(row.type.fields), suggested=words, issuing=False, initial=seen)
    return ActForm(
        posted, document_needed=rule.document_needed, reason_label=LABELS.get(rule.action, f"{rule.label}的原因"), initial=seen
    )  # fmt: skip


def _do(row: Certificate, rule: Act, form: Any, actor: Actor) -> None:
    at, given = moments.now(), form.cleaned_data
    common: dict[str, Any] = {"certificate": row, "actor": actor, "at": at, "seen": given["seen"]}
    match rule.action:
        case "issue":
            services.issue(values=form.values(), valid_from=given["valid_from"], **common)
        case "change":
            services.change(values=form.values(), reason=given["reason"], document=given["document"], **common)
        case "discard":
            services.discard(reason=given["reason"], **common)
        case "annotate":
            services.annotate(note=given["reason"], document=given["document"], **common)
        case action if action in PLAIN:
            services.move(action=action, reason=given["reason"], document=given["document"], **common)
        case "renew":
            services.renew(reason=given["reason"], document=given["document"], **common)
        case "replace":
            services.replace(reason=given["reason"], document=given["document"], **common)
        case _:
            services.restore(reason=given["reason"], document=given["document"], **common)


@requires(policies.ISSUE)
def print_copy(request: HttpRequest, uid: UUID) -> HttpResponseBase:
    """Write down one more copy on paper, then show the sheet to print."""
    actor = actor_of(request)
    row = policies.access_certificate(actor, uid)
    policies.require(actor, policies.ISSUE, row)
    form, status = PrintForm(request.POST or None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = services.record_print(certificate=row, actor=actor, at=moments.now(), **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status in (401, 403, 404):
                    raise
                refuse_form(form, refusal)
                status = refusal.status
            else:
                messages.success(request, f"已登记第 {made.copy} 份，请打开 PDF 打印。")
                return redirect("certificates:certificate", uid)
    context = {
        "row": row, "form": form, "heading": "打印证照", "press": "登记并打印", "note": "每印一份都登记，重打要写原因。",
        "back_url": reverse("certificates:certificate", args=[uid]),
    }  # fmt: skip
    return render(request, "certificates/form.html", context, status=status)


@requires(policies.ISSUE)
def draw_up(request: HttpRequest) -> HttpResponseBase:
    """A certificate that comes of no case here: for a holder with a file."""
    actor = actor_of(request)
    kinds = CertificateType.objects.filter(ended_at__isnull=True).order_by("name").select_related("issuer__division")
    mine = [each for each in kinds if _may_issue(actor, each)]
    choices = [(each.pk, f"{each.name}（{each.issuer.short_name}）") for each in mine]
    form, status = DrawUpForm(request.POST or None, kinds=choices), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            kind = next(each for each in mine if each.pk == form.cleaned_data["kind"])
            holder = _holder(form.cleaned_data["holder"])
            if holder is None:
                form.add_error("holder", "本系统没有这个证件号码的档案，请先为持证人建档")
            else:
                try:
                    made = services.draw_up(
                        kind=kind, holder=holder, actor=actor, at=moments.now(), centre_id=actor.centre_id
                    )
                except Refusal as refusal:
                    if refusal.status in (401, 403, 404):
                        raise
                    refuse_form(form, refusal)
                    status = refusal.status
                else:
                    return redirect("certificates:act", made.uid, "issue")
    context = {
        "form": form, "heading": "拟制证照", "press": "下一步，填内容", "back_url": reverse("certificates:register"),
        "note": "办件准予后，证照自动拟制；这里用于补录本系统以前发的、没有办件的证照。",
    }  # fmt: skip
    return render(request, "certificates/form.html", context, status=status)


def _may_issue(actor: Actor, kind: CertificateType) -> bool:
    for held in actor.held(policies.ISSUE):
        if held.scope == "all" or (
            held.scope == "department" and kind.issuer_id == (held.scope_id or actor.department_id)
        ):
            return True
        if held.scope == "centre" and kind.issuer.division.code[:6] == actor.division[:6]:
            return True
    return False


def _holder(number: str) -> Any:
    """The file of a document number, of whatever kind of document it may be."""
    kinds = ("credit", "resident", "permanent", "passport", "travel", "other")
    return next((found for kind in kinds if (found := people.find_party(kind, number)) is not None), None)
