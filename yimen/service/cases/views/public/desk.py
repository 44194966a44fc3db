"""The applicant's desk while a draft lies on it: the draft, its edition, its materials and what is still missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from yimen.ground.calendar.selectors import work_calendar
from yimen.ground.identity.rules import Actor
from yimen.ground.identity.selectors import masked
from yimen.ground.identity.selectors import party as party_file
from yimen.ground.kit.masking import mask_id_number
from yimen.ground.kit.moments import day_of
from yimen.ground.kit.refusals import Refusal
from yimen.ground.matters import rules as reckoning
from yimen.ground.organisations.selectors import divisions
from yimen.service.cases import rules, selectors
from yimen.service.cases.editions import EditionCard, open_edition, pinned_edition
from yimen.service.cases.forms.questions import AnswerForm, Regions, asks_region, known_of
from yimen.service.cases.lifecycle import RECEIPT_WORKDAYS
from yimen.service.cases.models import Draft, DraftFile
from yimen.service.cases.services import reuse
from yimen.service.cases.services.drafts import AlreadySubmitted, file_for_forms
from yimen.service.cases.services.reuse import Reusable
from yimen.service.cases.views.public.asking import actor_of, now
from yimen.service.catalogue import selectors as catalogue
from yimen.service.catalogue.rules import guidance
from yimen.service.catalogue.rules.questions import as_form

if TYPE_CHECKING:
    from yimen.ground.identity.models import Party
    from yimen.service.cases.credentials import Credential
    from yimen.service.catalogue.models import EditionMaterial

STEPS = ("form", "materials", "delivery", "check")
STEP_NAMES = ("情况", "材料", "领取方式", "核对提交", "完成")


@dataclass
class MaterialRow:
    """One material as step 2 shows it. `on_paper` says that the applicant will bring it to the window."""

    material: EditionMaterial
    required: bool
    files: list[DraftFile] = field(default_factory=list)
    on_paper: bool = False
    error: str = ""
    offers: list[Reusable] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)

    @property
    def takes_files(self) -> bool:
        """Whether it can be handed in online."""
        return not self.material.exempt and self.material.format != "paper"

    @property
    def may_be_brought(self) -> bool:
        """Whether the applicant may choose to bring it on paper."""
        return self.required and not self.material.exempt and self.material.format == "either"

    @property
    def settled(self) -> bool:
        """Nothing more is to be done for it here."""
        return bool(self.material.exempt or self.files or self.on_paper or self.material.format == "paper")

    @property
    def state(self) -> str:
        """How the row is drawn: ready, bad or ""."""
        if self.error:
            return "bad"
        return "ready" if self.material.exempt or self.files else ""

    @property
    def said(self) -> str:
        """The badge."""
        if self.material.exempt:
            return "免提交"
        if any(each.provider for each in self.files):
            return "免提交，证照代替"
        if self.files:
            return "已上传" if len(self.files) == 1 else f"已上传 {len(self.files)} 个"
        if self.on_paper or self.material.format == "paper":
            return "交纸质件"
        return "待上传" if self.required else ""


class WindowOnly(Refusal):
    """The item is not taken in online."""

    code = "window_only"


def must_be_online(edition: EditionCard) -> None:
    """Raise `WindowOnly` for an item whose guide names ways of applying, and none of them is online."""
    channels = set(edition.edition.channels)
    if channels and not channels & {"online", "phone"}:
        place = edition.edition.place or "政务服务大厅综合窗口"
        raise WindowOnly(f"“{edition.name}”只在窗口办理，还不能网上申请。", next_step=f"请带好材料到{place}办理。")


class Desk:
    """Everything a step of the application needs; each part is read when it is first asked for."""

    def __init__(self, request: HttpRequest, uid: UUID, *, submitted_too: bool = False) -> None:
        self.request = request
        self.actor: Actor = actor_of(request)
        self.at: datetime = now()
        self.draft: Draft = selectors.access_draft(self.actor, uid, submitted_too=True)
        if self.draft.submitted_matter_id is not None and not submitted_too:
            raise AlreadySubmitted("这份申请已经提交，不能再改。", next_step="请到“我的办件”查看进度。")

    @cached_property
    def edition(self) -> EditionCard:
        """The edition the draft was begun with."""
        return pinned_edition(self.draft.edition_id)

    @cached_property
    def party(self) -> Party:
        """The applicant."""
        return party_file(self.draft.party_id)

    @property
    def who(self) -> dict[str, str]:
        """The applicant as the last page shows it, numbers covered."""
        shown = masked(self.party)
        return {"姓名或名称": shown.name, shown.id_type: shown.id_number}

    @cached_property
    def answers(self) -> dict[str, Any]:
        """What the draft says."""
        return selectors.draft_answers(self.draft)

    @property
    def covered_answers(self) -> dict[str, Any]:
        """The answers with people's numbers covered, for a page that only shows them."""
        numbers = {question.key for question in as_form(self.edition.form).questions() if question.kind == "id_number"}
        return {k: mask_id_number(v) if k in numbers and isinstance(v, str) else v for k, v in self.answers.items()}

    @cached_property
    def arrangements(self) -> dict[str, Any]:
        """Contact, delivery, what comes on paper."""
        return selectors.draft_arrangements(self.draft)

    @property
    def situation(self) -> list[tuple[str, str]]:
        """The applicant's situation in words, as the guidance asked for it."""
        return guidance.said(self.edition.edition.guidance, selectors.draft_situation(self.draft))

    @cached_property
    def offers(self) -> dict[int, list[Reusable]]:
        """Files of earlier cases that may be used again, by material."""
        return self._offered[0]

    @cached_property
    def credentials(self) -> dict[int, list[Credential]]:
        """Certificates of the applicant that may stand for a material, by material."""
        return self._offered[1]

    @cached_property
    def _offered(self) -> tuple[dict[int, list[Reusable]], dict[int, list[Credential]]]:
        return reuse.offered(self.draft, self.at)

    @cached_property
    def outdated(self) -> str:
        """Why this draft cannot be submitted as it is: its item closed or its guide renewed. Empty where it can."""
        try:
            current = open_edition(self.edition.code, self.at)
        except Refusal as refusal:
            return f"{refusal.message}{refusal.next_step}"
        return "" if current.id == self.edition.id else "renewed"

    # Step 1

    def form(
        self,
        raw: Mapping[str, Any] | None = None,
        *,
        complete: bool = True,
        asked_before: Sequence[str] | None = None,
    ) -> AnswerForm:
        """The item's form, with what was just sent or with what the draft holds."""
        return AnswerForm(
            self.edition.form,
            answers=self.answers,
            raw=raw,
            known=known_of(self.edition.form, file_for_forms(self.party)),
            regions=self.regions,
            complete=complete,
            asked_before=asked_before,
        )

    @cached_property
    def regions(self) -> Regions:
        """Divisions for the form, indented by level; read only where the form asks for one."""
        if not asks_region(self.edition.form):
            return ()
        known = list(divisions().order_by("path"))
        top = min((each.level for each in known), default=0)
        return [(each.code, "　" * (each.level - top) + each.name) for each in known]

    # Step 2

    @cached_property
    def materials(self) -> list[MaterialRow]:
        """The materials these answers need, with the files that are there."""
        files: dict[int, list[DraftFile]] = {}
        for added in self.draft.files.select_related("file", "reused_from__case_material__case__matter").order_by("id"):
            files.setdefault(added.material_id, []).append(added)
        paper = set(self.arrangements.get("paper", ()))
        needed = catalogue.materials_needed(
            self.edition.edition, {**selectors.draft_situation(self.draft), **self.answers}, day_of(self.at)
        )
        return [
            MaterialRow(
                material,
                required,
                files.get(material.pk, []),
                material.pk in paper,
                offers=self.offers.get(material.pk, []) if not files.get(material.pk) else [],
                credentials=self.credentials.get(material.pk, []) if not files.get(material.pk) else [],
            )
            for material, required in needed
        ]

    @property
    def lacking(self) -> list[MaterialRow]:
        """Required materials that are neither uploaded, nor to be brought, nor exempt."""
        return [row for row in self.materials if row.required and not row.settled]

    @property
    def to_bring(self) -> list[MaterialRow]:
        """Materials that will be brought to the window."""
        chosen = [row for row in self.materials if not row.material.exempt and not row.files]
        return [row for row in chosen if row.on_paper or (row.required and row.material.format == "paper")]

    # Step 3

    @cached_property
    def ways(self) -> list[str]:
        """How the result of this item can be handed over; what is printed on card or paper cannot be downloaded."""
        edition = self.edition.edition
        ways = ["window"]
        if edition.delivery_by_post:
            ways.append("post")
        kinds = [str(result.get("kind") or "") for result in edition.results]
        if "online" in edition.channels and not any(word in kind for kind in kinds for word in ("证", "照", "licence")):
            ways.append("online")
        return ways

    def contact(self) -> dict[str, str]:
        """What step 3 begins with: what was saved, else what the form or the person's file says."""
        file, said = self.party, self.answers
        usual = {
            "contact_name": said.get("contact_name") or file.legal_representative or file.name,
            "contact_phone": said.get("contact_phone") or file.phone,
            "delivery_method": "window",
            "delivery_address": said.get("contact_address") or file.address,
        }
        return {**usual, **{key: str(value) for key, value in self.arrangements.items() if key in usual}}

    @property
    def contacted(self) -> bool:
        """Whether step 3 has been filled in."""
        return bool(self.arrangements.get("contact_phone") and self.arrangements.get("delivery_method"))

    # Step 4

    def promise(self) -> Promise:
        """By when the applicant would have an answer, if it were accepted today; reckoned by the clock of the cases."""
        today, calendar = day_of(self.at), work_calendar()
        start = rules.handling_clock(self.edition.terms)
        answered = reckoning.answer(today, RECEIPT_WORKDAYS, "workday", calendar)
        if start.limit is None or start.unit not in ("workday", "calendar"):
            return Promise(answered.due_on, None, "", answered.provisional)
        result = reckoning.answer(today, start.limit, start.unit, calendar)  # type: ignore[arg-type]  # checked above
        unit = reckoning.UNITS[start.unit]
        return Promise(
            answered.due_on, result.due_on, f"{start.limit} {unit}", answered.provisional or result.provisional
        )

    # Addresses

    def url(self, step: str) -> str:
        """The address of a step."""
        return reverse(f"cases:apply_{step}", args=[self.draft.uid])


@dataclass(frozen=True, slots=True)
class Promise:
    """What step 4 promises: the day by which acceptance is answered, and the day of the result (None: no limit)."""

    answered_on: Any
    result_on: Any
    limit: str
    provisional: bool
