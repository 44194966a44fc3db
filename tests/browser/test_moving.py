"""Moving running cases and taking decisions back, as they look at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse

from tests.browser.driving import Browse, Site
from yimen.ground.kit.moments import now
from yimen.service.cases import services
from yimen.service.cases.models import Case, MovePlan, Revocation
from yimen.service.cases.services import Wish
from yimen.service.cases.services.moving import work_a_batch
from yimen.service.cases.tests.stage import accepted, published, submitted
from yimen.service.cases.tests.test_moving import second
from yimen.service.cases.tests.test_revoking import notified, revoked

Look = Callable[..., None]


@transaction.atomic
def plans(site: Site) -> tuple[MovePlan, MovePlan]:
    """One that waits for its confirmation, with most fates; one that was carried out."""
    item = published(site.cast)
    for _ in range(3):
        accepted(site.cast, item=item)
    submitted(site.cast, item=item)
    second(site.cast, item, promise_limit=5, names=(("平面图", "required"), ("消防说明", "optional")))
    wish = Wish(item_id=item.pk, edition_id=item.current_id)
    made = services.preview_move(actor=site.cast.actor("manager"), wish=wish, at=now())
    Case.objects.filter(item=item).update(contact_name="李明")
    other = published(site.cast, name="食品小作坊登记")
    accepted(site.cast, item=other)
    second(site.cast, other, promise_limit=6)
    done = services.preview_move(
        actor=site.cast.actor("manager"), wish=Wish(item_id=other.pk, edition_id=other.current_id), at=now()
    )
    services.apply_move(
        actor=site.cast.actor("manager"), plan=done, reason="新版指南压缩时限，在办件一并执行。", at=now()
    )
    while work_a_batch(done.pk, at=now()):
        pass
    return made, done


@pytest.mark.browser
@pytest.mark.parametrize("phone", [False, True])
def test_moving(site: Site, browse: Browse, look: Look, phone: bool) -> None:
    made, done = plans(site)
    page, size = browse("manager", phone=phone), "phone" if phone else "desk"
    for name, address in (
        ("moves", reverse("cases:moves")),
        ("move-new", reverse("cases:move_new") + f"?item={made.item.code if made.item else ''}"),
        ("move-ready", reverse("cases:move", args=[made.uid])),
        ("move-done", reverse("cases:move", args=[done.uid])),
        ("item-keeping", reverse("catalogue:item", args=[made.item.code if made.item else ""])),
    ):
        page.goto(address)
        look(page, f"{name}-{size}")


@transaction.atomic
def courses(site: Site) -> tuple[Revocation, Revocation]:
    """One in its days of being heard, one decided."""
    first = notified(site.cast)
    services.state_case(revocation=first, text="消毒间在二楼，当天锁着。", actor=site.cast.actor("li"), at=now())
    return first, revoked(site.cast)


@pytest.mark.browser
@pytest.mark.parametrize("phone", [False, True])
def test_revoking(site: Site, browse: Browse, look: Look, phone: bool) -> None:
    first, over = courses(site)
    staff, size = browse("zhao", phone=phone), "phone" if phone else "desk"
    for name, address in (
        ("revocations", reverse("cases:revocations")),
        ("revocation", reverse("cases:revocation", args=[first.matter.code])),
        ("revocation-over", reverse("cases:revocation", args=[over.matter.code])),
        ("revocation-case", reverse("cases:desk_case", args=[over.case.matter.code])),
        ("revocation-state", reverse("cases:revocation_act", args=[first.matter.code, "state"])),
    ):
        staff.goto(address)
        look(staff, f"{name}-{size}")
    li = browse("li", phone=phone)
    for name, address in (
        ("mine-revocation", reverse("cases:mine_revocation", args=[first.case.matter.code])),
        ("mine-revocation-state", reverse("cases:mine_revocation_act", args=[first.case.matter.code, "state"])),
        ("mine-revoked", reverse("cases:mine_revocation", args=[over.case.matter.code])),
        ("mine-case-revoked", reverse("cases:mine_case", args=[over.case.matter.code])),
    ):
        li.goto(address)
        look(li, f"{name}-{size}")
    office = browse("manager", phone=phone)
    office.goto(reverse("cases:promise_bars"))
    look(office, f"promise-bars-{size}")
