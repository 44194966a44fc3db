"""协调督促 in 清河县: leaders on site, issues on their way, papers up and down, liaisons, leading groups."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import day_of
from yimen.house.demo.acting import Stage
from yimen.house.simulate import people
from yimen.service.coordination import rules, selectors, services
from yimen.service.coordination.models import Issue, Leader, SiteVisit

if TYPE_CHECKING:
    from yimen.ground.organisations.models import Unit

OFFICE = "hezhinian"
FIRST_LEADER_NUMBER = 70_000
ON_ROSTER = ("market", "health", "housing", "land", "labour")
"""Departments whose deputies take turns; most others have one stationed for good."""
WITHOUT = ("statistics", "shelter")
"""Departments that nobody leads in the hall: the gaps of the roster."""
NOMINAL = ("weather", "archives", "tobacco")
"""Departments whose stationed deputy is in charge of the window alone."""


def tell(stage: Stage) -> None:
    """The chapter, in the order of its days."""
    leaders = _leaders(stage)
    _roster(stage, leaders)
    _visits(stage, leaders)
    _liaisons(stage)
    _groups(stage)
    _issues(stage)
    _papers(stage)


def _resident(stage: Stage) -> dict[str, Unit]:
    """The resident departments by their keys."""
    found = {unit.pk for unit in selectors.resident_departments(stage.county.units["centre"])}
    return {key: unit for key, unit in stage.county.units.items() if unit.pk in found}


def _started(stage: Stage) -> datetime:
    return stage.county.at + timedelta(days=30)


def _leaders(stage: Stage) -> dict[str, list[Leader]]:
    office, at = stage.actor(OFFICE), _started(stage)
    found: dict[str, list[Leader]] = {}
    number = FIRST_LEADER_NUMBER
    for key, unit in _resident(stage).items():
        head = stage.county.staff[stage.county.first(key, "head")]
        given: dict[str, Any] = {"actor": office, "department": unit, "from_on": at.date(), "at": at}
        chief = services.register_leader(name=head.name, rank="principal", title="局长", account_id=head.pk, **given)
        services.add_charge(actor=office, leader=chief, kind="business", area="全面工作", from_on=at.date(), at=at)
        found[key] = [chief]
        for turn in range(2 if key in ON_ROSTER else 0 if key in WITHOUT else 1):
            number += 1
            deputy = services.register_leader(name=people.person_name(number), rank="deputy", title="副局长", **given)
            found[key].append(deputy)
            areas = [("window", "行政审批服务科和大厅窗口")]
            if key not in NOMINAL:
                areas.append(("business", ("行政审批、政策法规", "执法监督")[turn]))
            for kind, area in areas:
                services.add_charge(actor=office, leader=deputy, kind=kind, area=area, from_on=at.date(), at=at)
    return found


def _roster(stage: Stage, leaders: dict[str, list[Leader]]) -> None:
    """Last month by hand, this month as last month; one swap, and one day given up for good."""
    office, today = stage.actor(OFFICE), day_of(stage.days.now)
    units = _resident(stage)
    first = rules.month_before(today.replace(day=1))
    early = stage.days.at(first, 8, 30)
    for key, people_here in leaders.items():
        deputies = people_here[1:]
        if key in ON_ROSTER:
            table = selectors.roster([units[key]], first)
            for place, day in enumerate(table.days):
                services.set_shift(actor=office, department=units[key], day=day, leader=deputies[place % 2], at=early)
            month = today.replace(day=1)
            services.copy_roster(actor=office, department=units[key], first=month, at=stage.days.at(month, 8, 30))
        elif deputies:
            services.station(actor=office, leader=deputies[0], from_on=_started(stage).date(), at=_started(stage))
    rows = selectors.roster([units["health"]], today).rows[0].shifts
    ahead = [shift for day, shift in sorted(rows.items()) if day >= today]
    if len(ahead) >= 2:
        services.swap_shifts(
            actor=stage.actor("xuweiyue"),
            shift=ahead[0],
            other=ahead[1],
            reason="外出参加全市医疗工作会议。",
            at=stage.days.now,
        )


def _visits(stage: Stage, leaders: dict[str, list[Leader]]) -> None:
    """Everybody's visit planned two months ago; most came, some did not, a few have still to come."""
    office, centre = stage.actor(OFFICE), stage.county.units["centre"]
    planned_at = stage.days.at(stage.days.back(22), 9, 0)
    services.plan_visits(actor=office, centre=centre, at=planned_at)
    told = (
        ("在窗口坐班半天，接待群众 6 人次。", "两件卡在部门之间的件，当场定了牵头单位。"),
        ("听取窗口人员意见，查看叫号和等候情况。", "给窗口加配一台高拍仪。"),
        ("随窗口受理一上午，梳理材料清单。", ""),
    )
    by_key = {each.pk: key for key, people_here in leaders.items() for each in people_here}
    for number, visit in enumerate(SiteVisit.objects.order_by("pk").select_related("leader__department", "department")):
        key = by_key[visit.leader_id]
        if number % 7 == 3 or key in ("archives", "weather"):
            continue  # did not come
        if number % 2:
            continue
        summary, solved = told[number % 3]
        services.record_visit(
            actor=office, visit=visit, done_on=visit.planned_on, summary=summary, solved_on_spot=solved,
            at=stage.days.at(visit.planned_on, 17, 20),
        )  # fmt: skip
    services.plan_visits(actor=office, centre=centre, at=stage.days.now)
    ahead = (
        SiteVisit.objects.filter(planned_on__gt=day_of(stage.days.now))
        .order_by("pk")
        .select_related("leader", "department")
    )
    for number, visit in enumerate(ahead):
        day = visit.planned_on
        for _ in range(number % 5):
            day = stage.days.after(day)
        if day != visit.planned_on:
            services.move_visit(actor=office, visit=visit, planned_on=day, reason="与其他部门错开。", at=stage.days.now)


def _liaisons(stage: Stage) -> None:
    """Most units have named their liaison; three have not, one's term is running out."""
    office, at = stage.actor(OFFICE), _started(stage)
    for number, (key, unit) in enumerate(_resident(stage).items()):
        if number % 12 == 7:
            continue
        names = [stage.county.by_duty.get((key, duty), [None])[0] for duty in ("chief", "approver", "head")]
        accounts = [stage.county.staff[name].pk for name in names if name]
        until = day_of(stage.days.now) + timedelta(days=20) if number == 3 else None
        services.appoint_liaison(
            actor=office, unit=unit, account_id=accounts[0], substitute_id=accounts[1] if len(accounts) > 1 else None,
            from_on=at.date(), to_on=until, phone=unit.phone, at=at,
        )  # fmt: skip


GROUPS = (
    ("清河县政务公开工作领导小组", "政务公开", "office", "office", 3, ("justice", "finance", "data", "press")),
    (
        "清河县“互联网+政务服务”工作领导小组",
        "互联网+政务服务",
        "office",
        "data",
        1,
        ("health", "market", "housing", "labour"),
    ),
    ("清河县县长公开电话工作领导小组", "县长公开电话", "office", "petition", 6, ("housing", "labour", "civil", "city")),
    (
        "清河县行政审批制度改革领导小组",
        "行政审批制度改革",
        "office",
        "staffing",
        3,
        ("justice", "market", "land", "reform"),
    ),
    ("清河县优化营商环境领导小组", "优化营商环境", "office", "reform", 0, ("market", "tax", "land", "commerce")),
)


def _groups(stage: Stage) -> None:
    """Five groups; the report of one is late, the leader of one has changed."""
    office, home, at = stage.actor(OFFICE), stage.county.units["centre"], _started(stage)
    today = day_of(stage.days.now)
    for number, (name, line, _, seat, months, members) in enumerate(GROUPS):
        document = f"清政办发〔{at.year}〕{number + 11}号"
        first = rules.months_after(today.replace(day=1), -months) if months else None
        group = services.found_group(
            actor=office, home=home, name=name, line=line, document=document, founded_on=at.date(),
            office=stage.county.units[seat], office_head=people.person_name(FIRST_LEADER_NUMBER + 500 + number),
            duties=f"统筹全县{line}工作，定期听取办公室报告，研究解决重大问题。", leader="陆安川", leader_title="副县长",
            interval_months=months, first_due_on=first, at=at,
        )  # fmt: skip
        given: dict[str, Any] = {"actor": office, "group": group, "from_on": at.date(), "basis": document, "at": at}
        services.add_member(
            role="deputy", name=people.person_name(FIRST_LEADER_NUMBER + 600 + number), title="县政府办主任", **given
        )
        for key in members:
            services.add_member(role="member", unit=stage.county.units[key], **given)
        if number == 0:
            services.add_member(
                actor=office, group=group, role="leader", name=people.person_name(FIRST_LEADER_NUMBER + 700), title="县长",
                from_on=today - timedelta(days=60), basis=f"清政办发〔{today.year}〕26号", at=stage.days.now,
            )  # fmt: skip
        if months is not None and first is not None and number != 1:
            for due_on in (first, rules.months_after(first, months)):
                if due_on > today:
                    break
                services.hand_in_report(
                    actor=office, group=group, due_on=due_on, title=f"{line}工作报告", text="各成员单位已按要求完成阶段任务。",
                    at=stage.days.at(due_on, 10, 0),
                )  # fmt: skip


def _issues(stage: Stage) -> None:
    """Eight issues, from just raised to solved, one with the government."""
    days, office = stage.days, stage.actor(OFFICE)
    units = stage.county.units

    def at(back: int, hour: int, minute: int = 0) -> datetime:
        return days.at(days.back(back), hour, minute)

    def again(issue: Issue) -> Issue:
        return Issue.objects.select_related("matter__department", "matter__centre", "raised_by").get(pk=issue.pk)

    def raised(who: str, title: str, text: str, source: str, when: datetime, **more: Any) -> Issue:
        return services.raise_issue(actor=stage.actor(who), title=title, text=text, source=source, at=when, **more)

    def given(issue: Issue, key: str, words: str, when: datetime) -> Issue:
        services.assign(issue=again(issue), actor=office, unit=units[key], reason=words, at=when)
        return again(issue)

    def head(key: str) -> str:
        return stage.county.first(key, "head")

    one = raised("wangjian", "餐饮店开业的消防与食品许可谁先谁后", "市场监管窗口要先有消防意见，消防窗口又要先有食品许可，申请人跑了两趟。",
                 "window", at(28, 10))  # fmt: skip
    one = given(one, "market", "请牵头与消防大队商定次序，写成一张告知单。", at(28, 15))
    services.answer(
        issue=one,
        actor=stage.actor(head("market")),
        text="已与消防大队商定：先出消防意见，食品许可凭意见受理；告知单附后。",
        at=at(25, 11),
    )
    services.confirm(issue=again(one), actor=office, reason="已按新次序办理，告知单放到窗口。", at=at(24, 9, 30))

    two = raised(
        "xuweiyue",
        "公共场所检测报告能否网上核验",
        "检测机构出的纸质报告要群众自己带来，能否由机构直接回传。",
        "department",
        at(20, 9),
    )
    two = given(two, "data", "请研究检测机构接入的办法。", at(20, 14))
    services.answer(issue=two, actor=stage.actor(head("data")), text="正在研究。", at=at(16, 16))
    services.return_answer(
        issue=again(two), actor=office, reason="没有写明何时接入、由谁对接，请重新答复。", at=at(15, 9)
    )
    services.answer(
        issue=again(two),
        actor=stage.actor(head("data")),
        text="下月起三家检测机构接入，联系人为本局信息科。",
        at=at(12, 10),
    )

    three = raised(
        "wangjian",
        "规划核实与施工许可的图纸版本不一致",
        "自然资源局和住建局各收一套图，版本不同，群众要改两次。",
        "window",
        at(10, 11),
    )
    three = given(three, "housing", "请与自然资源局统一图纸版本要求。", at(10, 16))
    services.urge(issue=three, actor=office, reason="快到期了，请按时答复。", at=at(6, 9))

    four = raised(
        OFFICE, "不动产分中心税务窗口人手不足", "每周一排队超过 40 人，只有一个税务窗口。", "office", at(6, 9)
    )
    four = given(four, "tax", "请提出增派人员或错峰的办法。", at(6, 10))

    five = raised(
        head("land"),
        "历史遗留用地的登记办法",
        "2008 年以前的划拨用地缺少批文，窗口无法受理，涉及 132 户。",
        "department",
        at(18, 10),
    )
    five = given(five, "land", "请先提出处理意见。", at(18, 15))
    services.answer(
        issue=five, actor=stage.actor(head("land")), text="需要县政府出台认定办法，本局无权决定。", at=at(14, 9)
    )
    services.report_issues(
        actor=office, centre=units["centre"], addressed_to=units["government"], issues=[again(five)],
        title="关于请求研究历史遗留用地登记办法的报告", at=at(13, 16),
        preface="我中心协调处理历史遗留用地登记时，有关部门提出现行规定没有依据可循，涉及群众 132 户，现将情况报告如下。",
        request="请县政府召集有关部门研究，明确认定办法。",
    )  # fmt: skip

    visit = SiteVisit.objects.filter(state="done").order_by("pk").first()
    six = raised(
        OFFICE,
        "综合窗口高拍仪不够用",
        "领导现场办公时窗口提出，三个窗口共用一台高拍仪。",
        "visit",
        at(2, 16),
        visit=visit,
    )
    services.solve_on_spot(issue=again(six), actor=office, reason="从库房调配两台，当天装好。", at=at(2, 17))

    raised(
        head("labour"),
        "社保卡制卡周期与邮寄衔接",
        "制卡完成后信息不能自动推给邮政，群众要再跑一趟窗口。",
        "department",
        at(0, 9),
    )

    agent = next(
        iter(
            stage.county.by_duty[key, "agent"][0]
            for key in stage.county.units
            if (key, "agent") in stage.county.by_duty
        )
    )
    services.send_across(
        actor=stage.actor(agent), counterpart=units["civil"], title="高龄津贴在乡镇能否当场认证",
        text="高龄老人不便到县里，乡镇能否代为认证？", source="lower", at=at(3, 10),
    )  # fmt: skip

    back = services.record_return_visit(
        actor=office, department=units["tax"], visited_on=days.back(6), visitors="贺知年、综合科 2 人", received_by="税务局分管副局长",
        opinions="希望中心提前通报每周预约量。", problems="税务窗口周一人手不足。", at=at(6, 17),
    )  # fmt: skip
    services.conclude_return_visit(
        actor=office, visit=back, result="预约量每周五推送给税务局；增派人员已转协调事项。", at=at(5, 9)
    )
    for number, (key, opinion) in enumerate(
        (
            ("health", "窗口轮换太勤，希望一年一换。"),
            ("market", "没有意见。"),
            ("housing", "联合验收的时间再固定一些。"),
        )
    ):
        services.record_return_visit(
            actor=office, department=units[key], visited_on=days.back(8 + number), visitors="贺知年", received_by="办公室主任",
            opinions=opinion, at=at(8 + number, 16),
        )  # fmt: skip


def _papers(stage: Stage) -> None:
    """A notice down to the towns, a request up, a notice to liaisons, last month's briefing."""
    days, office, units = stage.days, stage.actor(OFFICE), stage.county.units
    centre = units["centre"]
    towns = [unit for unit in units.values() if unit.kind == "town"]
    notice = services.send_dispatch(
        actor=office, sender=centre, receivers=towns, kind="guidance", subject="关于规范便民服务中心帮办代办登记的指导意见",
        body="各便民服务中心：\n请自下周起按统一格式登记帮办代办事项，遇到县级窗口退回的，随时在上下传递里提出。",
        answer_by=days.due_target() + timedelta(days=6), at=days.at(days.back(5), 10, 0),
    )  # fmt: skip
    for number, town in enumerate(towns):
        key = next(name for name, unit in units.items() if unit.pk == town.pk)
        agent = stage.county.by_duty[key, "agent"][0]
        if number % 3 == 0:
            services.answer_dispatch(
                actor=stage.actor(agent),
                dispatch=notice,
                text="已按统一格式登记，无异议。",
                at=days.at(days.back(3), 9 + number % 6, 10),
            )
        elif number % 3 == 1:
            services.sign_receipt(
                actor=stage.actor(agent), dispatch=notice, at=days.at(days.back(4), 9 + number % 6, 30)
            )
    first_town = next(name for name, unit in units.items() if unit.kind == "town")
    services.send_dispatch(
        actor=stage.actor(stage.county.by_duty[first_town, "agent"][0]), sender=units[first_town], receivers=[centre], kind="request",
        subject="关于增设高龄津贴代办权限的请示", body="辖区 80 岁以上老人 312 人，请求县中心协调民政局，委托我镇代收材料。",
        answer_by=days.due_target() + timedelta(days=3), at=days.at(days.back(1), 15, 0),
    )  # fmt: skip
    residents = list(selectors.resident_departments(centre))
    services.send_dispatch(
        actor=office, sender=centre, receivers=residents, kind="liaison", subject="请核对本单位窗口人员名单",
        body="请各单位联络协办员核对窗口人员名单，有变动的本周内报综合科。", at=days.at(days.back(4), 14, 0),
    )  # fmt: skip
    month = rules.month_before(day_of(days.now).replace(day=1))
    start, end = rules.month_of(month)
    services.send_briefing(
        actor=office, centre=centre, first=start, last=end, subject=f"{month.year}年{month.month}月协调督促情况通报",
        body="现将各单位带班、现场办公和协调事项办理情况通报如下，请对照查漏补缺。", at=_after(stage, end),
    )  # fmt: skip


def _after(stage: Stage, day: date) -> datetime:
    """The morning of the working day after a day."""
    return stage.days.at(stage.days.after(day), 9, 0)
