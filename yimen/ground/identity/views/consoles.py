"""The consoles of the security administrator (rules of signing in) and the audit administrator (who did what)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta
from typing import Any

from django import forms as django_forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from yimen.ground.identity import selectors, services
from yimen.ground.identity.actions import kind_of, label_of, labels
from yimen.ground.identity.forms import FACTOR_FIELDS, ProfileForm
from yimen.ground.identity.policies import administrators, fresh_factor
from yimen.ground.identity.services import Profile
from yimen.ground.kit import asking, audit, exports, forms, moments
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.refusals import NotFound

KINDS = {"staff": "工作人员", "citizen": "群众和企业"}
MOST_EXPORTED = 100_000


@administrators("security")
def security(request: HttpRequest) -> HttpResponseBase:
    """The rules in force for both kinds of account."""
    names = {name: field.label for name, field in ProfileForm.base_fields.items()}
    rules = [
        (
            kind,
            label,
            [
                (names[name], _in_words(value))
                for name, value in asdict(selectors.profile_of(kind)).items()
                if kind == "staff" or name not in FACTOR_FIELDS
            ],
        )
        for kind, label in KINDS.items()
    ]
    return render(request, "identity/security.html", {"rules": rules})


def _in_words(value: object) -> object:
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else value


@fresh_factor
@administrators("security")
def set_profile(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Change the rules for one kind of account."""
    if kind not in KINDS:
        raise NotFound("没有这种账号。")
    form = ProfileForm(
        request.POST if request.method == "POST" else None, initial=asdict(selectors.profile_of(kind)), kind=kind
    )
    return asking.ask(
        request,
        heading=f"{KINDS[kind]}的登录安全策略",
        note="不能低于网络安全等级保护第三级的要求。新的规则对下一次登录、下一次改密生效。",
        verb="保存",
        form=form,
        act=lambda given: services.set_profile(
            actor=request.actor,  # type: ignore[attr-defined]
            kind=kind,
            profile=Profile(**given),
            at=moments.now(),
        ),
        back="/manage/security/",
        said="登录安全策略已更新。",
    )


class AuditSearch(forms.Form):
    """What to look for in the audit."""

    actor = forms.Line(label="操作人", max_length=60, required=False)
    action = django_forms.ChoiceField(label="操作", required=False)
    target = forms.Line(label="对象", max_length=100, required=False)
    result = django_forms.ChoiceField(
        label="结果", required=False, choices=[("", "全部"), ("ok", "完成"), ("refused", "被拒绝"), ("failed", "出错")]
    )
    since = forms.Day(label="自", required=False)
    until = forms.Day(label="至", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, django_forms.ChoiceField)  # noqa: S101 - declared so above
        field.choices = [("", "全部"), *sorted(labels().items(), key=lambda pair: pair[1])]

    def rows(self) -> QuerySet[AuditEntry]:
        """The entries that fit; with mistakes in the form, none."""
        found = AuditEntry.objects.all()
        if not self.is_valid():
            return found.none() if self.is_bound else found
        given = self.cleaned_data
        for field in ("action", "result"):
            if given[field]:
                found = found.filter(**{field: given[field]})
        if given["actor"]:
            found = found.filter(actor_name__startswith=given["actor"])
        if given["target"]:
            found = found.filter(target__startswith=given["target"])
        if given["since"]:
            found = found.filter(at__gte=datetime.combine(given["since"], time(), moments.CHINA))
        if given["until"]:
            found = found.filter(at__lt=datetime.combine(given["until"] + timedelta(days=1), time(), moments.CHINA))
        return found


@administrators("audit")
def audit_list(request: HttpRequest) -> HttpResponseBase:
    """Who did what, the latest first."""
    asked = {name: value for name, value in request.GET.items() if name in AuditSearch.base_fields}
    form = AuditSearch(request.GET if asked else None)
    page = page_by_key(form.rows(), order=("-at", "-id"), asked=request.GET, size=50)
    for entry in page.rows:
        # A refused address was never an act: its view's name says nothing to a reader, the address beside it does.
        label = "打开页面" if entry.target_kind == "address" else label_of(entry.action)
        entry.label, entry.kind_label = label, kind_of(entry.target_kind)  # type: ignore[attr-defined]  # for this page
    return render(
        request,
        "identity/audit.html",
        {"form": form, "page": page, "query": request.GET.urlencode()},
        status=422 if form.errors else 200,
    )


@administrators("audit")
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """The same list as Excel, at most a hundred thousand rows; the export is itself recorded."""
    asked = {name: value for name, value in request.GET.items() if name in AuditSearch.base_fields}
    form = AuditSearch(request.GET if asked else None)
    rows = form.rows().order_by("-at", "-id")[:MOST_EXPORTED]
    audit.record("audit.export", actor=request.actor, facts={"asked": asked})  # type: ignore[attr-defined]
    columns: list[exports.Column[AuditEntry]] = [
        exports.Column("时间", lambda row: row.at, width=20),
        exports.Column("操作人", lambda row: row.actor_name),
        exports.Column("岗位", lambda row: row.actor_post),
        exports.Column("操作", lambda row: label_of(row.action), width=24),
        exports.Column("操作代码", lambda row: row.action, width=28),
        exports.Column("对象类型", lambda row: kind_of(row.target_kind)),
        exports.Column("对象", lambda row: row.target, width=40),
        exports.Column("结果", lambda row: row.get_result_display()),
        exports.Column("原因", lambda row: row.reason, width=40),
        exports.Column("来源地址", lambda row: row.ip),
        exports.Column("请求编号", lambda row: row.request_id, width=20),
        exports.Column("情况", lambda row: row.facts, width=60),
    ]
    day = moments.day_of(moments.now()).isoformat()
    return exports.download(f"审计记录_{day}.xlsx", exports.xlsx(columns, rows.iterator(chunk_size=2000)))
