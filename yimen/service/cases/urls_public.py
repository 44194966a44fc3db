"""Addresses of the applicant: apply, my matters, public query, letters."""

from __future__ import annotations

from django.urls import URLPattern, path

from yimen.service.cases.views.public import apply, hearing, letters, mandates, mine, promising, revoking, track

public_urls: list[URLPattern] = [
    path("apply/<uuid:uid>/", apply.resume, name="apply_resume"),
    path("apply/<uuid:uid>/form/", apply.form_step, name="apply_form"),
    path("apply/<uuid:uid>/save/", apply.autosave, name="apply_save"),
    path("apply/<uuid:uid>/materials/", apply.materials_step, name="apply_materials"),
    path("apply/<uuid:uid>/delivery/", apply.delivery_step, name="apply_delivery"),
    path("apply/<uuid:uid>/check/", apply.check_step, name="apply_check"),
    path("apply/<uuid:uid>/renew/", apply.renew, name="apply_renew"),
    path("apply/<uuid:uid>/discard/", apply.discard, name="apply_discard"),
    path("apply/<str:item_code>/", apply.start, name="apply"),
    path("my/", mine.mine, name="mine"),
    path("my/matters/<str:code>/", mine.mine_case, name="mine_case"),
    path("my/matters/<str:code>/submitted/", apply.submitted, name="submitted"),
    path("my/matters/<str:code>/correct/", mine.correct, name="mine_correct"),
    path("my/matters/<str:code>/hearing/", hearing.hearing, name="mine_hearing"),
    path("my/matters/<str:code>/hearing/<slug:action>/", hearing.act, name="mine_hearing_act"),
    path("my/matters/<str:code>/revocation/", revoking.revocation, name="mine_revocation"),
    path("my/matters/<str:code>/revocation/<slug:action>/", revoking.act, name="mine_revocation_act"),
    path("my/matters/<str:code>/supply/", promising.supply, name="mine_supply"),
    path("my/matters/<str:code>/promise/", promising.promise, name="mine_promise"),
    path("my/matters/<str:code>/withdraw/", mine.withdraw, name="mine_withdraw"),
    path("my/matters/<str:code>/files/<uuid:uid>/", letters.file, name="file"),
    path("my/mandates/", mandates.mandates, name="mandates"),
    path("my/mandates/new/", mandates.new, name="mandate_new"),
    path("my/mandates/<uuid:uid>/", mandates.mandate, name="mandate"),
    path("my/mandates/<uuid:uid>/paper/", mandates.paper, name="mandate_paper"),
    path("my/mandates/<uuid:uid>/accept/", mandates.accept, name="mandate_accept"),
    path("my/mandates/<uuid:uid>/decline/", mandates.decline, name="mandate_decline"),
    path("my/mandates/<uuid:uid>/revoke/", mandates.revoke, name="mandate_revoke"),
    path("letters/<slug:code>.pdf", letters.letter, name="letter"),
    path("track/", track.track, name="track"),
    path("track/<str:token>/", track.tracked, name="tracked"),
]
