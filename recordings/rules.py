from __future__ import annotations

from typing import Any

from cctvportal.accounts.access import Rule, predicate, register
from cctvportal.accounts.rules import (
    is_approver,
    is_auditor,
    is_delegate,
    is_it_admin,
    is_officer,
    is_system,
    may_apply,
    nobody,
)

_decides = is_approver | is_delegate


@predicate
def is_reviewer(user: Any, target: Any) -> bool:
    """Whom the order to hold names as the one who looks again."""
    return target is None or target.reviewer_id == user.pk


@predicate
def did_not_ask_release(user: Any, target: Any) -> bool:
    return target is None or target.release_asked_by_id != user.pk


PERMISSIONS = {
    # Holds follow the request's steps; by hand only an approver sets one (row 22), and two persons
    # let go of it before its end.
    "recordings.see_holds": Rule(
        is_approver | is_officer | is_auditor | is_system, "Melihat penahanan rekaman", 22
    ),
    "recordings.propose_hold": Rule(is_officer | is_auditor, "Mengusulkan penahanan rekaman", 22),
    "recordings.order_hold": Rule(
        is_approver, "Menahan rekaman, memperpanjang, dan meminta pelepasan", 22
    ),
    "recordings.agree_release": Rule(
        did_not_ask_release & (is_approver | is_officer & is_reviewer),
        "Menyetujui pelepasan sebagai orang kedua",
        22,
    ),
    "recordings.place_hold": Rule(
        may_apply | is_officer | _decides | is_system, "Menahan rekaman untuk permohonan", 22
    ),
    "recordings.release_hold": Rule(
        may_apply | is_officer | _decides | is_system, "Melepas penahanan permohonan", 22
    ),
    "recordings.see_coverage": Rule(
        may_apply | is_officer | _decides | is_auditor, "Melihat ketersediaan rekaman", 5
    ),
    "recordings.watch": Rule(may_apply, "Melihat rekaman yang disetujui", 14),
    "recordings.view_medium": Rule(is_officer, "Melihat buku hard disk", 16),
    "recordings.add_medium": Rule(is_officer, "Mendaftarkan hard disk", 16),
    "recordings.change_medium": Rule(is_officer, "Mengubah data hard disk", 16),
    "recordings.delete_medium": Rule(nobody, "Menghapus data hard disk", 16),
    "recordings.view_volume": Rule(is_officer | is_it_admin, "Melihat media simpan", 24),
    "recordings.add_volume": Rule(is_it_admin, "Menambah media simpan", 24),
    "recordings.change_volume": Rule(is_it_admin, "Mengubah media simpan", 24),
    "recordings.delete_volume": Rule(nobody, "Menghapus media simpan", 24),
    "recordings.view_recordingplan": Rule(is_officer | is_it_admin, "Melihat rencana rekam", 23),
    "recordings.add_recordingplan": Rule(nobody, "Menambah rencana rekam dengan tangan", 23),
    "recordings.change_recordingplan": Rule(
        is_it_admin, "Memindahkan perekaman kamera ke media simpan lain", 24
    ),
    "recordings.delete_recordingplan": Rule(nobody, "Menghapus rencana rekam", 23),
    "recordings.view_retention": Rule(
        is_officer | is_approver | is_auditor | is_it_admin,
        "Melihat masa simpan dan perubahannya",
        23,
    ),
    "recordings.ask_policychange": Rule(is_officer, "Meminta perubahan masa simpan", 23),
    "recordings.confirm_policychange": Rule(is_approver, "Menyetujui perubahan masa simpan", 23),
    "recordings.cancel_policychange": Rule(
        is_officer | is_approver, "Membatalkan perubahan masa simpan yang belum berlaku", 23
    ),
    "recordings.see_tomorrow": Rule(is_officer, "Melihat rekaman yang terhapus besok", 23),
    "recordings.plan_camera": Rule(
        is_system | is_officer | is_it_admin, "Menyiapkan rekaman kamera baru", 24
    ),
    "recordings.export": Rule(is_officer, "Memulai dan membatalkan ekspor", 17),
    "recordings.stop_export": Rule(is_system, "Menghentikan ekspor yang izinnya berakhir", 17),
    "recordings.show_passphrase": Rule(is_officer, "Menampilkan sandi paket sekali", 18),
    "recordings.forget_passphrase": Rule(
        is_officer | _decides | is_system, "Memusnahkan sandi paket", 18
    ),
    "recordings.request_erasure": Rule(is_officer, "Meminta pemusnahan sumber", 20),
    "recordings.confirm_erasure": Rule(_decides, "Menyetujui pemusnahan sumber", 20),
    "recordings.resume_purge": Rule(
        is_approver, "Melanjutkan penghapusan yang berhenti untuk diperiksa", 0
    ),
    "recordings.run": Rule(is_system, "Merekam, mengekspor, dan menghapus sebagai sistem", 0),
    "recordings.see_books": Rule(is_officer | is_approver | is_auditor, "Membaca kelima buku", 28),
    "recordings.see_monitoring": Rule(
        is_officer | is_approver | is_auditor | is_it_admin | is_system,
        "Membuka pemantauan CCTV",
        31,
    ),
    "recordings.take_alarm": Rule(
        is_officer | is_approver | is_it_admin, "Menyatakan menangani sebuah alarm", 31
    ),
}

register(PERMISSIONS)
