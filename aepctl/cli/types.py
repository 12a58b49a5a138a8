"""What arguments may be: durations, IDs, keys, formats with their files."""

import re
from typing import TYPE_CHECKING, Any

import click

from aepctl.cli.completers import files, folders, words
from aepctl.model.ids import MAX_ID_CHARS, usable_id
from aepctl.render.formats import FORMATS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

MAX_SHOWN = 40
"""Of what is too long, so many characters are shown."""
FILES = tuple(FORMATS)
UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


class FormatPath(click.ParamType[tuple[str, str]]):
    """`FORMAT:PATH`."""

    name = "format:path"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, _, path = str(value).partition(":")
        if name not in {*FILES, "github"}:
            known = ", ".join((*FILES, "github"))
            self.fail(f"{value!r}: FORMAT:PATH was expected; formats are {known}", param, ctx)
        if bool(path) is (name == "github"):
            wanted = "nothing after the colon" if path else f"a path, such as {name}:FILE"
            self.fail(f"{value!r}: {wanted} was expected", param, ctx)
        return name, path

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        if ":" in incomplete:
            return files(ctx, param, incomplete)
        return words(incomplete, (f"{one}:" for one in (*FILES, "github")))


class Duration(click.ParamType[float]):
    """`90`, `60s` or `5m`, in seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", str(value).strip())
        if found is None:
            self.fail(f"{value!r} is not a duration such as 60s or 5m", param, ctx)
        return float(found[1]) * UNITS[found[2]]


class AudienceId(click.ParamType[str]):
    """An ID that the platform may have given."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not usable_id(text):
            shown = repr(text) if len(text) <= MAX_ID_CHARS else f"{text[:MAX_SHOWN]!r}…"
            what = "has blanks or invisible characters"
            if not text:
                what = "is empty: is a variable not set?"
            elif len(text) > MAX_ID_CHARS:
                what = f"has {len(text):,} characters, and at most {MAX_ID_CHARS} are taken"
            self.fail(f"an audienceId was expected, but {shown} {what}", param, ctx)
        return text


class Key(click.ParamType[str]):
    """A key that a manifest may have."""

    name = "key"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from aepctl.yamldoc.patterns import KEY, KEY_HINT

        if not re.fullmatch(KEY, str(value)):
            self.fail(f"{value!r} is not a valid key: {KEY_HINT}", param, ctx)
        return str(value)


class FileName(click.ParamType[str]):
    """A file to be read or written, whatever stands there."""

    name = "file"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value:
            self.fail("the name of a file is empty: is a variable not set?", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        return files(ctx, param, incomplete)


class FolderName(click.ParamType[str]):
    """A folder that may be there."""

    name = "folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value:
            self.fail("the name of a folder is empty: is a variable not set?", param, ctx)
        return str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> "list[CompletionItem[str]]":
        return folders(ctx, param, incomplete)


lock_timeout_option = click.option(
    "--lock-timeout",
    type=Duration(),
    default=0.0,
    metavar="TIME",
    help="How long to wait for a locked state, such as 60s. Default: not at all.",
)

dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Only say what would be done, without the lock."
)

max_wait_option = click.option(
    "--max-wait",
    type=Duration(),
    default=300.0,
    metavar="TIME",
    help="How long a wait the platform may ask for. For a longer one the run stops and says until "
    "when. Default: 5m.",
)
