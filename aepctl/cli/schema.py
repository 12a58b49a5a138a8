"""aepctl schema."""

import click

from aepctl.cli.command import Command
from aepctl.cli.output import machine_format, print_result

NAMES = (
    *("manifest", "config", "plan", "plan-all", "outcome", "drift", "drift-all"),
    *("list", "show", "state", "state-list", "state-show", "import", "doctor", "fmt"),
)


@click.command(cls=Command)
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
@click.option(
    "--plain", is_flag=True, help="In the words of JSON Schema alone, for strict validators."
)
def schema(name: str, plain: bool) -> None:
    """Print the JSON Schema of NAME, for editors and for programs.

    \b
    manifest    the files in audiences/
    config      aepctl.yaml
    plan        what `plan -o json` prints
    plan-all    what `plan --all-environments -o json` prints
    outcome     what `apply -o json` prints
    drift       what `drift -o json` prints
    drift-all   what `drift --all-environments -o json` prints
    list        what `list -o json` prints
    show        what `show -o json` prints
    state       the state file
    state-list  what `state list -o json` prints
    state-show  what `state show -o json` prints
    import      what `import -o json` prints
    doctor      what `doctor -o json` prints
    fmt         what `fmt -o json` prints
    """
    from aepctl.render.schemas import schema_text

    machine_format()
    print_result(schema_text(name, plain=plain))
