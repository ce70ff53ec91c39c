"""Assessment footage (SOP step 4): exported, handed over, and its source destroyed."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.demo import asking, desk, room
from tests.demo.browser import PageError
from tests.demo.office import LENGTH, Case, Office, Range
from tests.demo.proof import check_strips, note_gone

CAMERA: Final = "Lobi"
# Asked for, and not allowed: the end of the asked range.
_CUT: Final = timedelta(seconds=8)


def story(office: Office) -> Case:
    start = office.since + timedelta(seconds=1)
    case = Case("Uji kompetensi gelombang contoh", CAMERA, Range(start, start + LENGTH + _CUT))
    with office.report.story("Asesmen: direkam, diserahkan, sumbernya dimusnahkan"):
        _permit(office, case)
        reel = _check_room(office, case)
        _record(office, case)
        _erase(office, case)
        _nothing_left(office, case, reel)
    return case


def _permit(office: Office, case: Case) -> None:
    pemohon, kepala, step = office["pemohon"], office["kepala"], office.report.step
    with step("1", "Pemohon asesmen mengajukan permohonan tertulis dengan surat"):
        page = asking.begin(pemohon, case, asking.LETTER)
        asking.wait_until_recorded(page, case)
        asking.finish(page, case, room=True)
    with step("1", "Surat terbaca oleh Kepala, dan tidak oleh pemohon lain"):
        letter = f"{case.detail}surat/"
        if not kepala.get(letter).content.startswith(b"%PDF-"):
            raise PageError("surat tidak dapat dibuka Kepala")
        if not office["umum"].is_missing(letter):
            raise PageError("surat dapat dibuka pemohon lain")
    with step("2", "Kepala menelepon yang dapat dihubungi, dan mencatat hasilnya"):
        page = asking.call_and_note(kepala, case)
    with step("2", "Kepala menyetujui, dengan waktu yang lebih pendek"):
        case.range = Range(case.range.start, case.range.end - _CUT)
        end = case.range.end
        page.follow("/setujui/$").press(
            "Setujui",
            end=f"{end:%Y-%m-%d}",
            end_time=f"{end:%H:%M:%S}",
            note="Cukup sampai ujian selesai",
        )


def _check_room(office: Office, case: Case) -> room.Reel:
    pemohon, petugas, step = office["pemohon"], office["petugas"], office.report.step
    with step("3", "Petugas memberikan sandi ruang periksa, ditampilkan sekali"):
        secret = desk.issue(petugas, case)
    with step("3", "Kunci ruang diserahkan, dan pemohon memastikan menerimanya"):
        desk.key_out(petugas, pemohon, case)
    with step("3", "Sandi yang salah ditolak, yang benar membuka ruang periksa"):
        view = room.unlock(pemohon, case, secret)
    with step("3", "Rekaman diputar: hanya waktu yang disetujui"):
        reel = room.play(pemohon, view, case.range)
    with step("3", "Gambar diam dilihat tanpa JavaScript"):
        room.stills(pemohon, view, case.range)
    with step("3", "Orang lain tidak dapat memutar rekaman itu"):
        others = [office[key] for key in ("umum", "kepala", "petugas", "admin")]
        if not all(
            one.is_missing(url) for one in others for url in (reel.playlist, reel.pieces[0])
        ):
            raise PageError("rekaman terbuka untuk orang lain")
    with step("3", "Kunci ruang kembali, dipastikan keduanya"):
        desk.key_in(petugas, pemohon, case)
    return reel


def _record(office: Office, case: Case) -> None:
    pemohon, petugas, step = office["pemohon"], office["petugas"], office.report.step
    with step("4", "Petugas mengekspor ke hard disk, dan isinya dibaca ulang"):
        page = desk.export(petugas, case)
    with step("4", "Sandi paket ditampilkan satu kali"):
        package = desk.package_secret(office, case, page)
    check_strips(office, package, case)
    with step("4", "Hard disk diserahkan, pemohon menerima dan menyatakan kerahasiaan"):
        desk.hand_over(petugas, pemohon, case)
    for kind in ("izin", "serah-kunci", "serah-rekaman"):
        with step("4", f"Naskah {kind} diunduh sebagai PDF"):
            desk.paper(pemohon, case, kind)


def _erase(office: Office, case: Case) -> None:
    kepala, petugas, step = office["kepala"], office["petugas"], office.report.step
    with step("4", "Petugas meminta pemusnahan sumber, dengan mengetik nomornya"):
        page = desk.at_desk(petugas, case).follow("/hapus-sumber/$")
        if not page.try_press("Minta pemusnahan sumber", typed="000").errors:
            raise PageError("nomor yang salah diterima")
        page.press("Minta pemusnahan sumber", typed=case.number)
    with step("4", "Kepala menyetujui pemusnahan sebagai orang kedua"):
        kepala.open("/").follow("/pemusnahan/$").press("Setujui pemusnahan")
    with step("4", "Sumber rekaman dimusnahkan, dan permohonan selesai"):
        desk.follow_job(petugas.open(f"{case.desk}hapus-sumber/"), "pemusnahan", seconds=90)
        desk.status(petugas, case, "Selesai")
    with step("4", "Berita acara pemusnahan diunduh sebagai PDF"):
        desk.paper(petugas, case, "pemusnahan")


def _nothing_left(office: Office, case: Case, reel: room.Reel) -> None:
    pemohon, petugas, step = office["pemohon"], office["petugas"], office.report.step
    with step("4", "Permohonan baru untuk rekaman itu: tidak ada rekaman"):
        said = asking.availability(pemohon, case)
        if "tidak ada rekaman" not in said:
            raise PageError(said or "kamera tidak ditawarkan lagi")
    with step("4", "Ruang periksa tidak memutar apa pun lagi"):
        if not all(pemohon.is_missing(url) for url in (reel.playlist, *reel.pieces)):
            raise PageError("rekaman masih dapat diputar")
    with step("4", "Ekspor lagi tidak dapat dimulai"):
        petugas.open(f"{case.desk}ekspor/").must_say("Langkah itu tidak tersedia sekarang")
    with step("4", "Berkasnya tidak ada lagi di media simpan"):
        note_gone(office, case, "pemusnahan")
