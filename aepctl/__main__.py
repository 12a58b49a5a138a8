"""`python -m aepctl`, and the entry point of the `aepctl` command."""

import sys


def main() -> None:
    from aepctl.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
