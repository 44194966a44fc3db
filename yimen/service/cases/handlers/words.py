"""The short messages about a case: what is said where a number of characters is all there is."""

from __future__ import annotations

from yimen.ground.notices.rules import Template, register_template


def _template(name: str, subject: str, sms: str, kind: str = "law") -> str:
    """Register the words of one short message; what the law orders to be told (行政许可法第三十二、三十八、四十二条) is `law`."""
    template = Template(f"cases.{name}", subject, "{item}（{number}）", kind=kind, sms=sms, gaps_of={"number": "code"})
    register_template(template)
    return template.code


SUBMITTED = _template(
    "submitted", "申请已提交", "您申请的{item}已提交，编号{number}，5个工作日内告知是否受理。", "progress"
)
ACCEPTED = _template("accepted", "申请已受理", "您申请的{item}（{number}）已受理，最晚办结日期见办件页。")
CORRECTION = _template(
    "correction", "请补齐材料", "您申请的{item}（{number}）有材料要补正，内容已一次列明，请登录办件页查看。"
)
NOT_ACCEPTED = _template(
    "not_accepted", "申请结果", "您申请的{item}（{number}）未予受理，理由和去处见告知书，请登录办件页查看。"
)
SUSPENDED = _template("suspended", "进入特别程序", "您申请的{item}（{number}）进入听证、检验等程序，所需时间见告知书。")
EXTENDED = _template("extended", "办理期限延长", "您申请的{item}（{number}）办理期限延长，理由见告知书。")
DECIDED = _template("decided", "办理结果", "您申请的{item}（{number}）已作出决定，请登录办件页查看结果。")
UNDONE = _template("acceptance_undone", "受理更正", "您申请的{item}（{number}）的受理已更正，理由见办件页。")
DECISION_UNDONE = _template(
    "decision_undone", "办理结果更正", "您申请的{item}（{number}）此前的结果已更正，理由见办件页。"
)
ABANDONED = _template("abandoned", "申请视为放弃", "您申请的{item}（{number}）逾期没有补齐材料，视为放弃，可重新申请。")
HEARING_TOLD = _template(
    "hearing_told", "可以要求听证", "您申请的{item}（{number}）可以要求听证，请在5个工作日内登录办件页提出。"
)
HEARING_NOTICED = _template(
    "hearing_noticed", "听证的时间地点", "您申请的{item}（{number}）的听证时间、地点已定，见听证通知书。"
)
DELIVERED = _template("delivered", "结果已送达", "您申请的{item}（{number}）结果已送达，办件结束。", "progress")
REVOCATION = _template(
    "revocation",
    "决定的撤销",
    "您办理的{item}（{number}）的决定有撤销方面的新情况，请登录办件页查看并在期限内陈述申辩。",
)
