"""Saved models of TensorFlow 1: ``simple_save``, ``Builder``, ``loader.load``.

What is written is kerax's own format (`tf.saved_model.save`): for every signature a compiled program and the variables,
and, beside them, the names that its tensors had in the graph. There is no ``saved_model.pb`` and no graph: a loaded
model has the inputs and outputs of its signatures, and nothing between them.
"""

from __future__ import annotations

import json
import os
from typing import Any

import jax
import numpy as np

from kerax.compat.tensorflow import _saved_model
from kerax.compat.tensorflow._dtypes import as_dtype
from kerax.compat.tensorflow._edges import noting, unwrap
from kerax.compat.tensorflow._graph import Deferred, Evaluation, default_graph, placeholder
from kerax.compat.tensorflow._graph_flow import effect
from kerax.compat.tensorflow._graph_gradients import behind
from kerax.compat.tensorflow._graph_state import label, opened
from kerax.compat.tensorflow._module import Module
from kerax.compat.tensorflow._shape import TensorShape
from kerax.compat.tensorflow._spec import TensorSpec
from kerax.compat.tensorflow._tensor import Tensor
from kerax.compat.tensorflow._tracing import function
from kerax.compat.tensorflow._v1 import tables_initializer
from kerax.compat.tensorflow._v1_messages import MetaGraphDef, SignatureDef, TensorInfo
from kerax.state import Variable
from kerax.state.symbolic import symbolic_leaves

_NAMES = "names_in_the_graph.json"
SERVING, DEFAULT_KEY = "serve", "serving_default"
PREDICT, CLASSIFY, REGRESS = (f"tensorflow/serving/{one}" for one in ("predict", "classify", "regress"))


# ---- signatures -----------------------------------------------------------------------------------------------------
def build_tensor_info(tensor: Any) -> Any:
    """Name, type and shape of a tensor, as a message."""
    made = _info(tensor.name, _kind(tensor), tensor.shape)
    made.__dict__["_note"] = tensor
    return made


def _kind(one: Any) -> Any:
    return as_dtype("string" if getattr(one, "is_string", False) else one.dtype)


def _info(name: str, dtype: Any, shape: Any) -> Any:
    sizes = TensorShape(shape)
    known = sizes.rank is not None
    message: dict[str, Any] = {"unknown_rank": True}
    if known:
        message = {"dim": [{"size": -1 if one is None else one} for one in sizes.as_list()]}
    return TensorInfo(name=name, dtype=as_dtype(dtype).as_datatype_enum, tensor_shape=message)


def _sizes(info: Any) -> list:
    return [None if one.size < 0 else one.size for one in info.tensor_shape.dim]


def get_tensor_from_tensor_info(tensor_info: Any, graph: Any = None, import_scope: str | None = None) -> Any:
    """The tensor that a message names.

    Raises:
      KeyError: if there is none of its name.
      ValueError: if it says no name.
    """
    if tensor_info._note is not None:
        return tensor_info._note
    if tensor_info.WhichOneof("encoding") != "name":
        raise ValueError(f"Invalid TensorInfo.encoding: a name is expected, received {tensor_info!r}.")
    graph = graph or default_graph()
    return graph.get_tensor_by_name(f"{import_scope}/{tensor_info.name}" if import_scope else tensor_info.name)


def build_signature_def(inputs: Any = None, outputs: Any = None, method_name: Any = None, defaults: Any = None) -> Any:
    """A signature: messages of tensors by name."""
    return SignatureDef(inputs=inputs, outputs=outputs, method_name=method_name, defaults=defaults)


def _infos(tensors: Any) -> dict:
    return {name: build_tensor_info(one) for name, one in tensors.items()}


def _of_type(kind: str, **tensors: Any) -> None:
    for name, (one, dtype) in tensors.items():
        if one is not None and _kind(one) != as_dtype(dtype):
            raise ValueError(f"{kind} {name} must be {dtype} tensors, received {_kind(one).name}.")


def predict_signature_def(inputs: Any, outputs: Any) -> Any:
    """The signature of predictions.

    Raises:
      ValueError: without inputs or outputs.
    """
    if not inputs or not outputs:
        raise ValueError("Prediction signatures need inputs and outputs.")
    return build_signature_def(_infos(inputs), _infos(outputs), PREDICT)


def classification_signature_def(examples: Any, classes: Any, scores: Any) -> Any:
    """The signature of classifications.

    Raises:
      ValueError: without examples, with neither classes nor scores, or for tensors of other types.
    """
    if examples is None or (classes is None and scores is None):
        raise ValueError("Classification signatures need examples, and classes or scores.")
    _of_type("Classification", examples=(examples, "string"), classes=(classes, "string"), scores=(scores, "float32"))
    outputs = {name: one for name, one in (("classes", classes), ("scores", scores)) if one is not None}
    return build_signature_def(_infos({"inputs": examples}), _infos(outputs), CLASSIFY)


def regression_signature_def(examples: Any, predictions: Any) -> Any:
    """The signature of regressions.

    Raises:
      ValueError: without examples or predictions, or for tensors of other types.
    """
    if examples is None or predictions is None:
        raise ValueError("Regression signatures need examples and predictions.")
    _of_type("Regression", examples=(examples, "string"), predictions=(predictions, "float32"))
    return build_signature_def(_infos({"inputs": examples}), _infos({"outputs": predictions}), REGRESS)


def is_valid_signature(signature_def: Any) -> bool:
    """Whether a signature has inputs, outputs and a known method."""
    return bool(
        signature_def is not None
        and signature_def.inputs
        and signature_def.outputs
        and signature_def.method_name in (PREDICT, CLASSIFY, REGRESS)
    )


# ---- writing --------------------------------------------------------------------------------------------------------
def _exported(signature: Any) -> tuple[Any, list]:
    """The function of a signature, and the variables that it reads."""
    inputs = {name: get_tensor_from_tensor_info(one) for name, one in signature.inputs.items()}
    outputs = {name: get_tensor_from_tensor_info(one) for name, one in signature.outputs.items()}
    names = list(inputs)
    specs = [TensorSpec(inputs[name].shape, as_dtype(inputs[name].dtype), name=name) for name in names]

    def run(*arrays: Any) -> Any:
        fed = {id(inputs[name]): unwrap(one) for name, one in zip(names, arrays)}
        evaluation = Evaluation(fed)
        found = {name: evaluation.of(one) for name, one in outputs.items()}
        return {name: Tensor(unwrap(one)) if isinstance(one, jax.Array) else one for name, one in found.items()}

    variables = [one for one in behind(list(outputs.values())) if isinstance(one, Variable)]
    return function(_with_names(run, names), input_signature=specs, autograph=False), variables


def _with_names(run: Any, names: list) -> Any:
    import inspect

    parameters = [
        inspect.Parameter(f"arg{number}", inspect.Parameter.POSITIONAL_OR_KEYWORD) for number in range(len(names))
    ]

    def call(*args: Any) -> Any:
        return run(*args)

    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return call


class Builder:
    """Writes a graph's signatures and variables into a folder.

    Args:
      export_dir: the folder; it must not be there.

    Raises:
      AssertionError: if it is there and not empty.
    """

    def __init__(self, export_dir: Any):
        self._folder = os.fspath(export_dir)
        if os.path.isdir(self._folder) and os.listdir(self._folder):
            raise AssertionError(
                f"Export directory {self._folder} already exists, and isn't empty. Please choose a different export "
                "directory, or delete all the contents of the specified directory."
            )
        self._tags: list[str] = []
        self._signatures: dict[str, Any] = {}

    def add_meta_graph_and_variables(
        self,
        sess: Any,
        tags: Any,
        signature_def_map: Any = None,
        assets_list: Any = None,
        clear_devices: bool = False,
        init_op: Any = None,
        train_op: Any = None,
        strip_default_attrs: bool = False,
        saver: Any = None,
    ) -> None:
        """Adds signatures.

        Args:
          sess: the session.
          tags: names of what is saved.
          signature_def_map: name -> signature.
          assets_list, clear_devices, init_op, train_op, strip_default_attrs, saver: accepted as in TensorFlow.
        """
        self._tags += [one for one in tags if one not in self._tags]
        self._signatures.update(signature_def_map or {})
        self._graph = sess.graph

    add_meta_graph = add_meta_graph_and_variables

    def save(self, as_text: bool = False) -> bytes:
        """Writes the folder.

        Raises:
          AssertionError: if nothing was added.
        """
        if not self._tags:
            raise AssertionError("Graph state including variables and assets has not been added yet: call "
                                 "add_meta_graph_and_variables.")  # fmt: skip
        made, functions, names = Module(), {}, {}
        with noting(False), opened(self._graph.state):
            for key, signature in self._signatures.items():
                functions[key], variables = _exported(signature)
                made.__dict__.setdefault("kept", []).extend(variables)
                names[key] = {"method": signature.method_name, "inputs": _written(signature.inputs),
                              "outputs": _written(signature.outputs)}  # fmt: skip
            _saved_model.save(made, self._folder, signatures=functions)
        with open(os.path.join(self._folder, _NAMES), "w", encoding="utf-8") as file:
            json.dump({"tags": self._tags, "signatures": names}, file)
        return self._folder.encode()


def _written(infos: Any) -> dict:
    return {
        key: {"name": one.name, "dtype": as_dtype(one.dtype).name, "shape": _sizes(one)} for key, one in infos.items()
    }


def simple_save(session: Any, export_dir: Any, inputs: Any, outputs: Any, legacy_init_op: Any = None) -> None:
    """Writes a graph's inputs and outputs, and the variables between them, for serving.

    Args:
      session: the session.
      export_dir: the folder; it must not be there.
      inputs: name -> tensor.
      outputs: name -> tensor.
      legacy_init_op: accepted as in TensorFlow.
    """
    builder = Builder(export_dir)
    builder.add_meta_graph_and_variables(session, [SERVING], {DEFAULT_KEY: predict_signature_def(inputs, outputs)})
    builder.save()


# ---- reading --------------------------------------------------------------------------------------------------------
def maybe_saved_model_directory(export_dir: Any) -> bool:
    """Whether a folder may be a saved model."""
    return _saved_model.contains_saved_model(export_dir)


def load(sess: Any, tags: Any, export_dir: Any, import_scope: str | None = None, **saver_kwargs: Any) -> Any:
    """Puts the inputs and outputs of a saved model's signatures into a session's graph, under their names.

    Args:
      sess: the session.
      tags: names of what was saved.
      export_dir: the folder.
      import_scope: accepted as in TensorFlow.
      **saver_kwargs: likewise.

    Returns:
      A ``MetaGraphDef`` with the signatures.

    Raises:
      OSError: if the folder is no saved model of TensorFlow 1's functions.
      RuntimeError: if it has other tags.
    """
    path = os.path.join(os.fspath(export_dir), _NAMES)
    if not os.path.exists(path):
        raise OSError(
            f"{export_dir} is no saved model that tf.compat.v1.saved_model has written: use tf.saved_model.load."
        )
    with open(path, encoding="utf-8") as file:
        said = json.load(file)
    if set(tags) != set(said["tags"]):
        raise RuntimeError(
            f"MetaGraphDef associated with tags {sorted(tags)} could not be found in SavedModel, with available tags "
            f"'{said['tags']}'."
        )
    with noting(False):
        loaded = _saved_model.load(export_dir)
    with noting(True), opened(sess.graph.state):
        signatures = {key: _restored(loaded.signatures[key], one) for key, one in said["signatures"].items()}
    return MetaGraphDef(signature_def=signatures)


def _restored(program: Any, said: dict) -> Any:
    from kerax.compat.tensorflow._graph_state import current

    known = current().tensors
    places: dict[str, Any] = {}
    for key, one in said["inputs"].items():
        plain = one["name"].partition(":")[0]
        if plain not in known:
            placeholder(one["dtype"], one["shape"], plain)
        places[key] = known[plain]

    def run(evaluation: Any) -> list:
        found = program(*[Tensor(np.asarray(unwrap(evaluation.of(place)))) for place in places.values()])
        return [np.asarray(found[key].numpy()) for key in said["outputs"]]

    from kerax.state.symbolic import to_spec

    specs = [to_spec(tuple(one["shape"]), one["dtype"]) for one in said["outputs"].values()]
    made = symbolic_leaves(effect(run, specs, "program", list(places.values())))
    for one, tensor in zip(said["outputs"].values(), made):
        plain = one["name"].partition(":")[0]
        if plain not in known:
            label(tensor, plain)
    filled = {
        part: {key: _info(one["name"], one["dtype"], one["shape"]) for key, one in said[part].items()}
        for part in ("inputs", "outputs")
    }
    return SignatureDef(**filled, method_name=said["method"])


def main_op() -> Deferred:
    """Begins tables; variables are there."""
    return tables_initializer()


def main_op_with_restore(restore_op_name: str) -> Deferred:
    """As `main_op`: restoring has happened."""
    return tables_initializer()


class MethodNameUpdater:
    """Changes the method of signatures in a folder.

    Args:
      export_dir: the folder.

    Raises:
      OSError: if the folder is no saved model of TensorFlow 1's functions.
    """

    def __init__(self, export_dir: Any):
        self._path = os.path.join(os.fspath(export_dir), _NAMES)
        with open(self._path, encoding="utf-8") as file:
            self._said = json.load(file)

    def replace_method_name(self, signature_key: str, method_name: str, tags: Any = None) -> None:
        """Says another method for a signature.

        Raises:
          ValueError: if there is no such signature, or a name is empty.
        """
        if not signature_key or not method_name:
            raise ValueError("replace_method_name() needs signature_key and method_name.")
        if signature_key not in self._said["signatures"]:
            raise ValueError(f"MetaGraphDef of this SavedModel has no signature {signature_key!r}.")
        self._said["signatures"][signature_key]["method"] = method_name

    def save(self, new_export_dir: Any = None) -> None:
        """Writes it."""
        import shutil

        path = self._path
        if new_export_dir is not None:
            shutil.copytree(os.path.dirname(self._path), os.fspath(new_export_dir))
            path = os.path.join(os.fspath(new_export_dir), _NAMES)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self._said, file)
