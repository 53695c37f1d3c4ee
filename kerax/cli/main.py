"""The command ``kerax``: reads the arguments and hands over to a subcommand.

A subcommand is a module with ``add_arguments(parser)`` and ``run(arguments) -> int``, imported when it is asked for.
A mistake of the user ends with one line on the error output and exit code 2, a failure with exit code 1; neither
shows a traceback.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence

from kerax._version import __version__
from kerax.errors import did_you_mean

FAILURE, MISUSE, INTERRUPTED = 1, 2, 130

# Subcommand -> (module, what it does).
COMMANDS: dict[str, tuple[str, str]] = {
    "bench": ("kerax.cli.bench", "show the benchmark table, or measure its jobs on this machine"),
    "doctor": ("kerax.cli.doctor", "check versions, devices and folders, and say how to mend what is wrong"),
    "inspect": ("kerax.cli.inspect", "show what is in a file, without building or running anything"),
    "plot": ("kerax.cli.plot", "draw a saved model: its layers, shapes and connections, as SVG, HTML or DOT"),
    "summary": ("kerax.cli.summary", "list the layers of a saved model with shapes and numbers of parameters"),
    "tensorboard": ("kerax.cli.tensorboard", "list the runs that TensorBoard can show, and how to start it"),
    "upgrade": ("kerax.cli.upgrade", "rewrite programs from TensorFlow's API to kerax's own"),
    "run": ("kerax.cli.run", "run a program that imports TensorFlow, with kerax in its place"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command.

    Args:
      arguments: what stands behind ``kerax`` on the command line; ``sys.argv`` by default.

    Returns:
      The exit code: 0 if all went well, 1 for a failure, 2 for a mistake in the arguments.

    Example:
      >>> from kerax.cli.main import main
      >>> main(["no-such-command"])
      2
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or given[0] in ("-h", "--help", "help"):
        print(_usage())
        return 0
    if given[0] in ("-V", "--version"):
        print(f"kerax {__version__}")
        return 0
    name = given[0]
    if name not in COMMANDS:
        print(f"kerax: there is no command {name!r}.{did_you_mean(name, COMMANDS)}\n\n{_usage()}", file=sys.stderr)
        return MISUSE
    module, what = COMMANDS[name]
    command = importlib.import_module(module)
    if name == "run":  # everything behind it belongs to the program
        return command.main(given[1:])
    parser = argparse.ArgumentParser(prog=f"kerax {name}", description=what[:1].upper() + what[1:] + ".")
    command.add_arguments(parser)
    try:
        parsed = parser.parse_args(given[1:])
    except SystemExit as end:  # argparse has said what is wrong
        return int(end.code or 0)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that cannot write ✓ shows a question mark
    try:
        return command.run(parsed)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: `kerax inspect file | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, ValueError, TypeError, KeyError, ImportError, RuntimeError) as error:
        text = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        print(f"kerax {name}: {text or type(error).__name__}", file=sys.stderr)
        return FAILURE


def _usage() -> str:
    lines = [f"  {name:<11} {what}" for name, (_, what) in sorted(COMMANDS.items())]
    return "\n".join(["usage: kerax COMMAND [ARGUMENTS]", "", *lines, "", "kerax COMMAND --help tells more."])


if __name__ == "__main__":
    sys.exit(main())
