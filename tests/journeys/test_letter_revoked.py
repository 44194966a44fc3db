"""Must show: a clerk has a case open when the head takes the letter back. The next click is refused with the reason; the case
goes on under the new letter; everybody can read the trail on screen (R006, R007).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.browser.driving import Browse, Site
from tests.cast import Cast
from yimen.ground.identity.rules import Actor
from yimen.ground.kit import moments
from yimen.ground.kit.refusals import Conflict
from yimen.ground.matters.policies import NoLetter
from yimen.ground.organisations import services as organisations
from yimen.ground.organisations.models import AuthorisationLetter, Post
from yimen.ground.organisations.tests.at_once import at_once
from yimen.service.cases import services
from yimen.service.cases.tests.stage import published, submitted

Look = Callable[..., None]
REASON = "窗口人员轮岗，重新核定权限"


def new_letter(cast: Cast, number: str = "清政委〔2026〕31号", *, sign: bool = True) -> AuthorisationLetter:
    now = moments.now()
    letter = organisations.draft_letter(
        actor=cast.actor("he"), number=number, department=cast.units["market"], post=cast.posts["wang"],
        powers=["accept", "issue"], valid_from=moments.day_of(now), valid_to=moments.day_of(now).replace(month=12, day=31),
        seal=cast.seals["market"], at=now,
    )  # fmt: skip
    return organisations.sign_letter(actor=cast.actor("he"), letter=letter, at=moments.now()) if sign else letter


@pytest.mark.browser
@pytest.mark.commits
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_next_click_is_refused_and_the_case_goes_on(browse: Browse, site: Site, look: Look, phone: bool) -> None:
    cast, kind = site.cast, "phone" if phone else "desk"
    code = submitted(cast, published(cast))
    page = browse("wang", phone=phone)
    page.goto(f"/desk/cases/{code}/")
    look(page, f"letter-1-open-{kind}")

    head = browse("he")
    head.goto(f"/manage/letters/{cast.letters['market_wang'].pk}/revoke/")
    head.get_by_label("原因").fill(REASON)
    head.get_by_role("button", name="收回委托书").click()
    expect(head.get_by_text(REASON)).to_be_visible()

    page.locator("[data-key=a]").first.click()
    expect(page.get_by_text(REASON).first).to_be_visible()
    expect(page.get_by_text("由何伟收回").first).to_be_visible()
    look(page, f"letter-2-refused-{kind}", silent=False)
    page.goto(f"/desk/cases/{code}/")
    expect(page.get_by_text(REASON).first).to_be_visible()
    look(page, f"letter-3-why-{kind}")

    new_letter(cast)
    page.reload()
    page.locator("[data-key=a]").first.click()
    page.goto(f"/desk/cases/{code}/")
    expect(page.get_by_text("依据授权委托书 清政委〔2026〕31号")).to_be_visible()
    look(page, f"letter-4-trail-{kind}")
    page.goto(f"/manage/letters/{cast.letters['market_wang'].pk}/")
    expect(page.get_by_text(REASON)).to_be_visible()
    expect(page.get_by_role("link", name="清政委〔2026〕31号")).to_be_visible()
    look(page, f"letter-5-paper-{kind}")


def test_refused_with_the_reason_and_on_under_the_new_letter(cast: Cast) -> None:
    code = submitted(cast, published(cast))
    before = cast.actor("wang")
    organisations.revoke_letter(
        actor=cast.actor("he"), letter=cast.letters["market_wang"], reason=REASON, at=moments.now()
    )
    with pytest.raises(NoLetter, match=f"由何伟收回，原因：{REASON}"):
        services.accept_case(code=code, actor=cast.actor("wang"), at=moments.now())
    new_letter(cast)
    services.accept_case(code=code, actor=cast.actor("wang"), at=moments.now())
    page = cast.client("wang").get(f"/desk/cases/{code}/").content.decode()
    assert "依据授权委托书 清政委〔2026〕31号" in page
    assert before.letters != cast.actor("wang").letters
    paper = cast.client("he").get(f"/manage/letters/{cast.letters['market_wang'].pk}/").content.decode()
    for said in ("由何伟收回", REASON, "接替的委托书", "清政委〔2026〕31号"):
        assert said in paper


def test_results_of_the_window_carry_the_seal_bound_to_the_letter(cast: Cast) -> None:
    """R008: what the window issues bears the seal that the letter names, and the use log says under which letter."""
    code = submitted(cast, published(cast))
    services.accept_case(code=code, actor=cast.actor("wang"), at=moments.now())
    use = cast.seals["market"].uses.filter(document__contains="受理").get()
    assert use.actor_name == "王芳"
    assert use.letter_id == cast.letters["market_wang"].pk
    assert cast.letters["market_wang"].seal_id == cast.seals["market"].pk
    page = cast.client("he").get("/manage/seals/uses/?q=王芳").content.decode()
    assert cast.letters["market_wang"].number in page


@pytest.mark.commits
def test_two_heads_sign_at_once(committed_db: object) -> None:
    from django.db import transaction

    from tests.cast import INSTALLER, build_cast

    with transaction.atomic():
        cast = build_cast()
        organisations.revoke_letter(
            actor=cast.actor("he"), letter=cast.letters["market_wang"], reason=REASON, at=moments.now()
        )
        letter = new_letter(cast, sign=False)
        second = organisations.create_post(
            actor=INSTALLER, unit=cast.units["market"], duty="head", title="副局长", at=moments.now()
        )
        organisations.give_usual_grants(actor=INSTALLER, post=second, at=moments.now())
        organisations.appoint(actor=INSTALLER, post=second, account=cast.accounts["sun"], at=moments.now())
        heads = [cast.actor("he"), organisations_actor(cast, "sun", second)]
    results = at_once(
        [partial(organisations.sign_letter, actor=head, letter=letter, at=moments.now()) for head in heads]
    )
    kinds = sorted(type(result).__name__ for result in results)
    assert kinds == ["AuthorisationLetter", "Conflict"]
    loser = next(result for result in results if isinstance(result, Conflict))
    assert "已经签署" in loser.message
    signed = AuthorisationLetter.objects.get(pk=letter.pk)
    assert signed.state == "signed"
    assert signed.signer in ("何伟", "孙悦")


def organisations_actor(cast: Cast, who: str, post: Post) -> Actor:
    from yimen.ground.organisations.selectors import actor_for

    return actor_for(cast.accounts[who], moments.now(), post)
