"""What the law makes of a limit that ran out: taken by itself, once, dated by the law, told, and taken back only with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA, day_of, now
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed
from yimen.ground.matters import commands, effects, watching
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.ground.matters.models import EffectTaken, EffectWarning, Matter, Step
from yimen.ground.matters.selectors import explain
from yimen.ground.notices.models import Message
from yimen.service.cases import services
from yimen.service.cases.models import Reminder
from yimen.service.cases.services.effects import ReceiptRanOut
from yimen.service.cases.tests.stage import case_of, matter_of, published, submitted

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 10, 12, 10, tzinfo=CHINA)
"""A submission; the receipt's five working days end on Monday the 19th."""


@pytest.fixture
def own_time(db: None) -> Iterator[None]:
    """A ledger in which time is an argument."""
    mark_synthetic()
    with in_its_own_time():
        yield


def waiting(cast: Cast, at: datetime = MONDAY) -> str:
    """An application handed in at that moment."""
    return submitted(cast, published(cast, at=at - timedelta(days=1)), at=at)


def deliver() -> None:
    """What was announced is heard."""
    while outbox.deliver_once():
        pass


def after(code: str, **later: int) -> datetime:
    """A moment after the matter's limit."""
    due_at = matter_of(code).due_at
    assert due_at is not None
    return due_at + timedelta(**(later or {"seconds": 1}))


def test_nothing_comes_before_the_limit(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    assert matter_of(code).due_on == date(2026, 10, 19)
    watching.sweep_all(after(code, seconds=0))
    assert matter_of(code).state == "received"
    assert not EffectTaken.objects.exists()


def test_deemed_accepted_by_itself_and_dated_by_the_law(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    due_at = matter_of(code).due_at
    found = after(code, days=1)  # the database was down over the limit
    assert watching.sweep_all(found).looked == 1
    matter, case = matter_of(code), case_of(code)
    assert (matter.state, matter.clock) == ("reviewing", "handling")
    assert matter.due_on == date(2026, 10, 26), "ten working days from the day the materials were received"
    step = Step.objects.get(matter=matter, action="deem_accepted")
    assert due_at is not None and step.happened_at == due_at + timedelta(microseconds=1)
    assert (step.recorded_at, step.basis, step.actor_name) == (found, "statutory_effect", "一门系统")
    taken = EffectTaken.objects.get()
    assert (taken.effect, taken.seq, taken.fell_due_at, taken.taken_at) == ("deemed_accepted", step.seq, due_at, found)
    assert taken.law == "《行政许可法》第三十二条第一款第（四）项"
    assert taken.department == cast.units["market"]
    letter = Letter.objects.get(number=case.slip_number)
    assert letter.kind == "acceptance_slip" and "即为受理" in letter.facts
    receipt = explain(matter).clocks[0]
    assert receipt.legal is not None and receipt.legal.on_time is False, "the receipt was late, and stays so"


def test_once_however_often_the_watch_comes(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    late = after(code)
    assert [watching.sweep_all(late).looked for _ in range(3)] == [1, 0, 0]
    assert Step.objects.filter(matter=matter_of(code), action="deem_accepted").count() == 1


def test_a_correction_told_in_time_stops_it_and_supplements_count_from_their_day(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    told = MONDAY + timedelta(days=1)
    services.request_correction(code=code, items=[(1, "没有盖章")], actor=cast.actor("wang"), at=told)
    watching.sweep_all(MONDAY + timedelta(days=60))
    assert matter_of(code).state == "correction_requested"
    back = datetime(2026, 11, 2, 9, tzinfo=CHINA)
    services.supplement(code=code, actor=cast.actor("wang"), at=back, paper=[1])
    watching.sweep_all(after(code))
    step = Step.objects.get(matter=matter_of(code), action="deem_accepted")
    assert datetime.fromisoformat(step.clock.split('"at":"')[1].split('"')[0]) == back


def test_what_is_no_licence_is_not_bound_by_the_article(cast: Cast, own_time: None) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1), kind="confirmation", name="执业兽医备案")
    code = submitted(cast, item, at=MONDAY)
    watching.sweep_all(after(code, days=3))
    assert matter_of(code).state == "received"
    assert Reminder.objects.filter(matter=matter_of(code)).exists(), "but somebody hears that it is late"


def test_a_case_of_the_first_version_keeps_its_steps(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set procedure_version = 1 where code = %s", [code])
    watching.sweep_all(after(code, days=1))
    assert matter_of(code).state == "received"


def test_warned_three_and_one_working_days_before(cast: Cast, own_time: None) -> None:
    waiting(cast)
    days = [datetime(2026, 10, day, hour, tzinfo=CHINA) for day in (13, 14, 15, 16, 17, 19) for hour in (8, 16)]
    for at in days:
        watching.sweep_all(at)
    warned = [(each.workdays, day_of(each.warned_at)) for each in EffectWarning.objects.order_by("id")]
    assert warned == [(3, date(2026, 10, 14)), (1, date(2026, 10, 16))]
    assert not Reminder.objects.exists(), "the effect's own warnings speak of the limit"


def test_a_warning_that_was_slept_through_is_given_by_the_nearest(cast: Cast, own_time: None) -> None:
    waiting(cast)
    watching.sweep_all(datetime(2026, 10, 19, 9, tzinfo=CHINA))
    assert [each.workdays for each in EffectWarning.objects.all()] == [1]


def test_people_hear_of_it(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    watching.sweep_all(datetime(2026, 10, 14, 8, tzinfo=CHINA))
    deliver()
    near = Message.objects.filter(subject="10月19日(周一)后将视为受理")
    assert near.exists()
    watching.sweep_all(after(code))
    deliver()
    came = Message.objects.filter(subject="逾期未办，已视为受理")
    assert came.count() >= near.count()
    assert Message.objects.filter(subject="申请已受理").exists(), "the applicant hears of the acceptance"


def test_nobody_accepts_or_corrects_after_the_law_has(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    late, wang = after(code), cast.actor("wang")
    acts: list[Callable[[], object]] = [
        lambda: services.accept_case(code=code, actor=wang, at=late),
        lambda: services.request_correction(code=code, items=[(1, "缺章")], actor=wang, at=late),
        lambda: services.decline_case(code=code, reason="不属于本机关", actor=wang, at=late),
    ]
    for act in acts:
        with pytest.raises(ReceiptRanOut) as refused:
            act()
        assert "届满" in refused.value.message
    for write in refused.value.afterwards:
        write()
    assert matter_of(code).state == "reviewing", "whoever came too late has it written down"


def test_taken_back_only_by_who_may_and_with_a_reason(cast: Cast, own_time: None) -> None:
    code = waiting(cast)
    late = after(code)
    watching.sweep_all(late)
    slip = case_of(code).slip_number
    later = late + timedelta(hours=2)
    with pytest.raises(NotAllowed):
        services.undo_deemed(code=code, reason="已当面告知补正", actor=cast.actor("wang"), at=later)
    with pytest.raises(Invalid):
        services.undo_deemed(code=code, reason=" ", actor=cast.actor("he"), at=later)
    services.undo_deemed(code=code, reason="14日已当面书面告知补正，漏记", actor=cast.actor("he"), at=later)
    matter, case = matter_of(code), case_of(code)
    assert (matter.state, matter.clock, case.slip_number) == ("received", "receipt", "")
    assert Letter.objects.get(number=slip).voided_at is not None
    taken = EffectTaken.objects.get()
    assert taken.undone_by == "何伟" and taken.undone_seq == matter.last_seq
    with pytest.raises(Conflict):
        services.undo_deemed(code=code, reason="再撤一次", actor=cast.actor("he"), at=later)


def test_settings_of_effects(cast: Cast) -> None:
    manager = cast.actor("manager")
    with pytest.raises(NotAllowed):
        effects.set_effect(actor=cast.actor("wang"), code="deemed_accepted", in_use=True, warn_workdays=[2], at=now())
    with pytest.raises(Invalid):
        effects.set_effect(actor=manager, code="deemed_accepted", in_use=False, warn_workdays=[2], at=now())
    with pytest.raises(Invalid):
        effects.set_effect(actor=manager, code="deemed_accepted", in_use=True, warn_workdays=[0], at=now())
    found = effects.set_effect(actor=manager, code="deemed_accepted", in_use=True, warn_workdays=[2, 1, 2], at=now())
    assert found.warn_workdays == (2, 1)
    assert next(each.effect.code for each in effects.effects()) == "deemed_accepted"


def test_one_that_cannot_be_dealt_with_stands_in_nobodys_way(
    cast: Cast, own_time: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    bad, good = submitted(cast, item, at=MONDAY), submitted(cast, item, at=MONDAY)
    found = effects.effect("deemed_accepted")

    def take(matter: Matter, moment: datetime, at: datetime) -> object:
        if matter.code == bad:
            raise RuntimeError("no seal")
        return found.take(matter, moment, at)

    monkeypatch.setitem(effects._effects, "deemed_accepted", replace(found, take=take))  # type: ignore[arg-type]
    late = after(bad)
    done = watching.sweep_all(late)
    assert (done.looked, done.failed) == (2, 1)
    assert (matter_of(bad).state, matter_of(good).state) == ("received", "reviewing")
    assert matter_of(bad).watch_at == late + watching.AGAIN


def test_the_pages_say_so_and_the_button_takes_it_back(cast: Cast, own_time: None) -> None:
    at = now().replace(hour=10) - timedelta(days=14)
    code = waiting(cast, at)
    page = cast.client("he").get(f"/desk/cases/{code}/").content.decode()
    assert "依照《行政许可法》第三十二条第一款第（四）项视为受理" in page, "what comes is said before"
    watching.sweep_all(now())
    he, wang = cast.client("he"), cast.client("wang")
    address = f"/desk/cases/{code}/undo_deemed/"
    page = he.get(f"/desk/cases/{code}/").content.decode()
    assert "逾期未办，视为受理" in page and "由系统记入" in page and address in page
    assert address not in wang.get(f"/desk/cases/{code}/").content.decode()
    assert "依法视为受理" in cast.client("li").get(f"/my/matters/{code}/").content.decode()
    manager = cast.client("manager")
    assert code in manager.get("/manage/effects/came/").content.decode()
    assert code not in manager.get("/manage/effects/came/?state=undone").content.decode()
    assert manager.get("/manage/effects/came/?format=xlsx").status_code == 200
    seen = matter_of(code).version
    assert wang.post(address, {"reason": "漏记", "seen": seen}).status_code == 403
    assert he.post(address, {"reason": "14日已书面告知补正，漏记", "seen": seen}).status_code == 302
    assert matter_of(code).state == "received"
    assert "漏记" in manager.get("/manage/effects/came/?state=undone").content.decode()
    assert "14日已书面告知补正，漏记" in cast.client("li").get(f"/my/matters/{code}/").content.decode()
    deliver()
    assert Message.objects.filter(subject="受理更正", party=cast.accounts["li"].party).exists()
    assert manager.get("/manage/effects/nonsense/").status_code == 404
    refused = manager.post("/manage/effects/deemed_accepted/", {"warn_workdays": "三天"})
    assert refused.status_code == 422
    assert manager.post("/manage/effects/deemed_accepted/", {"warn_workdays": "2、1"}).status_code == 302
    assert "2、1 个工作日" in manager.get("/manage/effects/").content.decode()


def test_a_place_s_own_effect_can_be_switched_off(cast: Cast, own_time: None, monkeypatch: pytest.MonkeyPatch) -> None:
    own = replace(effects.effect("deemed_accepted"), statutory=False)
    monkeypatch.setitem(effects._effects, "deemed_accepted", own)
    code = waiting(cast)
    effects.set_effect(actor=cast.actor("manager"), code=own.code, in_use=False, warn_workdays=[], at=MONDAY)
    watching.sweep_all(after(code))
    assert matter_of(code).state == "received" and not EffectWarning.objects.exists()
    assert effects.takes_effect_at(matter_of(code)) is None


def test_over_the_interface_and_by_command(cast: Cast, own_time: None) -> None:
    code = waiting(cast, now().replace(hour=10) - timedelta(days=14))
    said = json.loads(CliRunner().invoke(commands.watch, ["--json"]).stdout)
    assert said["looked"] and not said["failed"]
    listed, *_others = json.loads(CliRunner().invoke(commands.effects, ["--json"]).stdout)
    assert (listed["code"], listed["came"], listed["undone"]) == ("deemed_accepted", 1, 0)
    answer = Client().post(
        f"/api/v1/applications/{code}/steps", json.dumps({"action": "undo_deemed", "reason": "已书面告知，漏记"}),
        content_type="application/json", headers={"authorization": f"Bearer {cast.token('he')}"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.content.decode()
    assert matter_of(code).state == "received"
