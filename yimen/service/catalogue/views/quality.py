"""The quality of the catalogue on screen: by department and rule, edition by edition, as a workbook, as a picture; its settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from yimen.ground.identity.policies import requires
from yimen.ground.kit import charts, exports, moments
from yimen.ground.kit.paging import page_by_key
from yimen.ground.kit.pictures import picture
from yimen.ground.kit.refusals import NotFound, Refusal
from yimen.ground.organisations import selectors as organisations
from yimen.service.catalogue import place_settings, policies, quality_report, services
from yimen.service.catalogue.models import CatalogueSetting, EditionCheck
from yimen.service.catalogue.rules.quality_rules import RULES, SEVERITIES
from yimen.service.catalogue.rules.settings import COMPLETE_SHARE, LINT, SETTINGS, readable
from yimen.service.catalogue.views.asking import actor_of

PAGE = 30
SHOWN_RULES = 12
STANDINGS = {"": True, "open": False, "both": None}


def _checks(request: HttpRequest) -> QuerySet[EditionCheck]:
    return quality_report.checks_of(actor_of(request), standing=STANDINGS.get(request.GET.get("which", ""), True))


@requires(*policies.STAFF_CODES)
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Departments and rules, with the trend of thirty days."""
    which = request.GET.get("which", "") if request.GET.get("which") in STANDINGS else ""
    checks = _checks(request)
    departments, rules = quality_report.by_department(checks), quality_report.by_rule(checks)
    editions, wrong = sum(each.editions for each in departments), sum(each.with_errors for each in departments)
    days = quality_report.trend(moments.day_of(moments.now()))
    marks = _rule_marks(rules)
    context = {
        "departments": departments,
        "rules": rules,
        "editions": editions,
        "with_errors": wrong,
        "flawless": sum(each.flawless for each in departments),
        "percent": round(100 * (editions - wrong) / editions, 1) if editions else None,
        "goal": place_settings.value_of(COMPLETE_SHARE),
        "checked_at": quality_report.checked_at(checks),
        "chart": charts.figure(charts.bars(marks, _says(rules)), marks, title="最常见的问题", name="规则", unit="项") if marks else "",
        "trend": _trend(days) if len(days) > 1 else "",
        "which": which,
        "whiches": [(label, f"?which={word}") for label, word in (("现行", ""), ("未发布", "open"), ("全部", "both"))],
        "current": f"?which={which}",
        "lists": {weight or "all": f"editions/?which={which}&weight={weight}" for weight in ("", "error", "none")},
        "may_check": actor_of(request).holds(policies.PUBLISH),
    }  # fmt: skip
    return render(request, "catalogue/manage/quality.html", context)


def _rule_marks(rules: list[quality_report.RuleCount]) -> list[charts.Mark]:
    return [charts.Mark(each.title, each.editions, f"editions/?rule={each.rule}") for each in rules[:SHOWN_RULES]]


def _says(rules: list[quality_report.RuleCount]) -> str:
    return f"最常见的是“{rules[0].title}”，{rules[0].editions} 项" if rules else "没有发现问题"


def _trend(days: list[tuple[Any, int, int]]) -> Any:
    ticks = [f"{day:%m-%d}" for day, _, _ in days]
    drawing = charts.line(
        [charts.Series("有要改之处的事项", tuple(float(wrong) for _, _, wrong in days))], ticks,
        f"有要改之处的事项从 {days[0][2]} 项到 {days[-1][2]} 项",
    )  # fmt: skip
    marks = [charts.Mark(tick, wrong) for tick, (_, _, wrong) in zip(ticks, days, strict=True)]
    return charts.figure(drawing, marks, title="有要改之处的事项，近三十天", name="日期", unit="项")


@requires(*policies.STAFF_CODES)
@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """The rules' picture to take along."""
    rules = quality_report.by_rule(_checks(request))
    if not rules:
        raise NotFound("还没有质检结果，没有图。", next_step="请先质检。")
    drawing = charts.bars(_rule_marks(rules), _says(rules))
    day = moments.say_date(moments.day_of(moments.now()), weekday=False)
    return picture("目录质检.svg", drawing, title="事项目录质检：最常见的问题", source=f"一门，{day}")


@requires(*policies.STAFF_CODES)
@require_safe
def editions(request: HttpRequest) -> HttpResponse:
    """The editions that are judged, the worst first, each with its findings."""
    checks = quality_report.narrowed(_checks(request), request.GET.dict())
    page = page_by_key(
        checks.select_related("edition__item", "department").defer("edition__source", "edition__guidance"),
        order=("-errors", "-warnings", "edition_id"), asked=request.GET, size=PAGE,
    )  # fmt: skip
    context = {
        "page": page,
        "asked": request.GET,
        "query": request.GET.urlencode(),
        "departments": organisations.departments().order_by("name"),
        "rules": RULES.values(),
    }
    return render(request, "catalogue/manage/quality_editions.html", context)


@requires(*policies.STAFF_CODES)
@require_safe
def export(request: HttpRequest) -> HttpResponseBase:
    """Every finding of the filtered list as an Excel file, a row each."""
    checks = quality_report.narrowed(_checks(request), request.GET.dict())
    rows = checks.order_by("-errors", "-warnings", "edition").values_list(
        "edition__item__code", "edition__name", "department__name", "edition__number", "findings", "checked_at"
    )
    columns: list[exports.Column[dict[str, Any]]] = [
        exports.Column("事项编码", lambda row: row["code"], width=36),
        exports.Column("事项名称", lambda row: row["name"], width=44),
        exports.Column("实施部门", lambda row: row["department"], width=26),
        exports.Column("版本", lambda row: row["number"], width=8),
        exports.Column("轻重", lambda row: "要改" if row["severity"] == "error" else "提醒", width=8),
        exports.Column("规则", lambda row: RULES[row["rule"]].title if row["rule"] in RULES else row["rule"], width=28),
        exports.Column("发现", lambda row: row["message"], width=70),
        exports.Column("依据", lambda row: row["basis"], width=32),
        exports.Column("质检时间", lambda row: row["at"], width=18),
    ]
    return exports.download("目录质检.xlsx", exports.xlsx(columns, _flat(rows.iterator(chunk_size=2000)), sheet="发现"))


def _flat(rows: Iterator[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for code, name, department, number, findings, at in rows:
        for each in findings:
            yield {"code": code, "name": name, "department": department or "", "number": number, "at": at, **each}


@requires(*policies.STAFF_CODES)
@require_safe
def export_departments(request: HttpRequest) -> HttpResponseBase:
    """The departments' table as an Excel file."""
    columns: list[exports.Column[quality_report.DepartmentQuality]] = [
        exports.Column("实施部门", lambda row: row.name, width=30),
        exports.Column("事项", lambda row: row.editions),
        exports.Column("没有问题", lambda row: row.flawless),
        exports.Column("有要改的事项", lambda row: row.with_errors),
        exports.Column("要改", lambda row: row.errors),
        exports.Column("提醒", lambda row: row.warnings),
        exports.Column("合格率（%）", lambda row: row.percent),
    ]
    rows = quality_report.by_department(_checks(request))
    return exports.download("目录质检 各部门.xlsx", exports.xlsx(columns, rows, sheet="部门"))


@requires(policies.PUBLISH)
@require_POST
def check_again(request: HttpRequest) -> HttpResponse:
    """Have every edition judged anew by the worker."""
    services.request_check(actor=actor_of(request), at=moments.now())
    messages.success(request, "已开始重新质检，几分钟后刷新这一页。")
    return redirect("catalogue:quality")


@requires(policies.PUBLISH)
def settings(request: HttpRequest) -> HttpResponse:
    """How heavy each rule is here, and the other values a place may set."""
    refused: Refusal | None = None
    key = request.POST.get("key", "")[:60]
    if request.method == "POST":
        text = request.POST.get("value", "")
        value: Any = (
            text if key.startswith(LINT) else int(text) if text.isascii() and text.isdigit() and len(text) < 8 else text
        )
        try:
            place_settings.save_setting(
                actor=actor_of(request), key=key, value=value, basis=request.POST.get("basis", "").replace("\x00", ""),
                at=moments.now(),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            refused = refusal
        else:
            messages.success(request, "已保存。改了规则轻重的，重新质检后报告按新的来。")
            return redirect("catalogue:settings")
    held = {each.key: each for each in CatalogueSetting.objects.all()}
    context = {
        "rules": [
            (rule, (row.value if row else rule.severity), row)
            for rule in RULES.values()
            for row in (held.get(LINT + rule.code),)
        ],
        "settings": [
            (known, (readable(known.key, row.value) if row else known.usual), row)
            for known in SETTINGS.values()
            for row in (held.get(known.key),)
        ],
        "severities": SEVERITIES,
        "refused": refused,
        "key": key,
    }  # fmt: skip
    return render(request, "catalogue/manage/settings.html", context, status=refused.status if refused else 200)
