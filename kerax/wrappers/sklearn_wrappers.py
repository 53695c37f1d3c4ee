"""SKLearnClassifier, SKLearnRegressor, SKLearnTransformer: compiled models in scikit-learn's pipelines and searches."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import sklearn
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, TransformerMixin
from sklearn.utils.metadata_routing import MetadataRequest
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from kerax.models import Model, clone_model


class _SKLearnBase(BaseEstimator):
    """What the three have in common.

    Args:
      model: a compiled model, which is cloned for each ``fit``; or a function that makes one, called with ``X``, ``y``
        and ``model_kwargs`` by name.
      warm_start: whether a further ``fit`` goes on with the weights there are.
      model_kwargs: for the function.
      fit_kwargs: arguments of ``model.fit``; those given to ``fit`` itself come first.
    """

    _several_outputs = True  # whether targets may have several columns

    def __init__(
        self,
        model: Model | Callable[..., Model],
        warm_start: bool = False,
        model_kwargs: dict[str, Any] | None = None,
        fit_kwargs: dict[str, Any] | None = None,
    ):
        self.model, self.warm_start = model, warm_start
        self.model_kwargs, self.fit_kwargs = model_kwargs, fit_kwargs

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.non_deterministic = True
        return tags

    def __sklearn_clone__(self) -> Any:
        model = copy.deepcopy(self.model) if isinstance(self.model, Model) else self.model
        return type(self)(model, self.warm_start, self.model_kwargs, self.fit_kwargs)

    @property
    def epoch_(self) -> int:
        """Number of epochs trained."""
        return len(getattr(self, "history_", {}).get("loss", ()))

    def set_fit_request(self, **kwargs: Any) -> Any:
        """Says which metadata ``fit`` takes, for scikit-learn's metadata routing.

        Args:
          **kwargs: names of arguments with True, False, None, or another name.

        Raises:
          RuntimeError: if metadata routing is off.
        """
        if not sklearn.get_config().get("enable_metadata_routing", False):
            raise RuntimeError(
                "set_fit_request() needs metadata routing: sklearn.set_config(enable_metadata_routing=True)."
            )
        self._metadata_request = MetadataRequest(owner=type(self).__name__)
        for name, alias in kwargs.items():
            self._metadata_request.fit.add_request(param=name, alias=alias)
        return self

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Trains a model.

        Args:
          X: array-like, shape (n, features).
          y: array-like, shape (n,) or (n, outputs).
          **kwargs: arguments of ``model.fit``, such as ``epochs`` or ``sample_weight``.

        Returns:
          The estimator.

        Raises:
          RuntimeError: if the model is not compiled.
        """
        shape = np.asarray(y).shape  # scikit-learn's array-likes refuse np.ndim
        several = self._several_outputs and len(shape) == 2 and shape[1] > 1
        X, y = validate_data(self, X, y, multi_output=several)
        targets = self._encoded(y)
        if not (self.warm_start and hasattr(self, "model_")):
            model = self._new_model(X, targets)
            if not getattr(model, "compiled", False) or model.loss is None:
                raise RuntimeError(
                    f"{type(self).__name__}: the model must be compiled with a loss and an optimizer: call "
                    "model.compile(...) first."
                )
        else:
            model = self.model_
        history = model.fit(X, targets, **{**(self.fit_kwargs or {}), **kwargs})
        self.history_, self.model_ = history.history, model
        return self

    def _new_model(self, X: Any, y: Any) -> Model:
        if isinstance(self.model, Model):
            return clone_model(self.model)
        return self.model(X=X, y=y, **(self.model_kwargs or {}))

    def _encoded(self, y: np.ndarray) -> np.ndarray:
        """Targets as the model gets them, as a matrix."""
        if type_of_target(y) == "unknown":
            raise ValueError(f"Unknown label type for data: {y!r}")
        self._target_ndim = y.ndim
        return y.reshape(-1, 1) if y.ndim == 1 else y

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        return self.model_.predict(X, verbose=0)


class SKLearnClassifier(ClassifierMixin, _SKLearnBase):
    """A classifier for scikit-learn.

    The model gets one-hot targets and has one output for each class.

    Args:
      model: a compiled model, which is cloned for each ``fit``; or a function that makes one, called with ``X``, ``y``
        (one-hot) and ``model_kwargs`` by name.
      warm_start: whether a further ``fit`` goes on with the weights there are.
      model_kwargs: for the function.
      fit_kwargs: arguments of ``model.fit``.

    Attributes:
      model_: the trained model.
      history_: dict from log name to its values.
      classes_: the labels, in the order of the outputs.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(2, activation="softmax")])
      >>> model.compile(kerax.optimizers.Adam(0.1), "categorical_crossentropy")
      >>> X, y = np.array([[-1.0], [1.0]] * 20), np.array(["no", "yes"] * 20)
      >>> classifier = kerax.wrappers.SKLearnClassifier(model, fit_kwargs={"epochs": 20, "verbose": 0}).fit(X, y)
      >>> classifier.predict([[-2.0], [3.0]]).tolist()
      ['no', 'yes']
    """

    _several_outputs = False

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags

    def _encoded(self, y: np.ndarray) -> np.ndarray:
        kind = type_of_target(y, input_name="y", raise_unknown=True)
        if kind not in ("binary", "multiclass"):
            raise ValueError(
                f"Only binary and multiclass targets can be classified. Unknown label type: {kind}. Maybe you are "
                "trying to fit a classifier, which expects discrete classes on a regression target with continuous "
                "values."
            )
        self._target_ndim = np.ndim(y)
        self.classes_, numbers = np.unique(np.ravel(y), return_inverse=True)
        if len(self.classes_) == 1:
            raise ValueError(
                f"Classifier can't train when only one class is present: all labels are {self.classes_[0]!r}."
            )
        return np.eye(len(self.classes_))[numbers]

    def decision_function(self, X: Any) -> np.ndarray:
        """The model's outputs, shape (n, classes)."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """The labels of the highest outputs, shape (n,)."""
        labels = self.classes_[np.argmax(self._outputs(X), axis=1)] if hasattr(self, "classes_") else self._outputs(X)
        return labels if self._target_ndim == 1 else labels.reshape(-1, 1)


class SKLearnRegressor(RegressorMixin, _SKLearnBase):
    """A regressor for scikit-learn.

    Args:
      model: a compiled model, which is cloned for each ``fit``; or a function that makes one, called with ``X``, ``y``
        and ``model_kwargs`` by name.
      warm_start: whether a further ``fit`` goes on with the weights there are.
      model_kwargs: for the function.
      fit_kwargs: arguments of ``model.fit``.

    Attributes:
      model_: the trained model.
      history_: dict from log name to its values.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((1,)), kerax.layers.Dense(1)])
      >>> model.compile("sgd", "mse")
      >>> regressor = kerax.wrappers.SKLearnRegressor(model, fit_kwargs={"verbose": 0})
      >>> regressor.fit(np.ones((8, 1)), np.ones(8)).predict(np.ones((3, 1))).shape
      (3,)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags

    def predict(self, X: Any) -> np.ndarray:
        """The model's outputs, in the shape of the targets."""
        found = self._outputs(X)
        return np.squeeze(found, axis=1) if self._target_ndim == 1 and found.ndim == 2 else found


class SKLearnTransformer(TransformerMixin, _SKLearnBase):
    """A step of a scikit-learn pipeline that gives a model's outputs to the next one.

    Args:
      model: a compiled model, which is cloned for each ``fit``; or a function that makes one, called with ``X``, ``y``
        and ``model_kwargs`` by name.
      warm_start: whether a further ``fit`` goes on with the weights there are.
      model_kwargs: for the function.
      fit_kwargs: arguments of ``model.fit``.

    Attributes:
      model_: the trained model.
      history_: dict from log name to its values.

    Example:
      >>> import numpy as np, kerax
      >>> model = kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(3)])
      >>> model.compile("sgd", "mse")
      >>> step = kerax.wrappers.SKLearnTransformer(model, fit_kwargs={"verbose": 0})
      >>> step.fit_transform(np.ones((8, 2)), np.ones((8, 3))).shape
      (8, 3)
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []
        return tags

    def transform(self, X: Any) -> np.ndarray:
        """The model's outputs."""
        return self._outputs(X)
