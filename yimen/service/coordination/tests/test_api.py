"""Issues over the interface: list, one, steps; a stranger finds nothing, a token without the scope is told so."""

from __future__ import annotations

from django.test import Client

from tests.cast import Cast
from yimen.service.coordination.tests.stage import answered, raised


def get(cast: Cast, who: str, path: str, *scopes: str) -> tuple[int, dict[str, object]]:
    headers = {"authorization": f"Bearer {cast.token(who, *(scopes or ('coordination.*',)))}"}
    answer = Client().get(f"/api/v1{path}", headers=headers)
    return answer.status_code, answer.json()


def test_list_one_and_steps(cast: Cast) -> None:
    code = answered(cast).matter.code
    raised(cast)
    status, listed = get(cast, "manager", "/issues")
    assert status == 200 and len(listed["issues"]) == 2  # type: ignore[arg-type]
    status, listed = get(cast, "manager", "/issues?state=answered")
    assert [line["code"] for line in listed["issues"]] == [code]  # type: ignore[attr-defined]
    status, one = get(cast, "he", f"/issues/{code}")
    assert (status, one["state_label"], one["on_time"]) == (200, "待确认", True)
    status, course = get(cast, "he", f"/issues/{code}/steps")
    assert [step["action"] for step in course["steps"]] == ["raise", "assign", "answer"]  # type: ignore[attr-defined]


def test_strangers_and_narrow_tokens(cast: Cast) -> None:
    code = answered(cast).matter.code
    assert get(cast, "tang", f"/issues/{code}")[0] == 404
    assert get(cast, "tang", "/issues")[1]["issues"] == []
    assert get(cast, "manager", "/issues", "cases.*")[1]["code"] == "out_of_scope"
    assert get(cast, "zhao", "/issues")[0] == 403
    assert get(cast, "manager", "/issues?state=nonsense")[0] == 422
