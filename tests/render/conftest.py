"""Golden files, and property tests that run alike everywhere.

A golden file holds a text as it was found right by a person. To write them anew after a wanted
change, run `AEPCTL_UPDATE_GOLDENS=1 pytest`, and read the diff before you commit it.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).parents[1] / "data" / "render"
UPDATE = bool(os.environ.get("AEPCTL_UPDATE_GOLDENS"))

settings.register_profile(
    "render", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("render")


@pytest.fixture(scope="session")
def golden() -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name."""

    def check(name: str, text: str) -> None:
        file = DATA / name
        if UPDATE:
            file.write_bytes(text.encode())
        assert text == file.read_bytes().decode()

    return check
