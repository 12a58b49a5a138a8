"""The documents: their links lead somewhere, their commands exist, and no module is left out."""

import json
import re
import shlex
import textwrap
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import click
import yaml

from aepctl.cli.main import cli
from aepctl.manifests.document import read_manifest
from aepctl.project.model import ConfigModel
from aepctl.yamldoc import check, parse

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")]
)
FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
INLINE = re.compile(r"`([^`]+)`")
TAKES_ONE = ("--env", "--chdir")
PAST = ("CHANGELOG.md",)
LANGUAGES = frozenset({"", "text", "sql", "diff"})
"""Blocks that are drawings, sessions, or looked at by other tests."""


@cache
def text_of(page: Path) -> str:
    return page.read_text()


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCED.sub("", text_of(page))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The headings of a page, as GitHub names them."""
    found = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found)
    return frozenset(heading.replace(" ", "-") for heading in kept)


def broken(page: Path) -> Iterator[str]:
    """The links of a page that lead nowhere."""
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in anchors(there)):
            yield link


def test_every_link_leads_somewhere() -> None:
    assert [(page.name, link) for page in PAGES for link in broken(page)] == []


def test_every_page_is_in_the_index() -> None:
    index = set(LINK.findall(prose(ROOT / "docs/README.md")))
    pages = {one.name for one in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert pages - index == set()


def test_no_merge_is_left_half_done() -> None:
    markers = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
    assert [page.name for page in PAGES if markers.search(text_of(page))] == []


def commands(page: Path) -> Iterator[str]:
    """What the page says to run: in its prose, and in its sessions and scripts."""
    for words in INLINE.findall(" ".join(prose(page).split())):
        yield from re.findall(r"^(aepctl .*)", words)
    for block in FENCED.findall(text_of(page)):
        yield from re.findall(r"^\s*(?:\$ )?(aepctl [^|>#&\n]*)", block, re.MULTILINE)


def unknown(line: str) -> list[str]:
    """The words of a command line that aepctl does not have."""
    try:
        words = shlex.split(line)[1:]
    except ValueError:
        return []
    wrong: list[str] = []
    command: click.Command = cli
    for number, word in enumerate(words):
        if word.startswith("-") and len(word) > 1:
            name = word.partition("=")[0].rstrip(",;:…")
            known = {option for one in (cli, command) for option in options(one)}
            wrong += [] if name in known else [f"{command.name} {name}"]
        elif isinstance(command, click.Group):
            if word in command.commands:
                command = command.commands[word]
            elif re.fullmatch("[a-z]+", word) and words[number - 1] not in TAKES_ONE:
                return [*wrong, word if command is cli else f"{command.name} {word}"]
    return wrong


def options(command: click.Command) -> Iterator[str]:
    for one in command.params:
        yield from one.opts
        yield from one.secondary_opts
    yield from ("--help", "-h")


def test_every_command_exists() -> None:
    told = {(page.name, line) for page in PAGES for line in commands(page)}
    assert len(told) > 100
    assert [(name, line, unknown(line)) for name, line in sorted(told) if unknown(line)] == []


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """The language and the text of each block of code."""
    for block in FENCED.findall(text_of(page)):
        first, _, rest = textwrap.dedent(block).partition("\n")
        yield first.removeprefix("```"), rest.removesuffix("```")


def faulty(language: str, text: str) -> Iterator[str]:
    """What is wrong with a block."""
    if language == "json":
        json.loads(text)
    elif language == "sh":
        shlex.split(text, comments=True)
    elif language == "yaml":
        for document in yaml.safe_load_all(text):
            if "audiences" in document:
                yield from (
                    one.message for one in read_manifest("page.yaml", text.encode()).problems
                )
            if "environments" in document:
                found = check(ConfigModel, parse("page.yaml", text.encode()))
                yield from (one.message for one in found) if isinstance(found, tuple) else ()
    elif language not in LANGUAGES:
        yield f"in the language {language!r}"


def test_every_block_is_what_it_says_it_is() -> None:
    """Sessions (`text`) are run, or compared with what is printed, by each page's own tests."""
    told = [(page, *block) for page in PAGES for block in blocks(page)]
    assert len(told) > 90
    wrong = [(page.name, text, fault) for page, name, text in told for fault in faulty(name, text)]
    assert wrong == []


def test_every_page_with_blocks_has_its_tests() -> None:
    """The table in tests/README.md has each, and the tests that it names know the page."""
    rows = re.findall(
        r"^\| (`\S+\.md`.*?) \| (.+) \|$", text_of(ROOT / "tests/README.md"), re.MULTILINE
    )
    tests = {page: words for pages, words in rows for page in INLINE.findall(pages)}
    shown = {str(one.relative_to(ROOT)) for one in PAGES if one.parent == ROOT / "docs"}
    shown |= {"README.md", "CONTRIBUTING.md"}
    assert {one for one in shown if FENCED.search(text_of(ROOT / one))} - tests.keys() == set()
    for page, words in tests.items():
        files = [ROOT / "tests" / one for one in INLINE.findall(words) if one.endswith(".py")]
        assert files, page
        assert [one.name for one in files if Path(page).stem not in one.read_text()] == [], page


def unmarked(text: str) -> list[str]:
    """The first lines of sessions that no mark gives to a test."""
    found = re.findall(r"^(<!-- .+ -->\n)?```text\n(\$ .*)", text, re.MULTILINE)
    return [typed for mark, typed in found if not mark]


def test_every_session_is_marked_for_its_test() -> None:
    """So that none is taken for one that is run. (The README's tour is run whole.)"""
    pages = [one for one in PAGES if one != ROOT / "README.md"]
    assert [(one.name, line) for one in pages for line in unmarked(text_of(one))] == []


def test_every_target_of_make_exists() -> None:
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    found = (re.findall(r"(?:^|`)make ([a-z]+)\b", text_of(one), re.MULTILINE) for one in PAGES)
    told = {target for targets in found for target in targets}
    assert len(told) > 5
    assert told - known == set()


def test_what_is_wrong_is_noticed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One heading\n[a](#one-heading) [b](#other) [c](none.md) `aepctl aply`\n")
    assert list(broken(page)) == ["#other", "none.md"]
    assert [unknown(line) for line in commands(page)] == [["aply"]]
    assert unknown("aepctl --env prod plan --refesh --target 'a*'") == ["plan --refesh"]
    assert unknown("aepctl state mve a b") == ["state mve"]
    assert list(faulty("yaml", "audiences: {gold: {nam: Gold}}"))
    assert list(faulty("yaml", "environments: {dev: {sandbx: dev}}"))
    assert list(faulty("cobol", ""))
    run = "```text\n$ aepctl plan\n```\n"
    assert unmarked(f"{run}<!-- run: x -->\n{run}") == ["$ aepctl plan"]


def test_every_module_is_in_the_drawing_of_the_architecture() -> None:
    drawing = re.search(r"```\n(.*?)```", text_of(ROOT / "docs/architecture.md"), re.DOTALL)
    assert drawing
    _, *folders = re.split(r"^(\w+)/ ", drawing[1], flags=re.MULTILINE)
    assert {*folders[::2]} == {one.parent.name for one in (ROOT / "aepctl").glob("*/__init__.py")}
    for folder, told in zip(folders[::2], folders[1::2], strict=True):
        words = re.findall(r"[\w*]+", told)
        modules = {one.stem for one in (ROOT / "aepctl" / folder).rglob("*.py")} - {"__init__"}
        assert [one for one in modules if not any(fnmatchcase(one, word) for word in words)] == []


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 250


def test_lines_of_prose_have_at_most_120_characters() -> None:
    """Tables, quotations, pictures and what is generated aside."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    by_hand = [one for one in pages if one.name not in ("commands.md", "errors.md")]
    lines = ((one.name, line) for one in by_hand for line in prose(one).splitlines())
    told = [(name, line) for name, line in lines if not line.lstrip().startswith(("|", ">", "!["))]
    assert [(name, line) for name, line in told if len(line) > 120] == []


def test_every_file_that_is_named_is_there() -> None:
    name = re.compile(r"(?:aepctl|tests|docs|benchmarks)/[\w/.-]+\.(?:py|md)")
    named = {(page.name, one) for page in PAGES for one in INLINE.findall(prose(page))}
    files = {(page, one) for page, one in named if name.fullmatch(one)}
    assert len(files) > 100
    gone = sorted((page, one) for page, one in files if not (ROOT / one).exists())
    assert [one for one in gone if "NAME" not in one[1] and one[0] not in PAST] == []
