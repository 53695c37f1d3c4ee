"""Warm starts: first values of variables from the checkpoint of another model."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from kerax.errors import did_you_mean
from kerax.estimators.logs import logger
from kerax.estimators.model_dir import stored_names
from kerax.saving.tensor_bundle import TensorBundle
from kerax.train import checkpoint_exists, latest_checkpoint


class VocabInfo(NamedTuple):
    """How the rows (or columns) of a variable follow from a vocabulary, before and now.

    Attributes:
      new_vocab: file with the words of the new model, one a line.
      new_vocab_size: how many of them are used.
      num_oov_buckets: rows behind them, for unknown words.
      old_vocab: file with the words of the checkpoint.
      old_vocab_size: how many of them are used, -1 for all.
      backup_initializer: first values of words that the checkpoint does not have; zeros without it.
      axis: 0 if rows belong to words, 1 if columns do.

    Example:
      >>> import kerax
      >>> kerax.estimators.VocabInfo("new.txt", 3, 0, "old.txt").old_vocab_size
      -1
    """

    new_vocab: str
    new_vocab_size: int
    num_oov_buckets: int
    old_vocab: str
    old_vocab_size: int = -1
    backup_initializer: Any = None
    axis: int = 0


class WarmStartSettings:
    """What to take from a checkpoint.

    Args:
      ckpt_to_initialize_from: checkpoint or directory.
      vars_to_warm_start: a regular expression for names of trainable variables, matched from their start; a list of
        them for names of all variables; None for those with a vocabulary only.
      var_name_to_vocab_info: name -> `VocabInfo`.
      var_name_to_prev_var_name: name -> name in the checkpoint.

    Raises:
      ValueError: for an empty path.

    Example:
      >>> import kerax
      >>> kerax.estimators.WarmStartSettings("old_model", "dnn/.*").vars_to_warm_start
      'dnn/.*'
    """

    def __init__(
        self,
        ckpt_to_initialize_from: Any,
        vars_to_warm_start: Any = ".*",
        var_name_to_vocab_info: Mapping[str, VocabInfo] | None = None,
        var_name_to_prev_var_name: Mapping[str, str] | None = None,
    ) -> None:
        if not ckpt_to_initialize_from:
            raise ValueError("WarmStartSettings(ckpt_to_initialize_from=...) is empty.")
        self.ckpt_to_initialize_from = ckpt_to_initialize_from
        self.vars_to_warm_start = vars_to_warm_start
        self.var_name_to_vocab_info = dict(var_name_to_vocab_info or {})
        self.var_name_to_prev_var_name = dict(var_name_to_prev_var_name or {})


def as_settings(given: Any) -> WarmStartSettings | None:
    """``warm_start_from`` as settings.

    Raises:
      ValueError: for another type, or an empty path.
    """
    if given is None or isinstance(given, WarmStartSettings):
        return given
    if isinstance(given, (str, os.PathLike)):
        return WarmStartSettings(os.fspath(given))
    raise ValueError(f"Estimator(warm_start_from=...) is a path or WarmStartSettings, received {type(given).__name__}.")


def warm_start(settings: WarmStartSettings, initial: Mapping[str, np.ndarray], blueprint: Any) -> dict[str, Any]:
    """First values, with those of a checkpoint in place of some.

    Args:
      settings: what to take.
      initial: name -> first value without it.
      blueprint: knows what is trained.

    Raises:
      ValueError: naming the variable, if it is missing in the checkpoint or has another shape; for entries that name
        no variable.
    """
    path = _checkpoint(settings.ckpt_to_initialize_from)
    bundle = TensorBundle(path)
    stored = stored_names(bundle)
    values: dict[str, Any] = dict(initial)
    chosen = _chosen(settings, initial, blueprint)
    for given in (settings.var_name_to_vocab_info, settings.var_name_to_prev_var_name):
        for name in given:
            if name not in chosen:
                raise ValueError(
                    f"WarmStartSettings names {name!r}, which is no variable that is warm-started."
                    f"{did_you_mean(name, chosen)}"
                )
    for name in chosen:
        old = settings.var_name_to_prev_var_name.get(name, name)
        if old not in stored:
            raise ValueError(f"Warm start: {old!r} is not in the checkpoint {path!r}.{did_you_mean(old, stored)}")
        array, info = np.asarray(bundle[stored[old]]), settings.var_name_to_vocab_info.get(name)
        if info is not None:
            array = _by_words(name, info, array, initial[name])
        elif array.shape != initial[name].shape:
            raise ValueError(
                f"Warm start: {old!r} has shape {array.shape} in the checkpoint {path!r}, the model's {name!r} has "
                f"{initial[name].shape}. Give a VocabInfo if a vocabulary changed."
            )
        values[name] = array.astype(initial[name].dtype)
    logger.info("Warm-starting %d variables from %s", len(chosen), path)
    return values


def _checkpoint(given: Any) -> str:
    path = os.fspath(given)
    if checkpoint_exists(path):
        return path
    for folder in (path, os.path.join(path, "variables")):
        found = latest_checkpoint(folder) if os.path.isdir(folder) else None
        if found is not None:
            return found
        if checkpoint_exists(os.path.join(folder, "variables")):  # of an exported model
            return os.path.join(folder, "variables")
    raise FileNotFoundError(f"Warm start: there is no checkpoint {path!r}, and none in a folder of that name.")


def _chosen(settings: WarmStartSettings, initial: Mapping[str, Any], blueprint: Any) -> list[str]:
    patterns = settings.vars_to_warm_start
    with_words = list(settings.var_name_to_vocab_info)
    if patterns is None:
        return [name for name in with_words if name in initial]
    if isinstance(patterns, str):
        return [name for name in blueprint.trainable if re.match(patterns, name)]
    return [name for name in initial if any(re.match(pattern, name) for pattern in patterns)]


def _by_words(name: str, info: VocabInfo, old: np.ndarray, new: np.ndarray) -> np.ndarray:
    old_words, new_words = _words(info.old_vocab, info.old_vocab_size), _words(info.new_vocab, info.new_vocab_size)
    size = len(new_words) + info.num_oov_buckets
    if new.shape[info.axis] != size:
        raise ValueError(
            f"Warm start: {name!r} has {new.shape[info.axis]} {'rows' if info.axis == 0 else 'columns'}, its VocabInfo "
            f"says {size}."
        )
    made = info.backup_initializer
    fresh = np.zeros(new.shape, new.dtype) if made is None else np.array(made(new.shape, str(new.dtype)))
    places = {word: place for place, word in enumerate(old_words)}
    pairs = [(place, places[word]) for place, word in enumerate(new_words) if word in places]
    if pairs:
        to, of = (list(side) for side in zip(*pairs))
        if info.axis == 0:
            fresh[to] = old[of]
        else:
            fresh[:, to] = old[:, of]
    return fresh


def _words(path: str, size: int) -> list[bytes]:
    with open(path, "rb") as file:
        words = file.read().splitlines()
    if size > len(words):
        raise ValueError(f"Warm start: vocabulary {path!r} has {len(words)} words, VocabInfo says {size}.")
    return words if size < 0 else words[:size]
