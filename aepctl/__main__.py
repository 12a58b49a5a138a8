"""`python -m aepctl`, and the entry point of the `aepctl` command."""

import atexit
import contextlib
import gc
import os
import signal
import sys
import time

from aepctl import __version__


def main() -> None:
    """Run the command line and exit with its code."""
    if "_AEPCTL_COMPLETE" in os.environ:  # a shell asks: whatever goes wrong, its prompt stays
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # no shell had it ignored
        signal.signal(signal.SIGINT, _end_at_once)
        # The result is out when Python ends itself: its exit code stands. Python would take the
        # handler away first, and die of a signal that comes after that.
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    if sys.argv[1:] == ["--version"] and _told():
        return
    # Looking for pydantic plugins reads the metadata of every installed package: 15 ms for none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A short-lived program with many long-lived values: collecting often finds nothing.
    gc.set_threshold(250_000, 50, 50)
    from aepctl.cli.main import run

    code = run(sys.argv[1:])
    gc.freeze()  # the collections at the interpreter's end would take 20 ms to find nothing
    sys.exit(code)


def _told() -> bool:
    """The version, written without loading anything; False: as every command, with its errors."""
    if os.environ.keys() & {"AEPCTL_LOG", "_AEPCTL_COMPLETE"}:
        return False
    told = f"aepctl {__version__}\n".encode()
    with contextlib.suppress(OSError):
        return os.write(1, told) == len(told)
    return False


def _end_at_once(*_: object) -> None:
    """Outside the work of a command nothing is under way (within, see `cli/signals`).

    An exception would not do: Python drops some, and makes others of some, while modules load.
    """
    with contextlib.suppress(OSError):
        os.write(2, last_words(os.environ.get("AEPCTL_LOG")))
    os._exit(130)


def last_words(form: str | None) -> bytes:
    """What is said then, without loading anything."""
    if form != "json":
        return b"interrupted\n"
    at = time.strftime("%Y-%m-%dT%H:%M:%S.000+00:00", time.gmtime())
    told = '"level": "error", "event": "interrupted", "message": "interrupted", "fields": {}'
    return f'{{"time": "{at}", {told}}}\n'.encode()


if __name__ == "__main__":
    main()
