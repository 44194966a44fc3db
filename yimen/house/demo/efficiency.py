"""效能监督 in 清河县: complaints in every state, orders on their way, a fault and a ladder, inspections, registers."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from yimen.ground.kit.moments import day_of
from yimen.house.demo import judging
from yimen.house.demo.acting import Stage
from yimen.watch.efficiency import services
from yimen.watch.efficiency.models import Complaint, Correction, EntryCheck, Fault, Ladder
from yimen.watch.efficiency.rules import POINTS

if TYPE_CHECKING:
    from yimen.ground.identity.rules import Actor

COMPLAINTS = (
    ("complaint", "housing", "slow", "预售许可材料齐了一个月，问了三次都说在走流程，没有人说得清卡在哪里。", "answered", True),
    ("report", "market", "extortion", "现场核查人员暗示要给“辛苦费”才安排复查，有通话记录可以提供。", "paid", True),
    ("complaint", "health", "attitude", "卫健窗口的人一边打电话一边办理，问问题不回答，还说不想办就别办。", "closed", True),
    ("complaint", "land", "inaction", "不动产更正登记申请交了二十天没有回音，窗口说不归他们管。", "investigating", False),
    ("question", "labour", "other", "想咨询退休人员死亡以后丧葬补助要带哪些材料，在哪里办。", "answered_at_once", False),
    ("complaint", "market", "slow", "连锁店备案说好三天，今天是第九天，每次都让再等等。", "received", False),
    ("complaint", "housing", "other", "小区楼下的饭店油烟太大，希望换一个地方经营。", "declined", False),
)  # fmt: skip
"""Kind, unit, violation, statement, how far, effective."""


def tell(stage: Stage) -> None:
    """The chapter, in the order of its days."""
    names = stage.county.by_duty["supervision", "supervisor"]
    sun, second = stage.actor(names[0]), stage.actor(names[1])
    _complaints(stage, sun, second)
    _corrections(stage, sun)
    _faults(stage, sun, second)
    _checks(stage, sun)
    _registers(stage, sun)
    judging.answer(stage, sun)


def _at(stage: Stage, back: int, hour: int, minute: int = 0) -> datetime:
    return stage.days.at(stage.days.back(back), hour, minute)


def _again(made: Complaint) -> Complaint:
    return Complaint.objects.select_related("matter__department", "accused").get(pk=made.pk)


def _complaints(stage: Stage, sun: Actor, second: Actor) -> None:
    verbs = services.complaints
    for number, (kind, unit, violation, statement, how_far, effective) in enumerate(COMPLAINTS):
        back = 18 - 2 * number if how_far not in ("received", "investigating") else 9 - number
        given = services.Given(
            kind=kind, accused=stage.county.units[unit], violation=violation, statement=statement, anonymous=number % 3 == 2,
            name="" if number % 3 == 2 else ("龚小满", "柴可", "", "祁连", "农晓", "", "解冬")[number],
            phone="" if number % 3 == 2 else f"1300000{number:04}", wants_reward=kind == "report",
        )  # fmt: skip
        if how_far == "received":
            services.lodge(given=given, at=_at(stage, 0, 8, 50))
            continue
        one = services.lodge(given=given, at=_at(stage, back, 9, 10)).complaint
        if how_far == "declined":
            reason = "油烟扰民由城市管理部门处理，请拨打 12345 反映，不属于机关效能投诉。"
            verbs.decline(complaint=_again(one), actor=sun, reason=reason, at=_at(stage, back, 15))
            continue
        if how_far == "answered_at_once":
            said = "带死亡证明、户口簿和社保卡，到一楼人社窗口办理，也可以网上申请。"
            verbs.answer_at_once(complaint=_again(one), actor=sun, reason=said, at=_at(stage, back, 10))
            continue
        verbs.accept(complaint=_again(one), actor=sun, at=_at(stage, back, 16))
        noted = "调取办件记录和窗口监控，约谈当事人。"
        verbs.note(complaint=_again(one), actor=sun, text=noted, at=_at(stage, back - 1, 10))
        if how_far == "investigating":
            continue
        find = verbs.find_effective if effective else verbs.find_ineffective
        find(complaint=_again(one), actor=sun, reason="记录和监控相互印证，反映属实。", at=_at(stage, back - 3, 11))
        said = "经查属实，已责令整改，并追究有关人员责任。感谢您的监督。"
        verbs.answer(complaint=_again(one), actor=sun, reason=said, at=_at(stage, back - 4, 9))
        if how_far == "closed":
            services.complainant.rate(
                complaint=_again(one), satisfied=True, text="态度好多了。", at=_at(stage, back - 5, 20)
            )
        if how_far == "paid":
            services.propose_reward(
                complaint=_again(one), actor=sun, level="reward_second", amount_fen=80_000, ground="线索具体，查证属实",
                at=_at(stage, back - 4, 14),
            )  # fmt: skip
            services.approve_reward(complaint=_again(one), actor=second, at=_at(stage, back - 5, 10))
            services.pay_reward(complaint=_again(one), actor=sun, voucher="QH-JL-0001", at=_at(stage, back - 6, 10))


def _order(made: Correction) -> Correction:
    return Correction.objects.select_related("matter__department", "issuer").get(pk=made.pk)


def _corrections(stage: Stage, sun: Actor) -> None:
    verbs, units = services.corrections, stage.county.units

    def order(unit: str, back: int, violation: str, problem: str, source: str = "daily") -> Correction:
        made = services.open_correction(
            actor=sun, unit=units[unit], violation=violation, problem=problem, source=source, at=_at(stage, back, 10),
            demand="查明原因，限期改正，报送整改情况和防止再犯的措施。",
        )  # fmt: skip
        return _order(made)

    def head(unit: str) -> Actor:
        return stage.actor(stage.county.first(unit, "head"))

    done = order("health", 14, "attitude", "窗口人员接待群众时长时间打私人电话。", "complaint")
    verbs.sign(correction=done, actor=head("health"), at=_at(stage, 13, 9))
    said = "已批评教育并调整岗位，重新学习服务规范。"
    verbs.report(correction=_order(done), actor=head("health"), reason=said, at=_at(stage, 11, 16))
    verbs.verify(correction=_order(done), actor=sun, reason="连续三天抽查，没有再发生。", at=_at(stage, 9, 11))
    back = order("housing", 12, "slow", "预售许可办理中同一材料两次要求补正。", "complaint")
    verbs.report(correction=back, actor=head("housing"), reason="已告知承办人注意。", at=_at(stage, 9, 15))
    again = "没有查清为什么两次补正，请落实一次性告知。"
    verbs.send_back(correction=_order(back), actor=sun, reason=again, days=5, at=_at(stage, 7, 10))
    order("land", 8, "inaction", "受理窗口上午九点至十点无人值守。", "visit")
    reported = order("market", 5, "extortion", "现场核查没有两人同行，没有记录。", "complaint")
    said = "已停止当事人现场核查工作，全部核查改为两人同行、全程录像。"
    verbs.report(correction=reported, actor=head("market"), reason=said, at=_at(stage, 1, 16))


def _faults(stage: Stage, sun: Actor, second: Actor) -> None:
    verbs, county = services.faults, stage.county

    def again(made: Fault) -> Fault:
        return Fault.objects.select_related("matter__department", "unit").get(pk=made.pk)

    def fault(name: str, unit: str, back: int, violation: str, rule: str, facts: str) -> Fault:
        made = services.record_fault(
            actor=sun, unit=county.units[unit], violation=violation, rule=rule, facts=facts, person=county.staff[name],
            person_post=f"{county.units[unit].short_name}审批岗", at=_at(stage, back, 9, 30),
        )  # fmt: skip
        return again(made)

    who = county.first("market", "approver")
    one = fault(who, "market", 13, "extortion", "《机关效能问责办法》第十二条", "现场核查时向申请人暗示收取好处。")
    verbs.state(fault=one, actor=stage.actor(who), reason="话没有说清楚，没有收任何东西。", at=_at(stage, 11, 10))
    verbs.decide(
        fault=again(one), actor=sun, sanction="admonition", reason="通话记录为证，陈述不能成立。", at=_at(stage, 8, 10)
    )
    verbs.appeal(
        fault=again(one), actor=stage.actor(who), reason="通话只有片段，请调取全部录音。", at=_at(stage, 5, 15)
    )
    verbs.soften(
        fault=again(one),
        actor=second,
        sanction="criticism",
        reason="全部录音显示未索要财物，用语不当。",
        at=_at(stage, 2, 10),
    )
    who = county.first("housing", "approver")
    fault(who, "housing", 1, "slow", "《限时办结制》第五条", "预售许可超过承诺期限九个工作日，没有办理延期。")
    ladder = services.begin_ladder(
        actor=sun, unit=county.units["weather"], ground="shell", at=_at(stage, 10, 9),
        text="进驻事项一年只办 2 件，窗口人员不具备审批资格，分管领导长期不到岗。",
    )  # fmt: skip
    ladder = Ladder.objects.select_related("matter", "unit").get(pk=ladder.pk)
    services.take_rung(
        ladder=ladder, actor=sun, rung="veto", reason="优化经济发展环境评议一票否决。", document="清效监〔2026〕3号",
        at=_at(stage, 9, 9),
    )  # fmt: skip
    services.take_rung(
        ladder=ladder,
        actor=sun,
        rung="criticism",
        reason="全县通报批评。",
        document="清效通〔2026〕5号",
        at=_at(stage, 3, 9),
    )


def _checks(stage: Stage, sun: Actor) -> None:
    for number, unit in enumerate(("market", "health", "land")):
        made = services.assign_check(
            actor=sun, unit=stage.county.units[unit], at=_at(stage, 12 - number, 9),
            demand="把授权和进驻作为交办事项，逐项自查，如实上报。",
        )  # fmt: skip
        check = EntryCheck.objects.select_related("matter__department", "issuer").get(pk=made.pk)
        if number == 2:
            continue
        head = stage.actor(stage.county.first(unit, "head"))
        services.report_check(
            check=check, actor=head, said=dict.fromkeys(POINTS, "已对照检查，符合要求。"), reason="自查完毕，没有隐瞒。",
            at=_at(stage, 9 - number, 16),
        )  # fmt: skip
        if number == 0:
            check = EntryCheck.objects.select_related("matter__department", "issuer").get(pk=made.pk)
            judged: dict[str, tuple[str, str]] = dict.fromkeys(POINTS, ("good", ""))
            judged["authorised"] = ("fault", "一名审批人员的委托书不含签发权限，实际在签发。")
            services.judge(
                check=check,
                actor=sun,
                judged=judged,
                reason="进驻到位，授权还不充分。",
                orders=True,
                at=_at(stage, 4, 10),
            )


def _registers(stage: Stage, sun: Actor) -> None:
    units = stage.county.units
    told: tuple[tuple[str, str | None, int, str, str, dict[str, Any], dict[str, Any]], ...] = (
        ("visit", "land", 9, "受理窗口上午无人值守", "九点到十点，三名群众等候。", {"visitors": "暗访一组", "level": "own"},
         {"stage": "found"}),
        ("visit", "health", 6, "各窗口在岗、着装规范", "", {"visitors": "暗访一组", "level": "own"}, {"stage": "clean"}),
        ("video", "labour", 4, "5 号窗口工作人员离岗 20 分钟", "巡查时截图。", {"place": "5 号窗口", "watcher": "值班室"}, {}),
        ("post", "supervision", 20, "大厅效能监督岗", "受理现场投诉，巡查窗口纪律。",
         {"persons": "每天两人轮值", "phone": "0990-6310051", "place": "一楼大厅东侧"}, {}),
        ("project", "housing", 15, "清河产业园二期", "审批和落地中的效能问题。",
         {"owner": "清河建投公司", "command": "产业园建设指挥部", "weight": "key"}, {"stage": "plan"}),
        ("keypost", "market", 12, "食品许可审批岗", "自由裁量大，现场核查一人可定。",
         {"risk": "high", "measures": "两人核查、随机派单"}, {}),
        ("incident", "market", 5, "10 月没有发生", "", {"sort": "nil"}, {}),
        ("incident", "health", 5, "10 月没有发生", "", {"sort": "nil"}, {}),
        ("media", "health", 7, "卫健窗口：一次办好二十件", "报道窗口延时服务。", {"outlet": "清河融媒", "tone": "praise"}, {}),
        ("campaign", "office", 18, "窗口服务用语统一", "用语、着装、桌牌统一标准。",
         {"campaign": "政务服务规范提升年", "measures": "培训、示范、每月检查"}, {"stage": "running", "due_on": day_of(stage.days.now)}),
    )  # fmt: skip
    for register, unit, back, title, text, details, more in told:
        made = services.record_entry(
            actor=sun, register=register, on_date=stage.days.back(back), title=title, text=text, details=details,
            unit=units[unit] if unit else None, at=_at(stage, back, 17), **more,
        )  # fmt: skip
        if register == "project":
            services.note_entry(
                entry=made, actor=sun, kind="problem", text="规划许可因图审意见不一停了十天。", at=_at(stage, 8, 10)
            )
            services.issue_notice(
                entry=made, actor=sun, text="请规划、住建两家三日内统一图审意见，每周五报进度。", at=_at(stage, 7, 10)
            )
