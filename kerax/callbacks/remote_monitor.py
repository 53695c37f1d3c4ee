"""RemoteMonitor: sends the logs of every epoch to a web server."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np

from kerax.callbacks.callback import Callback, Logs

_SECONDS = 10.0  # training goes on after that, whatever the server does


class RemoteMonitor(Callback):
    """Posts the epoch's number and logs as JSON, at the end of every epoch.

    A server that cannot be reached is a warning, not the end of training.

    Args:
      root: address of the server.
      path: where on the server.
      field: name of the form's field that holds the JSON text, unless ``send_as_json``.
      headers: further headers of the request.
      send_as_json: whether the request's body is the JSON itself (``application/json``) instead of a form.

    Example:
      >>> import kerax
      >>> kerax.callbacks.RemoteMonitor().root
      'http://localhost:9000'
    """

    kept_in_backup = ()

    def __init__(
        self,
        root: str = "http://localhost:9000",
        path: str = "/publish/epoch/end/",
        field: str = "data",
        headers: Mapping[str, str] | None = None,
        send_as_json: bool = False,
    ):
        self.root, self.path, self.field, self.headers, self.send_as_json = root, path, field, headers, send_as_json

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Sends the logs."""
        import urllib.parse  # takes a hundredth of a second, which programs without a server need not spend
        import urllib.request

        text = json.dumps({"epoch": epoch, **{name: _plain(value) for name, value in (logs or {}).items()}})
        if self.send_as_json:
            body, kind = text.encode(), "application/json"
        else:
            body = urllib.parse.urlencode({self.field: text}).encode()
            kind = "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, **(self.headers or {})}
        try:
            request = urllib.request.Request(self.root + self.path, data=body, headers=headers, method="POST")
            if not request.full_url.startswith(("http://", "https://")):
                raise ValueError("only http and https addresses")
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                answer.read()
        except (OSError, ValueError) as error:  # urllib's own errors are OSErrors
            reason = getattr(error, "reason", error)
            warnings.warn(f"RemoteMonitor could not reach the server at {self.root}: {reason}", stacklevel=2)


def _plain(value: Any) -> Any:
    return (
        np.asarray(value).tolist() if isinstance(value, (np.ndarray, np.generic)) or hasattr(value, "dtype") else value
    )
