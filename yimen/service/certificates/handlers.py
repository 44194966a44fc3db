"""And afterwards? A decision brings its certificate; a decision taken back takes it back; the holder is told. Each may run twice."""

from __future__ import annotations

from yimen.ground.kit.outbox import handles
from yimen.ground.notices.services import notify_party
from yimen.service.cases.events import CaseDecided, DecisionUndone, RevocationMoved
from yimen.service.cases.selectors import revoked_case
from yimen.service.certificates.events import CertificateMoved
from yimen.service.certificates.lifecycle import ACTS
from yimen.service.certificates.models import Certificate
from yimen.service.certificates.services.from_cases import draw_up_for_case, give_back_for_case, take_back_for_case

TELLS = ("issue", "change", "renew", "annotate", "replace", "suspend", "resume", "revoke", "strip", "cancel", "restore",
         "expire", "report_lost")  # fmt: skip


@handles(CaseDecided)
def draw_up(event: CaseDecided) -> None:
    """The certificates of a granted case."""
    if event.decision == "granted":
        draw_up_for_case(event.code, event.at)


@handles(DecisionUndone)
def take_back_undone(event: DecisionUndone) -> None:
    """What the law had granted by silence was taken back."""
    take_back_for_case(event.matter_id, "视为准予的决定已更正", event.code[-40:], event.at)


@handles(RevocationMoved)
def follow_revocation(event: RevocationMoved) -> None:
    """A decision was revoked, or the revocation corrected."""
    if event.state not in ("revoked", "restored"):
        return
    matter_id, number = revoked_case(event.code)
    if event.state == "revoked":
        take_back_for_case(matter_id, "准予的决定被撤销", number, event.at)
    else:
        give_back_for_case(matter_id, "撤销已更正", number, event.at)


@handles(CertificateMoved)
def tell_holder(event: CertificateMoved) -> None:
    """The holder hears what happened to the certificate."""
    if event.action not in TELLS:
        return
    row = Certificate.objects.select_related("type").get(pk=event.certificate)
    words = {"issue": "已经制发，可以在“我的证照”里查看、下载"}.get(event.action, f"已{ACTS[event.action].label}")
    notify_party(
        key=f"certificates:{row.code}:{event.action}:{event.at:%Y%m%d%H%M%S%f}", party_id=row.holder_id,
        subject=f"{row.type.name}{'已制发' if event.action == 'issue' else ACTS[event.action].label}",
        body=f"您的{row.type.name}（{row.number}）{words}。", link=f"/my/certificates/{row.uid}/",
    )  # fmt: skip
