"""The export package on an external disk: written durably, readable by anyone with 7-Zip.

    with Disk.open(path, medium, DiskKind.USB, system=[Path("/"), data_folder]) as disk:
        disk.require(expected_bytes)
        with Staging(disk.root, "007-CCTV-XI-2026") as staging:
            with ZipWriter(staging.data, passphrase, limit=disk.part_limit, done=...) as zips:
                zips.add("KAMERA-1.mp4", spool)
            facts = bag.write(staging, zips.facts, made_at)
            disk.check()
            staging.publish()
        result = readback.check(disk, facts, passphrase, on_video=decode_a_frame)

A retry finds the working folder and passes the finished ZipFacts as `done`; one that finds the
package published (`disk.root.has(name)`) goes on at the read-back. Knows no Django.
"""
