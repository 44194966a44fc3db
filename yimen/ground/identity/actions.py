"""What the codes of the audit are called on the page; each module names its own from its `policies.py`."""

from __future__ import annotations

from collections.abc import Mapping

_labels: dict[str, str] = {}


def name_actions(names: Mapping[str, str]) -> None:
    """Say in Chinese what a module's audit codes mean: `name_actions({"cases.accept": "受理办件"})`."""
    _labels.update(names)


def label_of(action: str) -> str:
    """The Chinese name of an audit code; the code itself where nobody named it."""
    return _labels.get(action, action)


KINDS = {
    "account": "账号", "delegation": "请假代办", "emergency": "应急授权", "review": "权限复核", "rules": "规则",
    "address": "网址", "case": "办件", "division": "行政区划", "draft": "草稿", "grant": "授权",
    "import": "导入批次", "item": "事项", "key": "签名密钥", "ledger": "办理账本", "letter": "文书", "mandate": "委托",
    "matter": "办件", "name": "登录名",
    "party": "主体档案", "post": "岗位", "profile": "登录安全策略", "seal": "印章", "session": "登录", "source_department": "来源部门",
    "standard_material": "标准材料", "synonym": "同义词", "system": "接入系统", "token": "接口密钥", "unit": "机构",
}  # fmt: skip
"""What the kinds of an act's target are called."""


def kind_of(target_kind: str) -> str:
    """The Chinese name of a target's kind; nothing where nobody named it."""
    return KINDS.get(target_kind, "")


def labels() -> dict[str, str]:
    """Every named code."""
    return dict(_labels)


name_actions(
    {
        "identity.register": "注册账号",
        "identity.sign_in": "登录",
        "identity.sign_out": "退出",
        "identity.end_session": "结束登录",
        "identity.end_sessions": "结束全部登录",
        "identity.stand_in": "开始代办",
        "identity.stand_down": "结束代办，回到自己岗位",
        "identity.work_in_post": "切换岗位",
        "identity.open_account": "开通账号",
        "identity.rename_account": "更正姓名",
        "identity.disable_account": "停用账号",
        "identity.enable_account": "启用账号",
        "identity.close_account": "注销账号",
        "identity.unlock_sign_in": "解除登录锁定",
        "identity.reset_password": "重设密码",
        "identity.change_password": "修改密码",
        "identity.use_code": "使用一次性验证码",
        "identity.give_activation_code": "窗口开通网上账号",
        "identity.party_opened": "建立主体档案",
        "identity.party_verified": "核验主体证件",
        "identity.update_contact": "修改联系方式",
        "identity.reveal": "查看敏感信息",
        "identity.set_profile": "修改登录安全策略",
        "identity.issue_token": "签发接口密钥",
        "identity.revoke_token": "收回接口密钥",
        "identity.begin_factor": "生成动态验证码密钥",
        "identity.bind_factor": "绑定动态验证码",
        "identity.prove_factor": "第二重验证",
        "identity.renew_recovery_codes": "重新生成恢复码",
        "identity.reset_factor": "解除动态验证码",
        "identity.federated_sign_in": "经统一身份认证登录",
        "identity.link_identity": "关联统一身份",
        "identity.unlink_identity": "解除关联统一身份",
        "identity.provider_signed_out": "统一身份认证通知退出",
        "identity.sign_on": "登录接入系统",
        "identity.end_sign_on": "终止接入系统的登录",
        "identity.tell_system": "向接入系统提供个人信息",
        "identity.give_consent": "同意向接入系统提供信息",
        "identity.withdraw_consent": "收回对接入系统的同意",
        "identity.system_refused": "拒绝接入系统的请求",
        "identity.register_system": "登记接入系统",
        "identity.change_system": "修改接入系统",
        "identity.renew_system_secret": "重新生成接入系统密钥",
        "identity.stop_system": "停用接入系统",
        "identity.start_system": "启用接入系统",
        "identity.rotate_signing_key": "更换签名密钥",
        "identity.give_mandate": "出具委托",
        "identity.accept_mandate": "接受委托",
        "identity.end_mandate": "终止委托",
        "identity.act_for": "切换办事身份",
        "identity.invite_member": "邀请单位办事人员",
        "identity.withdraw_invitation": "收回单位邀请",
        "identity.join_enterprise": "加入单位",
        "identity.change_role": "变更单位内角色",
        "identity.end_membership": "终止单位办事资格",
        "identity.propose_representative": "提出变更法定代表人",
        "identity.change_representative": "核验变更法定代表人",
        "identity.drop_representative_change": "收回或不通过法定代表人变更",
        "audit.export": "导出审计记录",
    }
)
