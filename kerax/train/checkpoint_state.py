r"""The file ``checkpoint`` in a folder of checkpoints: which there are and which is the latest.

It is a text of lines such as ``model_checkpoint_path: "ckpt-3"``, the text form of the protocol buffer
``CheckpointState``.
Source: tensorflow/python/training/checkpoint_state.proto.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kerax.saving.sstable import DamagedFile
from kerax.utils.atomic import atomic_path

_LINE = re.compile(r'^\s*(\w+)\s*:\s*(?:"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'|([-+.\w]+))\s*$')
_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", '"': b'"', "'": b"'", "\\": b"\\"}
_MOST_BYTES = 1 << 24


@dataclass
class CheckpointState:
    """What a ``checkpoint`` file says.

    Args:
      model_checkpoint_path: prefix of the latest checkpoint.
      all_model_checkpoint_paths: prefixes of all that are kept, oldest first.
      all_model_checkpoint_timestamps: when each was written, in seconds since 1970.
      last_preserved_timestamp: when a checkpoint was last kept for good.

    Example:
      >>> from kerax.train import CheckpointState
      >>> CheckpointState("run/ckpt-2").model_checkpoint_path
      'run/ckpt-2'
    """

    model_checkpoint_path: str = ""
    all_model_checkpoint_paths: list[str] = field(default_factory=list)
    all_model_checkpoint_timestamps: list[float] = field(default_factory=list)
    last_preserved_timestamp: float = 0.0


def get_checkpoint_state(
    checkpoint_dir: str | os.PathLike, latest_filename: str | None = None
) -> CheckpointState | None:
    """Reads the ``checkpoint`` file of a folder.

    Args:
      checkpoint_dir: the folder.
      latest_filename: another name of the file.

    Returns:
      What it says, with paths joined to the folder where they are relative; None if there is no such file.

    Raises:
      ValueError: naming file and line, if the file is damaged.

    Example:
      >>> import tempfile
      >>> from kerax.train import get_checkpoint_state
      >>> get_checkpoint_state(tempfile.mkdtemp()) is None
      True
    """
    folder = os.fspath(checkpoint_dir)
    path = os.path.join(folder, latest_filename or "checkpoint")
    if not os.path.isfile(path):
        return None
    if os.path.getsize(path) > _MOST_BYTES:
        raise DamagedFile(f"{path!r} is too large to be a list of checkpoints.")
    with open(path, "rb") as file:
        try:
            lines = file.read().decode().splitlines()
        except UnicodeDecodeError as error:
            raise DamagedFile(f"{path!r} is no text: {error}.") from error
    state = CheckpointState()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise DamagedFile(f"{path!r}, line {number}: expected a name, a colon and a value, found {line[:80]!r}.")
        name, quoted, single, plain = match.groups()
        text = quoted if quoted is not None else single
        try:
            if name in ("model_checkpoint_path", "all_model_checkpoint_paths"):
                if text is None:
                    raise ValueError("expected a text in quotes")
                full = os.path.join(folder, _unescape(text))
                if name == "model_checkpoint_path":
                    state.model_checkpoint_path = full
                else:
                    state.all_model_checkpoint_paths.append(full)
            elif name == "all_model_checkpoint_timestamps":
                state.all_model_checkpoint_timestamps.append(float(plain))
            elif name == "last_preserved_timestamp":
                state.last_preserved_timestamp = float(plain)
        except (TypeError, ValueError) as error:
            raise DamagedFile(f"{path!r}, line {number}: {error}, found {line[:80]!r}.") from error
    return state


def update_checkpoint_state(
    save_dir: str | os.PathLike,
    model_checkpoint_path: str | os.PathLike,
    all_model_checkpoint_paths: Sequence[str] | None = None,
    latest_filename: str | None = None,
    all_model_checkpoint_timestamps: Sequence[float] | None = None,
    last_preserved_timestamp: float | None = None,
    save_relative_paths: bool = True,
) -> None:
    """Writes the ``checkpoint`` file of a folder, atomically.

    Args:
      save_dir: the folder.
      model_checkpoint_path: prefix of the latest checkpoint.
      all_model_checkpoint_paths: prefixes of all; the latest is added if it is not among them.
      latest_filename: another name of the file.
      all_model_checkpoint_timestamps: when each was written.
      last_preserved_timestamp: when one was last kept for good.
      save_relative_paths: whether paths inside the folder are written relative to it, so that the folder can be moved.

    Raises:
      ValueError: if there are not as many times as checkpoints.
      OSError: naming the file, if it cannot be written.

    Example:
      >>> import tempfile, pathlib
      >>> from kerax.train import update_checkpoint_state
      >>> folder = pathlib.Path(tempfile.mkdtemp())
      >>> update_checkpoint_state(folder, folder / "ckpt-1")
      >>> print((folder / "checkpoint").read_text().strip())
      model_checkpoint_path: "ckpt-1"
      all_model_checkpoint_paths: "ckpt-1"
    """
    folder, latest = os.fspath(save_dir), os.fspath(model_checkpoint_path)
    paths = [os.fspath(path) for path in all_model_checkpoint_paths or ()]
    if not paths or paths[-1] != latest:
        paths = [path for path in paths if path != latest] + [latest]
    times = list(all_model_checkpoint_timestamps or ())
    if times and len(times) != len(paths):
        raise ValueError(f"update_checkpoint_state(): {len(times)} times for {len(paths)} checkpoints.")
    lines = [f"model_checkpoint_path: {_quoted(folder, latest, save_relative_paths)}"]
    lines += [f"all_model_checkpoint_paths: {_quoted(folder, path, save_relative_paths)}" for path in paths]
    lines += [f"all_model_checkpoint_timestamps: {time!r}" for time in times]
    if last_preserved_timestamp is not None:
        lines.append(f"last_preserved_timestamp: {last_preserved_timestamp!r}")
    with atomic_path(os.path.join(folder, latest_filename or "checkpoint"), "the list of checkpoints") as temporary:
        temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")


def latest_checkpoint(checkpoint_dir: str | os.PathLike, latest_filename: str | None = None) -> str | None:
    """Finds the latest checkpoint of a folder.

    Args:
      checkpoint_dir: the folder.
      latest_filename: another name of the file ``checkpoint``.

    Returns:
      Its prefix, for ``restore`` or ``load_checkpoint``; None if there is none.

    Example:
      >>> import tempfile, kerax
      >>> folder = tempfile.mkdtemp()
      >>> _ = kerax.train.Checkpoint(w=kerax.Variable(1.0)).save(folder + "/ckpt")
      >>> kerax.train.latest_checkpoint(folder).endswith("ckpt-1")
      True
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not state.model_checkpoint_path:
        return None
    folder = os.fspath(checkpoint_dir)
    moved = os.path.join(folder, os.path.basename(state.model_checkpoint_path))
    for path in (state.model_checkpoint_path, moved):  # a folder that was moved still names its old place
        if checkpoint_exists(path):
            return path
    return None


def checkpoint_exists(checkpoint_prefix: str | os.PathLike) -> bool:
    """Whether there is a checkpoint of a prefix.

    Example:
      >>> from kerax.train import checkpoint_exists
      >>> checkpoint_exists("no/such/ckpt-1")
      False
    """
    prefix = os.fspath(checkpoint_prefix)
    return os.path.isfile(prefix + ".index") or os.path.isfile(prefix)


def remove_checkpoint(checkpoint_prefix: str | os.PathLike) -> None:
    """Removes the files of a checkpoint, its index first, so that half of it is never taken for a whole.

    Example:
      >>> import tempfile, kerax
      >>> path = kerax.train.Checkpoint(w=kerax.Variable(1.0)).save(tempfile.mkdtemp() + "/ckpt")
      >>> kerax.train.remove_checkpoint(path)
      >>> kerax.train.checkpoint_exists(path)
      False
    """
    prefix = os.fspath(checkpoint_prefix)
    folder, name = os.path.split(prefix)
    pattern = re.compile(re.escape(name) + r"\.(index|meta|data-\d{5}-of-\d{5})")
    files = [file for file in os.listdir(folder or ".") if pattern.fullmatch(file)]
    for file in sorted(files, key=lambda file: not file.endswith(".index")):
        os.remove(os.path.join(folder, file))


def _quoted(folder: str, path: str, relative: bool) -> str:
    inside = os.path.abspath(path).startswith(os.path.abspath(folder) + os.sep)
    if relative and inside:
        path = os.path.relpath(path, folder)
    elif not os.path.isabs(path) and not inside:
        path = os.path.abspath(path)
    path = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{path}"'


def _unescape(text: str) -> str:
    def one(match: re.Match) -> bytes:
        code = match.group(1).decode()
        return _ESCAPES[code] if code in _ESCAPES else bytes([int(code, 8) & 0xFF])

    return re.sub(rb"\\([0-7]{1,3}|[nrt\"'\\])", one, text.encode()).decode("utf-8", "replace")
