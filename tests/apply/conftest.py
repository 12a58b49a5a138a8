"""An engine, and one with a real connection."""

import pytest
from engine import EndToEnd, Engine


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def end_to_end() -> EndToEnd:
    return EndToEnd()
