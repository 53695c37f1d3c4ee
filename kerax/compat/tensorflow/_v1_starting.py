"""Variables of TensorFlow 1 that begin with the values of checkpoints: ``init_from_checkpoint``, ``warm_start``."""

from __future__ import annotations

import os
import re
from typing import Any

import jax.numpy as jnp
import numpy as np

import kerax
from kerax.compat.tensorflow._edges import noting
from kerax.compat.tensorflow._graph_state import current
from kerax.compat.tensorflow._scatters import tf_name
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._v1_scopes import global_variables, model_run, trainable_variables
from kerax.estimators.warm_start import VocabInfo
from kerax.saving.tensor_bundle import read_tensor_bundle


def _read(path: Any) -> dict[str, np.ndarray]:
    found = os.fspath(path)
    if os.path.isdir(found):
        newest = kerax.train.latest_checkpoint(found)
        if newest is None:
            raise ValueError(f"Couldn't find 'checkpoint' file or checkpoints in given directory {found}")
        found = newest
    return read_tensor_bundle(found)


def begin_with(variable: Any, value: Any) -> None:
    """Gives a variable a value that initializers give it again.

    Raises:
      ValueError: for another shape.
    """
    array = np.asarray(value)
    if tuple(array.shape) != tuple(variable._shape):
        raise ValueError(
            f"Shape of variable {tf_name(variable)} ({tuple(variable._shape)}) doesn't match with shape of tensor "
            f"({tuple(array.shape)}) from checkpoint."
        )
    run = model_run()
    if run is not None:
        if run.names is None:  # the first run of a model function finds first values
            variable.put(jnp.asarray(array, variable._dtype))
        return
    with noting(False):
        variable.assign(Tensor(array.astype(np.dtype(variable._dtype))))
    made = current().made
    for place, (one, _) in enumerate(made):
        if one is variable:
            made[place] = (one, one.read())


def init_from_checkpoint(ckpt_dir_or_file: Any, assignment_map: Any) -> None:
    """Lets variables begin with the values of a checkpoint.

    Args:
      ckpt_dir_or_file: the checkpoint, or a folder of them.
      assignment_map: name in the checkpoint -> variable, name of one, or list of its parts; or scope/ -> scope/.

    Raises:
      ValueError: if a name is not there.
    """
    found = _read(ckpt_dir_or_file)
    here = {tf_name(one).partition(":")[0]: one for one in global_variables()}
    pairs = assignment_map.items() if hasattr(assignment_map, "items") else list(assignment_map)
    for theirs, ours in pairs:
        if theirs is None or (isinstance(theirs, str) and not theirs.endswith("/") and theirs in found):
            _one(found, theirs, ours, here)
            continue
        if not isinstance(ours, str):
            raise ValueError(f"Tensor {theirs} is not found in {ckpt_dir_or_file} checkpoint {sorted(found)}")
        if not theirs.endswith("/"):
            raise ValueError(f"Assignment map with scope name {theirs} should map to scope names ending in '/'.")
        start, mine = theirs.lstrip("/"), ours.lstrip("/")
        for name, variable in here.items():
            if name.startswith(mine):
                source = start + name[len(mine) :]
                if source not in found:
                    raise ValueError(f"Tensor {source} (for {name} in scope) is not found in {ckpt_dir_or_file}")
                begin_with(variable, found[source])


def _one(found: dict, theirs: Any, ours: Any, here: dict) -> None:
    if isinstance(ours, str):
        if ours not in here:
            raise ValueError(f"There is no variable {ours}: there are {sorted(here)}.")
        ours = here[ours]
    if isinstance(ours, (list, tuple)):
        begin = 0
        for part in ours:
            begin_with(part, found[theirs][begin : begin + part._shape[0]])
            begin += part._shape[0]
        return
    begin_with(ours, found[theirs or tf_name(ours).partition(":")[0]])


def warm_start(
    ckpt_to_initialize_from: Any,
    vars_to_warm_start: Any = ".*",
    var_name_to_vocab_info: Any = None,
    var_name_to_prev_var_name: Any = None,
) -> None:
    """Lets variables begin with the values of a checkpoint, also where their vocabulary has changed.

    Args:
      ckpt_to_initialize_from: the checkpoint, or a folder of them.
      vars_to_warm_start: regular expression of names of trainable variables; several for all variables; or variables.
      var_name_to_vocab_info: name -> `VocabInfo` of its rows.
      var_name_to_prev_var_name: name -> name in the checkpoint.
    """
    found = _read(ckpt_to_initialize_from)
    vocabularies, earlier = dict(var_name_to_vocab_info or {}), dict(var_name_to_prev_var_name or {})
    if vars_to_warm_start is None:
        chosen = [one for one in global_variables() if tf_name(one).partition(":")[0] in vocabularies]
    elif isinstance(vars_to_warm_start, str):
        chosen = [one for one in trainable_variables() if re.match(vars_to_warm_start, tf_name(one))]
    elif all(isinstance(one, str) for one in vars_to_warm_start):
        chosen = [one for one in global_variables() if any(re.match(p, tf_name(one)) for p in vars_to_warm_start)]
    else:
        chosen = list(vars_to_warm_start)
    for variable in chosen:
        name = tf_name(variable).partition(":")[0]
        source = earlier.get(name, name)
        if source not in found:
            raise ValueError(f"Tensor {source} is not found in {ckpt_to_initialize_from} checkpoint {sorted(found)}")
        info = vocabularies.get(name)
        value = found[source] if info is None else _rearranged(variable, found[source], info)
        begin_with(variable, value)


def _words(path: Any, size: int) -> list[str]:
    with open(path, encoding="utf-8") as file:
        words = file.read().splitlines()
    return words if size in (-1, None) else words[:size]


def _rearranged(variable: Any, old: np.ndarray, info: VocabInfo) -> np.ndarray:
    """Rows (or columns) of words that were known before at their new places; others as they began."""
    axis = getattr(info, "axis", 0) or 0
    before = {word: place for place, word in enumerate(_words(info.old_vocab, info.old_vocab_size))}
    made = np.array(variable.read())
    first = info.backup_initializer
    if first is not None:
        made = np.array(first(list(made.shape), dtype="float32"))
    target, source = np.moveaxis(made, axis, 0), np.moveaxis(np.asarray(old), axis, 0)
    words = _words(info.new_vocab, info.new_vocab_size)
    for place, word in enumerate(words):
        if word in before:
            target[place] = source[before[word]]
    buckets = target.shape[0] - len(words)
    target[len(words) :] = source[len(before) : len(before) + buckets] if info.num_oov_buckets else target[len(words) :]
    return np.moveaxis(target, 0, axis)
