from __future__ import annotations

from cctvportal.accounts.access import Rule, register
from cctvportal.accounts.rules import (
    is_approver,
    is_auditor,
    is_it_admin,
    is_officer,
    is_system,
    nobody,
)

_keeps_devices = is_officer | is_it_admin

PERMISSIONS = {
    "devices.view_room": Rule(_keeps_devices, "Melihat ruang", 24),
    "devices.add_room": Rule(is_officer, "Menambah ruang", 24),
    "devices.change_room": Rule(is_officer, "Mengubah ruang", 24),
    "devices.delete_room": Rule(nobody, "Menghapus ruang", 24),
    "devices.view_roomkey": Rule(is_officer, "Melihat kunci ruang", 24),
    "devices.add_roomkey": Rule(is_officer, "Menambah kunci ruang", 24),
    "devices.change_roomkey": Rule(is_officer, "Mengubah kunci ruang", 24),
    "devices.delete_roomkey": Rule(nobody, "Menghapus kunci ruang", 24),
    "devices.view_device": Rule(_keeps_devices, "Melihat perangkat", 24),
    "devices.add_device": Rule(_keeps_devices, "Menambah perangkat dan kameranya", 24),
    "devices.change_device": Rule(_keeps_devices, "Mengubah alamat perangkat", 24),
    "devices.set_credential": Rule(_keeps_devices, "Mengisi kata sandi perangkat", 25),
    "devices.delete_device": Rule(nobody, "Menghapus perangkat", 24),
    "devices.view_camera": Rule(_keeps_devices, "Melihat kamera", 24),
    "devices.add_camera": Rule(_keeps_devices | is_system, "Menambah kamera", 24),
    "devices.change_camera": Rule(_keeps_devices, "Mengubah kamera", 24),
    "devices.delete_camera": Rule(nobody, "Menghapus kamera", 24),
    "devices.note_probe": Rule(is_system | _keeps_devices, "Mencatat hasil uji kamera", 24),
    "devices.view_incident": Rule(
        is_officer | is_approver | is_auditor, "Melihat kendala dan keadaan kahar", 31
    ),
    "devices.report_incident": Rule(is_officer, "Mencatat kendala dan keadaan kahar", 31),
}

register(PERMISSIONS)
