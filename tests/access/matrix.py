"""Who may open which address: derived from the code, written as a table that people review (`docs/access-matrix.md`).

make access-matrix      writes the table anew; read the difference before you commit it
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.cast import Cast
from yimen.ground.identity.policies import ViewAccess, all_views
from yimen.ground.identity.rules import Actor

REVIEWED = Path(__file__).parents[2] / "docs" / "access-matrix.md"

ROLES: dict[str, str] = {
    "visitor": "访客",
    "li": "群众",
    "teahouse": "企业",
    "wang": "窗口",
    "wu": "出件",
    "zhao": "审查",
    "chen": "审批",
    "zhou": "首代",
    "he": "负责人",
    "manager": "中心",
    "editor": "事项",
    "legal": "法制",
    "sun": "监察",
    "leader": "领导",
    "agent": "代办",
    "system": "系统员",
    "security": "安全员",
    "audit": "审计员",
}
"""A person of the cast for each role, with the head of its column."""


def views() -> list[ViewAccess]:
    """Every address that the site answers, except files and the API's unanswered root."""
    return sorted(
        (view for view in all_views() if view.name != "api:api-root"), key=lambda view: (view.pattern, view.method)
    )


def actors(cast: Cast) -> dict[str, Actor | None]:
    """Who stands for each role."""
    return {role: None if role == "visitor" else cast.actor(role) for role in ROLES}


def table(cast: Cast) -> str:
    """The matrix as Markdown: one line an address, one column a role, `●` where the address opens."""
    people = actors(cast)
    heads = "".join(f" {head} |" for head in ROLES.values())
    lines = [
        "# Access matrix",
        "",
        "Made from the code by `make access-matrix` and compared by `tests/access`; a change is reviewed like code.",
        "`●`: the address opens for the role. Whether an object at it may be seen is decided by the object's own policy.",
        "",
        f"| address | declared |{heads}",
        "|---|---|" + ":-:|" * len(ROLES),
    ]
    for view in views():
        said = str(view.access) if view.access else "UNDECLARED"
        cells = (" ● |" if view.access and view.access.admits(who) else "   |" for who in people.values())
        lines.append(f"| {view.method} `{view.pattern}` | {said} |{_joined(cells)}")
    return "\n".join(lines) + "\n"


def _joined(cells: Iterable[str]) -> str:
    return "".join(cells)
