"""An engine, and one with a real connection and a real journal."""

from pathlib import Path

import pytest
from engine import EndToEnd, Engine
from fakes import TARGET

from aepctl.state.store import StateStore


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def end_to_end(tmp_path: Path) -> EndToEnd:
    return EndToEnd(StateStore(str(tmp_path / "local.json"), TARGET))
