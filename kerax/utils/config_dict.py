"""Config: named values by attribute or by key."""

from __future__ import annotations

import copy
import json
from collections.abc import ItemsView, Iterator, KeysView
from typing import Any

from kerax.errors import did_you_mean


class Config:
    """Named values, read and set as attributes or by key, that can be frozen and written as JSON.

    Args:
      **kwargs: the first values.

    Raises:
      AttributeError, KeyError: for a name that has no value, with the closest one that has.
      ValueError: when a frozen one is changed.

    Example:
      >>> import kerax
      >>> config = kerax.utils.Config(rate=0.1)
      >>> config.epochs = 3
      >>> config.to_json()
      '{"rate": 0.1, "epochs": 3}'
    """

    def __init__(self, **kwargs: Any):
        self.__dict__["_values"], self.__dict__["_frozen"] = dict(kwargs), False

    @property
    def frozen(self) -> bool:
        """Whether it can no longer be changed."""
        return self._frozen

    def freeze(self) -> None:
        """Refuses changes from now on."""
        self.__dict__["_frozen"] = True

    def unfreeze(self) -> None:
        """Allows changes again."""
        self.__dict__["_frozen"] = False

    def _change(self) -> dict[str, Any]:
        if self._frozen:
            raise ValueError("This Config is frozen; config.unfreeze() allows changes again.")
        return self._values

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name not in self._values:
            raise AttributeError(f"Config has no value {name!r}.{did_you_mean(name, self._values)}")
        return self._values[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self._change()[name] = value

    def __delattr__(self, name: str) -> None:
        getattr(self, name)
        del self._change()[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            raise KeyError(f"Config has no value {name!r}.{did_you_mean(name, self._values)}")
        return self._values[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self._change()[name] = value

    def __delitem__(self, name: str) -> None:
        self[name]
        del self._change()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        return self._values == (other._values if isinstance(other, Config) else other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Config {self._values}>"

    def get(self, keyname: str, value: Any = None) -> Any:
        """The value of a name, or a default."""
        return self._values.get(keyname, value)

    def keys(self) -> KeysView[str]:
        """Names."""
        return self._values.keys()

    def values(self) -> Any:
        """Values."""
        return self._values.values()

    def items(self) -> ItemsView[str, Any]:
        """Names and values."""
        return self._values.items()

    def pop(self, name: str) -> Any:
        """Removes a name and returns its value."""
        value = self[name]
        del self._change()[name]
        return value

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Sets several values, as of a dict."""
        self._change().update(*args, **kwargs)

    def clear(self) -> None:
        """Removes all values."""
        self._change().clear()

    def as_dict(self) -> dict[str, Any]:
        """A copy as a dict."""
        return copy.copy(self._values)

    def to_json(self) -> str:
        """The values as JSON text."""
        return json.dumps(self._values)
