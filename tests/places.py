"""Each place in our sources that can take a file or a key away, and why it may.

Read by tests/test_one_gate.py: (file, function, what it does) -> the reason. GATE is the one gate
of design.md 9: what passes it has no hold, a tombstone, and its line in the access book.
"""

from __future__ import annotations

from typing import Final

Place = tuple[str, str, str]


def _of(path: str, reasons: dict[str, str]) -> dict[Place, str]:
    """The places of one file, written `function: what`."""
    found = {}
    for place, reason in reasons.items():
        function, _, what = place.partition(": ")
        found[path, function, what] = reason
    return found


GATE: Final = {
    **_of(
        "recordings/services/erase.py",
        {
            "destroy_keys: destroy": "keys of DOOMED segments, and of remains, after the tombstone",
            "_empty: unlink": "files of DOOMED segments, after their keys",
            "_empty: rmdir": "a day's folder that is empty now",
        },
    ),
    **_of(
        "recordings/services/remains.py",
        {"_unlink: unlink": "torn, unused and set-aside files, after their keys"},
    ),
    **_of(
        "recordings/media/keystore.py",
        {
            "Keystore._destroy: shred": "destroy: the epochs of a day that was sealed anew",
            "Keystore.destroy: shred": "destroy: the epochs that all days shared once",
            "Keystore._reseal: unlink": "destroy: a day without keys; leftovers of a killed writer",
            "Keystore._reseal: replace": "destroy: the other keys, sealed under the new epoch",
        },
    ),
    **_of(
        "recordings/media/epochs.py",
        {
            "Epochs.shred: shred": "called by the keystore's destroy alone",
            "Epochs.prune: shred": "the epochs of days whose last key was destroyed",
        },
    ),
}

_SPOOL: Final = "encrypted scratch of an export, its key in memory only"
_DISK: Final = "on the external disk: our own copy, never the source"
_BENCH: Final = "a bench's own made-up folder, never an office's data"
_SETUP: Final = "what setting up makes: virtual environment, npm, stamps"
_SERVER: Final = "the embedded servers' own files"
_TEXT: Final = "a text in memory"
_NEW: Final = "writes a new file; it refuses one that is there"

PLACES: Final = {
    **_of(
        "recordings/media/keystore.py",
        {"Keystore._rows_or_set_aside: replace": "an unreadable file is kept under another name"},
    ),
    **_of(
        "recordings/media/durable.py",
        {
            "replace: replace": "key files, whole and fsynced, over their older form; no key goes",
            "shred: unlink": "an epoch's key: called by the keystore's destroy, under its lock",
            "shred: pwrite": "an epoch's key, overwritten before its name goes",
            "write_beside: O_TRUNC": "the temporary beside a key file, before it takes its place",
        },
    ),
    **_of(
        "recordings/media/placing.py",
        {
            "discard: unlink": "a .part into which no frame was ever written",
            "finish: link": "the final name, which is never replaced",
            "finish: unlink": "the .part, after the film stands under its final name",
            "trim: ftruncate": "the torn end of a .part, which no player opens",
            "write_facts: O_TRUNC": "the temporary of a sidecar",
            "write_facts: open to write": "the temporary of a sidecar",
            "write_facts: replace": "a sidecar over its older form; the film is untouched",
        },
    ),
    **_of("recordings/media/hls.py", {"_mux: open to write": "a piece for the player, in memory"}),
    **_of(
        "recordings/media/run.py",
        {"RunFile.__init__: open to write": "an export's film, into the encrypted spool"},
    ),
    **_of(
        "recordings/media/segment.py",
        {"SegmentWriter._start: open to write": "a segment, into the descriptor it was given"},
    ),
    **_of(
        "recordings/media/spool.py",
        {
            "Spool.close: unlink": _SPOOL,
            "Spool.write: pwrite": _SPOOL,
            "remove_leftovers: unlink": _SPOOL,
        },
    ),
    **_of(
        "recordings/package/durable.py",
        {
            "Folder.finish: rename": _DISK,
            "Folder.move: rename": _DISK,
            "Folder.take: rename": _DISK,
            "Folder.remove_folder: rmdir": _DISK,
            "Folder._remove_left_over: unlink": _DISK,
        },
    ),
    **_of("recordings/package/zips.py", {"_OpenZip.give_up: unlink": _DISK}),
    **_of(
        "recordings/package/winzip.py",
        {"ArchiveWriter.begin: open to write": "a member of the ZIP in hand"},
    ),
    **_of(
        "recordings/recorder/notes.py",
        {
            "try_again: unlink": "a note for the database that has been carried out",
            "try_again: rename": "a note that cannot be read is kept under another name",
        },
    ),
    **_of(
        "recordings/services/fold.py",
        {
            "_fold: text: DELETE FROM recordings_segment WHERE id ": (
                "rows of PURGED segments, into a day's total; their footage went before"
            )
        },
    ),
    **_of(
        "recordings/services/reconcile.py",
        {
            "_Run._part: unlink": "a .part whose film stands under its final name",
            "_Run._foreign: unlink": "the temporary of a sidecar, a day old",
            "_Run._set_aside: rename": "into quarantine, which keeps it for its term",
        },
    ),
    **_of("recordings/services/volumes.py", {"prepare: open to write": _NEW}),
    **_of("requests_app/views/books.py", {"_Line.take: truncate": _TEXT}),
    **_of(
        "requests_app/management/commands/demo_data.py",
        {
            "_people: O_TRUNC": "the list of the demo's accounts",
            "_people: open to write": "the list of the demo's accounts",
        },
    ),
    **_of("cctvportal/env.py", {"secret: open to write": _NEW}),
    **_of(
        "cctvportal/embedded/binaries.py",
        {"_reachable: copytree": _SERVER, "_reachable: rename": _SERVER},
    ),
    **_of(
        "cctvportal/embedded/bootstrap.py",
        {
            "install_npm: write_text": _SETUP,
            "install_python: unlink": _SETUP,
            "install_python: write_text": _SETUP,
            "make_venv: rmtree": _SETUP,
        },
    ),
    **_of(
        "cctvportal/embedded/postgres.py",
        {
            "Postgres._forget_dead_owner: unlink": _SERVER,
            "Postgres.prepare: rename": _SERVER,
            "Postgres.prepare: rmtree": _SERVER,
        },
    ),
    **_of(
        "cctvportal/embedded/reach.py",
        {
            "forget: rmtree": "folders on the way to the sockets, which this program made",
            "forget: unlink": "the link to the sockets' folder, which this program made",
            "place: unlink": "an older link to the sockets' folder",
        },
    ),
    **_of("cctvportal/embedded/run.py", {"start: rmtree": "the folder of the sockets"}),
    **_of(
        "cctvportal/embedded/steps.py",
        {"_camera_password: open to write": _NEW, "collect_static: write_text": _SETUP},
    ),
    **_of(
        "cctvportal/embedded/supervised.py",
        {
            "Supervisor.start: unlink": "a supervisor's own dead socket",
            "Supervisor.start: write_text": "a supervisor's own configuration",
        },
    ),
    **_of(
        "cctvportal/embedded/tidy.py",
        {
            "_remove: rmtree": "make clean: caches and the demo's folder, by name",
            "_remove: unlink": "make clean: caches and the demo's folder, by name",
            "clean: rmtree": "make clean: caches of Python",
            "forget: rmtree": "make forget: a person types it to let all data of this folder go",
        },
    ),
    **_of(
        "devices/simulator/footage.py",
        {
            "make_loop: open to write": "the virtual camera's own loop",
            "make_loop: rename": "the virtual camera's own loop",
        },
    ),
    **_of("benches/__main__.py", {"_forget_times: unlink": _BENCH}),
    **_of("benches/films.py", {"_minute: open to write": _BENCH}),
    **_of("benches/lookup.py", {"main: write_text": _BENCH}),
    **_of(
        "benches/office.py",
        {
            "Office._environment: rmtree": _BENCH,
            "_empty: rmtree": _BENCH,
            "_forget: rmtree": _BENCH,
            "opened: rmtree": _BENCH,
        },
    ),
    **_of("benches/purge.py", {"_bare: unlink": _BENCH}),
    **_of("benches/recording.py", {"main: rmtree": _BENCH}),
    **_of("benches/report.py", {"Result.write: write_text": _BENCH}),
    **_of(
        "benches/room.py",
        {
            "_film: text: DELETE FROM recordings_segment WHERE cam": _BENCH,
            "main: unlink": _BENCH,
            "main: write_text": _BENCH,
        },
    ),
    **_of(
        "benches/rows.py", {"_give_keys: write_bytes": _BENCH, "write_files: write_bytes": _BENCH}
    ),
}
