"""All that wait of a type are made at once: none twice, what cannot be made is told and tried again, a kill loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from click.testing import CliRunner

from tests.cast import Cast
from yimen.ground.kit.moments import now
from yimen.service.certificates.commands import issue_certificates
from yimen.service.certificates.models import Certificate, CertificateFile
from yimen.service.certificates.services import batch, issue
from yimen.service.certificates.tests import stage

pytestmark = pytest.mark.django_db

FIELDS: list[dict[str, Any]] = [{"key": "holder", "label": "持证人", "source": "holder"}]


def waiting(cast: Cast, count: int) -> Any:
    drafts = [stage.drafted(cast, fields=FIELDS) for _ in range(count)]
    return drafts[-1].type


def test_all_that_wait_with_their_files(cast: Cast) -> None:
    kind, heard = waiting(cast, 3), []
    done = batch.issue_waiting(kind, clock=now, say=lambda so_far: heard.append(so_far.issued))
    assert (done.issued, done.drawn, done.failed) == (3, 6, [])
    assert heard[:3] == [1, 2, 3]
    numbers = Certificate.objects.values_list("number", flat=True)
    assert len(set(numbers)) == 3 and "" not in numbers
    assert batch.issue_waiting(kind, clock=now) == batch.Batch(), "none twice"


def test_after_a_kill_it_goes_on(cast: Cast) -> None:
    kind = waiting(cast, 3)

    def killed(so_far: batch.Batch) -> None:
        if so_far.issued == 2 or so_far.drawn:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            batch.issue_waiting(kind, clock=now, say=killed)
    rest = batch.issue_waiting(kind, clock=now)
    assert Certificate.objects.filter(state="valid").count() == 3
    assert CertificateFile.objects.count() == 6 and rest.issued + rest.drawn < 9


def test_what_cannot_be_made_is_told_and_tried_again(cast: Cast) -> None:
    draft = stage.drafted(cast)  # its type asks for answers, and no case gave any
    other = stage.drafted(cast)
    done = batch.issue_waiting(draft.type, clock=now)
    assert done.issued == 0 and [name for name, _why in done.failed] == ["李明", "李明"]
    assert "字号名称" in stage.again(draft).lacking
    issue(certificate=other, values=stage.WORDS, actor=cast.actor("wu"), at=now())
    assert len(batch.issue_waiting(draft.type, clock=now).failed) == 1


def test_the_command(cast: Cast) -> None:
    kind = waiting(cast, 2)
    run = CliRunner().invoke(issue_certificates, [kind.code, "--limit", "1"])
    assert run.exit_code == 0 and "制证 1 张" in run.output and "还有 1 张待制证" in run.output, run.output
    assert CliRunner().invoke(issue_certificates, ["nothing"]).exit_code != 0
