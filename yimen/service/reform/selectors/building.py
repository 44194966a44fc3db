"""The reports themselves: rates and speed-up by department, from the figures of `figures` (R028, R040–R046)."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from yimen.ground.kit import charts
from yimen.service.catalogue.rules.vocabulary import ItemKind
from yimen.service.reform.rules import DEPTHS, ON_APPLICATION, SimplificationKind
from yimen.service.reform.selectors.figures import BUCKETS, FACTS, MEASURES, Reach, counted, rows, share, total
from yimen.service.reform.selectors.lists import wordings
from yimen.service.reform.selectors.reports import Asked, Head, Line, Report, report

SHOWN = 12


def _reach(asked: Asked) -> Reach:
    return Reach(asked.day, asked.departments)


def _lines(
    asked: Asked, heads: Sequence[Head], found: Sequence[dict[str, Any]], whole: dict[str, Any]
) -> tuple[list[Line], Line]:
    """Rows by department and the total; a head with a measure counts it, one with `a/b` is their rate in per cent."""
    lines = [_line(asked, heads, row, row["name"], row["key"] if row["key"] is not None else "none") for row in found]
    return lines, _line(asked, heads, whole, "合计", None)


def _line(asked: Asked, heads: Sequence[Head], row: dict[str, Any], name: str, key: object) -> Line:
    values: list[Any] = []
    urls: list[str] = []
    for head in heads:
        if "/" in head.measure:
            part, base = head.measure.split("/")
            values.append(share(row[part], row[base]))
            urls.append("")
        else:
            value = row[head.measure]
            values.append(value)
            urls.append(asked.link(head.measure, key) if head.measure in MEASURES and value else "")
    return Line(name, tuple(values), tuple(urls))


def _measures(heads: Sequence[Head]) -> list[str]:
    return list(dict.fromkeys(part for head in heads for part in head.measure.split("/") if part in MEASURES))


def _lowest(lines: Sequence[Line], place: int) -> list[charts.Mark]:
    """The departments with the lowest rate, for the picture."""
    known = [line for line in lines if line.values[place] is not None]
    return [
        charts.Mark(line.name, float(line.values[place]))
        for line in sorted(known, key=lambda line: line.values[place])[:SHOWN]
    ]


@report("speed", "提速报告")
def speed(asked: Asked) -> Report:
    """Promised against statutory against actual, by department or by class (R028)."""
    if asked.by == "class":
        return _speed_by_class(asked)
    heads = (
        Head("现行事项", measure="in_force"),
        Head("能比", measure="comparable"),
        Head("单位不同不能比", measure="not_comparable"),
        Head("缺一个时限", measure="no_limits"),
        Head("平均提速", "%", "faster"),
        Head("提速一半以上", measure="half"),
        Head("三分之二以上", measure="two_thirds"),
        Head("法定平均", "工作日", "legal_days"),
        Head("承诺平均", "工作日", "promise_days"),
        Head("办结", "件", "cases"),
        Head("实际平均", "工作日", "actual_days"),
    )
    more = """round(100 * avg(reduction), 1)::float as faster,
        round(avg(legal_limit) filter (where comparable and legal_unit = 'working_day'), 1)::float as legal_days,
        round(avg(promise_limit) filter (where comparable and legal_unit = 'working_day'), 1)::float as promise_days"""
    measures = [*_measures(heads), *BUCKETS]
    found, whole = counted(_reach(asked), measures, more), total(_reach(asked), measures, more)
    took = _actual(asked)
    for row in [*found, whole]:
        row["cases"], row["actual_days"] = took.get(row.get("key", "all"), (0, None))
    lines, last = _lines(asked, heads, found, whole)
    marks = [charts.Mark(MEASURES[name][0].removesuffix("的事项"), whole[name], asked.link(name)) for name in BUCKETS]
    faster = whole["faster"]
    lead = (
        f"{whole['comparable']:,} 个事项的承诺时限能和法定时限比，平均提速 {faster:g}%。"
        if faster is not None
        else "还没有能比的事项。"
    )
    return Report(
        "speed", "提速报告", lead, "部门", heads, lines, last, charts.bars(marks, lead), marks, "项", "提速幅度的分布",
        "提速＝1－承诺÷法定，只在单位相同时算；工作日与自然日不互相折算，单列为“不能比”。法定、承诺平均只取单位是工作日的。"
        "实际平均取期间内作出决定、时限按工作日计的办件计入期限的日数。",
        ("department", "span", "by_class"),
    )  # fmt: skip


ACTUAL = """
select i.department_id as key, count(*) as cases, round(avg(m.work_days), 1)::float as days, sum(m.work_days) as sum
from cases_case c join matters_matter m on m.id = c.matter_id join catalogue_serviceitem i on i.id = c.item_id
join catalogue_itemedition e on e.id = c.edition_id
where m.work_days is not null and coalesce(nullif(e.promise_unit, ''), e.legal_unit) = 'working_day'
  and c.decided_at >= %(since)s::date::timestamp at time zone 'Asia/Shanghai'
  and c.decided_at < (%(until)s::date + 1)::timestamp at time zone 'Asia/Shanghai'
  and (%(departments)s::bigint[] is null or i.department_id = any(%(departments)s))
group by 1
"""


def _actual(asked: Asked) -> dict[Any, tuple[int, float | None]]:
    """Decided cases and their average working days by department, and under `all` together."""
    found = rows(ACTUAL, {"since": asked.since, "until": asked.until, "departments": asked.departments})
    cases = sum(row["cases"] for row in found)
    kept: dict[Any, tuple[int, float | None]] = {row["key"]: (row["cases"], row["days"]) for row in found}
    kept["all"] = (cases, round(float(sum(row["sum"] for row in found)) / cases, 1) if cases else None)
    return kept


VIOLATING = "comparable and promise_limit * k.denominator > legal_limit * k.numerator"


def _speed_by_class(asked: Asked) -> Report:
    """Each class with its own rule: who keeps it, who does not, of whom it cannot be said."""
    heads = (
        Head("规定：承诺不超过法定的"),
        Head("事项", measure="members"),
        Head("达标", measure="kept"),
        Head("不达标", measure="violating"),
        Head("不能比", measure="unclear"),
        Head("平均提速", "%", "faster"),
        Head("依据"),
    )
    found = rows(
        f"""with facts as ({FACTS}) select k.id, k.code, k.name, k.numerator, k.denominator, k.document, count(facts.id) as members,
            count(*) filter (where comparable and not ({VIOLATING})) as kept, count(*) filter (where {VIOLATING}) as violating,
            count(facts.id) filter (where comparable is not true) as unclear, round(100 * avg(reduction), 1)::float as faster
            from reform_itemclass k left join reform_itemclassmember n on n.item_class_id = k.id
            left join facts on facts.id = n.item_id where k.ended_on is null or k.ended_on > %(day)s
            group by k.id order by k.code""",  # noqa: S608 - ours
        _reach(asked).values(),
    )
    lines = []
    for row in found:
        links = tuple(
            asked.link(measure, **{"class": row["code"]}) if row[name] else ""
            for name, measure in (
                ("members", "all"),
                ("kept", "class_kept"),
                ("violating", "class_violating"),
                ("unclear", "class_unclear"),
            )
        )
        values = (
            f"{row['numerator']}/{row['denominator']}",
            row["members"],
            row["kept"],
            row["violating"],
            row["unclear"],
            row["faster"],
            row["document"],
        )
        lines.append(Line(row["name"], values, ("", *links, "", ""), reverse("reform:class", args=[row["code"]])))
    marks = [charts.Mark(row["name"], row["violating"], line.urls[3]) for row, line in zip(found, lines, strict=True)]
    wrong = sum(row["violating"] for row in found)
    lead = f"{len(found)} 个类别里有 {wrong} 个事项没有压缩到规定的幅度。" if found else "还没有登记提速类别。"
    return Report(
        "speed", "提速报告（按类别）", lead, "类别", heads, lines, None, charts.bars(marks, lead), marks, "项", "不达标的事项",
        "承诺时限与法定时限单位不同的，不硬比，列为“不能比”。", ("department", "span", "by_class"),
    )  # fmt: skip


@report("implementation", "实施清单")
def implementation(asked: Asked) -> Report:
    """How many items reference the superior's catalogue, and are filled in and published (R040)."""
    heads = (
        Head("事项", measure="all"),
        Head("引用上级目录", measure="referenced"),
        Head("引用率", "%", "referenced/all"),
        Head("已填报发布", measure="published"),
        Head("填报发布率", "%", "published/all"),
        Head("正在填报", measure="drafted"),
        Head("没有发布", measure="unpublished"),
    )
    measures = _measures(heads)
    whole = total(_reach(asked), measures)
    lines, last = _lines(asked, heads, counted(_reach(asked), measures), whole)
    marks = _lowest(lines, 4)
    rate, goal = share(whole["published"], whole["all"]), int(wordings()["target.published"])
    reached = "达到" if rate is not None and rate >= goal else "没有达到"
    lead = (
        f"填报发布率 {rate:g}%，{reached} {goal}% 的目标；{whole['referenced']:,} 个事项引用了上级目录。"
        if rate is not None
        else "还没有事项。"
    )
    return Report(
        "implementation", "实施清单", lead, "部门", heads, lines, last, charts.bars(marks, lead), marks, "%", "填报发布率最低的部门",
        "引用：事项有国家实施编码，其中含 12 位基本编码。已取消的事项不计。",
    )  # fmt: skip


@report("online", "网上可办")
def online(asked: Asked) -> Report:
    """Online-available ÷ on-application, the full-online ratio, the depth, and the trend by month (R041)."""
    heads = (
        Head("依申请事项", measure="on_application"),
        Head("可网上办", measure="online"),
        Head("网上可办率", "%", "online/on_application"),
        Head("全程网办", measure="full_online"),
        Head("全程网办率", "%", "full_online/on_application"),
        Head("还不能网上办", measure="not_online"),
    )
    measures = _measures(heads)
    whole = total(_reach(asked), measures)
    lines, last = _lines(asked, heads, counted(_reach(asked), measures), whole)
    days = month_ends(asked.day, 12)
    past = online_on(days, asked.departments)
    rates = [share(row["online"], row["on_application"]) for row in past]
    full = [share(row["full_online"], row["on_application"]) for row in past]
    ticks = [f"{day.month} 月" for day in days]
    rate, goal = share(whole["online"], whole["on_application"]), wordings()["target.online"]
    lead = (
        f"依申请事项 {whole['on_application']:,} 项，网上可办率 {rate:g}%，目标 {goal}%。"
        if rate is not None
        else "还没有依申请事项。"
    )
    drawing = charts.line(
        [charts.Series("网上可办率", tuple(rates)), charts.Series("全程网办率", tuple(full))],
        ticks,
        f"近 12 个月：{lead}",
    )
    marks = [charts.Mark(f"{day:%Y-%m}", rate) for day, rate in zip(days, rates, strict=True) if rate is not None]
    deep = _depths(asked)
    second = (
        charts.figure(charts.bars(deep, "网办深度的分布"), deep, title="网办深度", name="深度", unit="项")
        if deep
        else SafeString("")
    )
    return Report(
        "online", "网上可办", lead, "部门", heads, lines, last, drawing, marks, "%", "网上可办率（深）与全程网办率（浅），月末",
        "依申请：许可、给付、确认、奖励、裁决、登记、公共服务等，不含处罚、强制、征收、检查。全程网办：可网上申请且到现场 0 次。",
        second=second,
    )  # fmt: skip


def month_ends(day: date, count: int) -> list[date]:
    """The day itself and the last days of the months before it, oldest first."""
    found, year, month = [day], day.year, day.month
    while len(found) < count:
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        found.append(date(year, month, calendar.monthrange(year, month)[1]))
    return found[::-1]


def online_on(days: Sequence[date], departments: list[int] | None) -> list[dict[str, Any]]:
    """On-application, online and full-online items on each of some days, computed from the editions in force then."""
    return rows(
        """
        select d.day, count(e.id) as on_application, count(*) filter (where 'online' = any(e.channels)) as online,
               count(*) filter (where 'online' = any(e.channels) and e.visits = 0) as full_online
        from unnest(%(days)s::date[]) d(day)
        left join (catalogue_itemedition e join catalogue_serviceitem i on i.id = e.item_id
             and (%(departments)s::bigint[] is null or i.department_id = any(%(departments)s)))
          on e.status in ('published', 'retired') and e.effective_on <= d.day and (e.retired_on is null or e.retired_on > d.day)
             and (i.cancelled_on is null or i.cancelled_on > d.day) and e.kind = any(%(on_application)s)
        group by d.day order by d.day
        """,
        {"days": list(days), "departments": departments, "on_application": list(ON_APPLICATION)},
    )


def _depths(asked: Asked) -> list[charts.Mark]:
    """How deep the on-application items are handled online; codes and names of the field are read alike."""
    found = rows(
        f"""with facts as ({FACTS}) select coalesce(nullif(online_depth, ''), '未载明') as depth, count(*) as items from facts
            where published and on_application and online group by 1 order by 2 desc, 1 limit 12""",  # noqa: S608 - ours
        _reach(asked).values(),
    )
    names = dict(DEPTHS)
    merged: dict[str, int] = {}
    for row in found:
        said = names.get(row["depth"], row["depth"])
        merged[said] = merged.get(said, 0) + row["items"]
    return [charts.Mark(name, items) for name, items in merged.items()]


@report("handlings", "四办")
def handlings(asked: Asked) -> Report:
    """The four handlings: how many items meet each (R043); the labels are words of this place."""
    words = wordings()
    tags = ("at_once", "online", "nearby", "once")
    heads: tuple[Head, ...] = (Head("现行事项", measure="in_force"), Head("已认定", measure="tagged"))
    for tag in tags:
        label = words[f"tag.{tag}"]
        heads += (Head(label, measure=f"tag_{tag}"), Head(f"{label}率", "%", f"tag_{tag}/in_force"))
    measures = _measures(heads)
    whole = total(_reach(asked), measures)
    lines, last = _lines(asked, heads, counted(_reach(asked), measures), whole)
    marks = [charts.Mark(words[f"tag.{tag}"], whole[f"tag_{tag}"], asked.link(f"tag_{tag}")) for tag in tags]
    lead = f"{whole['tagged']:,} 个事项已认定，占现行事项 {share(whole['tagged'], whole['in_force']) or 0:g}%。"
    return Report(
        "handlings", "四办", lead, "部门", heads, lines, last, charts.bars(marks, lead), marks, "项", "符合各项的事项",
        "认定由事项管理人作出；事项页上有按现行版本算出的建议。",
    )  # fmt: skip


@report("simplified", "简化举措")
def simplified(asked: Asked) -> Report:
    """Simplified filing, delegated management, paperless business (R044)."""
    heads = (
        Head("事项", measure="all"),
        *(Head(label, measure=f"simple_{kind}") for kind, label in SimplificationKind.pairs()),
    )
    measures = _measures(heads)
    whole = total(_reach(asked), measures)
    lines, last = _lines(asked, heads, counted(_reach(asked), measures), whole)
    marks = [
        charts.Mark(label, whole[f"simple_{kind}"], asked.link(f"simple_{kind}"))
        for kind, label in SimplificationKind.pairs()
    ]
    lead = "；".join(f"{mark.name} {mark.said} 项" for mark in marks) + "。"
    return Report(
        "simplified",
        "简化举措",
        lead,
        "部门",
        heads,
        lines,
        last,
        charts.bars(marks, lead),
        marks,
        "项",
        "各项举措的事项数",
    )


@report("five", "五最标准")
def five(asked: Asked) -> Report:
    """Flow, steps, fee and real time by type of item (R046). Nothing is said of ratings before there are any."""
    heads = (
        Head("现行事项", measure="in_force"),
        Head("平均承诺", "工作日", "promise_days"),
        Head("平均环节", "个", "steps"),
        Head("不收费", "%", "free/in_force"),
        Head("办结", "件", "cases"),
        Head("实际平均", "工作日", "actual_days"),
        Head("评价"),
    )
    more = """round(avg(promise_limit) filter (where promise_unit = 'working_day' or promise_limit = 0), 1)::float as promise_days,
        round(avg(steps) filter (where published), 1)::float as steps, count(*) filter (where published and fee = false) as free"""
    found, whole = counted(_reach(asked), ["in_force"], more, by="kind"), total(_reach(asked), ["in_force"], more)
    took = rows(
        ACTUAL.replace("i.department_id as key", "e.kind as key"),
        {"since": asked.since, "until": asked.until, "departments": asked.departments},
    )
    known = {row["key"]: row for row in took}
    kinds = ItemKind.labels()
    lines = []
    for row in [*found, {**whole, "name": ""}]:
        real = known.get(row["name"], {})
        row["cases"], row["actual_days"] = real.get("cases", 0), real.get("days")
    whole["cases"] = sum(row["cases"] for row in took)
    whole["actual_days"] = round(float(sum(row["sum"] for row in took)) / whole["cases"], 1) if whole["cases"] else None
    for row in [*found, {**whole, "name": ""}]:
        values = (
            row["in_force"],
            row["promise_days"],
            row["steps"],
            share(row["free"], row["in_force"]),
            row["cases"],
            row["actual_days"],
            "暂无评价",
        )
        link = asked.link("in_force", kind=row["name"]) if row["name"] else asked.link("in_force")
        lines.append(Line(kinds.get(row["name"], "合计"), values, (link, *[""] * 6)))
    marks = [charts.Mark(line.name, line.values[1]) for line in lines[:-1] if line.values[1] is not None]
    lead = (
        f"现行事项平均承诺 {whole['promise_days']:g} 个工作日、{whole['steps']:g} 个环节。"
        if whole["promise_days"] is not None
        else "还没有现行事项。"
    )
    return Report(
        "five", "五最标准", lead, "事项类型", heads, lines[:-1], lines[-1], charts.bars(marks, lead), marks, "工作日", "平均承诺时限",
        "流程最短看承诺时限，环节最少看办理环节，成本最低看收费，效率最高看实际用时，服务最优看好差评（还没有评价，如实写“暂无评价”）。",
        ("department", "span"),
    )  # fmt: skip
