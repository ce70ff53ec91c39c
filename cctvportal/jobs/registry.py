"""Which function carries out a kind of job. Apps fill it from their `jobs` module in ready()."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from cctvportal.jobs.lease import Lease
    from cctvportal.jobs.models import Job

Handler = Callable[["Lease"], None]
HANDLERS: dict[str, Handler] = {}
DEFAULT_QUEUE: Final = "jobs"
QUEUES: dict[str, str] = {}
Mourner = Callable[["Job"], None]
GAVE_UP: dict[str, Mourner] = {}


class JobFailed(Exception):  # noqa: N818 - named for what happened
    """The work cannot go on; the Indonesian sentence says why and what to do.

    Permanent failures are not tried again by themselves; a person may press "Coba lagi".
    """

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent


class JobWaits(Exception):  # noqa: N818 - named for what happened
    """Nothing is wrong, but the work cannot go on yet: again after `seconds`, without counting."""

    def __init__(self, sentence: str, *, seconds: float) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.seconds = seconds


def handler(kind: str, *, queue: str = DEFAULT_QUEUE) -> Callable[[Handler], Handler]:
    """Registers the function that carries out jobs of `kind`; it may be run again at any point.

    What takes hours, or waits for a disk that somebody plugs in, has a queue of its own: in that of
    the rest it would stand before what has to be in time.
    """

    def register(function: Handler) -> Handler:
        HANDLERS[kind], QUEUES[kind] = function, queue
        return function

    return register


def gave_up(kind: str) -> Callable[[Mourner], Mourner]:
    """Registers what is told of a job of `kind` that FAILED, in the transaction that says so.

    However it failed: a sentence, an unforeseen error, or five workers that died of it.
    """

    def register(function: Mourner) -> Mourner:
        GAVE_UP[kind] = function
        return function

    return register
