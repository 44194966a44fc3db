"""On return every receipt is a case once, with the limits from the receipt; what is wrong is named and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.cast import Cast
from yimen.ground.kit.models import AuditEntry
from yimen.ground.kit.moments import now
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters.selectors import timeline
from yimen.service.cases.models import Case, CaseMaterial
from yimen.service.offline import services
from yimen.service.offline.models import Block, Device, Entry, Fault, Outage
from yimen.service.offline.services.devices import CannotEnrol, DeviceEnded
from yimen.service.offline.services.settling import CannotOpen, NotWaiting
from yimen.service.offline.tests import stage

pytestmark = pytest.mark.django_db


def test_twelve_receipts_become_twelve_cases(cast: Cast) -> None:
    window = stage.window(cast)
    for minute in range(12):
        window.receive(now() - timedelta(minutes=20 - minute))
    found = window.send()
    assert [each.state for each in found] == ["merged"] * 12
    assert len({each.code for each in found}) == 12
    assert [each.number for each in found] == window.browser.numbers[:12]
    case = Case.objects.select_related("matter").get(matter__code=found[0].code)
    step = timeline(case.matter)[0]
    assert step.basis == "离线日志"
    assert abs(step.happened_at - (now() - timedelta(minutes=20))) < timedelta(seconds=30)
    assert case.matter.opened_at == step.happened_at
    assert CaseMaterial.objects.get(case=case, order=1).state == "paper"
    outage = Outage.objects.get()
    assert outage.entries.count() == 12
    assert Block.objects.get().used == 12


def test_sent_again_it_is_answered_the_same(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive()
    window.receive()
    first = window.send()
    assert window.send() == first
    assert Case.objects.count() == 2
    window.receive(now() - timedelta(minutes=5))
    again = window.send()
    assert again[:2] == first
    assert again[2].state == "merged"
    assert Case.objects.count() == 3


def test_an_edited_entry_stops_the_rest_and_is_told_once(cast: Cast) -> None:
    window = stage.window(cast)
    for _ in range(3):
        window.receive()
    good = window.browser.journal[1]
    window.browser.journal[1] = replace(good, text=good.text.replace("李小雨", "李大雨"))
    assert [each.state for each in window.send()] == ["merged", "refused"]
    window.send()
    fault = Fault.objects.get()
    assert (fault.seq, fault.kind) == (2, "edited")
    assert "第 2 条" in fault.said
    assert AuditEntry.objects.filter(action="offline.refuse_journal", result="refused").count() == 1
    window.browser.journal[1] = good  # put right again, the rest goes through
    assert [each.state for each in window.send()] == ["merged"] * 3


def test_what_was_sent_cannot_be_sent_otherwise(cast: Cast) -> None:
    window = stage.window(cast)
    entry = window.receive()
    window.send()
    forged = entry.text.replace("李小雨", "李大雨")
    found = window.send(replace(entry, text=forged, signature=window.browser.sign(forged)))
    assert found[0].state == "refused"
    assert Fault.objects.get().kind == "other"


def test_a_gap_an_order_and_a_cut_are_named(cast: Cast) -> None:
    window = stage.window(cast)
    for _ in range(4):
        window.receive()
    one, two, three, _ = window.browser.journal
    window.send(one, three)
    assert Fault.objects.get().kind == "missing"
    window.send(replace(three, seq=2))
    assert set(Fault.objects.values_list("kind", flat=True)) == {"missing", "order"}
    window.browser.journal = [one, two, three]
    found = services.merge(
        device=window.again(), entries=window.browser.journal, actor=cast.actor("wang"), at=now(),
        head=window.browser.head(4, window.browser.link),
    )  # fmt: skip
    assert [each.state for each in found] == ["merged"] * 3 + ["refused"]
    assert "第 4 条" in found[-1].said


def test_a_number_of_nobody_or_used_is_refused(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive(number="LX-3-900000-0")
    assert window.send()[0].state == "refused"
    other = stage.window(cast, item=window.item, name="右边的电脑")
    other.browser.numbers = window.browser.numbers
    other.receive()
    assert other.send()[0].state == "refused"
    assert set(Fault.objects.values_list("kind", flat=True)) == {"number"}


def test_only_a_clerk_of_the_window_sends(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive()
    for who in ("qian_staff", "manager", "zhao"):
        with pytest.raises(NotAllowed):
            window.send(who=who)
    assert not Entry.objects.exists()


def test_a_withdrawn_item_waits(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive()
    window.item.status = "frozen"
    window.item.status_reason = "系统改造"
    window.item.save()
    assert window.send()[0].state == "waiting"
    entry = Entry.objects.get()
    assert (entry.why, entry.case) == ("item", None)
    held = services.decline(entry=entry, actor=cast.actor("wang"), at=now(), reason="已告知申请人暂停办理。")
    assert held.state == "declined"
    with pytest.raises(NotWaiting):
        services.void(entry=entry, actor=cast.actor("wang"), at=now(), reason="再来一次。")


def test_a_missing_answer_is_filled_in_and_the_limit_still_counts_from_the_receipt(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive(answers={"shop": "听泉茶馆"})
    assert window.send()[0].state == "waiting"
    entry = Entry.objects.get()
    assert entry.why == "form"
    wang = cast.actor("wang")
    with pytest.raises(CannotOpen) as refused:
        services.correct(entry=entry, actor=wang, at=now(), reason="补填。", answers={"area": "很大", "air": "no"})
    assert "area" in refused.value.fields
    assert Entry.objects.get().state == "waiting"
    held = services.correct(entry=entry, actor=wang, at=now(), reason="补填面积。", answers={"area": "86", "air": "no"})
    assert held.case is not None
    assert held.case.matter.opened_at == held.happened_at
    assert held.text == window.browser.journal[0].text
    assert "86" in held.corrected


def test_a_wrong_number_of_the_applicant_is_set_right(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive(applicant={**stage.LI, "id_number": "519911199204150016"})
    window.send()
    entry = Entry.objects.get()
    assert entry.why == "applicant"
    held = services.correct(
        entry=entry, actor=cast.actor("wang"), at=now(), reason="按原件更正末位。",
        applicant={"id_number": stage.LI["id_number"]},
    )  # fmt: skip
    assert held.state == "merged"


def test_after_revoking_a_second_person_looks(cast: Cast) -> None:
    window = stage.window(cast)
    window.receive()
    services.end_device(actor=cast.actor("manager"), device=window.again(), revoke=True, reason="电脑被盗。", at=now())
    assert window.send()[0].state == "waiting"
    entry = Entry.objects.get()
    wang, manager = cast.actor("wang"), cast.actor("manager")
    assert entry.why == "revoked"
    with pytest.raises(NotWaiting):
        services.correct(entry=entry, actor=wang, at=now(), reason="直接开。")
    with pytest.raises(NotAllowed):
        services.confirm(entry=entry, actor=wang, at=now(), reason="我自己看过。")
    services.confirm(entry=entry, actor=manager, at=now(), reason="对过凭证存根。")
    assert services.correct(entry=entry, actor=wang, at=now(), reason="第二人已核对。").state == "merged"


def test_a_journal_in_doubt_is_taken_in_entry_by_entry(cast: Cast) -> None:
    window = stage.window(cast)
    for _ in range(3):
        window.receive()
    good = window.browser.journal[0]
    window.browser.journal[0] = replace(good, text=good.text.replace("李小雨", "李大雨"))
    window.send()
    services.settle_fault(
        fault=Fault.objects.get(), actor=cast.actor("manager"), at=now(), take=True, reason="对照存根。"
    )
    assert [each.state for each in window.send()] == ["waiting"] * 3
    assert set(Entry.objects.values_list("why", flat=True)) == {"doubted"}


def test_a_window_has_so_many_browsers(cast: Cast) -> None:
    stage.window(cast)
    stage.window(cast, item=object(), name="右边的电脑")  # type: ignore[arg-type]  # not used
    with pytest.raises(CannotEnrol):
        stage.window(cast, item=object(), name="第三台")  # type: ignore[arg-type]  # not used
    blocks = list(Block.objects.order_by("first").values_list("first", "last"))
    assert blocks == [(1, 50), (51, 100)]


def test_more_numbers_before_they_run_out(cast: Cast) -> None:
    window = stage.window(cast)
    wang = cast.actor("wang")
    assert services.top_up(actor=wang, device=window.again(), at=now()) is None
    Device.objects.filter(pk=window.device.pk).update(unsent=35)
    made = services.top_up(actor=wang, device=window.again(), at=now())
    assert made is not None
    assert (made.first, made.last) == (51, 100)


def test_a_retired_browser_has_sent_everything(cast: Cast) -> None:
    window = stage.window(cast)
    Device.objects.filter(pk=window.device.pk).update(unsent=2)
    with pytest.raises(DeviceEnded):
        services.end_device(actor=cast.actor("wang"), device=window.again(), revoke=False, reason="换电脑。", at=now())
    Device.objects.filter(pk=window.device.pk).update(unsent=0)
    held = services.end_device(
        actor=cast.actor("wang"), device=window.again(), revoke=False, reason="换电脑。", at=now()
    )
    assert held.state == "retired"
    assert Block.objects.get().closed_at is not None
