"""State in a folder of the test's own, and the golden files."""

from pathlib import Path

import pytest
from fakes import TARGET

from aepctl.state.store import StateStore

DATA = Path(__file__).parents[1] / "data" / "state"


@pytest.fixture
def data() -> Path:
    return DATA


@pytest.fixture
def store(tmp_path: Path) -> StateStore:
    """Where state goes; nothing is there yet."""
    return StateStore(str(tmp_path / "local.json"), TARGET)
