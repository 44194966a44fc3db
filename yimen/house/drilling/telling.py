"""What a drill found, in words for the terminal."""

from __future__ import annotations

from typing import Any

from yimen.watch.drills.models import DrillRun
from yimen.watch.drills.rules import TOTALS, act_name

MOST = 10


def summary(run: DrillRun) -> str:
    """The result in lines."""
    if run.state != DrillRun.State.DONE:
        return f"演练{run.get_state_display()}。{run.failure}"
    results = run.results
    lines = [
        f"演练完成：{run.first_day} 至 {run.last_day}，用时 {run.seconds:.0f} 秒"
        f"（复制 {results['copied_seconds']:.0f} 秒，演练 {results['played_seconds']:.0f} 秒）。",
        "　".join(f"{name} {results['totals'][key]:,} {unit}" for key, name, unit, _ in TOTALS),
    ]
    lines += _list("超期的事项", [each for each in results["items"] if each["red"]], _item)
    lines += _list(
        "窗口", sorted(results["windows"], key=lambda each: (-each["overflows"], -each["longest_wait"])), _window
    )
    lines += _list("最忙的人", sorted(results["people"], key=lambda each: -each["load"])[:5], _person)
    lines += _list(
        "法定后果", results["effect_kinds"], lambda each: f"{each['label']} {each['count']} 次，{each['law']}"
    )
    proof = results["proof"]
    lines.append(
        f"核对：法定后果 {proof['effects']} 次，重复 {proof['twice']}，没有步骤的 {proof['without_step']}；"
        f"新写 {proof['steps']:,} 步，链断 {proof['broken_links']}。"
    )
    lines += _list("办理中被拒绝", results["refusals"], _refusal)
    if results["unknown"]:
        lines.append(f"没有找到：{'、'.join(results['unknown'])}（缺岗参数没有用上）。")
    if not results["history"]:
        lines.append("数据库里没有历史办件，来件是假定的。")
    if run.scratch:
        lines.append(f"副本留在数据库 {run.scratch}。")
    return "\n".join(lines)


def as_data(run: DrillRun) -> dict[str, Any]:
    """For `--json`."""
    return {
        "uid": str(run.uid), "title": run.title, "state": run.state, "failure": run.failure, "seconds": run.seconds,
        "parameters": run.parameters, "results": run.results, "scratch": run.scratch,
    }  # fmt: skip


def _list(title: str, rows: list[dict[str, Any]], say: Any) -> list[str]:
    if not rows:
        return []
    more = [f"  ……共 {len(rows)} 项"] if len(rows) > MOST else []
    return [f"{title}：", *(f"  {say(each)}" for each in rows[:MOST]), *more]


def _item(each: dict[str, Any]) -> str:
    return (
        f"{each['name']}{'（' + each['department'] + '）' if each['department'] else ''}：{each['red']} 件超期，{each['first_red_on']} 起，"
        f"最多同时 {each['worst']} 件（{each['worst_on']}）"
    )


def _window(each: dict[str, Any]) -> str:
    said = f"{each['number']}：接待 {each['served']} 人次，最长等 {each['longest_wait']} 分钟，忙 {each['load']:g}%"
    return f"{said}，溢出 {each['overflows']} 天，{each['first_overflow']} 起" if each["overflows"] else said


def _person(each: dict[str, Any]) -> str:
    return f"{each['name']}（{each['unit']}{each['post']}）：忙 {each['load']:g}%，最多积压 {each['longest_queue']} 件"


def _refusal(each: dict[str, Any]) -> str:
    return f"{act_name(each['act'])} {each['count']} 次：{each['said']}"
