"""Cases that are under way in the demo: one at least in every state, some due today, some overdue, some standing still.

Each goes through the services, act by act, at its own moments. The finished mass beside them is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from yimen.house.demo.acting import Stage
from yimen.house.demo.items import ITEMS
from yimen.service.cases.services import (
    decline_case,
    find_not_required,
    request_review_correction,
    start_draft,
    withdraw,
)

ARRANGED = "材料齐全，已约现场核查。"
LIMITS = {item.key: item.promise for item in ITEMS}


@dataclass(slots=True)
class Living:
    """Tells the cases one by one; `codes` collects their numbers by a short name."""

    stage: Stage
    codes: dict[str, str]
    accepted: dict[str, date] = field(default_factory=dict)

    def tell(self) -> dict[str, str]:
        """All of them; returns numbers by short name."""
        for part in (self.waiting, self.stopped, self.running, self.deciding, self.decided, self.ended, self.drafts):
            part()
        return self.codes

    # At the window

    def waiting(self) -> None:
        """Received and not yet looked at: today, due today, overdue."""
        stage, days = self.stage, self.stage.days
        for name, item, who, back, walk_in in (
            ("received-doctor", "doctor", "lihe", 0, False),
            ("received-food", "food", "xiaoman", 0, False),
            ("received-dispatch", "dispatch", "qiming", 1, False),
            ("received-tea", "food", "tingquan", 1, False),
            ("received-books", "books", "lipeiran", 2, True),
            ("receipt-soon", "occupy_road", "lipeiran", 4, False),
            ("receipt-overdue", "tobacco", "xiaoman", 7, False),
        ):
            code = stage.apply(item, who, days.at(days.back(back), 9, 20), walk_in=walk_in)
            if name in ("received-doctor", "received-dispatch", "receipt-soon"):
                stage.take_at_window(code, item, days.at(days.back(back), 10, 40))
            self.codes[name] = code

    def stopped(self) -> None:
        """Standing still: waiting for the applicant, at receipt and in review; special procedures."""
        stage, days = self.stage, self.stage.days
        for name, item, who, back, problem in (
            ("correction-permit", "building_permit", "qiming", 4, "缺少施工合同的签章页，请补充完整后重新上传。"),
            ("correction-logging", "logging", "lihe", 2, "采伐地点没有写明小班号，请补充。"),
            ("correction-drainage", "drainage", "xiaoman", 9, "平面图没有标出隔油池的位置，请补画。"),
        ):
            code = stage.apply(item, who, days.at(days.back(back + 1), 10, 5))
            stage.correct(code, item, days.at(days.back(back), 11, 10), problem)
            self.codes[name] = code
        for name, item, who, accepted, told in (
            ("correcting-fire", "fire", "tingquan", 5, 3),
            ("correcting-freight", "freight", "qiming", 6, 4),
        ):
            code = self._accepted(item, who, accepted)
            order = stage.own_material(code)
            request_review_correction(
                code=code, items=[(order, "内容与现场不一致，请更正后重新提交。")], actor=stage.duty(item, "reviewer"),
                at=stage.moment(code, days.at(days.back(told), 15, 30)),
            )  # fmt: skip
            self.codes[name] = code
        for name, item, who, accepted, begun, procedure, needed in (
            ("suspended-water", "drinking_water", "qiming", 9, 5, "testing", 10),
            ("suspended-taking", "water_taking", "qiming", 12, 8, "expert_review", 15),
            ("suspended-lift", "equipment", "qiming", 7, 4, "inspection", 8),
        ):
            code = self._accepted(item, who, accepted)
            stage.suspend(
                code,
                item,
                days.at(days.back(begun), 16, 20),
                procedure,
                needed,
                "需由专业机构出具结论，期间不计入办理期限。",
            )
            self.codes[name] = code

    # In the sections

    def running(self) -> None:
        """In review, by how much time is left: due today, due tomorrow, some days, overdue, extended."""
        stage, days = self.stage, self.stage.days
        for name, item, who, left in (
            ("today-road", "occupy_road", "lipeiran", 0),
            ("today-food", "food", "xiaoman", 0),
            ("tomorrow-noodles", "drainage", "xiaoman", 1),
            ("tomorrow-hygiene", "hygiene", "xiaoman", 1),
            ("soon-nurse", "nurse", "hexiulan", 3),
            ("soon-kindergarten", "kindergarten", "tingquan", 5),
            ("soon-house", "rural_planning", "lihe", 4),
            ("late-equipment", "equipment", "qiming", -1),
            ("late-billboard", "billboard", "tingquan", -3),
        ):
            code = self._due_in(item, who, left)
            if name not in ("soon-nurse", "today-road"):
                self._next_day(code, 9, lambda at, code=code, item=item: stage.take(code, item, at))
            if name.startswith("soon"):
                self._next_day(code, 10, lambda at, code=code, item=item: stage.opinion(code, item, at, ARRANGED))
            self.codes[name] = code
        code = self._accepted("drainage", "qiming", 6)
        stage.extend(
            code,
            "drainage",
            days.at(days.back(2), 10, 0),
            10,
            "需核实上下游单位的意见，经本机关负责人批准延长十个工作日。",
        )
        self.codes["extended"] = code
        code = self._accepted("hygiene", "tingquan", 6)
        stage.take(code, "hygiene", days.at(days.back(5), 9, 30))
        stage.survey(
            code,
            "hygiene",
            days.at(days.back(3), 15, 0),
            "二号店现场布局与图一致，用具消毒记录齐全。",
            "赵临川、顾南舟",
        )
        self.codes["tea-second"] = code

    def deciding(self) -> None:
        """Reviewed, waiting for the decision."""
        stage, days = self.stage, self.stage.days
        for name, item, who, accepted, reviewed in (
            ("deciding-doctor", "doctor", "lihe", 4, 1),
            ("deciding-hygiene", "hygiene", "xiaoman", 7, 1),
            ("deciding-card", "recruiting", "qiming", 5, 2),
            ("deciding-late", "dispatch", "qiming", 8, 1),
        ):
            code = self._accepted(item, who, accepted)
            stage.passed(code, item, days.at(days.back(reviewed), 15, 40))
            self.codes[name] = code

    def decided(self) -> None:
        """Decided, waiting to be handed over; and handed over."""
        stage, days = self.stage, self.stage.days
        for name, item, who, accepted, decided in (
            ("granted-water", "water_taking", "qiming", 14, 2),
            ("granted-teacher", "teacher", "lihe", 8, 1),
            ("granted-long-ago", "freight", "qiming", 17, 12),
        ):
            code = self._accepted(item, who, accepted)
            stage.passed(code, item, days.at(days.back(decided + 1), 10, 30))
            stage.grant(code, item, days.at(days.back(decided), 16, 0))
            self.codes[name] = code
        code = self._accepted("fireworks", "lipeiran", 7)
        stage.passed(code, "fireworks", days.at(days.back(3), 10, 30), conclusion="refuse")
        stage.refuse(
            code, "fireworks", days.at(days.back(2), 15, 0), "零售点与加油站的距离不足规定距离，不符合经营条件。"
        )
        self.codes["refused"] = code
        for name, item, who, back in (
            ("concluded-card", "card", "hexiulan", 0),
            ("concluded-card-2", "card", "lihe", 15),
            ("concluded-fund", "fund", "lipeiran", 6),
        ):
            day = days.back(back)
            code = stage.apply(item, who, days.at(day, 9, 10), walk_in=True)
            stage.accept(code, item, days.at(day, 9, 18))
            stage.at_once(code, item, days.at(day, 9, 31))
            stage.deliver(code, item, days.at(day, 9, 40), stage.citizen(who).name)
            self.codes[name] = code
        code = self._accepted("house_transfer", "lihe", 20)
        stage.passed(code, "house_transfer", days.at(days.back(18), 10, 0))
        stage.grant(code, "house_transfer", days.at(days.back(17), 11, 0))
        stage.deliver(code, "house_transfer", days.at(days.back(15), 9, 30), "李禾")
        stage.archive(code, "house_transfer", days.at(days.back(10), 16, 0))
        self.codes["archived-house"] = code

    def ended(self) -> None:
        """Ended before any decision: not needed, not ours, taken back."""
        stage, days = self.stage, self.stage.days
        code = stage.apply("pesticide", "lihe", days.at(days.back(6), 10, 0))
        find_not_required(
            code=code, reason="只经营卫生用农药，依法不需要办理农药经营许可。", actor=stage.clerk("pesticide"),
            at=stage.moment(code, days.at(days.back(5), 9, 40)),
        )  # fmt: skip
        self.codes["not-required"] = code
        code = stage.apply("tobacco", "lipeiran", days.at(days.back(11), 14, 0))
        decline_case(
            code=code, reason="经营场所不在本县行政区域内，不属于本机关职权范围。", competent="经营场所所在地的烟草专卖局",
            actor=stage.clerk("tobacco"), at=stage.moment(code, days.at(days.back(10), 9, 40)),
        )  # fmt: skip
        self.codes["declined"] = code
        code = stage.apply("association", "lihe", days.at(days.back(9), 20, 0))
        withdraw(
            code=code, reason="发起人还没有凑齐，准备好再申请。", actor=stage.citizen("lihe"),
            at=stage.moment(code, days.at(days.back(8), 20, 30)),
        )  # fmt: skip
        self.codes["withdrawn"] = code

    def drafts(self) -> None:
        """Begun and not yet submitted."""
        stage, days = self.stage, self.stage.days
        for item, who in (("food", "lihe"), ("hygiene", "xiaoman"), ("referral", "hexiulan")):
            start_draft(item_code=stage.codes[item], actor=stage.citizen(who), at=days.at(days.back(1), 20, 15))

    # Pieces

    def _accepted(self, item: str, who: str, back: int) -> str:
        """Applied for and accepted so many working days ago."""
        stage, days = self.stage, self.stage.days
        code = stage.apply(item, who, days.at(days.back(back + 1), 14, 30))
        stage.accept(code, item, days.at(days.back(back), 9, 45))
        return code

    def _due_in(self, item: str, who: str, left: int) -> str:
        """Accepted so that the promised limit ends on the day so many working days from today (0: today)."""
        stage, days = self.stage, self.stage.days
        day = days.before(days.due_target(), LIMITS[item] - left)
        code = stage.apply(item, who, days.at(days.before(day, 1), 15, 10))
        stage.accept(code, item, days.at(day, 10, 0))
        self.accepted[code] = day
        return code

    def _next_day(self, code: str, hour: int, act: Callable[..., None]) -> None:
        """An act on the working day after the case's acceptance, if that is past."""
        days = self.stage.days
        at = days.at(days.after(self.accepted[code]), hour, 25)
        if at < days.now:
            act(at)
