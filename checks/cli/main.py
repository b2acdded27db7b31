"""The entry point: commands, errors on one line, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from checks.cli.catalogue import catalogue_command, new_paper_command
from checks.cli.certify import certify_command, check_command
from checks.cli.commands import expect_command, verify_command
from checks.cli.landscape import blocks_command, expand_command, family_command, spectrum_command
from checks.cli.options import expand_shorthands
from checks.cli.train import train_command

FAILED, USAGE, INTERNAL, INTERRUPTED = 1, 2, 70, 130


@click.group(
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 as expected, 1 not, 2 bad input, 70 internal error, 130 interrupted.",
)
@click.version_option(package_name="closedform", prog_name="closedform")
def cli() -> None:
    """Derives, cross-checks and judges the closed forms of shallow neural networks."""


cli.add_command(blocks_command)
cli.add_command(catalogue_command)
cli.add_command(certify_command)
cli.add_command(check_command)
cli.add_command(expand_command)
cli.add_command(expect_command)
cli.add_command(family_command)
cli.add_command(new_paper_command)
cli.add_command(spectrum_command)
cli.add_command(train_command)
cli.add_command(verify_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits: 0 as expected, 1 a verdict is not as expected, 2 bad input, 130 interrupted."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: Sequence[str]) -> int:
    """Runs the command line and returns the exit code; errors go to standard error as one line."""
    try:
        result = cli.main(expand_shorthands(arguments), prog_name="closedform", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return USAGE
    except click.ClickException as error:
        return _complain(error.format_message(), USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", INTERRUPTED)
    except ValueError as error:  # every error of ours about input is a ValueError
        if type(error).__module__.partition(".")[0] not in ("analytic", "numeric", "checks"):
            return _internal(error)
        return _complain(str(error), USAGE)
    except Exception as error:
        return _internal(error)
    return result if isinstance(result, int) else 0


def _complain(message: str, code: int) -> int:
    click.echo(f"closedform: {' '.join(message.split())}", err=True)
    return code


def _internal(error: Exception) -> int:
    if os.environ.get("CLOSEDFORM_DEBUG"):
        raise error
    message = (
        f"internal error: {type(error).__name__}: {error}; please report it; CLOSEDFORM_DEBUG=1 shows the traceback"
    )
    return _complain(message, INTERNAL)
