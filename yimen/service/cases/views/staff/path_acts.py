"""How the acts of the special paths are asked for; they stand in one table with the others (`acts.ACTS`)."""

from __future__ import annotations

from yimen.service.cases import forms_paths as asked
from yimen.service.cases import services
from yimen.service.cases.views.staff.act import Act

PATH_ACTS: dict[str, Act] = {
    "report_up": Act(
        services.report_up, "上报", "已上报，上报函可以打印了。", asked.ReportUpForm,
        consequence="初审到此为止，上级机关办理的时间单独计算，不算本部门的期限；由上级机关作出决定。",
    ),
    "note_superior": Act(services.note_superior, "登记", "上级办理情况已登记。", asked.NoteSuperiorForm),
    "urge_superior": Act(services.urge_superior, "记入催办", "催办已记入。", asked.UrgeSuperiorForm),
    "superior_granted": Act(
        services.superior_granted, "登记准予", "已登记上级准予，请送达结果。", asked.SuperiorGrantedForm,
        consequence="以上级机关的文号为决定文号，十个工作日内送达申请人。",
    ),
    "superior_refused": Act(
        services.superior_refused, "登记不予许可", "已登记上级不予许可，请送达决定书。", asked.SuperiorRefusedForm,
        consequence="以上级机关的决定书为准，随即送达申请人；救济途径由上级决定书告知。",
    ),
    "superior_returned": Act(
        services.superior_returned, "退回审查", "已退回审查，期限从明天起接着算。", asked.SuperiorReturnedForm,
    ),
    "declare_special": Act(
        services.declare_special, "定为特办件", "已定为特办件，各处清单都排在最前面。", asked.SpecialForm,
        consequence="排在所有清单最前面，另设内部时限；法定和承诺期限不变。谁决定的、为什么，都记在办理经过里。",
    ),
    "clear_special": Act(services.clear_special, "取消特办", "已取消特办。", asked.SpecialForm),
    "declare_green": Act(
        services.declare_green, "进入绿色通道", "已进入绿色通道。", asked.GreenForm,
        consequence="排在清单前面优先办理；办件不少一个步骤，期限不变。",
    ),
    "clear_green": Act(services.clear_green, "退出绿色通道", "已退出绿色通道。", asked.SuperiorReturnedForm),
    "hand_to_system": Act(
        services.hand_to_system, "推送", "已排队推送，对方的编号收到后显示在本页。", asked.HandToSystemForm,
        consequence="把申请人已经填写的内容送到对方系统，申请人不用再报一次。",
    ),
    "note_external": Act(services.note_external, "登记", "外部编号已登记。", asked.NoteExternalForm),
    "tolerate": Act(
        services.accept_tolerant, "容缺受理", "已容缺受理，告知承诺书和受理通知书可以打印了。", asked.TolerantForm,
        consequence="缺的材料由申请人书面承诺后补，期限从今天起算；补齐核收之前不能送达，到期不补可以终止办理。",
    ),
    "confirm_tolerated": Act(
        services.confirm_tolerated, "核收", "容缺材料已核收，可以送达了。", asked.ConfirmTolerated,
        consequence="确认承诺后补的材料已经全部补齐、合格，随即解除送达的限制。",
    ),
    "end_untolerated": Act(
        services.end_untolerated, "终止办理", "已终止办理，告知书可以打印了。", asked.EndUntoleratedForm,
        consequence="期满没有补齐的，终止办理并书面告知理由和救济途径；已作出还没送达的准予决定不再送达。",
    ),
    "sign_promise": Act(
        services.sign_promise, "登记承诺", "承诺书已登记，可以打印了。", asked.SignPromiseForm,
        consequence="申请人当面签署告知承诺书后，由窗口登记；代替的材料不用再交，受理后可以当场决定，事后核查。",
    ),
    "check_promise": Act(
        services.check_promise, "记入核查", "核查结论已记入。", asked.CheckPromiseForm,
        consequence="承诺不属实的，处理建议会告知部门负责人，由其决定是否撤销。",
    ),
}  # fmt: skip
