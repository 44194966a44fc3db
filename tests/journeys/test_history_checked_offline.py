"""The offline verifier accepts an honest slip and refuses a tampered one, in a browser without network."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.driving import SHOTS
from tests.journeys import foodshop
from yimen.ground.documents.selectors import letter_by_code, letter_pdf, letters_of, open_file
from yimen.ground.kit.moments import now
from yimen.ground.matters import sealing
from yimen.ground.matters.proof import publishing
from yimen.service.cases import services as cases

History = dict[str, Any]
CODE = re.compile(r"账本核对码\s*(\d+(?:-[0-9A-F]{4}){5})\s*公布密钥\s*((?:[0-9A-F]{4}-){4}[0-9A-F]{4})")


def text_changed(history: History) -> None:
    """A clerk becomes another one."""
    step = next(each for each in history["steps"] if each["text"] and "王" in each["text"])
    step["text"] = step["text"].replace("王", "汪", 1)


def link_made_good(history: History) -> None:
    """The last step is changed and its link reckoned anew, as somebody with the database would."""
    last = history["steps"][-1]
    assert last["text"] is not None
    last["text"] = re.sub(r"\d{16}(?=,)", lambda found: str(int(found[0]) - 86_400_000_000), last["text"], count=1)
    before = bytes.fromhex(history["steps"][-2]["link"])
    last["link"] = hashlib.sha256(before + last["text"].encode()).hexdigest()


def step_left_out(history: History) -> None:
    """A step in the middle is gone."""
    del history["steps"][1]


def steps_exchanged(history: History) -> None:
    """Two steps have changed places."""
    history["steps"][0], history["steps"][1] = history["steps"][1], history["steps"][0]


def digest_rewritten(history: History) -> None:
    """The digest names another root."""
    text = history["digests"][0]["text"]
    history["digests"][0]["text"] = re.sub(r"root: .{4}", "root: 0000", text)


def another_signature(history: History) -> None:
    """One hex digit of the signature."""
    signature = history["digests"][0]["signature"]
    history["digests"][0]["signature"] = ("0" if signature[0] != "0" else "1") + signature[1:]


def another_case(history: History) -> None:
    """The number of another case."""
    history["code"] = history["code"][:-1] + ("0" if history["code"][-1] != "0" else "1")


TAMPERED: list[tuple[Callable[[History], None], str]] = [
    (text_changed, "内容被改动过"),
    (link_made_good, "公布的摘要不符"),
    (step_left_out, "步骤缺失或调换了次序"),
    (steps_exchanged, "步骤缺失或调换了次序"),
    (digest_rewritten, "签名与文本不符"),
    (another_signature, "签名与文本不符"),
    (another_case, "公布的摘要不符"),
]


def paper_of(case: Any) -> tuple[str, str]:
    """The check code and the key printed on the acceptance slip, read back from its PDF."""
    slip = next(each for each in letters_of(case.matter.code) if each.kind == "acceptance_slip")
    letter = letter_by_code(slip.code)
    assert letter is not None
    with open_file(letter_pdf(letter)) as file:
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read())).pages)
    found = CODE.search(text)
    assert found, text
    return found[1], found[2]


def saved(page: Page, address: str, folder: Path) -> Path:
    """What a link on the case's page downloads."""
    with page.expect_download() as waiting:
        page.locator(f'a[href="{address}"]').first.click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_an_honest_history_passes_and_a_tampered_one_does_not(
    browse: Any, site: Any, look: Any, tmp_path: Path, chromium: Any
) -> None:
    stage = foodshop.set_up(site.cast)
    case = stage.accepted()
    while sealing.seal_once():
        pass
    publishing.publish(now(), all_of_it=True)
    cases.pass_review(code=case.matter.code, text="材料齐全，建议准予。", actor=site.cast.actor("zhao"), at=now())
    cases.grant(code=case.matter.code, actor=site.cast.actor("chen"), at=now())
    while sealing.seal_once():
        pass
    publishing.publish(now() + timedelta(seconds=1), all_of_it=True)
    code, key = paper_of(foodshop.again(case))

    li = browse("li", phone=True)
    li.goto(f"/my/matters/{case.matter.code}/")
    file = saved(li, f"/ledger/of/{case.matter.code}/", tmp_path)
    verifier = saved(li, "/ledger/verifier/", tmp_path)
    assert file.name.startswith("办件历史-")
    honest = json.loads(file.read_text("utf-8"))
    assert [each["number"] for each in honest["digests"]] == [1, 2]
    assert any(each["text"] is None for each in honest["steps"]), "what was said internally is closed"

    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(verifier.as_uri())
    page.set_input_files("#file", str(file))
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("核对通过")
    expect(verdict).to_contain_text("没有填写凭证上的核对码和公布密钥")
    page.fill("#slip", code)
    page.fill("#key", key)
    expect(verdict).to_have_class("verdict sound")
    expect(verdict).not_to_contain_text("没有填写")
    page.screenshot(path=str(SHOTS / "verifier-sound.png"), full_page=True)

    for change, says in TAMPERED:
        history = copy.deepcopy(honest)
        change(history)
        tampered = tmp_path / f"{change.__name__}.json"
        tampered.write_text(json.dumps(history, ensure_ascii=False), "utf-8")
        page.set_input_files("#file", str(tampered))
        expect(verdict, change.__name__).to_have_class("verdict broken")
        expect(verdict, change.__name__).to_contain_text(says)

    page.set_input_files("#file", str(file))
    expect(verdict).to_have_class("verdict sound")
    page.fill("#slip", code[:-1] + ("0" if code[-1] != "0" else "1"))
    expect(verdict).to_contain_text("凭证上的核对码与这份历史对不上")
    page.screenshot(path=str(SHOTS / "verifier-broken.png"), full_page=True)
    page.fill("#slip", code)
    page.fill("#key", "0000-0000-0000-0000-0000")
    expect(verdict).to_contain_text("公布密钥与这份历史所用的不同")
    assert [each for each in asked if not each.startswith(("file:", "blob:"))] == []
    context.close()


@pytest.mark.parametrize(
    "nonsense", ["", "{}", "[]", "null", '{"format":"yimen-history-1","steps":[{}],"digests":[{}]}', "\x00"]
)
def test_nonsense_is_no_history(chromium: Any, tmp_path: Path, nonsense: str) -> None:
    from yimen.ground.matters.views.proof import verifier_page

    (tmp_path / "v.html").write_text(verifier_page(), "utf-8")
    (tmp_path / "n.json").write_text(nonsense, "utf-8")
    page = chromium.new_page()
    page.goto((tmp_path / "v.html").as_uri())
    page.set_input_files("#file", str(tmp_path / "n.json"))
    expect(page.locator(".verdict")).to_have_class("verdict broken")
    page.close()


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_public_ledger(browse: Any, site: Any, look: Any, phone: bool) -> None:
    foodshop.set_up(site.cast).accepted()
    while sealing.seal_once():
        pass
    publishing.publish(now(), all_of_it=True)
    page = browse(phone=phone)
    for address, name in (("/ledger/", "ledger"), ("/ledger/1/", "ledger-digest")):
        page.goto(address)
        look(page, f"{name}-{'phone' if phone else 'desk'}")
