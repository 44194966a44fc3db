"""Proofs kept and cancelled, and who still demands what is cancelled (R030)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.reform import forms, policies, services
from yimen.service.reform.models import Proof
from yimen.service.reform.rules import ProofKind, Replacement
from yimen.service.reform.selectors.proofs import still_demanded
from yimen.service.reform.views.asking import actor_of, text_in, today, word_in

SEES = (policies.VIEW, policies.RECORD)


@requires(*SEES)
def proofs(request: HttpRequest) -> HttpResponseBase:
    """The list for those who keep it; as a page or as an Excel file."""
    asked, day = request.GET, today()
    gone = Q(cancelled_on__isnull=False, cancelled_on__lte=day)
    found = Proof.objects.select_related("standard")
    state = word_in(asked, "state", ("kept", "cancelled"))
    if state:
        found = found.filter(gone if state == "cancelled" else ~gone)
    if kind := word_in(asked, "kind", ProofKind.labels()):
        found = found.filter(kind=kind)
    if replacement := word_in(asked, "replacement", Replacement.labels()):
        found = found.filter(replacement=replacement)
    if text := text_in(asked, "q"):
        found = found.filter(Q(name__icontains=text) | Q(issuer__icontains=text))
    if asked.get("export"):
        return exports.download(
            "证明事项清单.xlsx", exports.xlsx(COLUMNS, found.order_by("name", "id"), sheet="证明事项")
        )
    demands = still_demanded(policies.departments(actor_of(request), *SEES))
    context = {
        "page": page_by_key(found, order=("name", "id"), asked=asked, size=30), "asked": asked, "kinds": ProofKind.pairs(),
        "query": asked.urlencode(), "may_record": policies.may(actor_of(request), policies.RECORD, None), "demands": demands,
        "may_stop": actor_of(request).holds(policies.DECIDE), "day": day,
    }  # fmt: skip
    return render(request, "reform/proofs.html", context)


COLUMNS: list[exports.Column[Proof]] = [
    exports.Column("种类", lambda row: row.get_kind_display()),
    exports.Column("名称", lambda row: row.name, width=40),
    exports.Column("出具单位", lambda row: row.issuer, width=28),
    exports.Column("用途", lambda row: row.purpose, width=40),
    exports.Column("保留依据", lambda row: row.basis, width=40),
    exports.Column("取消日期", lambda row: row.cancelled_on),
    exports.Column("取消文号", lambda row: row.document, width=30),
    exports.Column("以什么代替", lambda row: row.get_replacement_display()),
    exports.Column("代替办法", lambda row: row.replacement_note, width=40),
]


@requires(policies.RECORD)
def new_proof(request: HttpRequest) -> HttpResponseBase:
    """Enter a proof."""
    return _save(request, None)


@requires(policies.RECORD)
def proof_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Change, cancel, stop the demands."""
    held = Proof.objects.filter(uid=uid).first()
    if held is None:
        raise NotFound("清单里没有这一项。", next_step="请从证明事项清单进入。")
    actor, at, back = actor_of(request), moments.now(), reverse("reform:proofs")
    if act == "edit":
        return _save(request, held)
    if act == "cancel":
        form = forms.CancelProofForm(request.POST or None)
        return asking.ask(
            request, heading=f"取消“{held.name[:40]}”", verb="取消它", danger=True, back=back, form=form, said="已取消，受理时不能再要。",
            warning="自取消之日起，任何窗口、任何事项都不能再要它。",
            act=lambda cleaned: (services.cancel_proof(actor=actor, proof=held, at=at, **cleaned), None)[1],
        )  # fmt: skip
    if act == "stop":
        return asking.ask(
            request, heading=f"让各事项停止索要“{held.name[:40]}”", verb="停止索要", back=back, said="已停止，办事指南不再列它。",
            note="名称相同、还没有取消的材料一并取消，依据是这一项的取消文号。",
            act=lambda _: (services.stop_demand(actor=actor, proof=held, at=at), None)[1],
        )  # fmt: skip
    raise NotFound("没有这个操作。", next_step="请从证明事项清单进入。")


def _save(request: HttpRequest, held: Proof | None) -> HttpResponseBase:
    initial = {name: getattr(held, name) for name in ("kind", "name", "issuer", "purpose", "basis")} if held else {}
    form = forms.ProofForm(request.POST or None, initial=initial)

    def act(cleaned: dict[str, Any]) -> None:
        services.save_proof(actor=actor_of(request), proof=held, at=moments.now(), **cleaned)

    return asking.ask(
        request, heading="登记证明事项" if held is None else "修改证明事项", verb="保存", act=act, form=form, back=reverse("reform:proofs"),
        said="已保存。", note="没有法律、行政法规或国务院决定依据的，应当取消，不应保留。",
    )  # fmt: skip
