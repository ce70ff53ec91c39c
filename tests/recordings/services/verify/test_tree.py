"""What the checker reads of a folder while a purge empties it."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from recordings.services.verify.tree import Folder


def test_file_that_goes_between_listing_and_measuring_is_only_without_a_length(
    tmp_path: Path,
) -> None:
    segment = uuid4()
    film = tmp_path / f"{segment}.mp4"
    film.write_bytes(b"film")
    with os.scandir(tmp_path) as entries:
        (entry,) = entries
    film.unlink()
    found = Folder(str(tmp_path))
    found._take(entry, sizes=True)
    assert found.names == {segment: [".mp4"]}
    assert found.sizes == {}
