"""Each kind has its path: up to a superior, ahead of the others, refused by the list of what is prohibited (R049–R057, R075)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.cast import Cast
from yimen.ground.documents.models import Letter
from yimen.ground.kit import outbox
from yimen.ground.kit.moments import CHINA, now
from yimen.ground.kit.refusals import Invalid, NotAllowed, NotFound
from yimen.ground.matters import selectors as matters
from yimen.ground.matters.services import StepNotOpen
from yimen.ground.notices.models import Message
from yimen.service.cases import counting, rules, services
from yimen.service.cases import selectors_paths as paths
from yimen.service.cases.models import Case, CaseFact, CaseMark, ReportUp
from yimen.service.cases.services.decision import SuperiorDecides
from yimen.service.cases.services.priority import MarkedAlready, NoSuchProject
from yimen.service.cases.services.superior import NotReportUp, UrgedSuperiorToday
from yimen.service.cases.tests.stage import accepted, case_of, decided_on, matter_of, published, submitted

pytestmark = pytest.mark.django_db


def upward(cast: Cast) -> str:
    """A case of the kind that goes up, accepted."""
    return accepted(cast, item=published(cast, case_kind="report_up"))


def reported(cast: Cast) -> str:
    code = upward(cast)
    services.report_up(
        code=code, superior="安平市市场监督管理局", reason="符合条件，建议准予。", actor=cast.actor("zhao"), at=now()
    )
    return code


def project(cast: Cast, number: str = "2026-510000-01", sort: str = "major") -> None:
    services.register_project(
        actor=cast.actor("manager"), centre=cast.units["centre"], number=number, name="清河湾水厂", sort=sort,
        basis="县政府常务会议纪要〔2026〕12 号", at=now(),
    )  # fmt: skip


def prohibited(cast: Cast) -> str:
    made = services.register_prohibited(
        actor=cast.actor("manager"), centre=cast.units["centre"], name="新建粘土砖厂", ground="state",
        basis="《产业结构调整指导目录》淘汰类", reply="国家明令淘汰，不予受理。", words="砖窑 烧砖", valid_from=date(2024, 1, 1), at=now(),
    )  # fmt: skip
    return str(made.uid)


# --- Up to the superior


def test_the_first_review_of_a_licence_that_goes_up_has_the_twenty_days_of_article_43() -> None:
    terms = rules.Terms(None, "", 20, "working_day", "statutory_default", "report_up")
    assert rules.handling_clock(terms).law == "《行政许可法》第四十三条"
    stated = rules.Terms(None, "", 30, "working_day", "stated", "report_up")
    assert rules.handling_clock(stated).law == "事项实施清单"


def test_what_goes_up_is_not_granted_here(cast: Cast) -> None:
    code = upward(cast)
    services.pass_review(code=code, text="符合条件。", actor=cast.actor("zhao"), at=now())
    with pytest.raises(SuperiorDecides):
        services.grant(code=code, actor=cast.actor("chen"), at=now())
    assert not Letter.objects.filter(kind="decision_grant").exists()


def test_the_superior_has_its_own_time_number_and_answer(cast: Cast) -> None:
    code = reported(cast)
    held = matter_of(code)
    assert (held.state, held.stopped_since is not None) == ("with_superior", True)
    assert Letter.objects.filter(kind="report_up_letter", matter_code=code).count() == 1
    zhao = cast.actor("zhao")
    services.note_superior(code=code, number="安审 2026-118", status="已受理，专家评审中", actor=zhao, at=now())
    services.urge_superior(code=code, reason="电话联系，答复本周签批。", actor=zhao, at=now())
    with pytest.raises(UrgedSuperiorToday):
        services.urge_superior(code=code, reason="再催一次。", actor=zhao, at=now())
    page = cast.client("zhao").get(f"/desk/cases/{code}/").content.decode()
    assert "安审 2026-118" in page
    assert "1 次，最近" in page
    services.superior_granted(code=code, paper_number="安市监许〔2026〕9 号", actor=zhao, at=now())
    case = case_of(code)
    assert (case.decision, case.decision_number, case.matter.state) == ("granted", "安市监许〔2026〕9 号", "granted")
    assert matter_of(code).clock == "delivery"
    report = ReportUp.objects.get()
    assert (report.urged, report.outcome, report.number) == (1, "granted", "安审 2026-118")


def test_returned_by_the_superior_the_clock_goes_on_and_it_can_go_up_again(cast: Cast) -> None:
    code = reported(cast)
    services.superior_returned(code=code, reason="缺少现场照片。", actor=cast.actor("zhao"), at=now())
    assert matter_of(code).stopped_since is None
    services.report_up(
        code=code, superior="安平市市场监督管理局", reason="照片已补，建议准予。", actor=cast.actor("zhao"), at=now()
    )
    assert ReportUp.objects.filter(answered_at__isnull=True).count() == 1


def test_refused_by_the_superior_with_its_reasons(cast: Cast) -> None:
    code = reported(cast)
    with pytest.raises(Invalid):
        services.superior_refused(code=code, paper_number="安不许 3 号", reason=" ", actor=cast.actor("zhao"), at=now())
    services.superior_refused(
        code=code, paper_number="安不许 3 号", reason="选址不符合规划。", actor=cast.actor("zhao"), at=now()
    )
    assert case_of(code).decision_reason == "选址不符合规划。"


def test_an_ordinary_case_does_not_go_up(cast: Cast) -> None:
    code = accepted(cast)
    with pytest.raises(NotReportUp):
        services.report_up(code=code, superior="市局", reason="请决定。", actor=cast.actor("zhao"), at=now())
    assert "上报上级机关" not in cast.client("zhao").get(f"/desk/cases/{code}/").content.decode()


def test_the_worker_is_reminded_to_urge_once(cast: Cast) -> None:
    code = reported(cast)
    later = now() + timedelta(days=40)
    assert services.remind_of_paths(later) == 1
    assert services.remind_of_paths(later) == 0
    while outbox.deliver_once():
        pass
    assert Message.objects.filter(subject="请催办上级", link=f"/desk/cases/{code}/").exists()


def test_the_list_of_what_is_with_superiors(cast: Cast) -> None:
    code = reported(cast)
    client = cast.client("zhao")
    assert rules.short_code(code) in client.get("/desk/reports-up/").content.decode()
    assert rules.short_code(code) not in client.get("/desk/reports-up/?state=answered").content.decode()
    assert client.get("/desk/reports-up/?as=xlsx").status_code == 200
    assert rules.short_code(code) not in cast.client("qian_staff").get("/desk/reports-up/").content.decode()


# --- Ahead of the others


def test_special_goes_first_and_has_an_inner_limit(cast: Cast) -> None:
    item = published(cast)
    first, second = submitted(cast, item), submitted(cast, item)
    services.declare_special(code=second, reason="防汛抢险，县长批示。", actor=cast.actor("manager"), at=now())
    page = cast.client("wang").get("/desk/inbox/").content.decode()
    assert page.index(rules.short_code(second)) < page.index(rules.short_code(first))
    assert "特办件" in page
    assert page.count(f"/desk/cases/{second}/") == page.count(f"/desk/cases/{first}/")
    mark = CaseMark.objects.get()
    assert mark.inner_due_on is not None
    assert mark.inner_due_on <= (matter_of(second).due_on or date.max)


def test_who_may_not_declare_does_not(cast: Cast) -> None:
    code = submitted(cast)
    for who in ("wang", "zhao", "tang", "li"):
        with pytest.raises((NotAllowed, NotFound)):
            services.declare_special(code=code, reason="很急。", actor=cast.actor(who), at=now())
    assert not CaseMark.objects.exists()


def test_declared_once_and_cleared(cast: Cast) -> None:
    code, he = submitted(cast), cast.actor("he")
    services.declare_special(code=code, reason="特急。", actor=he, at=now())
    with pytest.raises(MarkedAlready):
        services.declare_special(code=code, reason="特急。", actor=he, at=now())
    services.clear_special(code=code, reason="事情过去了。", actor=he, at=now())
    assert case_of(code).marks == ""
    services.declare_special(code=code, reason="又急了。", actor=he, at=now())
    assert CaseMark.objects.filter(ended_at__isnull=True).count() == 1


def test_the_green_channel_is_for_registered_projects(cast: Cast) -> None:
    code, manager = submitted(cast), cast.actor("manager")
    with pytest.raises(NoSuchProject):
        services.declare_green(code=code, project="没有", reason="重点。", actor=manager, at=now())
    project(cast)
    services.declare_green(code=code, project="2026-510000-01", reason="重点。", actor=manager, at=now())
    page = cast.client("wang").get(f"/desk/cases/{code}/").content.decode()
    assert "绿色通道" in page
    assert "清河湾水厂" in page
    assert "清河湾水厂" in cast.client("manager").get("/desk/priority/?kind=green").content.decode()


def test_a_special_past_its_inner_limit_is_told_once(cast: Cast) -> None:
    code = accepted(cast)
    services.declare_special(code=code, reason="特急。", actor=cast.actor("he"), at=now())
    later = now() + timedelta(days=12)
    assert services.remind_of_paths(later) == 1
    assert services.remind_of_paths(later) == 0


def test_numbers_of_the_priority_page(cast: Cast) -> None:
    code = decided_on(cast)
    services.declare_special(code=code, reason="特急。", actor=cast.actor("he"), at=now())
    services.grant(code=code, actor=cast.actor("chen"), at=now())
    with connection.cursor() as cursor:
        cursor.execute(
            """select count(*), count(c.decided_at) from cases_casemark m join cases_case c on c.matter_id = m.case_id
                where m.kind = 'special' and m.declared_at >= %s""",
            [datetime(now().astimezone(CHINA).year, 1, 1, tzinfo=CHINA)],
        )
        counted = cursor.fetchone()
    page = cast.client("manager").get("/desk/priority/").content.decode()
    assert f"今年定为特办件 {counted[0]} 件，办结 {counted[1]} 件，其中在内部时限内 1 件" in page


# --- What is prohibited


def test_declined_by_the_list_the_letter_names_the_basis(cast: Cast) -> None:
    code, uid = submitted(cast), prohibited(cast)
    services.decline_case(
        code=code, reason="申请新建粘土砖厂，属淘汰类。", actor=cast.actor("wang"), at=now(), prohibited=uid
    )
    letter = Letter.objects.get(kind="not_accepted_notice")
    assert "国家明令禁止" in letter.facts
    assert "产业结构调整指导目录" in letter.facts


def test_only_what_stands_on_the_list_today(cast: Cast) -> None:
    code, uid = submitted(cast), prohibited(cast)
    manager = cast.actor("manager")
    found = paths.prohibited(cast.units["centre"].pk).get()
    services.end_prohibited(actor=manager, uid=found.uid, reason="目录调整", at=now())
    for wrong in (uid, "no-uid", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(Invalid):
            services.decline_case(code=code, reason="禁止。", actor=cast.actor("wang"), at=now(), prohibited=wrong)
    assert matter_of(code).state == "received"


def test_everybody_can_look_before_coming(cast: Cast) -> None:
    prohibited(cast)
    assert "新建粘土砖厂" in Client().get("/prohibited/?q=烧砖").content.decode()
    assert "没有找到" in Client().get("/prohibited/?q=茶馆").content.decode()


@pytest.mark.parametrize("who", ["wang", "he", "qian_staff", "sun"])
def test_only_the_centre_keeps_the_registers(cast: Cast, who: str) -> None:
    client = cast.client(who)
    for address in ("projects", "prohibited", "external-systems", "case-paths"):
        assert client.get(f"/manage/{address}/").status_code == 403


# --- The kinds in the figures


def test_the_kind_that_the_figures_report(cast: Cast) -> None:
    item = published(cast)
    declined, corrected, special = (
        submitted(cast, item),
        submitted(cast, item, paper=False),
        decided_on(cast, item=item),
    )
    wang = cast.actor("wang")
    services.decline_case(code=declined, reason="不属本部门。", competent="卫健局", actor=wang, at=now())
    services.request_correction(code=corrected, items=[(1, "没有图章。")], actor=wang, at=now())
    services.declare_special(code=special, reason="特急。", actor=cast.actor("he"), at=now())
    services.grant(code=special, actor=cast.actor("chen"), at=now())
    while outbox.deliver_once():
        pass
    kinds = dict(CaseFact.objects.exclude(measure__in=["submitted", "accepted"]).values_list("measure", "kind"))
    assert kinds == {"declined": "refused", "corrected": "supplement", "granted": "special"}
    assert counting.compare() == []


def test_a_case_begun_under_an_older_procedure_keeps_its_steps(cast: Cast) -> None:
    code = submitted(cast)
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set procedure_version = 2 where code = %s", [code])
    with pytest.raises(StepNotOpen):
        services.declare_special(code=code, reason="特急。", actor=cast.actor("manager"), at=now())
    page = cast.client("manager").get(f"/desk/cases/{code}/declare_special/")
    assert page.status_code == 404
    assert matters.procedure_of(matter_of(code)).version == 2
    assert Case.objects.get(matter__code=code).marks == ""


def test_the_applicant_takes_back_what_a_superior_has(cast: Cast) -> None:
    code = reported(cast)
    client = cast.client("li")
    assert "撤回申请" in client.get(f"/my/matters/{code}/").content.decode()
    services.withdraw(code=code, reason="店面转让了", actor=cast.actor("li"), at=now())
    assert matter_of(code).state == "withdrawn"
    report = ReportUp.objects.get(case__matter__code=code)
    assert (report.outcome, report.answered_at is not None) == ("recalled", True)
    letter = Letter.objects.get(matter_code=code, kind="withdrawal_up_letter")
    assert "安平市市场监督管理局" in letter.facts
    while outbox.deliver_once():
        pass
    assert Message.objects.filter(account=cast.accounts["zhao"], subject="请把撤回告知上级").count() == 1
    with pytest.raises(StepNotOpen):
        services.superior_granted(code=code, paper_number="安市监许〔2026〕9 号", actor=cast.actor("zhao"), at=now())


def test_a_case_begun_before_version_four_has_to_be_moved_first(cast: Cast) -> None:
    code = reported(cast)
    with connection.cursor() as cursor:
        cursor.execute("update matters_matter set procedure_version = 3 where code = %s", [code])
    with pytest.raises(StepNotOpen):
        services.withdraw(code=code, reason="不办了", actor=cast.actor("li"), at=now())
    assert ReportUp.objects.get(case__matter__code=code).answered_at is None
