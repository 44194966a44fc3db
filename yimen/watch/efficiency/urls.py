"""Addresses of 效能监督."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from yimen.ground.matters.desk.page import paths
from yimen.watch.efficiency.views import board, checks, complaints, corrections, faults, papers, public, registers

app_name = "efficiency"

_public: list[URLPattern | URLResolver] = [
    path("supervision-rules/", papers.papers, name="papers"),
    path("supervision-rules/<slug:subject>/", papers.paper, name="paper"),
    path("supervision-rules/<slug:subject>/<int:version>/", papers.paper, name="paper_version"),
    path("supervision-rules/<slug:subject>/<int:version>/file/", papers.paper_file, name="paper_file"),
    path("complaints/", public.complain, name="complain"),
    path("complaints/new/", public.new_complaint, name="new_complaint"),
    path("complaints/lodged/<str:token>/", public.lodged, name="lodged"),
    path("complaints/track/", public.track, name="track"),
    path("complaints/track/<str:token>/", public.tracked, name="tracked"),
    path("complaints/track/<str:token>/<slug:action>/", public.track_act, name="track_act"),
    path("my/complaints/", public.my_complaints, name="my_complaints"),
    path("my/complaints/<str:code>/", public.my_complaint, name="my_complaint"),
]

_desk: list[URLPattern | URLResolver] = [
    path("desk/corrections/", corrections.corrections, name="corrections"),
    path("desk/corrections/new/", corrections.new_correction, name="new_correction"),
    path("desk/corrections/<str:code>/letter/", corrections.correction_letter, name="correction_letter"),
    *paths(corrections.KIND, "desk/corrections/"),
    path("desk/complaints/", complaints.complaints, name="complaints"),
    path("desk/complaints/new/", complaints.register_complaint, name="register_complaint"),
    path("desk/complaints/<str:code>/identity/", complaints.reveal, name="reveal"),
    path("desk/complaints/<str:code>/materials/<uuid:uid>/", complaints.complaint_material, name="complaint_material"),
    path("desk/complaints/<str:code>/reward/", complaints.propose_reward, name="propose_reward"),
    path("desk/complaints/<str:code>/reward/approve/", complaints.approve_reward, name="approve_reward"),
    path("desk/complaints/<str:code>/reward/deny/", complaints.deny_reward, name="deny_reward"),
    path("desk/complaints/<str:code>/reward/pay/", complaints.pay_reward, name="pay_reward"),
    *paths(complaints.KIND, "desk/complaints/"),
    path("desk/faults/", faults.faults, name="faults"),
    path("desk/faults/mine/", faults.my_faults, name="my_faults"),
    path("desk/faults/new/", faults.new_fault, name="new_fault"),
    *paths(faults.FAULT_KIND, "desk/faults/"),
    path("desk/ladders/", faults.ladders, name="ladders"),
    path("desk/ladders/new/", faults.new_ladder, name="new_ladder"),
    *paths(faults.LADDER_KIND, "desk/ladders/", files=False),
    path("desk/entry-checks/", checks.entry_checks, name="entry_checks"),
    path("desk/entry-checks/new/", checks.new_check, name="new_check"),
    *paths(checks.KIND, "desk/entry-checks/"),
]

_manage: list[URLPattern | URLResolver] = [
    path("manage/efficiency/", board.board, name="board"),
    path("manage/efficiency/figures/", board.figures, name="figures"),
    path("manage/efficiency/papers/new/", papers.publish, name="publish_paper"),
    path("manage/efficiency/settings/", registers.settings, name="settings"),
    path("manage/efficiency/registers/", registers.registers, name="registers"),
    path("manage/efficiency/registers/<slug:key>/", registers.register, name="register"),
    path("manage/efficiency/registers/<slug:key>/new/", registers.new_entry, name="new_entry"),
    path("manage/efficiency/entries/<uuid:uid>/", registers.entry, name="entry"),
    path("manage/efficiency/entries/<uuid:uid>/note/", registers.note_entry, name="note_entry"),
    path("manage/efficiency/entries/<uuid:uid>/notice/", registers.notice_entry, name="notice_entry"),
    path("manage/efficiency/entries/<uuid:uid>/close/", registers.close_entry, name="close_entry"),
    path("manage/efficiency/entries/<uuid:uid>/withdraw/", registers.withdraw_entry, name="withdraw_entry"),
    path("manage/efficiency/entries/<uuid:uid>/files/<uuid:file_uid>/", registers.entry_file, name="entry_file"),
    path("manage/efficiency/entries/<uuid:uid>/letters/<str:code>/", registers.entry_letter, name="entry_letter"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_public, *_desk, *_manage]
