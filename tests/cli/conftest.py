"""What the tests of commands share."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def readme() -> str:
    return (ROOT / "README.md").read_text()
