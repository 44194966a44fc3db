"""Results that were given out are held against the cases: 有结果无办件, by file, by hand, over the interface (R222)."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.refusals import NotAllowed
from yimen.ground.matters.fast_forward import in_its_own_time, mark_synthetic
from yimen.service.cases import services as cases
from yimen.service.cases.models import Case, ExternalHandling, ExternalSystem
from yimen.service.cases.tests.stage import published, submitted
from yimen.watch.supervision import selectors, services
from yimen.watch.supervision.models import Alert, OutsideResult, ResultBatch
from yimen.watch.supervision.rules import results as rules
from yimen.watch.supervision.services.results_reading import day_said

MONDAY = datetime(2026, 9, 14, 10, tzinfo=CHINA)
LATER = datetime(2026, 11, 2, 10, tzinfo=CHINA)
HEAD = "证照或文书编号,申请人,事项名称,出具日期,部门\n"


@pytest.fixture(autouse=True)
def own_time(db: None) -> Iterator[None]:
    mark_synthetic()
    with in_its_own_time():
        yield


@pytest.fixture
def code(cast: Cast) -> str:
    """A case of Li's that was granted on Monday the 14th of September."""
    item = published(cast, at=MONDAY - timedelta(days=1))
    found = submitted(cast, item, at=MONDAY)
    cases.accept_case(code=found, actor=cast.actor("wang", MONDAY), at=MONDAY + timedelta(minutes=5))
    zhao, at = cast.actor("zhao", MONDAY), MONDAY + timedelta(hours=1)
    cases.check_rest(code=found, actor=zhao, at=at)
    cases.pass_review(code=found, actor=zhao, at=at, text="符合条件，建议准予。", conclusion="grant")
    cases.grant(code=found, actor=cast.actor("chen", at), at=at + timedelta(minutes=9))
    return found


def entered(cast: Cast, text: str, at: datetime = LATER, who: str = "sun", unit: str | None = "market") -> ResultBatch:
    actor = cast.actor(who, at)
    read = services.read_results(
        actor=actor, content=(HEAD + text).encode(), file_name="台账.csv", source="许可科台账", at=at,
        unit=cast.units[unit] if unit else None,
    )  # fmt: skip
    return services.enter_results(actor=actor, batch=read, at=at)


def states() -> dict[str, str]:
    return dict(OutsideResult.objects.values_list("number", "state"))


def test_each_result_finds_its_case_or_none(cast: Cast, code: str) -> None:
    case = Case.objects.select_related("matter", "item").get(matter__code=code)
    same = case.decision_number.replace("〔", "[").replace("〕", "] ")
    name, item = case.matter.applicant_name, case.item.name
    entered(
        cast,
        f"{same},随便谁,随便什么,2026-09-14,\n"
        f"证 7 号,{name},{item},2026年9月20日,\n"
        f"证 8 号,{name},{item},2026/9/1,\n"
        f"证 9 号,王无件,{item},2026-09-14,\n"
        f"证 10 号,王无件,{item},2026-10-30,\n",
    )
    assert states() == {
        same: "matched",
        "证 7 号": "matched",
        "证 8 号": "late",
        "证 9 号": "missing",
        "证 10 号": "waiting",
    }
    assert OutsideResult.objects.get(number=same).how == "number"
    wrong = {each.evidence["outcome"]: each for each in Alert.objects.filter(version__rule__code="outside-result")}
    assert set(wrong) == {"证 8 号", "证 9 号"}
    alert = wrong["证 9 号"]
    assert (alert.violation_id, alert.per, alert.department_id) == ("off_site", "unit", cast.units["market"].pk)
    assert alert.evidence["source"] == "许可科台账"
    assert wrong["证 8 号"].about_id == case.pk
    assert "系统里没有" in alert.text or "找不到对应的办件" in alert.text
    # Once more finds nothing new; what waited is ripe a week later.
    assert services.judge_results(LATER) == 0
    assert services.judge_results(LATER + timedelta(days=10)) == 1
    assert states()["证 10 号"] == "missing"


def test_an_open_case_is_waited_for_and_then_asked_about(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    found = submitted(cast, item, at=MONDAY)
    case = Case.objects.select_related("matter", "item").get(matter__code=found)
    line = f"证 1 号,{case.matter.applicant_name},{case.item.name},2026-09-15,\n"
    entered(cast, line, at=MONDAY + timedelta(days=2))
    assert states() == {"证 1 号": "waiting"}
    assert services.judge_results(MONDAY + timedelta(days=16)) == 1
    assert states() == {"证 1 号": "ahead"}


def test_the_same_result_stands_once(cast: Cast) -> None:
    first = entered(cast, "A-1,王无件,食品经营许可,2026-09-14,\n")
    again = entered(cast, "a 1,王无件,食品经营许可,2026-09-14,\nA-2,王无件,食品经营许可,2026-09-14,\n")
    assert (first.count, again.count) == (1, 1)
    assert OutsideResult.objects.count() == 2


def test_a_preview_says_it_all_before_anything_is_entered(cast: Cast, code: str) -> None:
    case = Case.objects.select_related("matter", "item").get(matter__code=code)
    client = cast.client("sun")
    text = (
        f"{HEAD}{case.decision_number},李明,随便,2026-09-14,\n"
        "证 9 号,王无件,食品经营许可,2026-09-14,清河县市场监督管理局\n"
        "证 11 号,王无件,食品经营许可,昨天,\n"
        ",王无件,食品经营许可,2026-09-14,\n"
        "证 12 号,王无件,食品经营许可,2026-09-14,不存在局\n"
    )
    sent = {
        "file": SimpleUploadedFile("台账.csv", text.encode()),
        "source": "许可科台账",
        "unit": cast.units["market"].pk,
    }
    answer = client.post("/manage/supervision/results/new/", sent)
    assert answer.status_code == 302, answer.content.decode()[:800]
    assert not OutsideResult.objects.exists()
    page = client.get(answer["Location"]).content.decode()
    for said in ("第 4 行", "第 5 行", "第 6 行", "日期“昨天”看不懂", "没有写证照或文书编号", "没有“不存在局”这个部门",
                 "有结果无办件", "登记这 2 条"):  # fmt: skip
        assert said in page, said
    assert client.post(f"{answer['Location']}enter/").status_code == 302
    assert OutsideResult.objects.count() == 2
    assert client.post(f"{answer['Location']}enter/").status_code == 409
    listed = client.get("/manage/supervision/results/?state=wrong").content.decode()
    assert "证 9 号" in listed
    assert case.decision_number not in listed


def test_what_is_given_up_is_not_entered(cast: Cast) -> None:
    actor = cast.actor("sun", LATER)
    read = services.read_results(
        actor=actor, content=(HEAD + "B-1,王无件,许可,2026-09-14,\n").encode(), file_name="x.csv", source="台账", at=LATER,
        unit=cast.units["market"],
    )  # fmt: skip
    client = cast.client("sun")
    assert client.post(f"/manage/supervision/results/{read.uid}/discard/").status_code == 302
    assert not OutsideResult.objects.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "空"), (b"%PDF-1.4 x", "不是表格"), ("姓名,年龄\n甲,3\n".encode(), "没有"), (HEAD.encode(), "没有一行")],
    ids=["empty", "pdf", "other", "bare"],
)
def test_a_file_that_is_none_is_refused_in_words(cast: Cast, content: bytes, said: str) -> None:
    upload = SimpleUploadedFile("x.csv", content or b"\n")
    answer = cast.client("sun").post("/manage/supervision/results/new/", {"file": upload, "source": "台账"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ResultBatch.objects.exists()


def test_a_department_registers_its_own_alone(cast: Cast) -> None:
    other = f"C-1,王无件,许可,2026-09-14,{cast.units['health'].name}\nC-2,王无件,许可,2026-09-14,\n"
    done = entered(cast, other, who="he")
    assert list(done.results.values_list("number", flat=True)) == ["C-2"]
    assert [each["line"] for each in done.problems] == [2]
    with pytest.raises(NotAllowed):
        entered(cast, "C-3,王无件,许可,2026-09-14,\n", who="he", unit="health")
    client = cast.client("tang")  # head of the health department
    assert "C-2" not in client.get("/manage/supervision/results/").content.decode()
    assert client.get(f"/manage/supervision/results/{done.uid}/").status_code == 404
    assert cast.client("wang").get("/manage/supervision/results/").status_code == 403


def test_one_by_hand(cast: Cast) -> None:
    client = cast.client("sun")
    given = {"unit": cast.units["market"].pk, "number": "D-1", "applicant": "王无件", "item_name": "食品经营许可",
             "decided_on": "2026-09-14", "source": "现场检查"}  # fmt: skip
    assert client.post("/manage/supervision/results/one/", given).status_code == 302
    assert states()["D-1"] == "missing"
    late = client.post("/manage/supervision/results/one/", given | {"number": "D-2", "decided_on": "2099-01-01"})
    assert late.status_code == 422
    assert "还没有到" in late.content.decode()


def test_over_the_interface_all_or_none_with_each_line(cast: Cast) -> None:
    key = {"authorization": f"Bearer {cast.token('sun', 'supervision.*')}"}
    good = {"number": "E-1", "applicant": "王无件", "item_name": "许可", "decided_on": "2026-09-14",
            "department": cast.units["market"].name}  # fmt: skip
    bad = good | {"number": "E-2", "department": "不存在局"}

    def post(rows: list[dict[str, Any]]) -> Any:
        body = json.dumps({"source": "省系统", "results": rows})
        return Client().post("/api/v1/results", body, content_type="application/json", headers=key)

    refused = post([good, bad])
    assert refused.status_code == 422
    assert "第 2 行" in refused.json()["title"]
    assert not OutsideResult.objects.exists()
    made = post([good])
    assert made.status_code == 201, made.content.decode()
    assert made.json()["states"]["missing"] == 1
    assert post([good]).json()["new"] == 0
    listed = Client().get("/api/v1/results?state=wrong", headers=key).json()["results"]
    assert [each["number"] for each in listed] == ["E-1"]
    assert listed[0]["alert"]


def test_what_another_system_decided_first(cast: Cast) -> None:
    item = published(cast, at=MONDAY - timedelta(days=1))
    found = submitted(cast, item, at=MONDAY)
    case = Case.objects.get(matter__code=found)
    system = ExternalSystem.objects.create(
        code="sheng", name="省许可系统", department=cast.units["market"], changed_by="测试", changed_at=MONDAY
    )
    ExternalHandling.objects.create(
        case=case, system=system, number="BJ-1", state="granted", entered_by="测试", entered_at=MONDAY, heard_at=MONDAY
    )
    assert services.nightly(MONDAY + timedelta(days=1)) == 0 or not Alert.objects.filter(
        version__rule__code="external-first"
    )
    services.nightly(MONDAY + timedelta(days=8))
    services.nightly(MONDAY + timedelta(days=9))
    (alert,) = Alert.objects.filter(version__rule__code="external-first")
    assert alert.about_id == case.pk
    assert alert.evidence["outcome"] == "BJ-1"
    # The same number as a result: it has its case.
    entered(cast, "bj-1,谁,什么,2026-09-14,\n", at=MONDAY + timedelta(days=20))
    assert OutsideResult.objects.get().how == "external"


def test_the_numbers_are_an_independent_count(cast: Cast) -> None:
    entered(cast, "".join(f"F-{n},王无件,许可,2026-09-{n:02},\n" for n in range(1, 8)))
    counts = selectors.result_counts(cast.actor("sun", LATER))
    with connection.cursor() as cursor:
        cursor.execute("select state, count(*) from supervision_outsideresult group by 1")
        found = dict(cursor.fetchall())
    assert {state: n for state, n in counts.items() if n} == found
    client = cast.client("sun")
    page = client.get("/manage/supervision/results/?state=missing").content.decode()
    assert page.count('<span class="title">') == counts["missing"]
    book: Any = client.get("/manage/supervision/results/?as=xlsx")
    assert len(b"".join(book.streaming_content)) > 1000
    template: Any = client.get("/manage/supervision/results/new/?as=template")
    content = io.BytesIO(b"".join(template.streaming_content)).getvalue()
    read = services.read_results(
        actor=cast.actor("sun", LATER),
        content=content,
        file_name="模板.xlsx",
        source="模板",
        at=LATER,
        unit=cast.units["market"],
    )
    assert [each["number"] for each in read.lines] == ["清市监许〔2026〕118 号"]


def test_days_as_people_write_them() -> None:
    today = date(2026, 11, 2)
    for text in ("2026-9-1", "2026/09/01", "2026年9月1日", "20260901", "2026.9.1", "2026-09-01 00:00:00"):
        assert day_said(text, today) == date(2026, 9, 1), text


def test_the_pure_judgement() -> None:
    result = rules.Result("证1", "", "许可", "甲", date(2026, 9, 14), 1)
    case = rules.Candidate(7, "C", "X", "许可", " 甲", date(2026, 9, 1), date(2026, 9, 14))
    assert rules.judge(result, {}, [case], 30, ripe=True) == rules.Verdict("matched", "particulars", 7, "C")
    assert rules.judge(result, {}, [], 30, ripe=False).state == "waiting"
    far = rules.Candidate(7, "C", "X", "许可", "甲", date(2026, 1, 1), date(2026, 2, 1))
    assert rules.judge(result, {}, [far], 30, ripe=True).state == "missing"
    assert day_of(LATER) == date(2026, 11, 2)
