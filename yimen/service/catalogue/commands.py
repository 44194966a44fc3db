"""`yimen import-items`: bring a catalogue in from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from yimen.ground.identity.rules import Actor
from yimen.ground.kit.commands import Answer, command, unreadable
from yimen.ground.kit.refusals import Invalid

if TYPE_CHECKING:
    from yimen.service.catalogue.services.imports import BatchOutcome, Report

SHOWN = 20
INSTALLER = Actor(uid=UUID(int=1), name="安装程序", kind="system", post="命令行")
CHECKER = Actor(uid=UUID(int=2), name="本机管理人员（命令行）", kind="system", post="合法性审查")
"""Whoever may run commands on the machine answers for the check; the opinion says on what it rests."""

OPINION = "来源目录已由上级机关审查并公布；本机导入时经全部规则检查，无阻断项。"


@command("import-items")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--materials", type=click.Path(path_type=Path), help="申请材料文件，按编码与事项对应。")
@click.option("--dry-run", is_flag=True, help="只看会怎样，什么也不改。")
@click.option("--publish", is_flag=True, help="导入后发布通过检查的事项；部门没有的，按有效的统一社会信用代码建立。")
@click.option("--opinion", default=OPINION, show_default=False, help="与 --publish 同用：合法性审查意见，写明依据。")
def import_items(file: Path, materials: Path | None, dry_run: bool, publish: bool, opinion: str) -> Answer:
    """导入事项目录（CSV 或 Excel）。

    逐行给出结果：新增、变更、未变、拒绝；被拒绝的行写明行号和原因，不影响其余行。再导一遍不会有变化。
    """
    from yimen.ground.kit import moments
    from yimen.service.catalogue.services import imports

    content = _read(file)
    extra = _read(materials) if materials else None
    name = materials.name if materials else ""
    if dry_run:
        parsed = imports.parse_files(content, file.name, extra, name)
        return _answer(imports.dry_run(parsed), None, dry_run=True)
    report = imports.import_now(
        actor=INSTALLER, content=content, file_name=file.name, at=moments.now(), materials=extra, materials_name=name
    )
    if not publish or report.batch is None:
        return _answer(report, None)
    imports.adopt_departments(actor=INSTALLER, batch=report.batch, at=moments.now())
    checked = imports.pass_batch(actor=CHECKER, batch=report.batch, opinion=opinion, at=moments.now())
    published = imports.publish_batch(actor=INSTALLER, batch=report.batch, at=moments.now())
    published.refused = sorted([*checked.refused, *published.refused], key=lambda refused: refused[0])
    return _answer(report, published)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as problem:
        raise Invalid(
            f"文件“{path}”读不出来：{unreadable(problem)}。", next_step="请核对路径和读取权限。", code="unreadable_file"
        ) from None


def _answer(report: Report, published: BatchOutcome | None, *, dry_run: bool = False) -> Answer:
    counts = report.counts
    data: dict[str, Any] = {
        "rows": counts.rows,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "rejected": counts.rejected,
        "warned": counts.warned,
        "dry_run": dry_run,
        "rejects": report.rejects,
        "warnings": report.warnings,
        "messages": report.messages,
        "materials": report.materials,
    }
    lines = [
        f"共 {counts.rows} 行：新增 {counts.new}，变更 {counts.changed}，未变 {counts.unchanged}，拒绝 {counts.rejected}。",
        f"rows={counts.rows} new={counts.new} changed={counts.changed} unchanged={counts.unchanged} "
        f"rejected={counts.rejected}",
    ]
    if dry_run:
        lines.insert(0, "试导入，没有改动任何数据。")
    if report.materials.get("rows"):
        found = report.materials
        lines.append(f"材料 {found['rows']} 行：采用 {found['accepted']}，拒绝 {found['rejected']}。")
    lines += report.messages
    lines += [_line(entry, "reasons") for entry in report.rejects]
    lines += [f"材料文件{_line(entry, 'reasons')}" for entry in report.materials.get("rejects", [])]
    if report.batch is not None:
        data["batch"] = str(report.batch.uid)
    if published is not None:
        data["published"] = published.moved
        data["not_published"] = [
            {"line": line, "code": code, "name": name, "reasons": reasons}
            for line, code, name, reasons in published.refused
        ]
        lines.append(f"已发布 {published.moved} 项，没有发布 {len(published.refused)} 项。")
        lines += [_line(entry, "reasons", "没有发布") for entry in data["not_published"][:SHOWN]]
        if len(published.refused) > SHOWN:
            lines.append(f"另有 {len(published.refused) - SHOWN} 项没有发布，用 --json 看全部。")
    lines += [_line(entry, "warnings", "提醒") for entry in report.warnings[:SHOWN]]
    if len(report.warnings) > SHOWN:
        lines.append(f"另有 {len(report.warnings) - SHOWN} 行有提醒，用 --json 看全部。")
    return Answer(plain="\n".join(lines), data=data)


def _line(entry: dict[str, Any], key: str, word: str = "拒绝") -> str:
    said = "；".join(entry[key])
    return f"第 {entry['line']} 行 {word} {entry['code'] or '（无编码）'} {entry['name'][:40]}：{said}"
