"""The configuration side of a layer: dtype policy, get_config, from_config."""

from __future__ import annotations

import inspect
from typing import Any

from kerax import dtype_policies
from kerax.dtypes import DTypePolicy, dtype_policy, name_on_device
from kerax.errors import ConfigurationError
from kerax.layers.layer_pure import LayerPure
from kerax.state.operation import Operation, constructor_values


class LayerConfig(LayerPure, Operation):
    """What every layer can do with its configuration."""

    _policy: DTypePolicy | None = None
    _untracked = frozenset({"_first_arguments", "_frozen", "_input_arguments", "_build_shape", "_build_shapes"})

    # ---- dtypes -----------------------------------------------------------------------------------------------------
    def _policy_of(self) -> DTypePolicy:
        policy = self._policy
        if policy.__class__ is dtype_policies.DTypePolicyMap:
            return policy[self.path]  # type: ignore[index]
        return policy if policy is not None else dtype_policy()

    def _written_policy(self) -> Any:
        policy = self._policy
        name = self._policy_of().name
        whole = policy is not None and dtype_policies.get(name) != policy  # a map, or more than the name tells
        return dtype_policies.serialize(policy) if whole else name

    @property
    def dtype_policy(self) -> DTypePolicy:  # type: ignore[override]
        """The policy: compute dtype and variable dtype."""
        return self._policy_of()

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        self._policy = dtype_policies.get(policy)

    @property
    def dtype(self) -> str:
        """The dtype of the weights."""
        return name_on_device(self._policy_of().variable_dtype)

    variable_dtype = dtype

    @property
    def compute_dtype(self) -> str:
        """The dtype that ``call`` computes in."""
        return name_on_device(self._policy_of().compute_dtype)

    # ---- configuration ----------------------------------------------------------------------------------------------
    def get_config(self) -> dict[str, Any]:
        """Returns the constructor arguments as plain values, enough for ``from_config`` to make an equal layer.

        A subclass whose constructor takes plain values (numbers, strings, lists of them) need not override it.

        Raises:
          ValueError: if the constructor was given anything else; the message says what to write.
        """
        config: dict[str, Any] = {"name": self.name, "trainable": self._trainable, "dtype": self._written_policy()}
        regularizer = self.__dict__.get("activity_regularizer")
        if regularizer is not None:
            from_family = getattr(regularizer, "get_config", None)
            config["activity_regularizer"] = (
                {"class_name": type(regularizer).__name__, "config": regularizer.get_config()}
                if from_family
                else regularizer.__name__
            )
        given = self.__dict__.get("_input_arguments", {})
        for key in ("batch_input_shape", "batch_shape"):
            if given.get(key) is not None:
                config["batch_input_shape"] = tuple(given[key])
        cls = type(self)
        owner = next(c for c in cls.__mro__ if "__init__" in c.__dict__)
        if cls.get_config is LayerConfig.get_config and not owner.__module__.startswith("kerax."):
            config.update(self._automatic_config())
        return config

    def get_build_config(self) -> dict[str, Any] | None:
        """Returns the shape(s) that the layer was built for, enough for ``build_from_config``; None before that."""
        shapes = self.__dict__.get("_build_shapes")
        if not shapes or not getattr(self, "built", False):
            return None
        return {"input_shape": next(iter(shapes.values()))} if len(shapes) == 1 else {"shapes_dict": shapes}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Builds the layer for the shape(s) of ``get_build_config()``."""
        if config.get("input_shape") is not None and _takes_one_shape(type(self).build):
            self.build(_as_tuples(config["input_shape"]))
        elif isinstance(config.get("shapes_dict"), dict):
            self.build(**{name: _as_tuples(shape) for name, shape in config["shapes_dict"].items()})

    def _automatic_config(self) -> dict[str, Any]:
        try:
            values, bad, _ = constructor_values(self)
        except TypeError:
            return {}
        if bad:
            raise ValueError(
                f"Layer {self.name!r}: constructor argument(s) {bad} of {type(self).__name__} are no plain values, "
                f"so its configuration is "
                f"not known. Define get_config() in {type(self).__name__}: return super().get_config() extended by "
                f"the arguments."
            )
        return {key: value for key, value in values.items() if value is not None or key != "dtype"}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Makes a layer from ``get_config()``."""
        config = {key: value for key, value in config.items() if key != "quantization_config" or value is not None}
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = dtype_policies.get(config["dtype"])
        parameters = inspect.signature(cls.__init__).parameters
        if not any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values()):
            for key in ("name", "trainable", "dtype"):  # a constructor that takes none of them gave none of them
                if key not in parameters:
                    config.pop(key, None)
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(f"Cannot make {cls.__name__} from the configuration {config}: {error}") from error
        except ConfigurationError:
            raise
        except ValueError as error:
            raise ConfigurationError(f"Cannot make {cls.__name__} from its configuration: {error}") from error


def _takes_one_shape(build: Any) -> bool:
    """Whether ``build`` needs one shape only; others (of tf.keras's files) are built at the first call."""
    parameters = list(inspect.signature(build).parameters.values())[1:]
    return sum(p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD for p in parameters) <= 1


def _as_tuples(shape: Any) -> Any:
    """A shape, or a list or dict of shapes, as JSON holds them: with tuples for the shapes."""
    if isinstance(shape, dict):
        return {key: _as_tuples(value) for key, value in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple, dict)):
        return [_as_tuples(item) for item in shape]
    return tuple(shape) if isinstance(shape, list) else shape
