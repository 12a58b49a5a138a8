"""aepctl completion."""

import click

from aepctl.cli.command import Command
from aepctl.cli.output import print_result

VARIABLE = "_AEPCTL_COMPLETE"
"""Where it is set, a shell asks what may come next."""
SHELLS = ("bash", "zsh", "fish")


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(SHELLS), metavar="SHELL")
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes Tab work in SHELL.

    It completes commands, options, files, environments and keys.

    \b
    bash  source <(aepctl completion bash)
    zsh   source <(aepctl completion zsh)
    fish  aepctl completion fish | source

    Write it into ~/.bashrc, ~/.zshrc (after `compinit`) or ~/.config/fish/config.fish. Keys come
    from the manifests and from a state that is a file; nothing else is asked.
    """
    from aepctl.cli.shells import script

    print_result(script(shell, context.find_root().command))


def offer(command: click.Command, asked: str) -> int:
    """Answer what a shell asks, such as `bash_complete`; the exit code. Says nothing else."""
    from aepctl.cli.shells import answer

    text = answer(command, asked)
    print_result(text or "")
    return 0 if text is not None else 1
