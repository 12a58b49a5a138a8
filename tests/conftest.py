"""What all tests share: golden files, and property tests that run alike everywhere.

A golden file holds a text as it was found right by a person. To write them anew after a wanted
change, run `AEPCTL_UPDATE_GOLDENS=1 pytest`, and read the diff before you commit it.
"""

import os
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, settings

DATA = Path(__file__).parent / "data"
UPDATE = bool(os.environ.get("AEPCTL_UPDATE_GOLDENS"))

settings.register_profile(
    "aepctl", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("aepctl")


class Golden(Protocol):
    """Compare a text with the golden file of this path below tests/data."""

    def __call__(self, path: str, text: str) -> None: ...


@pytest.fixture(scope="session")
def data() -> Path:
    return DATA


@pytest.fixture(scope="session")
def golden() -> Golden:
    def check(path: str, text: str) -> None:
        file = DATA / path
        if UPDATE:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        assert text == file.read_bytes().decode()

    return check


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
