"""An application arrives: online, at a window, through an agent, over the interface. One case whatever the channel (R048)."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from yimen.ground.calendar.selectors import receipt_day
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.identity.services import demand_standing
from yimen.ground.kit.checkpoints import run_checks
from yimen.ground.kit.moments import CHINA, day_of
from yimen.ground.kit.numbering import next_number
from yimen.ground.kit.refusals import Invalid, NotAllowed
from yimen.ground.matters.services import open_matter
from yimen.ground.organisations.selectors import hall_of_department, letter_for
from yimen.service.cases import credentials as holding
from yimen.service.cases import rules
from yimen.service.cases.editions import EditionCard, open_edition
from yimen.service.cases.events import CaseSubmitted
from yimen.service.cases.models import Case, CaseFile, CaseMaterial, SparedMaterial
from yimen.service.cases.services.letters import issue
from yimen.service.cases.services.renewing import note_expiry, watch_expiry
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules.guidance import checked, kept
from yimen.service.catalogue.rules.questions import clean_answers

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party


class AnswersWrong(Invalid):
    """The form is not filled in right; `fields` says what at each field."""

    code = "answers_wrong"


class NotForYou(NotAllowed):
    """The actor may not apply for this person."""

    code = "not_for_you"


class NotServedHere(NotAllowed):
    """No letter of authorisation lets the actor take in this item at the window (R006)."""

    code = "not_served_here"


class AgentsNotTaken(NotAllowed):
    """The item must be applied for in person (行政许可法 art. 29)."""

    code = "agents_not_taken"


class PaperAtWindow(Invalid):
    """Only staff can say that a material was taken in on paper: whoever brings it does not receive it."""

    code = "paper_at_window"


@dataclass(frozen=True, slots=True)
class Submitted:
    """The case that an application became."""

    code: str
    matter_id: int
    uid: UUID
    receipt_number: str


@dataclass(frozen=True, slots=True)
class Spared:
    """The credential whose file was put to a material."""

    provider: str
    reference: str
    said: str


def submit_application(
    *,
    item_code: str,
    party_id: int,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    channel: str,
    files: Mapping[int, Sequence[int]] | None = None,
    paper: Collection[int] = (),
    contact_name: str = "",
    contact_phone: str = "",
    delivery_method: str = "window",
    delivery_address: str = "",
    situation: Mapping[str, Any] | None = None,
    basis: str = "",
    recorded_at: datetime | None = None,
    credentials: Mapping[int, str] | None = None,
) -> Submitted:
    """Submit an application for `party_id`; returns its number.

    `situation` are answers to the item's situational guidance, to the end or none at all; wrong ones are refused by key.
    `answers` are raw form values; `files` maps an edition material's id to ids of stored files; `paper` holds the ids of
    materials that staff have taken in on paper; `credentials` the references of certificates that stand for a material, by the
    material's id. The applicant submits for the own party; staff with `cases.intake` for
    anybody at the window, under a letter for the item. Raises `AnswersWrong`, `NotForYou`, `NotServedHere`,
    `PaperAtWindow`, `ItemCancelled`, `DayIsFull`, `NoSuchCredential`.
    """
    with transaction.atomic():
        edition = open_edition(item_code, at)
        _, wrong = checked(edition.edition.guidance, situation or {})
        if wrong:
            raise AnswersWrong(
                f"情形引导有 {len(wrong)} 处要改。", next_step="请按办事指南的情形引导重新回答。",
                fields={f"situation.{key}": said for key, said in wrong.items()},
            )  # fmt: skip
        if credentials:
            demand_intake(actor, party_id, edition, at)
        whole = {material: list(held) for material, held in (files or {}).items()}
        spared = _spare(edition, party_id, {**(situation or {}), **answers}, credentials or {}, whole, at)
        return submit_edition(
            edition=edition, party_id=party_id, answers=answers, actor=actor, at=at, channel=channel, files=whole, paper=paper,
            contact_name=contact_name, contact_phone=contact_phone, delivery_method=delivery_method,
            delivery_address=delivery_address, situation=situation, basis=basis, recorded_at=recorded_at, spared=spared,
        )  # fmt: skip


def _spare(
    edition: EditionCard, party_id: int, said: Mapping[str, Any], wanted: Mapping[int, str], files: dict[int, list[int]],
    at: datetime,
) -> dict[tuple[int, int], Spared]:  # fmt: skip
    """Put the file of each chosen credential to its material in `files`; held as they stand until the transaction ends."""
    if not wanted:
        return {}
    needed = {each.pk: each for each, _ in catalogue.materials_needed(edition.edition, said, day_of(at))}
    spared = {}
    for material_id, reference in sorted(wanted.items(), key=lambda each: each[1]):
        material = needed.get(material_id)
        if material is None:
            raise holding.NoSuchCredential(
                "这个事项没有这份材料，或按填报的情况不用交。", next_step="请核对材料的编号。"
            )
        found = holding.chosen(party_id, material.standard_id, reference, at)
        holding.demand_standing(
            provider=found.provider, reference=reference, said=found.said, material=material.name, party_id=party_id,
            standard=material.standard_id, at=at,
        )  # fmt: skip
        file = holding.file_of(found, at)
        files.setdefault(material_id, []).append(file)
        spared[material_id, file] = Spared(found.provider, reference, found.said)
    return spared


def submit_edition(
    *,
    edition: EditionCard,
    party_id: int,
    answers: Mapping[str, Any],
    actor: Actor,
    at: datetime,
    channel: str,
    files: Mapping[int, Sequence[int]] | None = None,
    paper: Collection[int] = (),
    contact_name: str = "",
    contact_phone: str = "",
    delivery_method: str = "window",
    delivery_address: str = "",
    basis: str = "",
    recorded_at: datetime | None = None,
    situation: Mapping[str, Any] | None = None,
    reused: Mapping[tuple[int, int], int] | None = None,
    spared: Mapping[tuple[int, int], Spared] | None = None,
) -> Submitted:
    """As `submit_application`, for an edition already opened; runs in the caller's transaction. Where staff take it in, upper
    modules may object at the point `cases.intake` (actor, item_id, name, at).

    `situation` are answers to the item's situational guidance: they decide materials beside the form's. `reused` says of a
    (material, file) from which earlier case's file it was taken (`services.reuse`), `spared` which credential it is the file
    of; the caller has asked whether that stands.
    """
    demand_intake(actor, party_id, edition, at)
    if actor.kind == "staff":
        run_checks("cases.intake", actor=actor, item_id=edition.item_id, name=edition.name, at=at)
    refuse_paper_of_applicants(actor, paper)
    party = party_file(party_id)
    said, wrong = clean_answers(edition.form, answers)
    if wrong:
        raise AnswersWrong(f"表单有 {len(wrong)} 处要改。", next_step="请按提示改好后再提交。", fields=wrong)
    told = kept(edition.edition.guidance, situation) if situation else {}
    hall = hall_of_department(edition.department_id)
    day = day_of(at)
    code = rules.case_code(edition.code31, day, next_number(rules.series(edition.code31, day)))
    opened = open_matter(
        procedure=edition.power.procedure,
        action="submit",
        code=code,
        title=edition.name,
        subject=edition.code31,
        actor=actor,
        at=at,
        applicant_id=party.id,
        applicant_name=party.name,
        department_id=edition.department_id,
        centre_id=hall.centre_id,
        division=hall.division,
        channel=channel,
        window_id=actor.window_id or hall.window_id,
        clock=rules.receipt_clock(licence=edition.power.licence),
        effective_at=_effective(at, hall.centre_id, hall.division),
        basis=basis,
        facts={
            "item": edition.code,
            "edition": edition.number,
            "form": edition.form_version,
            "channel": channel,
            **({"reused": len(reused)} if reused else {}),
            **({"spared": len(spared)} if spared else {}),
        },
        events=[CaseSubmitted(code=code, at=at)],
        recorded_at=recorded_at,
    )
    case = Case(
        matter_id=opened.matter_id,
        item_id=edition.item_id,
        edition_id=edition.id,
        form_version=edition.form_version,
        kind=edition.case_kind,
        answers=json.dumps(said, ensure_ascii=False),
        situation=json.dumps(told, ensure_ascii=False) if told else "",
        contact_name=contact_name or party.name,
        contact_phone=contact_phone or party.phone,
        delivery_method=delivery_method,
        delivery_address=delivery_address,
        agent_name=actor.standing.agent[:100] if actor.standing else "",
        mandate_number=actor.standing.number if actor.standing else "",
    )
    if edition.renewal is not None:
        note_expiry(case, edition, said)
    case.save(force_insert=True)
    if case.licence_expires_on is not None:
        watch_expiry(case)
    materials = _materials(case, edition, {**told, **said}, files or {}, set(paper), day)
    CaseMaterial.objects.bulk_create(materials)
    attached = _attach(materials, files or {}, at, reused=reused)
    if spared:
        _note_spared(attached, spared, at)
    receipt = issue(
        "materials_receipt", case=case, code=code, title=edition.name, party=party, edition=edition, actor=actor, at=at,
        department_id=edition.department_id,
        materials=[
            {"order": 0, "name": "申请表", "state": "已填写"},
            *({"order": m.order, "name": m.name, "state": m.get_state_display()} for m in materials),
        ],
    )  # fmt: skip
    return Submitted(code=code, matter_id=opened.matter_id, uid=opened.uid, receipt_number=receipt.number)


def _effective(at: datetime, centre_id: int | None, division: str) -> datetime:
    """The moment from which a receipt counts: `at`, or the next working day where the centre has set that for late ones."""
    if not getattr(settings, "LATE_RECEIPT_NEXT_DAY", False):
        return at
    day = receipt_day(at, centre_id, division)
    return at if day == day_of(at) else datetime.combine(day, time(), tzinfo=CHINA)


def demand_intake(actor: Actor, party_id: int, edition: EditionCard, at: datetime) -> None:
    """Raise `NotForYou` or `NotServedHere` unless the actor may apply for this person for this item."""
    if actor.party_id == party_id:
        demand_standing(actor, "apply", edition.code31, at)
        if actor.standing is not None and actor.standing.kind == "mandate":
            refuse_agents(edition)
        return
    if actor.kind == "system":
        return
    if actor.kind != "staff" or not actor.holds("cases.intake"):
        raise NotForYou("您不能替这个申请人提交申请。", next_step="请用申请人本人的账号办理，或到窗口由工作人员代录。")
    demand_served(actor, edition, at)


def refuse_agents(edition: EditionCard) -> None:
    """Raise `AgentsNotTaken` where the applicant must come in person (行政许可法 art. 29: unless presence is required)."""
    if edition.edition.agents_refused:
        basis = edition.edition.agents_refused_basis
        raise AgentsNotTaken(
            f"“{edition.name}”依法须由申请人本人到场办理，不能代办{f'（{basis}）' if basis else ''}。",
            next_step="请委托人本人申请；可以先代为了解要带的材料。",
        )


def demand_served(actor: Actor, edition: EditionCard, at: datetime) -> None:
    """Raise `NotServedHere` unless a letter lets this member of staff take the item in today (R006)."""
    if letter_for(actor, "accept", edition.code31, day_of(at), department_id=edition.department_id) is None:
        raise NotServedHere(
            "这个事项不在您的窗口受理，或没有有效的授权委托书。",
            next_step="请引导申请人到对应窗口，或请部门签发委托书。",
        )


def refuse_paper_of_applicants(actor: Actor, paper: Collection[int]) -> None:
    """Raise `PaperAtWindow` where an applicant says that the window has the paper: acceptance rests on that word."""
    if paper and actor.kind == "citizen":
        raise PaperAtWindow(
            "纸质材料由窗口收到后登记，不能由申请人自己登记为已收。",
            next_step="请上传电子件；要交纸质件的，先提交申请，再把材料带到受理窗口。",
            fields={"paper_materials": "由窗口收到后登记。"},
        )


def _materials(
    case: Case,
    edition: EditionCard,
    said: Mapping[str, Any],
    files: Mapping[int, Sequence[int]],
    paper: set[int],
    day: date,
) -> list[CaseMaterial]:
    """One line for each material this application needs: conditions decided by the answers, cancelled ones left out (R030)."""
    lines = []
    for order, material in enumerate(edition.materials(said, day), start=1):
        state = CaseMaterial.State.MISSING
        if files.get(material.id):
            state = CaseMaterial.State.PROVIDED
        elif material.id in paper:
            state = CaseMaterial.State.PAPER
        elif material.exempt:
            state = CaseMaterial.State.EXEMPT
        lines.append(
            CaseMaterial(
                case=case,
                order=order,
                material_id=material.id,
                name=material.name,
                required=material.required,
                state=state,
            )
        )
    return lines


def _attach(
    lines: Sequence[CaseMaterial], files: Mapping[int, Sequence[int]], at: datetime, seq: int = 1,
    reused: Mapping[tuple[int, int], int] | None = None,
) -> list[CaseFile]:  # fmt: skip
    source = reused or {}
    return CaseFile.objects.bulk_create(
        CaseFile(
            case_material=line,
            file_id=file_id,
            step_seq=seq,
            added_at=at,
            reused_from_id=source.get((line.material_id, file_id)),
        )
        for line in lines
        for file_id in files.get(line.material_id, ())
    )


def _note_spared(attached: Sequence[CaseFile], spared: Mapping[tuple[int, int], Spared], at: datetime) -> None:
    """Write down of each file that is a credential which one it is, checked now, and its digest."""
    digests = dict(CaseFile.objects.filter(pk__in=[each.pk for each in attached]).values_list("pk", "file__digest"))
    rows = []
    for each in attached:
        held = spared.get((each.case_material.material_id, each.file_id))
        if held is not None:
            rows.append(
                SparedMaterial(
                    case_file=each,
                    provider=held.provider,
                    reference=held.reference,
                    said=held.said,
                    digest=digests[each.pk],
                    checked_at=at,
                )
            )
    SparedMaterial.objects.bulk_create(rows)


def card_of(case: Case) -> Party:
    """The applicant of a case."""
    if case.matter.applicant_id is None:
        raise NotForYou("这件事没有申请人。")
    return party_file(case.matter.applicant_id)
