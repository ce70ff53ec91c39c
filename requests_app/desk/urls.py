from __future__ import annotations

from cctvportal.admin_site import DeskPage
from requests_app.desk.views import (
    access,
    board,
    calls,
    copies,
    export,
    handing,
    oral,
    retention,
    tomorrow,
)

PAGES = (
    DeskPage("meja/", board.desk, "desk"),
    DeskPage("permohonan/", board.all_requests, "requests"),
    DeskPage("permohonan/lisan/", oral.oral, "request_oral"),
    DeskPage("permohonan/susulan/", oral.after_outage, "request_outage"),
    DeskPage("permohonan/<uuid:pk>/", board.one_request, "request"),
    DeskPage("permohonan/<uuid:pk>/validasi/", calls.validation, "request_validation"),
    DeskPage("permohonan/<uuid:pk>/telepon/", calls.phone_decision, "request_phone_decision"),
    DeskPage("permohonan/<uuid:pk>/sandi/", access.issue_passphrase, "request_issue"),
    DeskPage("permohonan/<uuid:pk>/sandi-baru/", access.renew_passphrase, "request_reissue"),
    DeskPage("permohonan/<uuid:pk>/kunci/", access.key_out, "request_key_out"),
    DeskPage("permohonan/<uuid:pk>/akhiri/", access.close, "request_close"),
    DeskPage("permohonan/<uuid:pk>/ekspor/", export.choose, "request_export"),
    DeskPage("permohonan/<uuid:pk>/serah-terima/", handing.hand_disk_over, "request_hand_over"),
    DeskPage("permohonan/<uuid:pk>/hapus-sumber/", handing.erase_source, "request_erase"),
    DeskPage(
        "permohonan/<uuid:pk>/hapus-sumber/kemajuan/",
        handing.erase_progress,
        "request_erase_progress",
    ),
    DeskPage(
        "permohonan/<uuid:pk>/hapus-sumber/lanjut/", handing.retry_erase, "request_erase_retry"
    ),
    DeskPage("terhapus-besok/", tomorrow.goes_tomorrow, "purge_tomorrow"),
    DeskPage("masa-simpan/baru/", retention.new, "retention_new"),
    DeskPage("masa-simpan/<int:pk>/ubah/", retention.change, "retention_change"),
    DeskPage("masa-simpan/kamera/<int:pk>/", retention.move, "retention_move"),
    DeskPage("kunci/", access.keys, "keys"),
    DeskPage("kunci/<int:pk>/kembali/", access.key_in, "request_key_in"),
    DeskPage("ekspor/<uuid:pk>/", export.one_export, "export"),
    DeskPage("ekspor/<uuid:pk>/kemajuan/", export.export_progress, "export_progress"),
    DeskPage("ekspor/<uuid:pk>/batal/", export.cancel_export, "export_cancel"),
    DeskPage("ekspor/<uuid:pk>/lanjut/", export.retry_export, "export_retry"),
    DeskPage("ekspor/<uuid:pk>/salinan/", copies.left_copy, "export_copy"),
    DeskPage("ekspor/<uuid:pk>/salinan/hilang/", copies.lost_copy, "export_copy_lost"),
    DeskPage("ekspor/<uuid:pk>/sandi/", export.export_passphrase, "export_passphrase"),
)
