"""What the database refused, said in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from yimen.ground.kit.refusals import Conflict, NotAllowed, Refusal


class Apart(Conflict):
    """三员: an administrator holds no business post or permission, and the other way round."""

    code = "administrators_apart"


class SelfGrant(NotAllowed):
    """Nobody gives himself a permission."""

    code = "self_grant"


_SAID: dict[str, Refusal] = {
    "organisations_unit_name": Conflict("同一上级下已有同名机构。", next_step="请换一个名称，或先撤销原机构。"),
    "organisations_no_ring": Conflict("不能把机构移到它自己或它的下级之下。", next_step="请另选上级机构。"),
    "organisations_one_successor": Conflict("这个机构已由另一个机构整体承接。", next_step="请刷新页面查看沿革。"),
    "organisations_reform_second_person": NotAllowed(
        "拟定方案的人不能批准自己的方案。", next_step="请由另一位有批准权限的负责人批准。"
    ),
    "organisations_seal_destroyed_once": Conflict("这枚印章已经登记销毁。"),
    "organisations_chain_one_of_a_rung": Conflict("一把手、分管领导各只有一位。", next_step="请先改掉原来的一位。"),
    "organisations_chain_post_once": Conflict("这个岗位已经在责任链上。"),
    "organisations_counterpart_once": Conflict("这两个部门已经对口。"),
    "organisations_counterpart_window_once": Conflict("这两个窗口已经对口。"),
    "organisations_entry_plan_number": Conflict("别人刚登记了新的一版方案。", next_step="请刷新页面查看。"),
    "organisations_window_number": Conflict("这个中心已有这个窗口号。", next_step="请换一个窗口号。"),
    "organisations_one_stand_in": Conflict(
        "这个岗位在这段时间里已经委托了代办。", next_step="请改日期，或先结束原来的代办。"
    ),
    "organisations_one_emergency": Conflict("您已有一次应急授权没有结束。", next_step="请先结束它。"),
    "organisations_one_chief": Conflict("这个机构已有首席代表岗位。", next_step="每个部门一名，请先撤销原岗位。"),
    "organisations_one_holder": Conflict("这个岗位已有人担任。", next_step="请先免去原任职。"),
    "organisations_grant_once": Conflict("已经有同样的授权。"),
    "organisations_one_letter_in_force": Conflict(
        "该部门给这个岗位的授权委托书在这段日期里已有一份。", next_step="请改日期，或先收回原委托书再签署。"
    ),
    "organisations_letter_stays": Conflict("委托书已签署，不能再改；可以收回后重新签署。"),
    "organisations_administrators_apart": Apart(
        "三员互斥：系统、安全、审计管理员不能担任业务岗位或持有业务权限，也不能兼任。",
        next_step="请换一个账号，或先免去岗位、收回授权。",
    ),
    "organisations_staff_only": NotAllowed("只有工作人员账号可以担任岗位或持有权限。"),
    "organisations_no_self_grant": SelfGrant("不能给自己授权。", next_step="请由另一位安全管理员办理。"),
    "organisations_authorisationletter_number_key": Conflict("这个文号已经用过。", next_step="请换一个文号。"),
    "organisations_seal_number_key": Conflict("这个印章编号已经登记。", next_step="请核对编号。"),
    "organisations_division_pkey": Conflict("这个区划代码已经登记。"),
}


@contextmanager
def guarded() -> Iterator[None]:
    """A savepoint; a constraint that refuses becomes its `Refusal`, any other integrity error stays what it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as refused:
        name = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "") or ""
        said = _SAID.get(name)
        if said is None:
            raise
        raise type(said)(said.message, next_step=said.next_step, code=said.code) from None
