"""`python -m aepctl`, and the entry point of the `aepctl` command."""

import gc
import os
import signal
import sys


def main() -> None:
    # Looking for pydantic plugins reads the metadata of every installed package: 15 ms for none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A short-lived program with many long-lived values: collecting often finds nothing.
    gc.set_threshold(100_000, 50, 50)
    raising = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if raising:  # within a module that is being read it may be dropped, or become another error
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        from aepctl.cli.main import run

        if raising:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
    gc.freeze()  # the collections at the interpreter's end would take 20 ms to find nothing
    sys.exit(code)


if __name__ == "__main__":
    main()
