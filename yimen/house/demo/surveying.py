"""Away from the desk in 清河县: one survey on its way, one concluded with photos and signatures, one to be rectified; a joint review
and an observer of a project; a reconsideration that must be answered and one that ordered something.
"""

from __future__ import annotations

import base64
import io
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.moments import day_of, local
from yimen.ground.matters.models import Step
from yimen.ground.organisations.selectors import actor_for
from yimen.house.demo.acting import Stage
from yimen.service.cases.models import Case
from yimen.service.scrutiny import services
from yimen.service.scrutiny.models import Challenge, Panel, Survey
from yimen.service.scrutiny.services.appointing import CASE_STATES, possible_surveyors
from yimen.service.scrutiny.services.observing import possible_observers
from yimen.service.scrutiny.services.panels import Attendance

CERTIFICATES = ("川QH-2024-0117", "川QH-2023-0042")
ANSWERS = {"address": "yes", "area": "86.5", "layout": "yes", "facilities": "yes", "safety": "no"}


def tell(stage: Stage) -> None:
    """After the cases are told; each at moments that have passed."""
    _surveys(stage)
    _panels(stage)
    _challenges(stage)


def _after(case: Case) -> datetime:
    last = Step.objects.filter(matter=case.pk).order_by("-seq").values_list("happened_at", flat=True).first()
    return local(last or case.matter.opened_at) + timedelta(minutes=5)


def _cases(*states: str) -> list[Case]:
    found = Case.objects.select_related("matter__department").filter(
        matter__state__in=states, matter__procedure="licence", accepted_at__isnull=False
    )
    return list(found.order_by("accepted_at", "pk"))


# --- Surveys


def _surveys(stage: Stage) -> None:
    told = 0
    for case in _cases("reviewing"):
        matter, now = case.matter, stage.days.now
        people = possible_surveyors(matter.department_id, matter.centre_id, matter.division_id, now)
        if len(people) < 2 or told == 3:
            continue
        at = max(_after(case), stage.days.at(stage.days.back(2), 9, 10))
        going = [(pk, CERTIFICATES[place]) for place, (pk, _) in enumerate(people[:2])]
        actor = _surveyor(stage, going[0][0])
        ahead = told == 0
        planned = stage.days.at(stage.days.after(day_of(now)), 9, 30) if ahead else at + timedelta(hours=1)
        if (
            actor is None
            or not actor.holds("scrutiny.survey")
            or at >= now
            or (not ahead and planned + timedelta(hours=1) > now)
        ):
            continue
        services.appoint_survey(
            code=matter.code, planned_at=planned, place="清河县城关镇东街 12 号", surveyors=going, actor=actor, at=at,
            bring="请打开所有房间，备好设备清单和房屋合同原件。",
        )  # fmt: skip
        if not ahead:
            survey = Survey.objects.select_related("matter", "case__matter").get(case=case.pk)
            _visit(stage, survey, actor.account_id or 0, planned + timedelta(minutes=20), rectify=told == 2)
        told += 1


def _surveyor(stage: Stage, account_id: int) -> Actor:
    return actor_for(get_user_model()._default_manager.get(pk=account_id), stage.days.now)


def _visit(stage: Stage, survey: Survey, account_id: int, at: datetime, *, rectify: bool) -> None:
    actor = _surveyor(stage, account_id)
    given = ANSWERS | ({"safety": "yes", "safety__note": "后门疏散通道堆放杂物"} if rectify else {})
    services.save_survey_draft(
        survey=survey, given=given, text="沿街铺面，已装修完毕。", present="店长 何小满", actor=actor, at=at
    )
    services.add_photos(
        survey=survey, uploads=[_photo("门头", "#8a6f4d"), _photo("操作间", "#5d7a8c")], taken_at=at, place="店内", caption="现场",
        actor=actor, at=at,
    )  # fmt: skip
    for place, each in enumerate(survey.surveyors.order_by("pk")):
        services.sign_survey(survey=survey, surveyor_id=each.pk, drawn=_drawn(place), actor=actor, at=at)
    if rectify:
        services.sign_present(
            survey=survey,
            name="何小满",
            refused="认为通道是临时堆放，不认可第五项",
            witness="东街社区网格员 杜小青",
            actor=actor,
            at=at,
        )
        services.conclude_survey(
            survey=survey, conclusion="rectify", text="疏散通道不畅。", rectify="一、清空后门疏散通道；二、补装疏散指示标志。",
            rectify_by=day_of(at) + timedelta(days=10), actor=actor, at=at + timedelta(minutes=10),
        )  # fmt: skip
    else:
        services.sign_present(survey=survey, name="何小满", drawn=_drawn(5), actor=actor, at=at)
        services.conclude_survey(
            survey=survey, conclusion="pass", text="现场与申请材料一致。", actor=actor, at=at + timedelta(minutes=10)
        )


def _photo(name: str, colour: str) -> SimpleUploadedFile:
    picture = Image.new("RGB", (1200, 900), colour)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((120, 260, 1080, 820), outline="#f4efe6", width=14)
    pen.rectangle((460, 420, 740, 820), fill="#f4efe6")
    pen.rectangle((120, 120, 1080, 220), fill="#b5483a")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return SimpleUploadedFile(f"{name}.jpg", out.getvalue(), "image/jpeg")


def _drawn(place: int) -> str:
    sheet = Image.new("RGBA", (900, 360), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    for stroke in range(3):
        left = 120 + 220 * stroke
        pen.line(
            (left, 90 + 20 * place, left + 90, 260, left + 150, 120 + 15 * stroke, left + 60, 200),
            fill=(17, 17, 17, 255),
            width=8,
        )
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


# --- Joint reviews and an observer


def _panels(stage: Stage) -> None:
    days, now = stage.days, stage.days.now
    cases = _cases(*CASE_STATES)[:3]
    manager = stage.actor(stage.county.first("centre", "manager"))
    if not cases:
        return
    units = [
        (stage.county.units[name].pk, "") for name in ("market", "housing", "health") if name in stage.county.units
    ]
    convened = max([_after(case) for case in cases] + [days.at(days.back(6), 10, 0)])
    met = convened + timedelta(hours=2)
    if met + timedelta(hours=3) < now:
        services.convene_panel(
            subject="听泉茶馆装修与消防、卫生衔接", agenda="一、经办部门介绍情况\n二、各部门意见\n三、形成结论", planned_at=met,
            place="政务服务中心三楼会议室", host=manager.name, codes=[cases[0].matter.code], departments=units, actor=manager, at=convened,
        )  # fmt: skip
        panel = Panel.objects.select_related("matter").latest("pk")
        attendance = {}
        for place, seat in enumerate(panel.seats.order_by("pk")):
            attendance[seat.pk] = Attendance(
                place < 2, "到会负责人" if place < 2 else "", "" if place < 2 else "全县卫生检查，请假"
            )
        services.conclude_panel(
            panel=panel, conclusion="conditions", concluded="加装隔油设施、保持疏散通道畅通后，各部门按各自职责办理。",
            minutes="市场监管、住建部门发言，卫健部门请假。", attendance=attendance, actor=manager, at=met + timedelta(hours=2),
        )  # fmt: skip
    services.convene_panel(
        subject="启明物流园用地和施工许可衔接", agenda="一、项目介绍\n二、各部门意见",
        planned_at=days.at(days.after(day_of(now)), 14, 30),
        place="政务服务中心三楼会议室", host=manager.name, codes=[each.matter.code for each in cases[1:]] or [cases[0].matter.code],
        departments=units, actor=manager, at=now - timedelta(minutes=30),
    )  # fmt: skip
    case = cases[-1]
    who = possible_observers(case, now)
    if who:
        services.attach_observer(
            code=case.matter.code, account_id=who[0][0], reason="县重点投资项目，关注用地和消防衔接", actor=manager,
            at=now - timedelta(minutes=20),
        )  # fmt: skip


# --- Challenges


def _challenges(stage: Stage) -> None:
    now = stage.days.now
    found = list(
        Case.objects.select_related("matter__department").filter(decision="refused", matter__procedure="licence")
        .order_by("-decided_at")[:2]
    )  # fmt: skip
    manager = stage.actor(stage.county.first("centre", "manager"))
    for place, case in enumerate(found):
        on = max(day_of(case.decided_at or now), day_of(now) - timedelta(days=3))
        services.register_challenge(
            code=case.matter.code, kind="reconsideration" if place == 0 else "lawsuit", who="applicant", against="decision",
            claim="认为不予许可的事实不清，请求撤销并重新作出决定。", body="清河县人民政府" if place == 0 else "清河县人民法院",
            number=f"清政复受〔{now.year}〕{place + 3}号" if place == 0 else f"({now.year})川9911行初{place + 4}号",
            accepted_on=on, served_on=on, actor=manager, at=now - timedelta(minutes=15),
        )  # fmt: skip
        if place == 1:
            challenge = Challenge.objects.select_related("matter").latest("pk")
            services.answer_challenge(
                challenge=challenge, reason="已提交答辩状、证据清单。", actor=manager, at=now - timedelta(minutes=12)
            )
            services.decide_challenge(
                challenge=Challenge.objects.select_related("matter").get(pk=challenge.pk), outcome="revoked", decided_on=day_of(now),
                ruling="撤销不予许可决定，责令三十日内重新作出。",
                orders="三十日内重新作出决定。", comply_days=30, comply_unit="calendar",
                actor=manager, at=now - timedelta(minutes=10),
            )  # fmt: skip
