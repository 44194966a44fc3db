"""The site walked as each person, and all that must be true of every page, file and form met on the way.

A walk takes seconds a person and is made once a worker: so whatever is true of everything is tested in this one file. What is sent
to the forms stands where it belongs: nonsense in `test_hostile_input`, good values in `test_one_audit_row`, columns in
`test_mass_assignment`; who may see a value whole is told from `test_masking`.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.access import matrix
from tests.security.crawler import Form
from tests.security.test_hostile_input import (
    ALONE,
    HOSTILE,
    SHAPES,
    SHARES,
    Browsers,
    faults,
    free,
    in_vain,
    send,
    shared,
    usual,
)
from tests.security.test_mass_assignment import held, injected
from tests.security.test_one_audit_row import BY_HAND, ELSEWHERE, MORE, NO_ACT, posted, well_filled
from tests.security.walks import EXPORTS, ROLES, Walks
from tests.security.world import World

EVERYBODY = sorted(
    {*ROLES, *(role for role in matrix.ROLES if role != "visitor"), "zhou", "sun", "leader", "agent", "teahouse"}
)
MAY_LEAD_NOWHERE = {"/offline/": "says 503 on purpose"}
OWN = {
    ("li", "cases:apply_form"): "Li types into her own draft",
    ("li", "cases:apply_check"): "Li checks what she typed before she submits it",
    ("li", "cases:apply_delivery"): "Li's own telephone and address, to be changed",
    ("li", "delivery:own_collect"): "Li's own telephone and address, to be changed",
    ("li", "delivery:own_mail"): "Li's own telephone and address, to be changed",
    ("li", "identity:contact"): "Li's own telephone and address, to be changed",
    ("wang", "cases:desk_intake_form"): "the clerk types for the person at the counter; opening the file was audited",
}
"""Where a value stands whole, because it is being typed there by its owner or for the owner at the counter."""


@pytest.mark.parametrize("role", EVERYBODY)
def test_every_link_arrives(walks: Walks, role: str) -> None:
    """No page leads a person to where that person may not go, or where nothing is; files asked for by a button are not links."""
    seen = [page for page in walks.of(role) if page.url not in EXPORTS]
    wrong = [
        f"{role}: {page.url} -> {page.status}"
        for page in seen
        if page.status >= 400 and page.url not in MAY_LEAD_NOWHERE
    ]
    assert not wrong, "\n".join(wrong)
    assert sum(page.status == 200 for page in seen) > 5


@pytest.mark.parametrize("role", EVERYBODY)
def test_no_page_and_no_file_shows_a_whole_value(walks: Walks, role: str) -> None:
    seen = walks.of(role)
    found = [f"{role} {page.url} shows {page.leaks}" for page in seen if page.leaks and (role, page.view) not in OWN]
    assert found == []
    assert len(seen) > 15


@pytest.fixture
def browsers(world: World) -> Browsers:
    """Signed in once a role."""
    return Browsers(world)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", HOSTILE)
def test_every_field_at_once(forms: list[tuple[str, Form]], browsers: Browsers, name: str, share: int) -> None:
    found: list[str] = []
    for role, form in shared(forms, list(HOSTILE).index(name), share):
        said = usual(form)
        # One million bytes are enough for a form: with more, Django's own limit answers before the field is looked at.
        for control in free(form)[: 1 if name == "a million bytes" else None]:
            said[control.name] = [HOSTILE[name]]
        found += faults(send(browsers.of(role), form, said), f"{name} at {role} {form.view} {form.action}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("name", ALONE)
def test_each_field_alone(forms: list[tuple[str, Form]], browsers: Browsers, name: str, share: int) -> None:
    found: list[str] = []
    for role, form in shared(forms, ALONE.index(name), share):
        fields = free(form)
        for control in fields[:: max(1, len(fields) // 12)]:
            said = usual(form) | {control.name: [HOSTILE[name]]}
            found += faults(send(browsers.of(role), form, said), f"{name} in {control.name} at {role} {form.view}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("share", SHARES)
@pytest.mark.parametrize("shape", SHAPES)
def test_odd_bodies(forms: list[tuple[str, Form]], browsers: Browsers, shape: str, share: int) -> None:
    make, media = SHAPES[shape]
    found: list[str] = []
    for role, form in shared(forms, list(SHAPES).index(shape), share):
        with in_vain():
            answer = browsers.of(role).generic("POST", form.action, make(form), content_type=media)
        found += faults(answer, f"{shape} at {role} {form.view}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"%PDF-1.7\n%\xff", b"PK\x03\x04broken", b"MZ\x90\x00"]
)
def test_odd_files(forms: list[tuple[str, Form]], browsers: Browsers, content: bytes) -> None:
    found: list[str] = []
    for role, form in forms:
        files = [control.name for control in form.controls if control.kind == "file"]
        if not files:
            continue
        for name in ("a.pdf", "a\u202egpj.exe", "../../x.png", "长" * 300 + ".docx"):
            said: dict[str, Any] = dict(form.data())
            said[files[0]] = SimpleUploadedFile("x", content)
            said[files[0]].name = name
            with in_vain():
                answer = browsers.of(role).post(form.action, said)
            found += faults(answer, f"{name!r} at {role} {form.view}")
    assert not found, "\n".join(found)


def test_a_form_without_its_token_is_refused(forms: list[tuple[str, Form]], world: World) -> None:
    for role, form in forms:
        client = world.cast.client(role, csrf=True) if role else Client(enforce_csrf_checks=True)
        said = {name: values for name, values in form.data().items() if name != "csrfmiddlewaretoken"}
        for token in ({}, {"csrfmiddlewaretoken": "a" * 64}, {"csrfmiddlewaretoken": "𠮷"}):
            with in_vain():
                answer = client.post(form.action, said | token)
            assert answer.status_code == 403, f"{role} {form.view} -> {answer.status_code}"
            assert "刷新后再提交" in answer.content.decode(), form.view


def test_the_same_form_sent_three_times(forms: list[tuple[str, Form]], browsers: Browsers) -> None:
    """A double click and a replay: the second is refused or does nothing more, and never breaks."""
    found: list[str] = []
    for role, form in forms:
        client = browsers.of(role)
        if form.view in ("identity:sign_out", "identity:close"):
            continue
        with in_vain():
            for turn in ("first", "second", "third"):
                answer = client.post(form.action, form.data())
                found += faults(answer, f"{turn} at {role} {form.view}")
    assert not found, "\n".join(found)


def test_no_form_takes_a_column_it_does_not_ask_for(forms: list[tuple[str, Form]], world: World) -> None:
    wrong = []
    for role, form in forms:
        with in_vain():
            plain, _ = posted(world, role, form.action, well_filled(form, world))
            expected = held()
        with in_vain():
            answer, _ = posted(world, role, form.action, injected(form, world))
            found = held()
        if (plain.status_code, expected) != (answer.status_code, found):
            more, less = found - expected, expected - found
            wrong.append(f"{role} {form.view}: {answer.status_code} {list(more)[:2]} instead of {list(less)[:2]}")
    assert not wrong, "\n".join(wrong)


def test_every_form_leaves_its_row(forms: list[tuple[str, Form]], world: World) -> None:
    wrong, open_ones, carried_out = [], {}, set(BY_HAND) | set(NO_ACT) | set(ELSEWHERE)
    for role, form in forms:
        if not any(control.kind == "submit" for control in form.controls):
            continue
        with in_vain():
            answer, rows = posted(world, role, form.action, well_filled(form, world))
        name, ends = form.signature[0], [row.result for row in rows]
        where = f"{role or 'visitor'} {name} {form.action} -> {answer.status_code} {[f'{r.action} {r.result}' for r in rows]}"
        if answer.status_code in (403, 404, 409) and ends != ["refused"]:
            wrong.append(f"refused without its row: {where}")
        elif answer.status_code not in (200, 204, 302):
            open_ones[name] = where
        elif form.view not in BY_HAND:
            carried_out.add(name)
            if (
                ends != ["ok"]
                and not (form.view in MORE and set(ends) == {"ok"})
                and not (form.view in NO_ACT and not ends)
            ):
                wrong.append(where)
    wrong += [f"never carried out: {where}" for name, where in open_ones.items() if name not in carried_out]
    assert not wrong, "\n".join(wrong)
    assert len(carried_out) > 60
