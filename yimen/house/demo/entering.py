"""What has entered the hall of the county, and what has not: a chapter told through the services of the residence."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from yimen.ground.identity.rules import SYSTEM
from yimen.ground.kit.moments import day_of
from yimen.ground.organisations import services as organisations
from yimen.house.demo.acting import Stage
from yimen.service.residence import selectors, services
from yimen.service.residence.models import Function, ProvinceField, ReadinessPoint
from yimen.service.residence.services.plans import Contents, SentPerson

FUNCTIONS = (
    ("market", "食品经营许可", "approval", ""), ("market", "特种设备使用登记", "approval", ""),
    ("market", "食品安全监督检查", "supervision", ""), ("health", "公共场所卫生许可", "approval", ""),
    ("health", "医疗机构执业监管", "supervision", ""), ("housing", "建筑工程施工许可", "approval", ""),
    ("housing", "建设工程招标投标管理", "service", "tendering"), ("finance", "政府采购管理", "service", "procurement"),
    ("land", "不动产登记资料查询", "service", "look_up"), ("labour", "社会保险经办", "service", "convenience"),
)  # fmt: skip
SCATTERED = {"食品经营许可": "食品经营科", "特种设备使用登记": "特种设备科"}
"""What the market department still approves in its own sections, until its plan is accepted."""
PROVINCE = (("social", "labour"), ("medical", "insurance"), ("fund", "fund"), ("health", "health"), ("civil", "civil"))
WISHES = (
    ("开具无房证明", "给孩子报名上学要用", ("lipeiran", "lihe")),
    ("工伤认定材料咨询", "人社局路远，跑了两趟", ("qiming",)),
)


def tell(stage: Stage) -> None:
    """The directory, the taking over, functions and a plan, one transfer-out, lists, the province, wishes."""
    _Chapter(stage).tell()


class _Chapter:
    def __init__(self, stage: Stage) -> None:
        self.stage, self.county = stage, stage.county
        self.manager = stage.actor(self.county.first("centre", "manager"))
        self.items: dict[int, list[Any]] = {}

    def tell(self) -> None:
        self._take_over()
        for item in selectors.items_in_state("all", self._day(0)):
            self.items.setdefault(item.department_id or 0, []).append(item)
        for part in (
            self._directory,
            self._functions,
            self._plan,
            self._out,
            self._lists,
            self._province,
            self._wishes,
            self._watch,
        ):
            part()

    def _day(self, back: int) -> date:
        return self.stage.days.back(back)

    def _at(self, back: int, hour: int = 9, minute: int = 30) -> datetime:
        return self.stage.days.at(self._day(back), hour, minute)

    def _take_over(self) -> None:
        services.take_over(actor=self.manager, at=self.county.at + timedelta(days=1))

    def _directory(self) -> None:
        """All departments with items, some classes; a next edition is being drafted."""
        at, centre = self._at(180), self.county.units["centre"]
        made = services.new_directory(actor=self.manager, centre=centre, title="应进驻政务服务中心事项目录", at=at)
        for unit in self.county.units.values():
            if unit.kind == "department" and unit.pk in self.items:
                place = "either" if unit is self.county.units["land"] else "centre"
                services.put_line(actor=self.manager, directory=made, kind="base", department=unit, place=place, at=at)
        for wide in ("fee", "procurement", "tendering", "look_up", "release"):
            services.put_line(actor=self.manager, directory=made, kind="class", wide_class=wide, at=at)
        services.publish_directory(
            actor=self.manager, directory=made, document_number="清政务〔2026〕8号", document_on=day_of(at), at=at
        )
        later = self._at(6)
        draft = services.new_directory(
            actor=self.manager, centre=centre, title="应进驻政务服务中心事项目录（修订）", at=later
        )
        services.put_line(
            actor=self.manager, directory=draft, kind="class", wide_class="state_assets", note="新纳入", at=later
        )

    def _functions(self) -> None:
        scattered = {
            name: organisations.create_unit(
                actor=SYSTEM, kind="section", name=where, parent=self.county.units["market"], at=self._at(150)
            )
            for name, where in SCATTERED.items()
        }
        for key, name, kind, wide in FUNCTIONS:
            section = self.county.units.get(f"{key}/section") if kind != "supervision" else None
            section = scattered.get(name, section)
            services.record_function(
                actor=self.stage.actor(self.county.first(key, "head")), department=self.county.units[key], name=name, kind=kind,
                wide_class=wide, section=section, at=self._at(150),
            )  # fmt: skip
        for key in ("health", "labour"):
            windows = self._windows(key)
            moved = list(Function.objects.filter(department=self.county.units[key]).exclude(kind="supervision"))
            asked = services.propose(
                actor=self.stage.actor(self.county.first(key, "head")), kind="enter", department=self.county.units[key],
                reason="职能随事项一并进驻。", functions=moved, windows=windows, at=self._at(140),
            )  # fmt: skip
            services.decide_adjustment(
                actor=self.manager,
                adjustment=asked,
                number="",
                text="同意进驻。",
                effective_on=self._day(139),
                at=self._at(140, 15),
            )

    def _windows(self, key: str) -> list[Any]:
        unit = self.county.units[key]
        return [
            window
            for window in self.county.windows.values()
            if window.kind in ("comprehensive", "department") and window.departments.filter(pk=unit.pk).exists()
        ][:2]

    def _plan(self) -> None:
        """The market department's plan: filed, reviewed by two bodies, waiting for the third."""
        head = self.stage.actor(self.county.first("market", "head"))
        unit, section = self.county.units["market"], self.county.units["market/section"]
        reviewers = [self.county.first("market", "reviewer"), self.county.first("market", "approver")]
        contents = Contents(
            section=section,
            leader=self.county.staff[self.county.first("market", "chief")],
            reason="食品、特种设备两项审批原来分在两个科室，申请人要跑两处。",
            separation="审批由行政审批服务科办理；批后五个工作日内把档案移交业务科室，由业务科室监管。",
            functions={each.pk: section for each in Function.objects.filter(department=unit, kind="approval")},
            windows=self._windows("market"),
            staff=[
                SentPerson(self.county.staff[name], title, True, f"川0990-{number:03d}", "本科，从事审批工作五年以上")
                for number, (name, title) in enumerate(zip(reviewers, ("审查岗", "审批岗"), strict=True), 21)
            ],
        )
        plan = services.draft_plan(actor=head, department=unit, contents=contents, at=self._at(9))
        services.file_plan(actor=head, plan=plan, at=self._at(8))
        for key, body, said in (
            ("labour", "personnel", "拟派人员在编，资格符合。"),
            ("staffing", "establishment", "职能归并符合三定规定。"),
        ):
            name = self.county.first(key, "head")
            organisations.give_grant(
                actor=SYSTEM, code=f"residence.review_{body}", scope="all", post=self.county.posts[name], at=self._at(8)
            )
            services.review_plan(
                actor=self.county.actor(name, self._at(7)),
                plan=plan,
                body=body,
                passed=True,
                opinion=said,
                at=self._at(5),
            )

    def _out(self) -> None:
        """The department with the fewest cases: proposed for transfer-out, its opinion awaited; another has left."""
        first, last = self._day(90), self._day(0)
        held = [row for row in selectors.volume_rows("department", first, last) if row.few and row.id in self.items]
        by_id = {unit.pk: (key, unit) for key, unit in self.county.units.items()}
        for row, back, decided in zip(held, (40, 2), (True, False), strict=False):
            key, unit = by_id[row.id]
            entered = set(
                selectors.entries_on(self._day(back)).filter(item__department=unit).values_list("item_id", flat=True)
            )
            if not entered:
                continue
            asked = services.propose(
                actor=self.manager, kind="leave", department=unit, item_ids=sorted(entered), at=self._at(back),
                reason=f"大厅场地有限，{unit.short_name}三个月只有 {row.received} 件，拟调出，由综合窗口代收。",
                volumes=dict.fromkeys(entered, row.received), facts={"first": first.isoformat(), "last": last.isoformat()},
            )  # fmt: skip
            if decided:
                head = self.stage.actor(self.county.first(key, "head"))
                services.give_opinion(actor=head, adjustment=asked, agree=True, text="同意。", at=self._at(back - 1))
                services.decide_adjustment(
                    actor=self.manager, adjustment=asked, number="清政务〔2026〕9号", text="调出后由综合窗口代收，一网通办。",
                    effective_on=self._day(back - 3), at=self._at(back - 2),
                )  # fmt: skip

    def _lists(self) -> None:
        for kind, back, number, running in (
            ("at_most_once", 120, "清政务〔2026〕3号", True),
            ("one_window", 60, "清政务〔2026〕5号", True),
            ("zero_visit", 20, "清政务〔2026〕11号", False),
        ):
            at = self._at(back)
            ripe = list(selectors.candidates(kind, day_of(at)).order_by("pk").values_list("pk", flat=True))
            if not ripe:
                continue
            batch = services.new_batch(actor=self.manager, kind=kind, title="", at=at)
            services.list_items(actor=self.manager, batch=batch, item_ids=ripe[: max(1, len(ripe) * 2 // 3)], at=at)
            services.publish_batch(
                actor=self.manager, batch=batch, document_number=number, published_on=day_of(at), at=at,
                in_force_on=day_of(at) if running else None,
            )  # fmt: skip

    def _province(self) -> None:
        at = self._at(100)
        for code, key in PROVINCE:
            field = ProvinceField.objects.get(code=code)
            for window in self._windows(key)[:1]:
                services.designate_window(
                    actor=self.manager, field=field, window=window, from_on=day_of(at), basis="川政务〔2026〕1号", at=at
                )
            for item in self.items.get(self.county.units[key].pk, [])[:3]:
                services.designate_item(
                    actor=self.manager, field=field, item=item, from_on=day_of(at), basis="川政务〔2026〕1号", at=at
                )

    def _wishes(self) -> None:
        for back, (wanted, text, askers) in enumerate(WISHES, 3):
            for who in askers:
                services.ask(
                    actor=self.stage.citizen(who), wanted=wanted, text=text, source="search", at=self._at(back, 10)
                )
        services.answer_demand(
            actor=self.manager, wanted=WISHES[1][0], outcome="already_in", at=self._at(1),
            text="人社局在大厅综合窗口可以咨询和收件，不用再跑局机关。",
        )  # fmt: skip

    def _watch(self) -> None:
        """Points of 三到位, and an attempt that the supervisor has answered."""
        at = self._at(30)
        for unit in (self.county.units["market"], self.county.units["health"]):
            for number, point in enumerate(ReadinessPoint.objects.order_by("order")[:6]):
                reached = number != 4
                services.mark_readiness(
                    actor=self.manager, department=unit, point=point, reached=reached,
                    note="" if reached else "首问负责制度还没有上墙。", at=at,
                )  # fmt: skip
        window = self._windows("market")[0]
        attempt = services.record_attempt(
            key="demo", kind="department_unassigned", at=self._at(12), actor_uid=self.manager.uid,
            actor_name=self.manager.name, actor_post=self.manager.post, items=3, department_id=self.county.units["market"].pk,
            window_id=window.pk, text=f"{self.manager.name}要把市场监管局撤出{window}，该局有 3 个事项（职能）在这里办理。",
        )  # fmt: skip
        services.handle_attempt(
            actor=self.stage.actor(self.county.first("supervision", "supervisor")), attempt=attempt,
            text="已核实是误操作，窗口恢复原样。", at=self._at(11),
        )  # fmt: skip
