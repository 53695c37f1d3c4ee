"""What an exported model is given: `ServingInputReceiver` and the functions that make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kerax.data.ragged import SparseTensor
from kerax.data.records.features import FixedLenFeature
from kerax.data.records.parse import parse_example
from kerax.data.spec import TensorSpec
from kerax.state.symbolic import SymbolicTensor

EXAMPLES = "examples"


class ServingInputReceiver:
    """What requests hold and which features a model makes of it.

    Args:
      features: name -> what the model function gets: descriptions (`kerax.data.TensorSpec`, ``kerax.Input``), or arrays
        that show shape and dtype; their first axis is the batch.
      receiver_tensors: name -> what a request holds; an array or description stands for ``{"input": ...}``. It has the
        same entries as ``features``, unless the features are computed from it by layers.
      receiver_tensors_alternatives: accepted as in TensorFlow.

    Raises:
      ValueError: for features that nothing in the request gives.

    Example:
      >>> import kerax
      >>> spec = kerax.data.TensorSpec((None, 4), "float32")
      >>> kerax.estimators.export.ServingInputReceiver({"x": spec}, {"x": spec}).inputs
      {'x': TensorSpec(shape=(None, 4), dtype=float32, name=None)}
    """

    parse_spec: dict[str, Any] | None = None

    def __init__(self, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None) -> None:
        self.features, self.receiver_tensors = features, receiver_tensors
        self.receiver_tensors_alternatives = receiver_tensors_alternatives
        given = receiver_tensors if isinstance(receiver_tensors, Mapping) else {"input": receiver_tensors}
        wanted = features if isinstance(features, Mapping) else {"feature": features}
        self.inputs = {str(name): spec_of(value, str(name)) for name, value in given.items()}
        self.single = not isinstance(features, Mapping)
        self.sources: dict[str, Any] = {}
        for name, value in wanted.items():
            source = next((key for key, other in given.items() if other is value), None)
            source = name if source is None and name in given else source
            if source is None and self.single and len(given) == 1:
                source = next(iter(given))
            if source is None:
                raise ValueError(
                    f"ServingInputReceiver: feature {name!r} is none of the receiver tensors {sorted(map(str, given))}."
                    " Give it there under the same name."
                )
            self.sources[str(name)] = str(source)

    def read(self, request: Mapping[str, Any]) -> Any:
        """The features of a request, a dict of arrays.

        Raises:
          ValueError: for inputs that are missing, or unknown.
        """
        return read_request(request, self.describe())

    def describe(self) -> dict[str, Any]:
        """What is needed to read requests, as plain values."""
        inputs = {name: {"shape": list(spec.shape or ()), "dtype": spec.dtype} for name, spec in self.inputs.items()}
        return {"inputs": inputs, "sources": self.sources, "single": self.single, "parse": self.parse_spec}

    def example(self, batch: int) -> Any:
        """Features of a made-up request."""
        if self.parse_spec is not None:
            return example_features(self.parse_spec, batch)
        made = {name: example_array(spec, batch) for name, spec in self.inputs.items()}
        features = {name: made[source] for name, source in self.sources.items()}
        return next(iter(features.values())) if self.single else features


class TensorServingInputReceiver(ServingInputReceiver):
    """A receiver for a model function whose features are one array.

    Args:
      features: a description, or an array that shows shape and dtype.
      receiver_tensors: what a request holds.
      receiver_tensors_alternatives: accepted as in TensorFlow.

    Raises:
      ValueError: for a dict of features.

    Example:
      >>> import kerax
      >>> spec = kerax.data.TensorSpec((None, 4), "float32")
      >>> kerax.estimators.export.TensorServingInputReceiver(spec, spec).single
      True
    """

    def __init__(self, features: Any, receiver_tensors: Any, receiver_tensors_alternatives: Any = None) -> None:
        if isinstance(features, Mapping):
            raise ValueError("TensorServingInputReceiver takes one array; use ServingInputReceiver for a dict.")
        super().__init__(features, receiver_tensors, receiver_tensors_alternatives)


class SupervisedInputReceiver(ServingInputReceiver):
    """A receiver that has labels too, to export the training and evaluation of a model.

    Args:
      features: name -> description, as for `ServingInputReceiver`.
      labels: description of the labels, or a dict of them.
      receiver_tensors: name -> what a request holds.

    Example:
      >>> import kerax
      >>> spec = kerax.data.TensorSpec((None, 1), "float32")
      >>> from kerax.estimators.export.receivers import SupervisedInputReceiver
      >>> sorted(SupervisedInputReceiver({"x": spec}, spec, {"x": spec}).inputs)
      ['label', 'x']
    """

    def __init__(self, features: Any, labels: Any, receiver_tensors: Any) -> None:
        self.labels = labels
        self.label_names = sorted(labels) if isinstance(labels, Mapping) else ["label"]
        super().__init__(features, receiver_tensors)
        listed = labels if isinstance(labels, Mapping) else {"label": labels}
        self.inputs.update({str(name): spec_of(value, str(name)) for name, value in listed.items()})

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "labels": self.label_names, "one_label": not isinstance(self.labels, Mapping)}

    def example_labels(self, batch: int) -> Any:
        """Labels of a made-up request."""
        made = {name: example_array(self.inputs[name], batch) for name in self.label_names}
        return made if isinstance(self.labels, Mapping) else made["label"]


def spec_of(value: Any, name: str) -> TensorSpec:
    """The description of a description or an array, any batch.

    Raises:
      ValueError: for something without shape.
    """
    if isinstance(value, (TensorSpec, SymbolicTensor)):
        dtype = "string" if getattr(value, "is_string", False) else _dtype_name(value.dtype)
        shape = tuple(size if isinstance(size, int) else None for size in (value.shape or ()))
        return TensorSpec(shape, dtype)
    array = value if hasattr(value, "shape") and hasattr(value, "dtype") else np.asarray(value)
    if not len(array.shape):
        raise ValueError(f"Input {name!r} has no batch axis: expected an array or description of rank 1 or more.")
    return TensorSpec((None, *array.shape[1:]), _dtype_name(array.dtype))


def _dtype_name(dtype: Any) -> str:
    name = str(getattr(dtype, "name", dtype))
    return "string" if name.startswith(("object", "bytes", "str")) else name


def example_array(spec: TensorSpec, batch: int) -> np.ndarray:
    """An array of zeros, or empty texts, that fits a description."""
    first, *rest = spec.shape or (None,)
    shape = (batch if first is None else first, *[1 if size is None else size for size in rest])
    return np.full(shape, b"", object) if spec.dtype == "string" else np.zeros(shape, spec.dtype)


def example_features(parse: Mapping[str, Any], batch: int) -> dict[str, Any]:
    """What ``parse_example`` gives for records that hold nothing, with defaults where a value has to be."""
    found: dict[str, Any] = {}
    for name, feature in parse.items():
        text = feature.dtype == "string"
        if isinstance(feature, FixedLenFeature):
            found[name] = example_array(TensorSpec((None, *feature.shape), feature.dtype), batch)
        else:
            values = np.zeros(0, object if text else feature.dtype)
            found[name] = SparseTensor(np.zeros((0, 2), np.int64), values, (batch, 0))
    return found


def read_request(request: Mapping[str, Any], about: Mapping[str, Any]) -> Any:
    """The features of a request.

    Args:
      request: name -> array.
      about: what `ServingInputReceiver.describe` returned.

    Raises:
      ValueError: for inputs that are missing or unknown.
    """
    wanted = set(about["inputs"]) - set(about.get("labels", ()))
    missing, unknown = sorted(wanted - set(request)), sorted(set(request) - set(about["inputs"]))
    if missing or unknown:
        raise ValueError(
            f"This signature takes {sorted(wanted)}; missing: {missing or 'none'}, unknown: {unknown or 'none'}."
        )
    if about["parse"] is not None:
        records = request[next(iter(about["inputs"]))]
        return parse_example(np.asarray(records, object).ravel().tolist(), dict(about["parse"]))
    read = {name: _converted(request[name], kind["dtype"]) for name, kind in about["inputs"].items() if name in request}
    features = {name: read[source] for name, source in about["sources"].items()}
    return next(iter(features.values())) if about["single"] else features


def _converted(value: Any, dtype: str) -> np.ndarray:
    array = np.asarray(value)
    return array if dtype == "string" or array.dtype.kind in "OSU" else array.astype(dtype)


def build_raw_serving_input_receiver_fn(features: Mapping[str, Any], default_batch_size: int | None = None) -> Callable:
    """Returns a function that makes a receiver for requests that hold the features as they are.

    Args:
      features: name -> array that shows shape and dtype, or description.
      default_batch_size: the size of all batches; any size without it.

    Example:
      >>> import numpy as np, kerax
      >>> function = kerax.estimators.export.build_raw_serving_input_receiver_fn({"x": np.zeros((1, 4), "float32")})
      >>> function().inputs
      {'x': TensorSpec(shape=(None, 4), dtype=float32, name=None)}
    """

    def serving_input_receiver_fn() -> ServingInputReceiver:
        specs = {name: _sized(spec_of(value, name), default_batch_size) for name, value in features.items()}
        return ServingInputReceiver(specs, specs)

    return serving_input_receiver_fn


def build_parsing_serving_input_receiver_fn(
    feature_spec: Mapping[str, Any], default_batch_size: int | None = None
) -> Callable:
    """Returns a function that makes a receiver for requests that hold encoded ``tf.train.Example`` records.

    Args:
      feature_spec: as for ``parse_example``; ``make_parse_example_spec(columns)`` makes it.
      default_batch_size: the size of all batches; any size without it.

    Example:
      >>> import kerax
      >>> spec = kerax.feature_column.make_parse_example_spec([kerax.feature_column.numeric_column("age")])
      >>> kerax.estimators.export.build_parsing_serving_input_receiver_fn(spec)().inputs
      {'examples': TensorSpec(shape=(None,), dtype=string, name=None)}
    """

    def serving_input_receiver_fn() -> ServingInputReceiver:
        records = TensorSpec((default_batch_size,), "string")
        receiver = ServingInputReceiver({EXAMPLES: records}, {EXAMPLES: records})
        receiver.parse_spec = dict(feature_spec)
        return receiver

    return serving_input_receiver_fn


def build_raw_supervised_input_receiver_fn(
    features: Mapping[str, Any], labels: Any, default_batch_size: int | None = None
) -> Callable:
    """Returns a function that makes a receiver with features and labels, to export training and evaluation.

    Args:
      features: name -> array that shows shape and dtype, or description.
      labels: likewise, one or a dict.
      default_batch_size: the size of all batches; any size without it.

    Raises:
      ValueError: for a label that has the name of a feature.

    Example:
      >>> import numpy as np, kerax
      >>> make = kerax.estimators.experimental.build_raw_supervised_input_receiver_fn
      >>> sorted(make({"x": np.zeros((1, 4))}, np.zeros((1, 1)))().inputs)
      ['label', 'x']
    """
    names = set(labels) if isinstance(labels, Mapping) else {"label"}
    if both := sorted(names & set(features)):
        raise ValueError(f"Features and labels have the same names: {both}.")

    def supervised_input_receiver_fn() -> SupervisedInputReceiver:
        def sized(value: Any, name: str) -> TensorSpec:
            return _sized(spec_of(value, name), default_batch_size)

        specs = {name: sized(value, name) for name, value in features.items()}
        if isinstance(labels, Mapping):
            return SupervisedInputReceiver(specs, {name: sized(one, name) for name, one in labels.items()}, specs)
        return SupervisedInputReceiver(specs, sized(labels, "label"), specs)

    return supervised_input_receiver_fn


def _sized(spec: TensorSpec, batch: int | None) -> TensorSpec:
    return TensorSpec((batch, *(spec.shape or (None,))[1:]), spec.dtype)
