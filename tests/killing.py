"""A process that dies at a numbered step, seen from the same process."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from cctvportal.common import crash

if TYPE_CHECKING:
    from collections.abc import Iterator


class Killed(BaseException):
    """Ends what runs where it stands: nothing catches it, and transactions roll back."""


@contextmanager
def killed_at(step: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The block dies at `step`; the test fails when it does not come that far."""

    def die() -> None:
        raise Killed

    with monkeypatch.context() as here:
        here.setenv(crash.FAULTS, "1")
        here.setattr(crash, "_plan", None)
        crash.arm(step, die)
        with pytest.raises(Killed):
            yield
