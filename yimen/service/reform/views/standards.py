"""The standardisation programme, and the words that vary by place (R047, R043)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yimen.ground.identity.policies import requires
from yimen.ground.kit import asking, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound
from yimen.service.reform import forms, policies, selectors, services
from yimen.service.reform.models import Standard, StandardCheck, Wording
from yimen.service.reform.rules import WORDINGS, CheckResult, StandardField
from yimen.service.reform.views.asking import actor_of, number_in, today, word_in

SEES = (policies.VIEW, policies.STANDARDS)
STATES = (
    ("issued", "已发布"),
    ("planned", "未发布"),
    ("late", "逾期未发布"),
    ("open", "有待整改"),
    ("ended", "已废止"),
)
RESULT_BADGES = {"met": "normal", "partly": "warning", "unmet": "red"}


@requires(*SEES)
def standards(request: HttpRequest) -> HttpResponseBase:
    """Standards by field with their progress; as a page or as an Excel file."""
    asked, day = request.GET, today()
    found = Standard.objects.select_related("responsible").annotate(
        checked=Count("checks"),
        open=Count("checks", filter=Q(checks__mended_on__isnull=True) & ~Q(checks__result=CheckResult.MET)),
    )
    if field := word_in(asked, "field", StandardField.labels()):
        found = found.filter(field=field)
    state = word_in(asked, "state", dict(STATES))
    conditions = {
        "issued": Q(issued_on__isnull=False, ended_on__isnull=True),
        "planned": Q(issued_on__isnull=True),
        "late": Q(issued_on__isnull=True, due_on__lt=day),
        "open": Q(open__gt=0),
        "ended": Q(ended_on__isnull=False),
    }
    found = found.filter(conditions[state]) if state else found.filter(ended_on__isnull=True)
    if asked.get("export"):
        return exports.download("标准化建设.xlsx", exports.xlsx(COLUMNS, found.order_by("due_on", "id"), sheet="标准"))
    context = {
        "page": page_by_key(found, order=("due_on", "id"), asked=asked, size=30), "asked": asked, "fields": StandardField.pairs(),
        "states": STATES, "day": day, "may_keep": actor_of(request).holds(policies.STANDARDS), "query": asked.urlencode(),
        "report": selectors.build("standards", selectors.Asked(day, None, day, day)), "name": selectors.wordings()["programme.name"],
    }  # fmt: skip
    return render(request, "reform/standards.html", context)


COLUMNS: list[exports.Column[Any]] = [
    exports.Column("领域", lambda row: row.get_field_display()),
    exports.Column("标准名称", lambda row: row.title, width=40),
    exports.Column("版次", lambda row: row.edition),
    exports.Column("责任单位", lambda row: row.responsible.name, width=28),
    exports.Column("应完成", lambda row: row.due_on),
    exports.Column("发布日期", lambda row: row.issued_on),
    exports.Column("文号", lambda row: row.document, width=28),
    exports.Column("检查次数", lambda row: row.checked),
    exports.Column("待整改", lambda row: row.open),
]


def _standard(uid: UUID) -> Standard:
    found = Standard.objects.select_related("responsible", "before").filter(uid=uid).first()
    if found is None:
        raise NotFound("没有这个标准。", next_step="请从标准化建设进入。")
    return found


@requires(policies.STANDARDS)
def new_standard(request: HttpRequest) -> HttpResponseBase:
    """Plan a standard."""
    form = forms.StandardForm(request.POST or None)

    def act(cleaned: dict[str, Any]) -> HttpResponseBase:
        made = services.plan_standard(actor=actor_of(request), at=moments.now(), **cleaned)
        return redirect("reform:standard", made.uid)

    return asking.ask(
        request, heading="登记标准", verb="登记", act=act, form=form, back=reverse("reform:standards"),
        note="先登记应出台的标准和责任单位、期限，发布后再填文号。",
    )  # fmt: skip


@requires(*SEES)
def standard(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One standard: what it says, its editions, how it is kept."""
    held = _standard(uid)
    checks = StandardCheck.objects.filter(standard=held).select_related("unit", "window")
    page = page_by_key(checks, order=("-checked_on", "-id"), asked=request.GET, size=50)
    context = {
        "standard": held, "page": page, "rows": [(check, RESULT_BADGES[check.result]) for check in page.rows], "day": today(),
        "may_keep": actor_of(request).holds(policies.STANDARDS), "next": Standard.objects.filter(before=held).first(),
    }  # fmt: skip
    return render(request, "reform/standard.html", context)


@requires(policies.STANDARDS)
def standard_act(request: HttpRequest, uid: UUID, act: str) -> HttpResponseBase:
    """Issue it, begin its next edition, check it, say that a finding is mended."""
    held, actor, at, data = _standard(uid), actor_of(request), moments.now(), request.POST or None
    back = reverse("reform:standard", args=[uid])
    if act == "issue":
        return asking.ask(
            request, heading=f"发布“{held.title}”", verb="发布", back=back, form=forms.IssueForm(data), said="已发布，可以登记检查。",
            act=lambda cleaned: (services.issue_standard(actor=actor, standard=held, at=at, **cleaned), None)[1],
        )  # fmt: skip
    if act == "next":
        initial = {
            "field": held.field,
            "title": held.title,
            "responsible": held.responsible_id,
            "content": held.content,
        }

        def begin(cleaned: dict[str, Any]) -> HttpResponseBase:
            made = services.plan_standard(actor=actor, at=at, before=held, **cleaned)
            return redirect("reform:standard", made.uid)

        return asking.ask(
            request,
            heading=f"修订“{held.title}”",
            verb="登记新版",
            back=back,
            form=forms.StandardForm(data, initial=initial),
            act=begin,
        )
    if act == "check":
        return asking.ask(
            request, heading=f"检查“{held.title}”的执行", verb="登记检查", back=back, said="检查已登记。",
            form=forms.CheckForm(data, initial={"checked_on": today()}),
            act=lambda cleaned: (services.check_standard(actor=actor, standard=held, at=at, **cleaned), None)[1],
        )  # fmt: skip
    if act == "mend":
        check = StandardCheck.objects.filter(standard=held, pk=number_in(request.GET, "check") or 0).first()
        if check is None:
            raise NotFound("没有这次检查。", next_step="请从标准页进入。")
        return asking.ask(
            request, heading="登记整改完成", verb="登记", back=back, said="已登记。", note=check.finding,
            form=forms.MendForm(data, initial={"on": today()}),
            act=lambda cleaned: (services.mend(actor=actor, check=check, at=at, **cleaned), None)[1],
        )  # fmt: skip
    raise NotFound("没有这个操作。", next_step="请从标准页进入。")


@requires(policies.STANDARDS)
def wordings(request: HttpRequest) -> HttpResponse:
    """Words and targets of this place, each with its default and source."""
    held = {row.key: row for row in Wording.objects.all()}
    rows = [
        (key, what, held[key].text if key in held else default, held.get(key), source)
        for key, (what, default, source) in WORDINGS.items()
    ]
    return render(request, "reform/wordings.html", {"rows": rows})


@requires(policies.STANDARDS)
def wording(request: HttpRequest, key: str) -> HttpResponseBase:
    """Change one."""
    if key not in WORDINGS:
        raise NotFound("没有这一项。", next_step="请从改革用语与指标进入。")
    what, default, source = WORDINGS[key]
    held = Wording.objects.filter(key=key).first()
    form = forms.WordingForm(
        request.POST or None, initial={"text": held.text if held else default, "basis": held.basis if held else ""}
    )
    return asking.ask(
        request, heading=what, verb="保存", form=form, back=reverse("reform:wordings"), said="已保存。",
        note=f"默认“{default}”。{source}。",
        act=lambda cleaned: services.save_wording(actor=actor_of(request), key=key, at=moments.now(), **cleaned),
    )  # fmt: skip
