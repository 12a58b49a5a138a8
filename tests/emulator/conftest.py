"""Running emulators, which stop with the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from emulator_client import Client

from aepctl.emulator import Behaviour, Fault, serve


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def start(http: httpx.Client) -> Iterator[Callable[..., Client]]:
    """Start an emulator that shows these faults and behaves so; it stops with the test."""
    with ExitStack() as running:

        def start(*faults: Fault, db: Any = None, **behaviour: Any) -> Client:
            chosen = Behaviour(faults=faults, **behaviour)
            return Client(running.enter_context(serve(db=db, behaviour=chosen)), http)

        yield start


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    return start()
