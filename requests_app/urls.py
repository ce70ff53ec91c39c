from __future__ import annotations

from django.urls import include, path

from requests_app.views import applicant, approver, ask, erasing, everyone, home, letter

request_pages = [
    path("", home.mine, name="mine"),
    path("semua/", everyone.all_requests, name="all"),
    path("ajukan/", ask.ask, name="ask"),
    path("<uuid:pk>/", applicant.detail, name="detail"),
    path("<uuid:pk>/isi/<slug:step>/", ask.ask_step, name="ask_step"),
    path("<uuid:pk>/periksa/", ask.check, name="check"),
    path("<uuid:pk>/terkirim/", ask.submitted, name="submitted"),
    path("<uuid:pk>/buang/", ask.discard, name="discard"),
    path("<uuid:pk>/tarik/", applicant.withdraw_request, name="withdraw"),
    path("<uuid:pk>/pastikan/", applicant.confirm_oral_request, name="confirm_oral"),
    path("<uuid:pk>/terima/", applicant.receive_disk, name="receive"),
    path("<uuid:pk>/kembalikan/", applicant.return_access, name="return_access"),
    path("<uuid:pk>/surat/", letter.letter, name="letter"),
    path("<uuid:pk>/kertas/", letter.scan, name="scan"),
    path("kunci/<int:pk>/", applicant.confirm_key, name="confirm_key"),
]
approver_pages = [
    path("", approver.show_inbox, name="inbox"),
    path("<uuid:pk>/", approver.decide, name="decide"),
    path("<uuid:pk>/setujui/", approver.approve_request, name="approve"),
    path("<uuid:pk>/tolak/", approver.refuse_request, name="refuse"),
    path("<uuid:pk>/cabut/", approver.revoke_permission, name="revoke"),
    path("<uuid:pk>/telepon/", approver.confirm_phone, name="confirm_phone"),
    path("<uuid:pk>/pemusnahan/", erasing.confirm_source_erasure, name="confirm_erasure"),
    path("<uuid:pk>/pemusnahan/batal/", erasing.cancel_source_erasure, name="cancel_erasure"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("permohonan/", include((request_pages, "requests"))),
    path("keputusan/", include((approver_pages, "approver"))),
    path("ruang/<uuid:pk>/", include("requests_app.urls_room")),
    path("buku/", include("requests_app.urls_books")),
    path("kejadian/", include("requests_app.urls_incidents")),
    path("penahanan/", include("requests_app.urls_holds")),
    path("masa-simpan/", include("requests_app.urls_retention")),
    path("penghapusan/", include("requests_app.urls_purge_days")),
    path("pemantauan/", include("requests_app.urls_monitoring")),
    path("permohonan/<uuid:pk>/naskah/", include("requests_app.urls_papers")),
]
