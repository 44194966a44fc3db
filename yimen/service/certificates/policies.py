"""Who sees certificates, who makes them, who suspends and revokes them, who keeps the types."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from yimen.ground.identity.policies import name_actions, register_permission
from yimen.ground.identity.rules import Actor
from yimen.ground.kit.refusals import NotAllowed, NotFound
from yimen.service.certificates.lifecycle import ACTS
from yimen.service.certificates.lifecycle import ISSUE as ISSUE
from yimen.service.certificates.lifecycle import WITHHOLD as WITHHOLD
from yimen.service.certificates.models import Certificate, CertificateType

VIEW = "certificates.view"
SET_UP = "certificates.set_up"

register_permission(
    VIEW, "查看证照", scopes=("department", "centre", "division", "all"),
    usual={"issuer": "centre", "reviewer": "department", "approver": "department", "chief": "department",
           "head": "department", "manager": "centre", "supervisor": "all", "leader": "division"},
)  # fmt: skip
register_permission(
    ISSUE, "制证、换证、补证、打印", scopes=("department", "centre"),
    usual={"issuer": "centre", "chief": "department", "approver": "department"},
)  # fmt: skip
register_permission(
    WITHHOLD,
    "暂停、撤销、吊销、注销证照",
    scopes=("department",),
    usual={"approver": "department", "chief": "department"},
)
register_permission(SET_UP, "设置证照类型", scopes=("centre", "division", "all"), usual={"manager": "centre"})

name_actions(
    {
        **{f"certificates.{act.action}": f"证照：{act.label}" for act in ACTS.values()},
        "certificates.print": "打印证照",
        "certificates.download": "下载证照",
        "certificates.save_type": "设置证照类型",
        "certificates.end_type": "停用证照类型",
        "certificates.check_file": "核验证照文件",
    }
)

LOOKS = (VIEW, ISSUE, WITHHOLD)


def certificates(actor: Actor, *permissions: str) -> Q:
    """The certificates a member of staff reaches by any of the permissions (all that let one look where none is named)."""
    found = Q(pk__in=())
    for code in permissions or LOOKS:
        for held in actor.held(code):
            match held.scope:
                case "all":
                    return Q()
                case "department":
                    found |= Q(issuer=held.scope_id or actor.department_id or 0)
                    if not held.scope_id and actor.predecessors:
                        found |= Q(issuer__in=actor.predecessors)
                case "centre":
                    found |= Q(centre=held.scope_id or actor.centre_id or 0)
                case "division":
                    found |= Q(issuer__division__code__startswith=held.scope_path)
                case _:
                    pass
    return found


def access_certificate(actor: Actor, uid: UUID) -> Certificate:
    """The certificate with this uid; to a stranger there is none (`NotFound`)."""
    rows = Certificate.objects.select_related("type", "holder", "issuer", "centre", "matter")
    found = rows.filter(uid=uid).first()
    if found is None or not Certificate.objects.filter(certificates(actor), pk=found.pk).exists():
        raise NotFound("没有这张证照，或者它不由您的部门、中心经办。", next_step="请从证照登记簿进入。")
    return found


def may(actor: Actor, permission: str, certificate: Certificate) -> bool:
    """Whether a permission reaches a certificate."""
    if actor.kind == "system":
        return True
    return Certificate.objects.filter(certificates(actor, permission), pk=certificate.pk).exists()


def require(actor: Actor, permission: str, certificate: Certificate) -> None:
    """Raise `NotAllowed` where the permission does not reach the certificate."""
    if not may(actor, permission, certificate):
        raise NotAllowed("这张证照不由您这样办。", next_step="请由颁发机构或本中心的经办人办理。")


def types(actor: Actor) -> Q:
    """The types whose setting-up one may change."""
    found = Q(pk__in=())
    for held in actor.held(SET_UP):
        match held.scope:
            case "all":
                return Q()
            case "centre" | "division":
                found |= Q(issuer__division__code__startswith=(held.scope_path or actor.division)[:6] or "-")
            case _:
                pass
    return found


def access_type(actor: Actor, uid: UUID) -> CertificateType:
    """The type with this uid, for whoever may set it up."""
    found = CertificateType.objects.filter(types(actor), uid=uid).select_related("issuer").first()
    if found is None:
        raise NotFound("没有这种证照，或者它不由您设置。", next_step="请从证照类型清单进入。")
    return found


def access_own(actor: Actor, uid: UUID) -> Certificate:
    """A certificate of the party one acts as; anybody else's is not there."""
    rows = Certificate.objects.select_related("type", "holder", "issuer", "matter")
    found = rows.filter(uid=uid, holder=actor.party_id or 0).exclude(state__in=("draft", "discarded")).first()
    if found is None:
        raise NotFound("您名下没有这张证照。", next_step="请从“我的证照”进入。")
    return found
