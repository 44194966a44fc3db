"""The whole interface against its own document, with generated calls: no 5xx, no undocumented status, every answer as written.

Each operation is called with generated input alone, and with the number of a case and an item that exist in it; as the
applicant, as the clerk and as the approver in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.test_hostile_input import in_vain
from tests.security.world import World

EXAMPLES = 50
ROLES = ("li", "wang", "chen")
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def document(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The published document, answered by the application itself within the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock():
        yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations(document: Any) -> list[Any]:
    """Every operation of the document."""
    return [found.ok() for found in document.get_all_operations()]


def aimed(case: Any, world: World) -> None:
    """Put what exists into a generated call."""
    if isinstance(case.path_parameters, dict) and "code" in case.path_parameters:
        case.path_parameters["code"] = world.item.code if "/items/" in case.operation.path else world.case
    if isinstance(case.body, dict) and "item" in case.body:
        case.body["item"] = world.item.code


def hold(operation: Any, world: World, role: str, prepare: Callable[[Any, World], None]) -> None:
    """Call one operation with generated input and hold each answer to the document."""
    headers = {"authorization": f"Bearer {world.cast.token(role)}"}

    @QUICK
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        prepare(case, world)
        with in_vain():
            case.call_and_validate(headers=headers, checks=CHECKS)

    run()
    assert connection.in_atomic_block


def test_the_document_names_every_call(document: Any, world: World) -> None:
    from yimen.ground.identity.policies import all_views

    written = {(operation.method.upper(), operation.path) for operation in operations(document)}
    for view in all_views():
        if view.pattern.startswith("/api/v1/") and view.method and view.method != "HEAD":
            path = view.pattern.replace("<", "{").replace(">", "}")
            named = {method for method, known in written if known == path}
            assert named, f"{view.pattern} is missing from the document"


# At each run every operation is called by one role with generated input, and by another aimed at what exists; by all in turn
# in test-long. Who may call what is `tests/access`; here it is only asked whether every answer is as the document says.
TURNS = [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)]


@pytest.mark.parametrize("turn", TURNS)
def test_generated_calls_are_answered_as_written(document: Any, world: World, turn: int) -> None:
    for number, operation in enumerate(operations(document)):
        hold(operation, world, ROLES[(number + turn) % len(ROLES)], lambda case, world: None)


@pytest.mark.parametrize("turn", TURNS)
def test_calls_aimed_at_what_exists_are_answered_as_written(document: Any, world: World, turn: int) -> None:
    for number, operation in enumerate(operations(document)):
        if operation.method.upper() == "POST" or "{" in operation.path:
            hold(operation, world, ROLES[(number + turn + 1) % len(ROLES)], aimed)
