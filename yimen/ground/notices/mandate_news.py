"""What is told of mandates: both sides know when one is given, takes effect and ends (R016)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yimen.ground.identity import selectors as people
from yimen.ground.identity.events import MandateAccepted, MandateEnded, MandateGiven
from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_party

if TYPE_CHECKING:
    from yimen.ground.identity.models import Mandate


@handles(MandateGiven)
def tell_mandate_given(event: MandateGiven) -> None:
    """The agent is asked; the principal has a word of it too, since a mandate given without knowing is a theft."""
    mandate, agent = people.mandate_sides(event.mandate)
    key, what = f"mandate-given:{event.mandate}", "、".join(mandate.power_labels())
    if agent is not None and not mandate.at_window:
        body = f"{mandate.principal.name}委托您代办（{mandate.number}）：{what}。请看过后接受或不接受。"
        notify_party(key=f"{key}:agent", party_id=agent.pk, subject="有人委托您代办", body=body, link=_page(mandate))
    body = f"已出具对{mandate.agent_name}的委托（{mandate.number}）：{what}。不是您本人办的，请马上终止，或打 12345。"
    notify_party(key=key, party_id=mandate.principal_id, subject="出具了一份委托", body=body, link=_page(mandate))


@handles(MandateAccepted)
def tell_mandate_accepted(event: MandateAccepted) -> None:
    """From now on somebody acts in the principal's name."""
    mandate, _ = people.mandate_sides(event.mandate)
    body = f"{mandate.agent_name}已接受您的委托（{mandate.number}），可以代您办事。每一步都记下两个人的名字，您随时可以终止。"
    notify_party(
        key=f"mandate-accepted:{event.mandate}", party_id=mandate.principal_id, subject="委托已生效", body=body,
        link=_page(mandate),
    )  # fmt: skip


@handles(MandateEnded)
def tell_mandate_ended(event: MandateEnded) -> None:
    """Both sides: nothing is done under it any more."""
    mandate, agent = people.mandate_sides(event.mandate)
    body = f"{mandate.principal.name}对{mandate.agent_name}的委托（{mandate.number}）已终止：{mandate.get_end_kind_display()}。"
    for side, party_id in (("principal", mandate.principal_id), ("agent", agent.pk if agent else None)):
        if party_id is not None:
            notify_party(
                key=f"mandate-ended:{event.mandate}:{side}", party_id=party_id, subject="委托已终止", body=body,
                link=_page(mandate),
            )  # fmt: skip


def _page(mandate: Mandate) -> str:
    return f"/my/mandates/{mandate.uid}/"
