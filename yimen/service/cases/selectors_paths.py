"""What may be asked of the paths that only some cases take."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from yimen.ground.identity.rules import Actor
from yimen.ground.matters import selectors as matters
from yimen.service.cases.models import (
    Case,
    CaseMark,
    ExternalHandling,
    ExternalSystem,
    ItemPathTerms,
    PathTerms,
    PriorityProject,
    ProhibitedMatter,
    PromiseBar,
    ReportUp,
    SignedPromise,
    Tolerance,
)

if TYPE_CHECKING:
    from yimen.ground.matters.models import Matter


def path_terms(centre_id: int | None) -> PathTerms:
    """The centre's own days; the defaults where it has set none."""
    return PathTerms.objects.filter(pk=centre_id or 0).first() or PathTerms(centre_id=centre_id or 0)


def projects(centre_id: int | None, *, ended_too: bool = False) -> QuerySet[PriorityProject]:
    """The register of projects, newest first."""
    found = PriorityProject.objects.filter(centre=centre_id).order_by("-registered_at", "-pk")
    return found if ended_too else found.filter(ended_at__isnull=True)


def prohibited(centre_id: int | None, *, on: date | None = None) -> QuerySet[ProhibitedMatter]:
    """The list of what is prohibited, by ground and name; with `on` only what stands that day."""
    found = ProhibitedMatter.objects.filter(centre=centre_id).order_by("ground", "name")
    return found.filter(ended_at__isnull=True, valid_from__lte=on) if on else found


def prohibited_like(found: QuerySet[ProhibitedMatter], text: str) -> QuerySet[ProhibitedMatter]:
    """Those whose name, other words or basis contain the text."""
    text = text.strip()[:100].replace("\x00", "")
    if not text:
        return found
    return found.filter(Q(name__icontains=text) | Q(words__icontains=text) | Q(basis__icontains=text))


def open_marks(case: Case) -> list[CaseMark]:
    """特办 and 绿色通道 of a case as they stand."""
    return list(
        CaseMark.objects.filter(case=case.pk, ended_at__isnull=True).select_related("project").order_by("-kind")
    )


def marked(actor: Actor, kind: str = "") -> QuerySet[CaseMark]:
    """Every mark on a case the actor may see, the newest first."""
    found = CaseMark.objects.filter(case__matter__in=matters.visible(actor).order_by().values("pk"))
    found = found.filter(kind=kind) if kind in CaseMark.Kind.values else found
    return found.select_related("case__matter__department", "project").order_by("-declared_at", "-pk")


def first_of(found: QuerySet[Matter], most: int = 10) -> list[Matter]:
    """Those of a work list that go before the others."""
    first = found.filter(case__priority_marks__ended_at__isnull=True, case__priority_marks__kind__isnull=False)
    return list(first.select_related("department").order_by("sort_at", "id").distinct()[:most])


def reports_up(actor: Actor, state: str = "") -> QuerySet[ReportUp]:
    """Every report to a superior about a case the actor may see, the newest first; `state` is `open`, `slow` or `answered`."""
    found = ReportUp.objects.filter(case__matter__in=matters.visible(actor).order_by().values("pk"))
    match state:
        case "open" | "slow":
            found = found.filter(answered_at__isnull=True)
        case "answered":
            found = found.filter(answered_at__isnull=False)
    return found.select_related("case__matter__department").order_by("-sent_at", "-pk")


def reports_of(case: Case) -> list[ReportUp]:
    """The reports of one case, first to last."""
    return list(ReportUp.objects.filter(case=case.pk).order_by("pk"))


def external_systems(*, used: bool = True) -> QuerySet[ExternalSystem]:
    """The external systems, by name."""
    found = ExternalSystem.objects.select_related("department").order_by("name")
    return found.filter(used=True) if used else found


def externals_of(case: Case) -> list[ExternalHandling]:
    """Where else the case stands."""
    return list(ExternalHandling.objects.filter(case=case.pk).select_related("system").order_by("pk"))


def externals(actor: Actor, state: str = "") -> QuerySet[ExternalHandling]:
    """Every case in an external system that the actor may see, the newest first."""
    found = ExternalHandling.objects.filter(case__matter__in=matters.visible(actor).order_by().values("pk"))
    found = found.filter(state=state) if state in ExternalHandling.State.values else found
    return found.select_related("case__matter__department", "system").order_by("-entered_at", "-pk")


def item_terms(item_id: int) -> ItemPathTerms | None:
    """What an item lets follow or be promised; None where nothing was set."""
    return ItemPathTerms.objects.filter(pk=item_id).first()


def items_with_terms() -> QuerySet[ItemPathTerms]:
    """Every item for which something was set, by name."""
    return ItemPathTerms.objects.select_related("item__department").order_by("item__name", "pk")


def tolerance_of(case: Case) -> Tolerance | None:
    """The materials that follow in a case."""
    return Tolerance.objects.filter(case=case.pk).select_related("project").first()


def promise_of(case: Case) -> SignedPromise | None:
    """The promise that was signed in a case."""
    return SignedPromise.objects.filter(case=case.pk).first()


def bar_of(party_id: int | None, on: date) -> PromiseBar | None:
    """The bar under which somebody may not promise on that day; None where there is none."""
    found = PromiseBar.objects.filter(party=party_id or 0, lifted_at__isnull=True, until__gte=on)
    return found.order_by("-until").first()


def promisable(case: Case, on: date) -> tuple[ItemPathTerms, list[str]] | None:
    """The terms and the names of the lacking materials that a promise may stand for; None where there are none."""
    terms = item_terms(case.item_id)
    if terms is None or not terms.by_promise:
        return None
    if bar_of(case.matter.applicant_id, on) is not None:
        return None
    lacks = case.materials.filter(required=True, state__in=["missing", "returned"], name__in=terms.by_promise)
    names = list(lacks.order_by("order").values_list("name", flat=True))
    return (terms, names) if names else None


def tolerances(actor: Actor, state: str = "") -> QuerySet[Tolerance]:
    """Every tolerance of a case the actor may see, the newest first."""
    found = Tolerance.objects.filter(case__matter__in=matters.visible(actor).order_by().values("pk"))
    match state:
        case "open":
            found = found.filter(confirmed_at__isnull=True, ended_at__isnull=True)
        case "lapsed":
            found = found.filter(confirmed_at__isnull=True, lapsed_at__isnull=False)
        case "confirmed":
            found = found.filter(confirmed_at__isnull=False)
    return found.select_related("case__matter__department", "project").order_by("-granted_at", "-pk")


def signed_promises(actor: Actor, state: str = "") -> QuerySet[SignedPromise]:
    """Every signed promise of a case the actor may see, the newest first."""
    found = SignedPromise.objects.filter(case__matter__in=matters.visible(actor).order_by().values("pk"))
    match state:
        case "open":
            found = found.filter(checked_at__isnull=True)
        case "broken":
            found = found.filter(outcome="broken")
    return found.select_related("case__matter__department").order_by("-signed_at", "-pk")
