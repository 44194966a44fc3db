"""Each test keeps files and keys in a folder of its own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from yimen.ground.kit.moments import CHINA

AT = datetime(2026, 9, 21, 9, 5, tzinfo=CHINA)
BASE: dict[str, Any] = {
    "short_code": "7K4X-0027",
    "item": "公共场所卫生许可证核发（新办）",
    "applicant": "清河县听泉茶馆",
    "department": "清河县卫生健康局",
    "place": "清河县政务服务中心二楼",
    "phone": "0990-631 2208",
    "handler": "王芳",
    "review_body": "清河县人民政府",
    "suit_court": "清河县人民法院",
}
REVOKED = {
    "old_number": "清卫准字〔2026〕7号", "article": "第六十九条第二款", "ground": "以欺骗、贿赂等不正当手段取得",
    "reason": "承诺所述与现场不符，消毒间没有启用。",
}  # fmt: skip
MORE: dict[str, dict[str, Any]] = {
    "revocation_notice": REVOKED | {"days": 5},
    "decision_revoke": REVOKED
    | {"decided_on": "2026年11月9日(周一)", "notice": "清卫拟撤〔2026〕1号", "response": "经核查不成立。"},
    "revocation_dropped": REVOKED | {"notice": "清卫拟撤〔2026〕1号"},
    "withdrawal_up_letter": {
        "superior": "安平市市场监督管理局",
        "reason": "申请人改变了经营计划",
        "report_number": "安市监〔2026〕3号",
    },
    "survey_notice": {
        "planned": "2026年10月20日(周二) 09:30",
        "survey_place": "东街 12 号",
        "surveyors": "赵强（执法证号 川01）、周立（执法证号 川02）",
        "bring": "平面图",
        "code": "11990312007318468000400012300600020260921",
    },
    "survey_record": {
        "survey": "TK519911-2026-00001",
        "visit": "1",
        "planned": "2026年10月20日(周二) 09:30",
        "survey_place": "东街 12 号",
        "surveyors": "赵强（执法证号 川01）、周立（执法证号 川02）",
        "present": "李明",
        "said": "现场整洁。",
        "conclusion": "符合",
        "digest": "0" * 64,
        "answers": [("1", "地址与申请一致", "一致", "是", "符合")],
        "signatures": [{"digest": "", "words": "申请人：李明（纸质签名照片）"}],
    },
    "joint_review_minutes": {
        "planned": "2026年10月20日(周二) 09:30",
        "meeting_place": "三楼会议室",
        "host": "马成",
        "conclusion": "同意。",
        "attendance": [("清河县市场监督管理局", "赵强", "同意", "符合条件。")],
    },
    "materials_receipt": {"materials": [(1, "申请表", "已收"), (2, "营业执照", "免提交")]},
    "acceptance_slip": {"accepted_on": "2026年9月21日(周一)", "limit": "10 个工作日", "legal_limit": "20 个工作日"},
    "correction_notice": {"items": [{"order": 1, "name": "申请表", "problem": "没有签名"}], "reason": ""},
    "not_required_notice": {"reason": "本事项已取消"},
    "not_accepted_notice": {"reason": "不属于本机关职权范围", "competent": "清河县市场监督管理局"},
    "tolerance_notice": {
        "project": "清河湾水厂",
        "promised_by": "李明",
        "follow_by": "2026年12月18日",
        "items": [{"order": 1, "name": "平面图", "problem": "承诺后补"}],
    },
    "termination_notice": {
        "reason": "材料没有补齐",
        "review_body": "清河县人民政府",
        "suit_court": "清河县人民法院",
    },
    "promise_letter": {
        "promise": "经营场所符合条件",
        "signer": "李明",
        "items": [{"order": 1, "name": "平面图", "problem": "以承诺代替"}],
    },
    "report_up_letter": {"superior": "安平市市场监督管理局", "reason": "符合条件"},
    "suspension_notice": {"procedure": "检验", "days_needed": 10, "reason": "须送检"},
    "extension_notice": {"days": 10, "reason": "案情复杂"},
    "decision_grant": {
        "reason": "符合条件",
        "decided_on": "2026年10月9日(周五)",
        "slip": "清卫受字〔2026〕12号",
        "results": ("公共场所卫生许可证",),
    },
    "decision_refuse": {"reason": "经营场所不符合卫生标准", "decided_on": "2026年10月9日(周五)"},
    "hearing_right_notice": {"subject": "拟设经营场所与相邻住户共用烟道。", "interested": "东街 12 号住户"},
    "hearing_notice": {
        "subject": "拟设经营场所与相邻住户共用烟道。",
        "planned": "2026年10月20日(周二) 09:30",
        "hearing_place": "政务服务中心三楼会议室",
        "host": "何伟",
        "clerk": "王芳",
        "publicly": "公开举行",
    },
    "hearing_record": {
        "subject": "拟设经营场所与相邻住户共用烟道。",
        "record": "主持人宣布听证开始。\n申请人陈述。\n利害关系人质证。",
        "participants": "申请人李雷；住户张三",
        "signed_by_names": "李雷、张三",
        "host": "何伟",
    },
    "correction_order": {"paragraphs": ["窗口缺岗。", "请在 9 月 28 日前整改。"]},
    "supervision_notice": {"paragraphs": ["对项目的效能问题实施动态监察。"]},
    "delivery_receipt": {"method": "窗口领取", "receiver": "李雷", "decision": "清卫准字〔2026〕3号"},
}


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Path:
    settings.YIMEN_VAR = tmp_path
    return tmp_path
