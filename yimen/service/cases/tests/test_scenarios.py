"""The written scenarios (`scenarios.toml`): each played through the services, and all of them shown in the docs."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import effects, watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken
from yimen.ground.matters.selectors import clock_face, procedure_of
from yimen.service.cases import services
from yimen.service.cases.models import Case, CaseMaterial, Hearing
from yimen.service.cases.tests.stage import ANSWERS, matter_of, published

SCENARIOS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("scenarios.toml").read_text(encoding="utf-8"))[
    "scenario"
]
DOC = Path(__file__).parents[4] / "docs" / "deadlines.md"
HEAD = "## The written scenarios\n"
RENEWAL = {
    "title": "延续申请表",
    "sections": [
        {
            "key": "main",
            "title": "许可证",
            "fields": [
                {
                    "key": "until",
                    "kind": "date",
                    "label": "许可证有效期至",
                    "required": True,
                    "means": "licence_expires_on",
                }
            ],
        }
    ],
}


def moment(text: str) -> datetime:
    """`2026-10-12 10:00` in China."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=CHINA)


class Play:
    """One scenario on the stage of the cast."""

    def __init__(self, cast: Cast, told: dict[str, Any]) -> None:
        self.cast, self.told, self.code = cast, told, ""
        first = moment(told["acts"][0][0])
        promise = told.get("promise", 10)
        more: dict[str, Any] = {"promise_limit": promise or None}
        if "expires" in told:
            more["form"] = RENEWAL
        self.item = published(cast, at=first - timedelta(days=1), name="公共场所卫生许可", **more)
        if "extension" in told:
            services.set_extension_terms(
                actor=cast.actor("manager"),
                item_code=self.item.code,
                days=told["extension"],
                by="head",
                law=told["law"],
                at=first,
            )
        if "give_up" in told:
            effects.set_effect(
                actor=cast.actor("manager"), code="deemed_abandoned", in_use=True, warn_workdays=[3], at=first,
                days=told["give_up"],
            )  # fmt: skip

    def act(self, at: datetime, said: str) -> None:
        """One act in the words of the table."""
        verb, *given = said.split()
        who = self.cast.actor
        common: dict[str, Any] = {"code": self.code, "at": at}
        match verb:
            case "提交":
                answers = {"until": self.told["expires"]} if "expires" in self.told else ANSWERS
                self.code = services.submit_application(
                    item_code=self.item.code, party_id=self.cast.accounts["li"].party_id or 0, answers=answers, actor=who("li"),
                    at=at, channel="web",
                ).code  # fmt: skip
                if "kind" in self.told:
                    Case.objects.filter(matter__code=self.code).update(kind=self.told["kind"])
                CaseMaterial.objects.filter(case__matter__code=self.code).update(state=CaseMaterial.State.PAPER)
            case "受理":
                services.accept_case(actor=who("wang"), **common)
            case "告知补正":
                services.request_correction(actor=who("wang"), items=[(1, "没有盖章")], **common)
            case "补齐":
                services.supplement(actor=who("wang"), paper=[1], **common)
            case "特别程序":
                services.suspend(
                    actor=who("zhao"), procedure=given[0], days_needed=int(given[1]), reason="依法进行", **common
                )
            case "恢复":
                services.resume(actor=who("zhao"), reason="已结束", **common)
            case "延长":
                services.extend_limit(actor=who("he"), days=int(given[0]), reason="情况复杂", **common)
            case "政府延长":
                services.extend_limit(
                    actor=who("leader"), days=int(given[0]), reason="情况复杂", action="extend_joint", **common
                )
            case "送决定":
                services.pass_review(actor=who("zhao"), text="符合条件", **common)
            case "准予":
                services.grant(actor=who("chen"), **common)
            case "征求意见":
                services.ask_opinion(
                    actor=who("zhao"), department_id=self.cast.units["health"].pk, question="是否同意？", **common
                )
            case "告知听证":
                services.tell_hearing_right(actor=who("zhao"), subject="与邻居有关", **common)
            case "要求听证":
                services.request_hearing(hearing=self.hearing(), actor=who("li"), at=at)
            case "通知听证":
                services.notify_hearing(
                    hearing=self.hearing(), actor=who("zhao"), at=at, planned_at=moment(" ".join(given)), place="三楼",
                    host_id=self.cast.accounts["he"].pk, clerk_name="王芳", open_to_public=True,
                )  # fmt: skip
            case "巡查":
                watching.sweep_all(at)
            case _:
                raise AssertionError(f"no such act: {said}")

    def hearing(self) -> Hearing:
        """The hearing of the case."""
        return Hearing.objects.select_related("matter", "case__matter").get(case__matter__code=self.code)


@pytest.fixture
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@pytest.mark.parametrize("told", SCENARIOS, ids=[each["name"] for each in SCENARIOS])
def test_scenario(cast: Cast, own_time: None, told: dict[str, Any]) -> None:
    play = Play(cast, told)
    *before, last = told["acts"]
    for at, said in before:
        play.act(moment(at), said)
    if "refused" in told:
        with pytest.raises(Refusal) as refusal:
            play.act(moment(last[0]), last[1])
        assert told["refused"] in refusal.value.message + refusal.value.next_step
    else:
        play.act(moment(last[0]), last[1])
    matter = matter_of(play.code)
    assert procedure_of(matter).state(matter.state).label == told["state"]
    assert matter.due_on == _day(told.get("due"))
    if "legal_due" in told:
        assert matter.legal_due_on == _day(told["legal_due"])
    if "chip" in told:
        assert clock_face(matter, moment(last[0])).text == told["chip"]
    if "hearing_due" in told:
        assert play.hearing().matter.due_on == _day(told["hearing_due"])
    came = [f"{each.label} {day_of(each.fell_due_at)}" for each in EffectTaken.objects.order_by("pk")]
    assert came == told.get("effects", [])


def test_the_docs_show_them_all() -> None:
    text = DOC.read_text(encoding="utf-8")
    assert len(SCENARIOS) >= 30
    start = text.index(HEAD)
    end = text.find("\n## ", start + 1)
    end = len(text) if end < 0 else end + 1
    wanted = f"{HEAD}\n{table()}\n"
    if os.environ.get("WRITE_SCENARIOS"):
        DOC.write_text(text[:start] + wanted + text[end:], encoding="utf-8")
    assert text[start:end] == wanted, "WRITE_SCENARIOS=1 writes them; read the difference"


def table() -> str:
    """The scenarios as the docs show them."""
    lines = [
        f"Played by `{Path(__file__).name}` of cases and kept as data beside it (`scenarios.toml`): {len(SCENARIOS)} courses, each by its",
        "article. The item promises ten working days and the law gives twenty, unless a course says otherwise.",
        "",
        "| # | 情形 | 依据 | 经过 | 结果 |",
        "|---|---|---|---|---|",
    ]
    for number, told in enumerate(SCENARIOS, 1):
        acts = "；".join(f"{at[5:]} {said}" for at, said in told["acts"])
        result = [told["state"]]
        result += [f"期限 {told['due']}"] if told.get("due") else []
        result += [f"法定 {told['legal_due']}"] if told.get("legal_due") else []
        result += [f"组织听证期限 {told['hearing_due']}"] if told.get("hearing_due") else []
        result += [told["chip"]] if told.get("chip") else []
        result += [f"**{each}**" for each in told.get("effects", [])]
        result += [f"末一步不准（{told['refused']}）"] if told.get("refused") else []
        given = [
            f"{label} {told[key]}"
            for key, label in (("promise", "承诺"), ("expires", "有效期至"), ("give_up", "补正放弃"))
            if told.get(key)
        ]
        name = told["name"] + (f"（{'，'.join(given)}）" if given else "")
        lines.append(f"| {number} | {name} | {told['law']} | {acts} | {'；'.join(result)} |")
    return "\n".join(lines)
