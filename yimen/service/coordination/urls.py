"""Addresses of 协调督促."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.service.coordination.views import acts, channel, groups, issues, leaders, liaisons, office, roster, visits

app_name = "coordination"

_desk: list[URLPattern | URLResolver] = [
    path("desk/coordination/", issues.inbox, name="inbox"),
    path("desk/coordination/new/", issues.raise_issue, name="raise"),
    path("desk/coordination/<str:code>/", issues.page, name="issue"),
    path("desk/coordination/<str:code>/clock/", issues.clock, name="issue_clock"),
    path("desk/coordination/<str:code>/files/<uuid:uid>/", issues.file, name="issue_file"),
    path("desk/coordination/<str:code>/<slug:action>/", acts.act, name="act"),
    path("desk/channel/", channel.channel, name="channel"),
    path("desk/channel/new/", channel.new, name="send"),
    path("desk/channel/<uuid:uid>/", channel.paper, name="paper"),
    path("desk/channel/<uuid:uid>/sign/", channel.sign, name="sign"),
    path("desk/channel/<uuid:uid>/answer/", channel.answer, name="answer_paper"),
    path("desk/channel/<uuid:uid>/withdraw/", channel.withdraw, name="withdraw_paper"),
    path("desk/channel/<uuid:uid>/urge/<int:unit_id>/", channel.urge, name="urge_paper"),
    path("desk/channel/<uuid:uid>/files/<uuid:file_uid>/", channel.file, name="paper_file"),
]

_office: list[URLPattern | URLResolver] = [
    path("manage/coordination/", office.overview, name="overview"),
    path("manage/coordination/log/", issues.log, name="log"),
    path("manage/coordination/numbers/", office.numbers, name="numbers"),
    path("manage/coordination/briefing/", office.brief, name="brief"),
    path("manage/coordination/terms/", office.terms, name="terms"),
    path("manage/coordination/reports/", office.reports, name="reports"),
    path("manage/coordination/reports/new/", office.new_report, name="new_report"),
    path("manage/coordination/reports/<uuid:uid>/", office.report, name="report"),
    path("manage/coordination/return-visits/", visits.return_visits, name="return_visits"),
    path("manage/coordination/return-visits/new/", visits.new_return_visit, name="new_return_visit"),
    path("manage/coordination/return-visits/<uuid:uid>/", visits.return_visit, name="return_visit"),
    path(
        "manage/coordination/return-visits/<uuid:uid>/result/",
        visits.conclude_return_visit,
        name="conclude_return_visit",
    ),
    path(
        "manage/coordination/return-visits/<uuid:uid>/withdraw/",
        visits.withdraw_return_visit,
        name="withdraw_return_visit",
    ),
]

_leaders: list[URLPattern | URLResolver] = [
    path("manage/leaders/", roster.month, name="roster"),
    path("manage/leaders/<int:department_id>/", roster.department, name="roster_department"),
    path("manage/leaders/<int:department_id>/copy/", roster.copy, name="copy_roster"),
    path("manage/leaders/<int:department_id>/days/<str:day>/", roster.set_day, name="set_shift"),
    path("manage/leaders/shifts/<int:shift_id>/take-over/", roster.take_over, name="take_over_shift"),
    path("manage/leaders/shifts/<int:shift_id>/swap/", roster.swap, name="swap_shift"),
    path("manage/leaders/shifts/<int:shift_id>/clear/", roster.clear, name="clear_shift"),
    path("manage/leaders/people/", leaders.listing, name="leaders"),
    path("manage/leaders/people/new/", leaders.register, name="register_leader"),
    path("manage/leaders/people/<int:leader_id>/", leaders.leader, name="leader"),
    path("manage/leaders/people/<int:leader_id>/charge/", leaders.add_charge, name="add_charge"),
    path("manage/leaders/people/<int:leader_id>/station/", leaders.station, name="station"),
    path("manage/leaders/people/<int:leader_id>/unstation/", leaders.end_stationing, name="end_stationing"),
    path("manage/leaders/people/<int:leader_id>/leave/", leaders.end_leader, name="end_leader"),
    path("manage/leaders/people/<int:leader_id>/visit/", leaders.plan_visit, name="plan_visit"),
    path("manage/leaders/charges/<int:charge_id>/end/", leaders.end_charge, name="end_charge"),
    path("manage/leaders/nominal/", leaders.nominal, name="nominal"),
    path("manage/leaders/visits/", visits.site_visits, name="site_visits"),
    path("manage/leaders/visits/plan/", visits.plan_visits, name="plan_visits"),
    path("manage/leaders/visits/<uuid:uid>/", visits.site_visit, name="site_visit"),
    path("manage/leaders/visits/<uuid:uid>/record/", visits.record_visit, name="record_visit"),
    path("manage/leaders/visits/<uuid:uid>/move/", visits.move_visit, name="move_visit"),
    path("manage/leaders/visits/<uuid:uid>/cancel/", visits.cancel_visit, name="cancel_visit"),
]

_registers: list[URLPattern | URLResolver] = [
    path("manage/liaisons/", liaisons.listing, name="liaisons"),
    path("manage/liaisons/notice/", liaisons.notice, name="liaison_notice"),
    path("manage/liaisons/<int:unit_id>/", liaisons.unit, name="liaison"),
    path("manage/liaisons/<int:unit_id>/appoint/", liaisons.appoint, name="appoint_liaison"),
    path("manage/liaisons/ends/<int:liaison_id>/", liaisons.end, name="end_liaison"),
    path("manage/groups/", groups.listing, name="groups"),
    path("manage/groups/new/", groups.found, name="found_group"),
    path("manage/groups/<uuid:uid>/", groups.group, name="group"),
    path("manage/groups/<uuid:uid>/change/", groups.change, name="change_group"),
    path("manage/groups/<uuid:uid>/members/", groups.add_member, name="add_member"),
    path("manage/groups/<uuid:uid>/members/<int:member_id>/end/", groups.end_member, name="end_member"),
    path("manage/groups/<uuid:uid>/reporting/", groups.reporting, name="set_reporting"),
    path("manage/groups/<uuid:uid>/report/", groups.hand_in, name="hand_in_report"),
    path("manage/groups/<uuid:uid>/reports/<str:due_on>/", groups.report_file, name="group_report_file"),
    path("manage/groups/<uuid:uid>/dissolve/", groups.dissolve, name="dissolve_group"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_desk, *_office, *_leaders, *_registers]
