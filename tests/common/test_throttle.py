from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from cctvportal.common import throttle
from cctvportal.common.errors import TooMany


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


def test_guesses_side_by_side_all_count() -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: throttle.failed("uji", "orang"), range(64)))
    throttle.check("uji", "orang", free=65)
    with pytest.raises(TooMany):
        throttle.check("uji", "orang", free=64)


def test_the_wait_grows_and_success_ends_it() -> None:
    for _ in range(7):
        throttle.failed("uji", "orang")
    with pytest.raises(TooMany) as caught:
        throttle.check("uji", "orang")
    assert 3 <= caught.value.wait_seconds <= 5
    throttle.check("uji", "orang lain")
    throttle.succeeded("uji", "orang")
    throttle.check("uji", "orang", free=1)
