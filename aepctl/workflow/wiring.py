"""Reaching the platform that settings name, the embedded one included."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from aepctl.aep.client import Platform
from aepctl.credentials import credentials
from aepctl.errors import EmulatorError
from aepctl.settings import EMULATOR, Settings

REQUEST_SECONDS = 30.0


@contextmanager
def platform_of(settings: Settings) -> Iterator[Platform]:
    """The platform of these settings, proven to give a token. Raises CredentialsError."""
    with _emulated(settings) as reachable:
        given = credentials(settings, os.environ)
        platform = Platform(reachable, given, timeout=REQUEST_SECONDS)
        try:
            platform.tokens.current()
            yield platform
        finally:
            platform.close()


@contextmanager
def _emulated(settings: Settings) -> Iterator[Settings]:
    """The settings with real addresses: those of the embedded platform, while it runs."""
    if settings.target.endpoint != EMULATOR:
        yield settings
        return
    from aepctl.emulator import serve  # noqa: PLC0415 - an extra that need not be installed

    with serve(db=_emulator_file(settings.environment)) as server:
        yield replace(
            settings,
            ais_url=f"{server.url}/core/ais",
            ups_url=f"{server.url}/data/core/ups",
            ims_url=server.url,
        )


def _emulator_file(environment: str) -> Path:
    """Where the embedded platform of an environment keeps its audiences."""
    folder = Path(".aepctl")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise EmulatorError(
            f"{folder}: the emulator's folder cannot be made: {error.strerror}"
        ) from error
    return folder / f"emulator-{environment}.sqlite3"
