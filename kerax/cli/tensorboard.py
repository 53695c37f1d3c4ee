"""``kerax tensorboard``: which runs there are to look at, and the command that shows them."""

from __future__ import annotations

import argparse
import importlib.util
import os
import time

_EVENTS = "events.out.tfevents."
_SHOWN = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Says what the command takes."""
    parser.add_argument("folder", nargs="?", default=".", help="where to look; the present folder by default")


def run(arguments: argparse.Namespace) -> int:
    """Prints the runs and the command; 1 if there is none."""
    if not os.path.isdir(arguments.folder):
        raise FileNotFoundError(f"there is no folder {arguments.folder!r}")
    runs: dict[str, float] = {}
    for folder, folders, files in os.walk(arguments.folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        times = [os.path.getmtime(os.path.join(folder, name)) for name in files if name.startswith(_EVENTS)]
        if times:
            runs[folder] = max(times)
    if not runs:
        print(f"There are no TensorBoard files below {arguments.folder!r}. Write some with")
        print('  model.fit(..., callbacks=[kerax.callbacks.TensorBoard("logs")])')
        return 1
    newest = sorted(runs, key=lambda folder: -runs[folder])
    for folder in newest[:_SHOWN]:
        print(f"{time.strftime('%Y-%m-%d %H:%M', time.localtime(runs[folder]))}  {folder}")
    if len(newest) > _SHOWN:
        print(f"... and {len(newest) - _SHOWN} more")
    above = os.path.commonpath(newest)
    if importlib.util.find_spec("tensorboard") is None:
        print('TensorBoard is not installed. Run: pip install "tensorboard>=2.16"')
    print(f"Show them with: python -m tensorboard.main --logdir {above!r}")
    return 0
