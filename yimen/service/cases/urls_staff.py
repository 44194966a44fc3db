"""Addresses of the workbench."""

from __future__ import annotations

from django.urls import URLPattern, path

from yimen.service.cases.views.manage import setting_up
from yimen.service.cases.views.staff import acts, case_page, intake, judging, lists, mandates, papers, reminding, report

staff_urls: list[URLPattern] = [
    path("desk/inbox/", lists.inbox, name="inbox"),
    path("desk/correcting/", lists.inbox, {"preset": "correcting"}, name="desk_correcting"),
    path("desk/stopped/", lists.inbox, {"preset": "stopped"}, name="desk_stopped"),
    path("desk/deciding/", lists.inbox, {"preset": "deciding"}, name="desk_deciding"),
    path("desk/delivering/", lists.inbox, {"preset": "delivering"}, name="desk_delivering"),
    path("desk/done/", lists.done, name="desk_done"),
    path("desk/query/", lists.query, name="desk_query"),
    path("desk/search/", lists.find, name="find"),
    path("desk/figures/", report.figures, name="figures"),
    path("desk/figures/cases/", report.listed, name="figures_list"),
    path("desk/intake/", intake.start, name="desk_intake"),
    path("desk/intake/item/<str:item_code>/", intake.person, name="desk_intake_person"),
    path("desk/intake/form/<uuid:uid>/", intake.form, name="desk_intake_form"),
    path("promises/", setting_up.public_promises, name="promises"),
    path("manage/case-kinds/", setting_up.kinds, name="kinds"),
    path("manage/case-reminders/", reminding.terms, name="reminder_terms"),
    path("manage/promises/", setting_up.promises, name="manage_promises"),
    path("manage/promises/new/", setting_up.make_promise, name="make_promise"),
    path("manage/promises/<uuid:uid>/withdraw/", setting_up.withdraw_promise, name="withdraw_promise"),
    path("desk/mandates/", mandates.mandates, name="desk_mandates"),
    path("desk/mandates/new/", mandates.new, name="desk_mandate_new"),
    path("desk/mandates/<uuid:uid>/", mandates.mandate, name="desk_mandate"),
    path("desk/mandates/<uuid:uid>/paper/", mandates.paper, name="desk_mandate_paper"),
    path("desk/mandates/<uuid:uid>/end/", mandates.end, name="desk_mandate_end"),
    path("desk/cases/<str:code>/", case_page.page, name="desk_case"),
    path("desk/cases/<str:code>/clock/", papers.clock, name="desk_clock"),
    path("desk/cases/<str:code>/originals/", papers.originals, name="desk_originals"),
    path("desk/cases/<str:code>/originals/<uuid:uid>/", papers.original, name="desk_original"),
    path("desk/cases/<str:code>/letters/<str:letter_code>/", papers.letter, name="desk_letter"),
    path("desk/cases/<str:code>/urge/", reminding.urge, name="desk_urge"),
    path("desk/cases/<str:code>/materials/rest/", judging.rest, name="desk_materials_rest"),
    path("desk/cases/<str:code>/materials/<int:order>/", judging.material, name="desk_material"),
    path("desk/cases/<str:code>/reveal/<str:field>/", judging.reveal, name="desk_reveal"),
    path("desk/cases/<str:code>/<slug:action>/", acts.act, name="desk_act"),
]
