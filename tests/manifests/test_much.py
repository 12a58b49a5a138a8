"""What a manifest could make grow: problems, and text that is written once and used often."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from projects import Project

from aepctl.errors import MAX_PROBLEMS, InvalidInput
from aepctl.manifests import read_manifests
from aepctl.manifests.rules import MAX_REPEATED
from aepctl.model.problem import Problem

pytestmark = pytest.mark.rig

HEAD = "defaults: {namespace: agora, originName: Tests}\naudiences:\n"
FAULTY = {
    "unknown fields": HEAD + "".join(f"  k{n}: {{nmae: x, x{n}: y}}\n" for n in range(9_000)),
    "bad keys": HEAD + "".join(f"  k {n}: {{name: x{n}}}\n" for n in range(9_000)),
    "no values": HEAD + "".join(f"  k{n}:\n" for n in range(9_000)),
    "tags": HEAD + "".join(f"  k{n}: {{name: !x y}}\n" for n in range(9_000)),
    "on one line": "audiences: {" + ", ".join(f"k{n}: {{nmae: x}}" for n in range(9_000)) + "}",
    "one audience": HEAD + "".join(f"  k{n}: {{name: x}}\n" for n in range(9_000)),
    "one key": HEAD + "  k: {name: x}\n" * 9_000,
    "unknown top fields": "".join(f"k{n}: v\n" for n in range(9_000)),
    "aliases": "audiences: [" + "*x, " * 9_000 + "]",
}


def write(text: str, file: str = "a.yaml") -> None:
    Path("audiences").mkdir(exist_ok=True)
    Path("audiences", file).write_text(text)


def problems() -> tuple[Problem, ...]:
    with pytest.raises(InvalidInput) as raised:
        read_manifests("audiences")
    return raised.value.problems


class TestProblems:
    @pytest.mark.parametrize("fault", FAULTY)
    def test_they_are_shown_up_to_a_number_and_then_counted(
        self, project: Project, fault: str
    ) -> None:
        write(FAULTY[fault])
        with pytest.raises(InvalidInput) as raised:
            read_manifests("audiences")
        error = raised.value
        assert len(error.problems) == MAX_PROBLEMS
        assert MAX_PROBLEMS + error.more >= 8_999
        assert error.message == f"{MAX_PROBLEMS + error.more} problems, of which 200 are shown"
        assert len(project.run("validate").err) < 100_000

    def test_every_format_tells_how_many_there_are(self, project: Project) -> None:
        write(FAULTY["bad keys"])
        files = ("text", "json", "markdown", "html", "junit", "codequality")
        writes = [word for name in files for word in ("--write", f"{name}:out.{name}")]
        project.setenv("GITHUB_STEP_SUMMARY", str(project.root / "summary"))
        project.setenv("GITHUB_OUTPUT", str(project.root / "output"))
        result = project.run("validate", "--github", *writes)
        assert "error: 9000 problems, of which 200 are shown" in result.err
        assert "and 8990 more problems, in the log and the summary" in result.err
        for name in ("text", "json", "markdown", "html", "junit"):
            text = (project.root / f"out.{name}").read_text()
            assert "9000 problems, of which 200 are shown" in text, name
            assert len(text) < 120_000, name
        assert len(ET.parse(project.root / "out.junit").findall(".//failure")) == 201

    def test_up_to_that_number_all_are_shown(self, folder: Path) -> None:
        write(HEAD + "".join(f"  k {n}: {{name: x{n}}}\n" for n in range(MAX_PROBLEMS)))
        with pytest.raises(InvalidInput) as raised:
            read_manifests("audiences")
        assert (len(raised.value.problems), raised.value.message) == (200, "200 problems")

    def test_one_that_hides_others_is_among_them(self, folder: Path) -> None:
        write(FAULTY["bad keys"])
        write("a: [", "z.yaml")
        write("a: b\n<<<<<<< x\n", "y.yaml")
        assert [(one.origin.file, one.rule) for one in problems()[-2:]] == [
            ("audiences/y.yaml", "merge-conflict"), ("audiences/z.yaml", "syntax")
        ]  # fmt: skip


class TestRepeatedText:
    LONG = "x" * 65_000

    def test_a_long_default_counts_for_each_use(self, project: Project) -> None:
        keys = "".join(f"  k{n}: {{name: n{n}}}\n" for n in range(4_000))
        text = HEAD.replace("defaults: {", f"defaults: {{description: {self.LONG}, ") + keys
        assert len(text) < 155_000
        write(text)
        result = project.run("validate")
        assert result.code == 1
        assert "audiences/a.yaml: defaults and aliases come to 260,040,000 characters" in result.err
        assert "shorten the long ones" in result.err
        assert len(result.err) < 1_000

    def test_so_does_an_alias(self, folder: Path) -> None:
        keys = "".join(f"  k{n}: {{name: n{n}, description: *long}}\n" for n in range(4_000))
        write(f"{HEAD}  first: {{name: first, description: &long {self.LONG}}}\n{keys}")
        assert [one.rule for one in problems()] == ["too-much-repeated"]

    def test_all_files_count_together(self, folder: Path) -> None:
        keys = "".join(f"  k{n}: {{name: n{n}}}\n" for n in range(100))
        for file in range(8):
            own = keys.replace("  k", f"  f{file}-k").replace("name: n", f"name: f{file}-n")
            write(HEAD.replace("{", f"{{description: {self.LONG}, ", 1) + own, f"{file}.yaml")
        (problem,) = problems()
        assert (problem.origin.file, problem.rule) == ("audiences/5.yaml", "too-much-repeated")

    def test_what_people_need_is_far_below(self, folder: Path) -> None:
        keys = "".join(f"  k{n}: {{name: n{n}}}\n" for n in range(10_000))
        write(HEAD.replace("{", f"{{description: {'x' * 1000}, ", 1) + keys)
        assert len(read_manifests("audiences").wanted) == 10_000

    def test_a_field_of_its_own_is_no_use_of_the_default(self, folder: Path) -> None:
        count = MAX_REPEATED // len(self.LONG) + 10
        keys = "".join(f"  k{n}: {{name: n{n}, description: own}}\n" for n in range(count))
        write(HEAD.replace("{", f"{{description: {self.LONG}, ", 1) + keys)
        assert len(read_manifests("audiences").wanted) == count
