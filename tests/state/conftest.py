"""The golden files, and a suite of tests that reads like the others when it fails."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite("contract")

DATA = Path(__file__).parents[1] / "data" / "state"


@pytest.fixture
def data() -> Path:
    return DATA
