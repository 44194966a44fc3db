"""What nobody enters, in 清河县: results without a case, steps outside the centre, a rule for one place, the four rules, manner."""

from __future__ import annotations

from datetime import timedelta

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Case
from yimen.watch.efficiency import handlers as efficiency_news
from yimen.watch.efficiency import services as efficiency
from yimen.watch.efficiency.events import ComplaintMoved
from yimen.watch.efficiency.models import Complaint
from yimen.watch.supervision import selectors, services

PAPERS = (
    ("approval", "清河县电子监察行政审批制度", "清监察〔2026〕3 号",
     "第一条 进入政务服务中心的事项，受理、审查、决定、送达全过程纳入电子监察。\n"
     "第二条 期限临近的预警，期限届满的亮灯；满规定工作日仍未办结的，发出监察预警。\n"
     "第三条 责任岗位应当在三个工作日内说明情况，说明以前不作认定。"),
    ("reply", "清河县网上咨询建议投诉求助答复制度", "清监察〔2026〕4 号",
     "第一条 网上咨询、建议、投诉、求助，一个工作日内决定是否受理。\n第二条 受理的限期查清、答复、回访，投诉人的身份不告诉被投诉单位。"),
    ("network", "清河县政务服务网络维护制度", "清监察〔2026〕5 号",
     "第一条 每日检查运行状况，每日备份，每季度做一次恢复演练。\n第二条 故障应当记录发现、处理、恢复的时间。"),
    ("accountability", "清河县电子监察责任追究制度", "清监察〔2026〕6 号",
     "第一条 红牌、黄牌由监察人员认定，被发牌的可以申诉，由另一人复核。\n第二条 一年内同类违规三张牌生效的，提请启动追责。"),
)  # fmt: skip


def judge(stage: Stage, sun: Actor) -> None:
    """The part that belongs to supervision: results from two departments' ledgers, and a rule of the housing department's own."""
    now, units = stage.days.now, stage.county.units
    for unit, source in (("market", "市监局许可科台账"), ("health", "省卫生许可系统导出")):
        decided = Case.objects.filter(matter__department=units[unit], decision="granted").select_related(
            "matter", "item"
        )
        rows = [
            {"number": case.decision_number, "applicant": case.matter.applicant_name, "item_name": case.item.name,
             "item_code": case.item.code, "decided_on": day_of(case.decided_at or now).isoformat()}
            for case in decided.order_by("-decided_at")[:6]
        ]  # fmt: skip
        day = (day_of(now) - timedelta(days=20)).isoformat()
        rows += [
            {
                "number": f"清{units[unit].short_name[:2]}许〔2026〕{number} 号",
                "applicant": name,
                "item_name": item,
                "decided_on": day,
            }
            for number, name, item in ((871, "清河县晓月酒楼", "食品经营许可"), (872, "冉亮", "公共场所卫生许可"))
        ]
        services.register_results(actor=sun, rows=rows, source=source, unit=units[unit], at=now)
    rule = selectors.rule_by_code("stalled")
    last = rule.versions.order_by("-number")[0]
    services.change_rule(
        actor=sun, rule=rule, at=now, seen=last.number,
        draft=services.RuleDraft(
            kind=last.kind, label=last.label, text=last.text, law=last.law, level="red", params={"workdays": 3},
            why="本局连续两个月有受理后不动的件，从严。", place=units["housing"],
        ),
    )  # fmt: skip


def answer(stage: Stage, sun: Actor) -> None:
    """The part that belongs to accountability: the four rules, an order out of a card, what a true complaint raises."""
    now = stage.days.now
    for back, (subject, title, number, text) in enumerate(PAPERS):
        efficiency.publish_paper(
            actor=sun, subject=subject, title=title, number=number, text=text, at=now,
            in_force_from=day_of(now) - timedelta(days=60 - back),
        )  # fmt: skip
    for complaint in Complaint.objects.filter(violation="attitude", found="effective").select_related("matter"):
        news = ComplaintMoved(complaint.matter_id, complaint.matter.code, "find_effective", now)
        efficiency_news.raise_attitude(news)
    for alert in selectors.alerts(sun, selectors.AlertFilters(state="confirmed"))[:1]:
        efficiency.open_correction(
            actor=sun, unit=alert.department, source="card", source_code=alert.matter.code, at=now, violation="slow",
            problem=f"{alert.text}（{alert.card.get_level_display()} {alert.card.number}）", demand="查明超期原因，五个工作日内整改。",
        )  # fmt: skip
