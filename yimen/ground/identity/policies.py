"""Who may open a view, and the catalogue of permissions.

Every view says who may open it, with one decorator of this page; it may also be written as `path(..., staff(view))`:

    @public                                everybody
    @signed_in                             citizens and staff
    @citizens                              citizens and enterprises
    @staff                                 any member of staff
    @requires("cases.accept", ...)         staff holding at least one of these permissions, in any scope
    @administrators("security", ...)       the administrators of these roles (三员)

The decorator only writes `view.access`; `AccessMiddleware` enforces it, and refuses a view that says nothing. That the
actor may act on *this* object is a question for the module's own policies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import checks
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from yimen.ground.identity.actions import kind_of as kind_of
from yimen.ground.identity.actions import label_of as label_of
from yimen.ground.identity.actions import name_actions as name_actions
from yimen.ground.identity.models import Acting
from yimen.ground.identity.rules import Actor, ScopeKind, SignIn, StandingEnded
from yimen.ground.kit import errors, moments
from yimen.ground.kit.refusals import Conflict, Invalid, NotAllowed, Refusal, SignInNeeded

AccessKind = Literal["public", "signed_in", "citizens", "staff", "requires", "administrators"]
AdminRole = Literal["system", "security", "audit"]
View = TypeVar("View", bound=Callable[..., Any])
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may open a view. `codes`: any one is enough. `with_old_password`: also while the password must be changed.
    `fresh_factor`: only shortly after the second factor was proved, by those who have one."""

    kind: AccessKind
    codes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    with_old_password: bool = False
    fresh_factor: bool = False
    in_any_standing: bool = False

    def __str__(self) -> str:
        return " ".join((self.kind, *self.codes, *self.roles))

    def admits(self, actor: Actor | None) -> bool:
        """Whether this actor may open the view."""
        match self.kind:
            case "public":
                return True
            case "signed_in":
                return actor is not None
            case "citizens":
                return actor is not None and actor.kind == "citizen"
            case "staff":
                return actor is not None and actor.kind == "staff"
            case "requires":
                return actor is not None and actor.kind == "staff" and any(actor.holds(code) for code in self.codes)
            case "administrators":
                return actor is not None and actor.admin_role in self.roles


def declare(view: View, access: Access) -> View:
    """Write `access` on a view function, a view class or a partial."""
    view.access = access  # type: ignore[attr-defined]  # functions, classes and partials all take attributes
    return view


def public(view: View) -> View:
    """Everybody may open this view."""
    return declare(view, Access("public", with_old_password=True))


def signed_in(view: View) -> View:
    """Citizens and staff may open this view."""
    return declare(view, Access("signed_in"))


def citizens(view: View) -> View:
    """Citizens and enterprises may open this view."""
    return declare(view, Access("citizens"))


def staff(view: View) -> View:
    """Any member of staff may open this view."""
    return declare(view, Access("staff"))


def requires(*codes: str) -> Callable[[View], View]:
    """Staff holding at least one of these permissions, in any scope, may open this view."""
    if not codes:
        raise ValueError("requires() names at least one permission")
    return lambda view: declare(view, Access("requires", codes=codes))


def administrators(*roles: AdminRole) -> Callable[[View], View]:
    """The system, security or audit administrators named may open this view."""
    if not roles:
        raise ValueError("administrators() names at least one role")
    return lambda view: declare(view, Access("administrators", roles=roles))


def with_old_password(view: View) -> View:
    """Written above one of the others: the view also opens while the person must first change the password."""
    return declare(view, replace(access_of(view) or Access("signed_in"), with_old_password=True))


def fresh_factor(view: View) -> View:
    """Written above one of the others: a dangerous act. Whoever has a second factor proves it once more before the page
    opens, if the last proof is older than the profile's `factor_minutes`."""
    return declare(view, replace(access_of(view) or Access("signed_in"), fresh_factor=True))


def in_any_standing(view: View) -> View:
    """Written above one of the others: the view also opens when the right to act for another has just ended."""
    return declare(view, replace(access_of(view) or Access("signed_in"), in_any_standing=True))


def standing_left(sign_in: SignIn) -> str:
    """Back to one's own name after the right to act for another has ended; what to do next, in Chinese."""
    if sign_in.session is not None and Acting.objects.filter(session__uid=sign_in.session).delete()[0]:
        return "没有办完的草稿仍归委托人（单位）所有。您已回到本人名下，可以继续办自己的事。"
    return "请联系本单位的法定代表人或管理员；本人的事请用个人账号办理。"


def not_for(actor: Actor) -> NotAllowed:
    """The page exists and is for others; what one then does depends on who one is."""
    if actor.kind == "citizen":
        return NotAllowed("这一页是给工作人员用的。", next_step="您要办的事和办到哪一步，在“我的办件”里看。")
    return NotAllowed("您的岗位没有打开这个页面的权限。", next_step="如工作需要，请联系安全管理员授权。")


def access_of(view: Any, method: str = "GET") -> Access | None:
    """What a resolved view says of its access; None when it says nothing.

    A django-ninja path holds one operation for each method; each operation's function bears its own declaration.
    """
    operations = getattr(_path_view(view), "operations", None)
    if operations is not None:
        declared = [getattr(operation.view_func, "access", None) for operation in operations]
        fitting = [
            access for operation, access in zip(operations, declared, strict=True) if method in operation.methods
        ]
        found = fitting or declared
        return None if any(access is None for access in declared) else found[0]
    access = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return access if isinstance(access, Access) else None


def may_open(actor: Actor | None, name: str) -> bool:
    """Whether the page of this name, which has no parameters, would open for them: for a link that is not to end at a refusal."""
    access = access_of(resolve(reverse(name)).func)
    return access is not None and access.admits(actor)


def _path_view(view: Any) -> Any:
    """The django-ninja path behind a view: the object of a bound method, or the `self` that its wrapper closes over."""
    code = getattr(view, "__code__", None)
    for name, cell in zip(getattr(code, "co_freevars", ()), getattr(view, "__closure__", None) or (), strict=False):
        if name == "self":
            return cell.cell_contents
    return getattr(view, "__self__", None)


class StandingInOver(Conflict):
    """The delegation under which the page was opened has ended since."""

    code = "standing_in_over"


class AccessMiddleware:
    """Refuses views that say nothing of their access, and actors whom the view does not admit. Stands after
    `ActorMiddleware`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """None lets the view run."""
        access = access_of(view, request.method or "GET")
        actor: Actor | None = getattr(request, "actor", None)
        if access is None:
            log.error("view without access declaration", extra={"view": getattr(view, "__qualname__", repr(view))})
            return refuse(request, NotAllowed("这个页面还没有开放。", next_step="请返回首页，或联系系统管理员。"))
        if not access.admits(actor):
            if actor is None:
                if getattr(request, "half_signed_in", None) is not None:
                    return _to_the_second_factor(request)
                if ended := getattr(request, "session_ended", ""):
                    messages.warning(request, ended)
                return refuse(request, SignInNeeded(ended or "请先登录。"))
            return refuse(request, not_for(actor))
        if getattr(request, "stood_down", False) and request.method not in errors.SAFE:
            # What was meant to be done for a colleague is not done as oneself.
            return refuse(
                request,
                StandingInOver(
                    "您代同事办理的授权刚刚结束，这一步没有办。",
                    next_step="现在是您自己的岗位；如仍需代办，请同事重新委托。",
                ),
            )
        sign_in: SignIn | None = getattr(request, "sign_in", None)
        if sign_in and sign_in.standing_ended and access.kind != "public" and not access.in_any_standing:
            return refuse(request, StandingEnded(sign_in.standing_ended, next_step=standing_left(sign_in)))
        if sign_in and sign_in.must_change_password and not access.with_old_password:
            if errors.for_machines(request):
                return refuse(request, NotAllowed("密码须先修改。", next_step="请先登录网页修改密码。"))
            return HttpResponseRedirect(CHANGE_PASSWORD_URL)
        if access.fresh_factor and sign_in and sign_in.factor_at is not None:
            return _freshly_proved(request, sign_in)
        return None


def _to_the_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The password was right; what opens the door is still to be proved."""
    if errors.for_machines(request):
        return refuse(request, SignInNeeded("登录还差一步：请输入动态验证码。"))
    return HttpResponseRedirect(f"{PROVE_URL}?{_back_to(request)}")


def _freshly_proved(request: HttpRequest, sign_in: SignIn) -> HttpResponseBase | None:
    """None where the last proof is recent enough; a form that was opened in time may still be sent."""
    from yimen.ground.identity.services import is_fresh

    if is_fresh(sign_in, moments.now(), filling=request.method == "POST"):
        return None
    return HttpResponseRedirect(f"{PROVE_AGAIN_URL}?{_back_to(request)}")


def _back_to(request: HttpRequest) -> str:
    return urlencode({"next": request.get_full_path()})


PROVE_URL = "/staff/sign-in/second/"
PROVE_AGAIN_URL = "/my/second-factor/again/"
CHANGE_PASSWORD_URL = "/my/account/password/"  # noqa: S105 - an address, not a password


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """The answer to a refused request: sign-in page, refusal page, or problem+json; with its audit row."""
    errors.note_refusal(request, refusal)
    return errors.refusal_response(request, refusal)


# The catalogue of permissions


@dataclass(frozen=True, slots=True)
class PermissionEntry:
    """A permission that exists: its scopes, and the scope in which each duty usually holds it."""

    code: str
    label: str
    scopes: tuple[ScopeKind, ...]
    usual: Mapping[str, ScopeKind] = field(default_factory=dict)

    @property
    def module(self) -> str:
        """The module whose permission it is."""
        return self.code.partition(".")[0]


class UnknownPermission(Invalid):
    """No module has registered this permission."""

    code = "unknown_permission"


_catalogue: dict[str, PermissionEntry] = {}


def register_permission(
    code: str, label: str, *, scopes: tuple[ScopeKind, ...], usual: Mapping[str, ScopeKind] | None = None
) -> None:
    """Make a permission known:

        register_permission("cases.accept", "受理办件", scopes=("window", "department"), usual={"clerk": "window"})

    Called from the module's `policies.py`, which every app loads at start. `usual` maps a post's duty
    (`organisations.Post.Duty`) to the scope in which that duty usually holds the permission; a new post gets these at
    the press of one button. Registering the same code twice with different words raises ValueError.
    """
    entry = PermissionEntry(code, label, scopes, dict(usual or {}))
    strange = set(entry.usual.values()) - set(scopes)
    if strange:
        raise ValueError(f"{code}: usual scope outside its scopes: {sorted(strange)}")
    if _catalogue.setdefault(code, entry) != entry:
        raise ValueError(f"permission {code} is registered twice")


def permissions() -> tuple[PermissionEntry, ...]:
    """Every registered permission, by code."""
    return tuple(_catalogue[code] for code in sorted(_catalogue))


def permission(code: str) -> PermissionEntry:
    """One registered permission; raises `UnknownPermission`."""
    try:
        return _catalogue[code]
    except KeyError:
        raise UnknownPermission(f"没有“{code}”这项权限。", next_step="请从权限目录中选择。") from None


def usual_for(duty: str) -> tuple[tuple[PermissionEntry, ScopeKind], ...]:
    """What a post of this duty usually holds, by code."""
    return tuple((entry, entry.usual[duty]) for entry in permissions() if duty in entry.usual)


register_permission(
    "identity.count_users", "查看注册用户统计", scopes=("all",), usual={"manager": "all", "leader": "all"}
)
register_permission(
    "identity.verify",
    "核验证件并建立主体档案",
    scopes=("window", "department", "centre"),
    usual={"clerk": "window", "chief": "department", "issuer": "window", "agent": "department"},
)
register_permission(
    "identity.reveal",
    "查看完整证件号码和联系方式（须写理由）",
    scopes=("window", "department", "centre", "division", "all"),
    usual={
        "clerk": "window",
        "issuer": "centre",
        "reviewer": "department",
        "approver": "department",
        "chief": "department",
        "supervisor": "all",
    },
)


def require_role(actor: Actor, *roles: AdminRole) -> None:
    """Raise `NotAllowed` unless the actor is an administrator of one of these roles, or the system itself."""
    if actor.kind != "system" and actor.admin_role not in roles:
        raise NotAllowed("只有对应的管理员可以办理这件事。", next_step="请联系本中心的系统管理员或安全管理员。")


def require_permission(actor: Actor, code: str) -> None:
    """Raise `NotAllowed` unless the actor holds the permission in some scope, or is the system itself."""
    if actor.kind != "system" and not actor.holds(code):
        label = _catalogue[code].label if code in _catalogue else code
        raise NotAllowed(f"您的岗位没有“{label}”的权限。", next_step="如工作需要，请联系安全管理员授权。")


# The access matrix


@dataclass(frozen=True, slots=True)
class ViewAccess:
    """One address (and, in the API, one method) with what it declares; `access` is None where a view says nothing."""

    pattern: str
    name: str
    method: str
    access: Access | None


def all_views() -> Iterator[ViewAccess]:
    """Every address of the site with its declared access, for the access matrix."""
    yield from _walk(get_resolver(), "/", "")


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[ViewAccess]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from _walk(entry, route, inner)
        elif isinstance(entry, URLPattern):
            operations = getattr(_path_view(entry.callback), "operations", None)
            methods = sorted({m for o in operations for m in o.methods}) if operations is not None else [""]
            for method in methods:
                yield ViewAccess(route, space + (entry.name or ""), method, access_of(entry.callback, method or "GET"))


@checks.register(checks.Tags.security)
def access_is_enforced(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The declarations are worth nothing without the middleware that enforces them."""
    if f"{__name__}.AccessMiddleware" in settings.MIDDLEWARE:
        return []
    return [checks.Error("AccessMiddleware is missing from MIDDLEWARE.", id="identity.E001")]


def actor_of(request: HttpRequest) -> Actor:
    """Who acts. A view's own declaration has let nobody through who does not; raises `SignInNeeded` all the same."""
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise SignInNeeded("请先登录。")
    return actor
