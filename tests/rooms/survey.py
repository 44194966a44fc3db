"""踏勘、会审、复议诉讼: a survey that Zhao fills in and one that is passed, a reconsideration of Li's, a joint review."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from yimen.ground.documents.services import store_file
from yimen.ground.kit.moments import day_of, now
from yimen.service.cases.tests.stage import case_of
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Challenge, Observer, Panel, Survey, SurveyRecord
from yimen.service.scrutiny.services.panels import Attendance

if TYPE_CHECKING:
    from tests.security.world import World

CEILINGS: dict[str, tuple[str, int]] = {
    "scrutiny:challenges": ("he", 12),
    "scrutiny:challenge": ("he", 20),
    "scrutiny:challenge_new": ("he", 12),
    "scrutiny:challenge_act": ("he", 12),
    "scrutiny:challenge_paper": ("he", 10),
    "scrutiny:surveys": ("zhao", 12),
    "scrutiny:survey": ("zhao", 26),
    "scrutiny:survey_new": ("zhao", 14),
    "scrutiny:survey_act": ("zhao", 14),
    "scrutiny:survey_fill": ("zhao", 14),
    "scrutiny:survey_photos": ("zhao", 14),
    "scrutiny:survey_photo_remove": ("zhao", 12),
    "scrutiny:survey_sign": ("zhao", 18),
    "scrutiny:survey_sign_as": ("zhao", 18),
    "scrutiny:survey_conclude": ("zhao", 20),
    "scrutiny:survey_file": ("zhao", 12),
    "scrutiny:survey_forms": ("he", 10),
    "scrutiny:survey_form": ("he", 12),
    "scrutiny:survey_terms": ("manager", 10),
    "api:survey_list": ("zhao", 10),
    "api:joint_reviews": ("manager", 11),
    "api:challenge_list": ("he", 9),
    "scrutiny:panels": ("manager", 14),
    "scrutiny:panel": ("manager", 22),
    "scrutiny:panel_new": ("manager", 8),
    "scrutiny:panel_print": ("manager", 22),
    "scrutiny:panel_minutes": ("manager", 12),
    "scrutiny:panel_paper": ("manager", 10),
    "scrutiny:panel_seat": ("zhao", 12),
    "scrutiny:panel_act": ("manager", 14),
    "scrutiny:panel_terms": ("manager", 9),
    "scrutiny:observers": ("manager", 12),
    "scrutiny:observer_act": ("manager", 10),
    "scrutiny:observer_new": ("manager", 14),
    "scrutiny:mine_survey": ("li", 20),
    "scrutiny:mine_survey_rectified": ("li", 14),
    "scrutiny:mine_survey_file": ("li", 12),
}
MORE = {
    "scrutiny:survey_new": "the survey begins, and its notice is sealed",
}
_PAGES = "yimen/service/scrutiny/tests/test_pages.py::"
ELSEWHERE = {
    "scrutiny:survey_new": f"{_PAGES}test_a_survey_on_the_phone",
    "scrutiny:challenge_new": f"{_PAGES}test_a_reconsideration_from_its_pages",
    "scrutiny:panel_new": f"{_PAGES}test_a_joint_review_from_its_pages",
}
LIST = {"scrutiny:challenges", "scrutiny:surveys", "scrutiny:survey_forms", "scrutiny:panels", "scrutiny:observers"}


def arguments(world: World) -> dict[str, dict[str, Any]]:
    """One of each, made through services."""
    from tests.security.world import picture

    cast, at = world.cast, now()
    code = world.cases["suspended"]
    zhao, he = cast.actor("zhao"), cast.actor("he")
    if not SurveyRecord.objects.exists():
        services.appoint_survey(
            code=code, planned_at=at, place="东街 12 号", actor=zhao, at=at,
            surveyors=[(cast.accounts["zhao"].pk, "川01"), (cast.accounts["zhou"].pk, "川02")],
        )  # fmt: skip
        survey = Survey.objects.select_related("matter", "case__matter").get(case__matter__code=code)
        given = {"address": "yes", "layout": "yes", "facilities": "yes", "safety": "no"}
        services.save_survey_draft(survey=survey, given=given, text="", present="李明", actor=zhao, at=at)
        services.add_photos(
            survey=survey,
            uploads=[picture()],
            taken_at=at - timedelta(minutes=1),
            place="门头",
            caption="门头",
            actor=zhao,
            at=at,
        )
        services.register_challenge(
            code=code, kind="reconsideration", who="applicant", against="silence", claim="逾期没有办理。", body="清河县人民政府",
            number="清政复受〔2026〕1号", accepted_on=day_of(at), served_on=day_of(at), actor=he, at=at,
            files=[store_file(picture(), actor=he, at=at)],
        )  # fmt: skip
        services.convene_panel(
            subject="听泉茶馆改造", agenda="各部门意见", planned_at=at + timedelta(days=1), place="三楼会议室", host="马成", codes=[code],
            departments=[(cast.units["market"].pk, "")], actor=cast.actor("manager"), at=at,
            papers=[store_file(picture(), actor=he, at=at)],
        )  # fmt: skip
        services.attach_observer(
            code=code, account_id=cast.accounts["wu"].pk, reason="重大投资项目", actor=cast.actor("manager"), at=at
        )
        done = services.convene_panel(
            subject="已开的会审", agenda="各部门意见", planned_at=at + timedelta(days=1), place="三楼会议室", host="马成", codes=[code],
            departments=[(cast.units["market"].pk, "")], actor=cast.actor("manager"), at=at,
        )  # fmt: skip
        Panel.objects.filter(pk=done.pk).update(planned_at=at)
        services.conclude_panel(
            panel=Panel.objects.select_related("matter").get(pk=done.pk), conclusion="agreed", concluded="同意。", minutes="",
            attendance={done.seats.get().pk: Attendance(True, "赵强")}, actor=cast.actor("manager"), at=at,
        )  # fmt: skip
    panels, observer = Panel.objects.select_related("matter"), Observer.objects.order_by("pk")[0]
    panel, over = panels.get(subject="听泉茶馆改造"), panels.get(subject="已开的会审")
    met = {"code": panel.matter.code}
    survey = Survey.objects.select_related("matter").get(case__matter__code=code)
    record = survey.records.get()
    sent = store_file(picture(), actor=cast.actor("li"), at=at)
    survey.rectified_files.set([sent])
    photo = record.photos.select_related("file").get()
    challenge = Challenge.objects.select_related("matter").get(case__matter__code=code)
    gone, asked = {"code": survey.matter.code}, {"code": challenge.matter.code}
    return {
        "scrutiny:challenge": asked,
        "scrutiny:challenge_new": {"code": code},
        "scrutiny:challenge_act": {**asked, "action": "answer"},
        "scrutiny:challenge_paper": {**asked, "uid": challenge.papers.all()[0].uid},
        "scrutiny:panel": met,
        "scrutiny:panel_print": met,
        "scrutiny:panel_minutes": {"code": over.matter.code},
        "scrutiny:panel_paper": {**met, "uid": panel.papers.all()[0].uid},
        "scrutiny:panel_seat": {**met, "pk": panel.seats.all()[0].pk, "action": "reply"},
        "scrutiny:panel_act": {**met, "action": "postpone"},
        "scrutiny:observer_act": {"uid": observer.uid, "action": "end"},
        "scrutiny:observer_new": {"code": world.cases["reviewing"]},
        "scrutiny:survey": gone,
        "scrutiny:survey_new": {"code": world.cases["reviewing"]},
        "scrutiny:survey_act": {**gone, "action": "cancel"},
        "scrutiny:survey_fill": gone,
        "scrutiny:survey_photos": gone,
        "scrutiny:survey_photo_remove": {**gone, "uid": photo.uid},
        "scrutiny:survey_sign": gone,
        "scrutiny:survey_sign_as": {**gone, "who": "present"},
        "scrutiny:survey_conclude": gone,
        "scrutiny:survey_file": {**gone, "uid": photo.file.uid},
        "scrutiny:survey_form": {"code": world.item.code},
        "scrutiny:mine_survey": {"code": code, "survey": survey.matter.code},
        "scrutiny:mine_survey_rectified": {"code": code, "survey": survey.matter.code},
        "scrutiny:mine_survey_file": {"survey": survey.matter.code, "uid": sent.uid},
    }


def more(world: World, count: int) -> None:
    """So many more of each on the lists."""
    from yimen.ground.matters.models import Matter

    cast, at = world.cast, now()
    case = case_of(world.cases["reviewing"])
    Observer.objects.get_or_create(
        case=case, account=cast.accounts["wu"],
        defaults={"name": "吴敏", "reason": "…", "since": at, "appointed_by": "马成"},
    )  # fmt: skip
    for procedure, state in (("survey", "appointed"), ("challenge", "answering"), ("joint_review", "convened")):
        started = Matter.objects.filter(procedure=procedure).count()
        matters = Matter.objects.bulk_create(
            Matter(
                procedure=procedure, procedure_version=1, code=f"{procedure[:2]}{started + each}", title=case.matter.title,
                state=state, department=cast.units["market"], centre=cast.units["centre"], division=case.matter.division,
                channel="web", opened_at=at, sort_at=at,
            )
            for each in range(count)
        )  # fmt: skip
        if procedure == "joint_review":
            Panel.objects.bulk_create(
                Panel(matter=each, subject="会审", agenda="…", planned_at=at, place="…", host="马成")
                for each in matters
            )
        elif procedure == "survey":
            Survey.objects.bulk_create(Survey(matter=each, case=case, planned_at=at, place="东街") for each in matters)
        else:
            Challenge.objects.bulk_create(
                Challenge(
                    matter=each, case=case, kind="lawsuit", who="applicant", challenger="李明", against="decision", claim="…",
                    body="法院", number=f"行初{each.pk}号", accepted_on=day_of(at), served_on=day_of(at), stage="first",
                )
                for each in matters
            )  # fmt: skip
