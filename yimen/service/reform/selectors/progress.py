"""Reports of what people do: changes, cleaning, rebuilding, proofs, standards (R026, R027, R029, R030, R047)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.urls import reverse

from yimen.ground.kit import charts
from yimen.service.reform.models import CleanUp, CleanUpLine, Proof, Rebuilding
from yimen.service.reform.rules import ChangeKind, CleanUpOutcome, ProofKind, Replacement, StandardField
from yimen.service.reform.selectors.figures import rows, share
from yimen.service.reform.selectors.lists import CHANGES, wordings
from yimen.service.reform.selectors.reports import Asked, Head, Line, Report, report

STATES = (
    ("", "提出"),
    ("applied", "已实施"),
    ("pending", "待实施"),
    ("failed", "未能实施"),
    ("undone", "已撤回"),
    ("kept", "不能撤回"),
)
_STATE_COUNTS = ", ".join(f"count(*) filter (where state = '{state}') as {state}" for state, _ in STATES[1:])


@report("changes", "清单调整")
def changes(asked: Asked) -> Report:
    """Changes of a span by kind, department or month (R027: 68 = 56 undertaken + 11 cancelled + 1 adjusted)."""
    by = asked.by if asked.by in ("department", "month") else "kind"
    group = {"kind": "kind", "department": "department_id", "month": "to_char(day, 'YYYY-MM')"}[by]
    named = {"kind": "min(kind)", "department": "min(department)", "month": "min(to_char(day, 'YYYY-MM'))"}[by]
    found = rows(
        f"""select {group} as key, {named} as name, count(*) as proposed, {_STATE_COUNTS},
            coalesce(sum(receivers) filter (where state = 'applied'), 0)::int as receivers
            from ({CHANGES}) found group by 1 order by 2""",  # noqa: S608 - ours
        {"since": asked.since, "until": asked.until, "departments": asked.departments, "kind": "", "state": ""},
    )
    if by == "kind":
        known = {row["key"]: row for row in found}
        found = [known[kind] | {"name": label} for kind, label in ChangeKind.pairs() if kind in known]
    heads = (*(Head(label) for _, label in STATES), Head("承接机关（次）"))
    lines = [_line(asked, by, row) for row in found]
    whole: dict[str, Any] = {
        name: sum(row[name] for row in found) for name in ("proposed", *(s for s, _ in STATES[1:]), "receivers")
    }
    last = _line(asked, "", whole | {"name": "合计", "key": None})
    marks = [charts.Mark(line.name, line.values[0], line.urls[0]) for line in lines]
    counts = {row["key"]: row["proposed"] for row in found} if by == "kind" else {}
    parts = "、".join(f"{label} {counts[kind]}" for kind, label in ChangeKind.pairs() if kind in counts)
    lead = f"{asked.since:%Y-%m-%d} 至 {asked.until:%Y-%m-%d} 调整 {whole['proposed']} 项" + (
        f"：{parts}。" if parts else "。"
    )
    first = {"kind": "调整方式", "department": "部门", "month": "月份"}[by]
    return Report(
        "changes", "清单调整", lead, first, heads, lines, last, charts.bars(marks, lead), marks, "项", f"按{first}",
        "按施行日期计入期间；还没有决定的按提出日期。放弃的批次不计。", ("department", "span", "by_change"),
    )  # fmt: skip


def _line(asked: Asked, by: str, row: dict[str, Any]) -> Line:
    values = (row["proposed"], *(row[state] for state, _ in STATES[1:]), row["receivers"])
    query = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    if asked.departments is not None and len(asked.departments) == 1:
        query["department"] = str(asked.departments[0])
    if by:
        query[by] = str(row["key"])
    base = reverse("reform:changes")
    urls = tuple(
        f"{base}?{urlencode({**query, 'state': state})}" if value else ""
        for (state, _), value in zip(STATES, values, strict=False)
    )
    return Line(row["name"], values, (*urls, ""))


@report("cleanup", "定期清理")
def cleanup(asked: Asked) -> Report:
    """How far a round of cleaning is, by department, and what came of it (R026). `of` is the round's uid; else the newest."""
    rounds = CleanUp.objects.order_by("-created_at", "-id")
    chosen = rounds.filter(uid=asked.of).first() if asked.of else rounds.first()
    lines_of = CleanUpLine.objects.filter(cleanup=chosen)
    if asked.departments is not None:
        lines_of = lines_of.filter(department__in=asked.departments)
    counts = {f"d_{outcome}": Count("id", filter=Q(decided=outcome)) for outcome, _ in CleanUpOutcome.pairs()}
    found: Any = list(
        lines_of.values("department_id", "department__short_name")
        .annotate(
            items=Count("id"),
            checked=Count("id", filter=~Q(found="")),
            decided_lines=Count("id", filter=~Q(decided="")),
            **counts,
        )
        .order_by("department__order", "department_id")
    )
    handed = dict(chosen.departments.values_list("department_id", "submitted_at")) if chosen else {}
    heads = (
        Head("事项"),
        Head("已自查"),
        Head("自查率", "%"),
        Head("报送"),
        Head("已审定"),
        *(Head(label) for _, label in CleanUpOutcome.pairs()),
    )
    lines = []
    for row in found:
        base = reverse("reform:cleanup", args=[chosen.uid]) if chosen else ""
        link = f"{base}?department={row['department_id']}"
        late = chosen is not None and asked.day > chosen.due_on
        state = "已报送" if handed.get(row["department_id"]) else "超期未报" if late else "未报送"
        outcome = tuple(row[f"d_{kind}"] for kind, _ in CleanUpOutcome.pairs())
        values = (
            row["items"],
            row["checked"],
            share(row["checked"], row["items"]),
            state,
            row["decided_lines"],
            *outcome,
        )
        urls = (
            link,
            f"{link}&show=checked" if row["checked"] else "",
            "",
            "",
            f"{link}&show=decided" if row["decided_lines"] else "",
            *(f"{link}&show={kind}" if row[f"d_{kind}"] else "" for kind, _ in CleanUpOutcome.pairs()),
        )
        lines.append(Line(row["department__short_name"], values, urls))
    sums = [sum(line.values[place] for line in lines) for place in (0, 1, 4, 5, 6, 7, 8)]
    late_count = sum(1 for line in lines if line.values[3] == "超期未报")
    last = Line(
        "合计",
        (
            sums[0],
            sums[1],
            share(sums[1], sums[0]),
            f"{sum(1 for each in lines if each.values[3] == '已报送')}/{len(lines)}",
            *sums[2:],
        ),
    )
    marks = [charts.Mark(label, value) for (_, label), value in zip(CleanUpOutcome.pairs(), sums[3:], strict=True)]
    title = chosen.title if chosen else "定期清理"
    lead = (
        f"{title}：{sums[0]:,} 个事项已自查 {sums[1]:,} 个，{late_count} 个部门超期未报。"
        if chosen
        else "还没有组织过清理。"
    )
    return Report(
        "cleanup", title, lead, "部门", heads, lines, last, charts.bars(marks, lead), marks, "项", "审定结果",
        filters=("department", "round"),
    )  # fmt: skip


@report("rebuilding", "流程再造")
def rebuilding(asked: Asked) -> Report:
    """Steps, people, days, materials and visits before and after, by department (R029)."""
    heads = (
        Head("再造事项"), Head("环节（前）"), Head("环节（后）"), Head("工作日（前）"), Head("工作日（后）"), Head("效率提高", "%"),
        Head("材料（前）"), Head("材料（后）"), Head("跑动（前）"), Head("跑动（后）"),
    )  # fmt: skip
    found = rows(
        """
        select u.id as key, min(u.short_name) as name, count(*) as items, sum(steps_before)::int as steps_before,
               sum(steps_after)::int as steps_after, sum(days_before)::float as days_before, sum(days_after)::float as days_after,
               coalesce(sum(materials_before) filter (where materials_after is not null), 0)::int as materials_before,
               coalesce(sum(materials_after) filter (where materials_before is not null), 0)::int as materials_after,
               coalesce(sum(visits_before) filter (where visits_after is not null), 0)::int as visits_before,
               coalesce(sum(visits_after) filter (where visits_before is not null), 0)::int as visits_after
        from reform_rebuilding r join catalogue_serviceitem i on i.id = r.item_id join organisations_unit u on u.id = i.department_id
        where r.withdrawn_at is null and r."on" between %(since)s and %(until)s
          and (%(departments)s::bigint[] is null or u.id = any(%(departments)s))
        group by u.id order by min(u."order"), u.id
        """,
        {"since": asked.since, "until": asked.until, "departments": asked.departments},
    )
    names = (
        "items",
        "steps_before",
        "steps_after",
        "days_before",
        "days_after",
        "materials_before",
        "materials_after",
        "visits_before",
        "visits_after",
    )
    whole = {name: sum(row[name] for row in found) for name in names} | {"name": "合计", "key": None}
    base = reverse("reform:rebuildings")
    lines = []
    for row in [*found, whole]:
        query = {"since": asked.since.isoformat(), "until": asked.until.isoformat()} | (
            {"department": str(row["key"])} if row["key"] else {}
        )
        gain = round(100 * (1 - row["days_after"] / row["days_before"]), 1) if row["days_before"] else None
        values = (*(row[name] for name in names[:5]), gain, *(row[name] for name in names[5:]))
        lines.append(Line(row["name"], values, (f"{base}?{urlencode(query)}", *[""] * 9)))
    marks = [charts.Mark("环节（前）", whole["steps_before"]), charts.Mark("环节（后）", whole["steps_after"])]
    gain = lines[-1].values[5]
    lead = f"再造 {whole['items']} 个事项，内部环节由 {whole['steps_before']} 个减到 {whole['steps_after']} 个" + (
        f"，效率提高 {gain:g}%。" if gain is not None else "。"
    )
    return Report(
        "rebuilding", "流程再造", lead, "部门", heads, lines[:-1], lines[-1], charts.bars(marks, lead), marks, "个", "内部环节合计",
        "效率提高＝1－再造后工作日÷再造前工作日。材料、跑动只计前后都有版本可比的。", ("department", "span"),
    )  # fmt: skip


@report("proofs", "证明事项")
def proofs(asked: Asked) -> Report:
    """Kept and cancelled proofs, stamps and materials, and what takes the place of the cancelled ones (R030)."""
    gone = Q(cancelled_on__isnull=False, cancelled_on__lte=asked.day)
    found: dict[str, Any] = {
        row["kind"]: row
        for row in Proof.objects.values("kind").annotate(
            kept=Count("id", filter=~gone),
            gone=Count("id", filter=gone),
            **{f"by_{word}": Count("id", filter=gone & Q(replacement=word)) for word, _ in Replacement.pairs()},
        )
    }
    names = ("kept", "gone", *(f"by_{word}" for word, _ in Replacement.pairs()))
    heads = (Head("保留"), Head("已取消"), *(Head(label) for _, label in Replacement.pairs()))
    base = reverse("reform:proofs")
    lines = []
    for kind, label in ProofKind.pairs():
        row: dict[str, Any] = dict(found.get(kind, {}))
        values = tuple(row.get(name, 0) for name in names)
        urls = (
            f"{base}?kind={kind}&state=kept",
            f"{base}?kind={kind}&state=cancelled",
            *(f"{base}?kind={kind}&state=cancelled&replacement={word}" for word, _ in Replacement.pairs()),
        )
        lines.append(Line(label, values, tuple(url if value else "" for url, value in zip(urls, values, strict=True))))
    last = Line("合计", tuple(sum(line.values[place] for line in lines) for place in range(len(names))))
    marks = [charts.Mark(label, last.values[place], "") for place, (_, label) in enumerate(Replacement.pairs(), 2)]
    lead = f"保留 {last.values[0]} 项，取消 {last.values[1]} 项。"
    return Report(
        "proofs",
        "证明事项",
        lead,
        "种类",
        heads,
        lines,
        last,
        charts.bars(marks, lead),
        marks,
        "项",
        "取消后以什么代替",
        filters=("day",),
    )


@report("standards", "标准化建设")
def standards(asked: Asked) -> Report:
    """Standards planned and issued by field, how they are kept, what is still to be mended (R047)."""
    found = {
        row["field"]: row
        for row in rows(
            """
            select s.field, count(*) as planned, count(*) filter (where issued_on <= %(day)s) as issued,
                   count(*) filter (where (issued_on is null or issued_on > %(day)s) and due_on < %(day)s) as late,
                   coalesce(sum(c.checks), 0)::int as checks, coalesce(sum(c.met), 0)::int as met,
                   coalesce(sum(c.open), 0)::int as open, coalesce(sum(c.overdue), 0)::int as overdue
            from reform_standard s left join lateral (
                select count(*) as checks, count(*) filter (where result = 'met') as met,
                       count(*) filter (where result <> 'met' and mended_on is null) as open,
                       count(*) filter (where result <> 'met' and mended_on is null and k.due_on < %(day)s) as overdue
                from reform_standardcheck k where k.standard_id = s.id and k.checked_on <= %(day)s) c on true
            where s.ended_on is null or s.ended_on > %(day)s group by s.field
            """,
            {"day": asked.day},
        )
    }
    heads = (
        Head("标准"),
        Head("已发布"),
        Head("发布率", "%"),
        Head("逾期未发布"),
        Head("检查", "次"),
        Head("达标率", "%"),
        Head("待整改"),
        Head("逾期未整改"),
    )
    base = reverse("reform:standards")
    lines = []
    whole = dict.fromkeys(("planned", "issued", "late", "checks", "met", "open", "overdue"), 0)
    for word, label in StandardField.pairs():
        row = found.get(word, dict.fromkeys(whole, 0))
        for name in whole:
            whole[name] += row[name]
        link = f"{base}?field={word}"
        values = _standard_values(row)
        urls = (
            link,
            f"{link}&state=issued",
            "",
            f"{link}&state=late",
            link,
            "",
            f"{link}&state=open",
            f"{link}&state=open",
        )
        lines.append(Line(label, values, tuple(url if value else "" for url, value in zip(urls, values, strict=True))))
    last = Line("合计", _standard_values(whole))
    marks = [charts.Mark(line.name, line.values[1], line.urls[1]) for line in lines]
    name = wordings()["programme.name"]
    lead = f"{name}：应有标准 {whole['planned']} 个，已发布 {whole['issued']} 个，检查 {whole['checks']} 次，待整改 {whole['open']} 处。"
    return Report(
        "standards",
        name,
        lead,
        "领域",
        heads,
        lines,
        last,
        charts.bars(marks, lead),
        marks,
        "个",
        "已发布的标准",
        filters=("day",),
    )


def _standard_values(row: dict[str, int]) -> tuple[Any, ...]:
    return (
        row["planned"], row["issued"], share(row["issued"], row["planned"]), row["late"], row["checks"],
        share(row["met"], row["checks"]), row["open"], row["overdue"],
    )  # fmt: skip


def rebuilt(asked: Asked) -> Any:
    """The records behind the report of rebuilding, newest first."""
    found = Rebuilding.objects.filter(on__range=(asked.since, asked.until), withdrawn_at__isnull=True).select_related(
        "item__department"
    )
    return found if asked.departments is None else found.filter(item__department__in=asked.departments)
