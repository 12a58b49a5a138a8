"""The certificates that the environment variables name."""

from collections.abc import Mapping
from errno import EINVAL
from pathlib import Path

from aepctl.errors import AepctlError

FILE, FOLDER, KEYS = "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"
"""The last one, of a file to write keys into, is read by Python itself."""


def check_certificates(environ: Mapping[str, str]) -> None:
    """Raise AepctlError where a variable names what cannot be used. Without one: nothing to do."""
    if not any(environ.get(name) for name in (FILE, FOLDER, KEYS)):
        return
    import ssl  # noqa: PLC0415 - few set them, and a plan needs none

    try:
        if environ.get(FILE):
            _check_regular(Path(environ[FILE]))
            ssl.create_default_context(cafile=environ[FILE])
        elif environ.get(FOLDER):
            next(Path(environ[FOLDER]).iterdir(), None)
            ssl.create_default_context(capath=environ[FOLDER])
        else:
            ssl.create_default_context()
    except (OSError, ValueError) as error:
        raise unusable(environ, error) from error


def _check_regular(path: Path) -> None:
    """A device or a pipe may have no end. Raises OSError."""
    if path.exists() and not path.is_file():
        raise OSError(EINVAL, "not a regular file")


def unusable(environ: Mapping[str, str], error: Exception) -> AepctlError:
    """What to say where certificates could not be loaded. It does not repeat what was named."""
    named = [name for name in (FILE, FOLDER, KEYS) if environ.get(name)]
    reason = getattr(error, "strerror", None) or type(error).__name__
    return AepctlError(
        f"the certificates cannot be loaded: {reason}; set: {' and '.join(named) or 'no variable'}",
        hint=f"let {named[0]} name what can be read, or unset it" if named else "reinstall certifi",
        code="certificates-unusable",
    )
