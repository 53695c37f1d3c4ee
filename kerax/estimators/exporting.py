"""ExportMixin: the methods of an Estimator that export it, and show its curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.model_dir import resolve_checkpoint


class ExportMixin:
    """Exports of an Estimator."""

    def export_saved_model(
        self,
        export_dir_base: Any,
        serving_input_receiver_fn: Callable,
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: Any = None,
        experimental_mode: str = ModeKeys.PREDICT,
    ) -> str:
        """Writes the model with all that is needed to run it without the code that made it.

        ``kerax.estimators.export.load`` reads the folder. It holds compiled programs, which stay readable for months,
        not years; the model directory is what to keep.

        Args:
          export_dir_base: a folder is made in it, named by the seconds of now.
          serving_input_receiver_fn: returns what requests hold, see ``build_raw_serving_input_receiver_fn``.
          assets_extra: destination -> file, copied into ``assets.extra``.
          as_text: accepted as in TensorFlow.
          checkpoint_path: which checkpoint; the newest by default.
          experimental_mode: which mode is exported.

        Returns:
          Path of the folder.

        Raises:
          ValueError: without a checkpoint, or for a model that cannot be exported, saying what stands in the way.
        """
        receivers = {experimental_mode: serving_input_receiver_fn}
        return self.experimental_export_all_saved_models(
            export_dir_base, receivers, assets_extra, as_text, checkpoint_path
        )

    def experimental_export_all_saved_models(
        self,
        export_dir_base: Any,
        input_receiver_fn_map: Mapping[str, Callable],
        assets_extra: Mapping[str, str] | None = None,
        as_text: bool = False,
        checkpoint_path: Any = None,
    ) -> str:
        """Exports several modes of the model into one folder.

        Args:
          export_dir_base: a folder is made in it, named by the seconds of now.
          input_receiver_fn_map: mode -> function that returns what requests hold; for training and evaluation one with
            labels, see ``build_raw_supervised_input_receiver_fn``.
          assets_extra: destination -> file, copied into ``assets.extra``.
          as_text: accepted as in TensorFlow.
          checkpoint_path: which checkpoint; the newest by default.

        Returns:
          Path of the folder.

        Raises:
          ValueError: without a checkpoint, for an unknown mode, or for a model that cannot be exported.
        """
        from kerax.estimators.export.receivers import ServingInputReceiver, SupervisedInputReceiver
        from kerax.estimators.export.writing import write_saved_model

        path = resolve_checkpoint(self.model_dir, checkpoint_path, "export_saved_model()")
        if path is None:
            raise ValueError(f"There is no checkpoint in {self.model_dir!r}: train the Estimator before its export.")
        if not input_receiver_fn_map:
            raise ValueError("There is nothing to export: no mode was given.")
        programs = {}
        for mode, receiver_fn in input_receiver_fn_map.items():
            if mode not in ModeKeys.ALL:
                raise ValueError(f"Modes are {', '.join(ModeKeys.ALL)}, received {mode!r}.")
            receiver = receiver_fn()
            if not isinstance(receiver, ServingInputReceiver):
                raise ValueError(
                    f"A receiver function returns a ServingInputReceiver, this one returned {type(receiver).__name__}."
                )
            labels = None
            if isinstance(receiver, SupervisedInputReceiver):
                labels = receiver.example_labels(2)
            elif mode != ModeKeys.PREDICT:
                raise ValueError(f"Mode {mode!r} needs labels: use build_raw_supervised_input_receiver_fn.")
            program = self._program(mode, (receiver.example(2), labels), keep=False)
            programs[mode] = (program, self._values_for(program, path), receiver)
        return write_saved_model(export_dir_base, programs, assets_extra)

    def plot(self, path: Any = None) -> Any:
        """Draws the curves of training and evaluations from the event files of the model directory.

        Args:
          path: of an image file to write; None to return the figure only.

        Returns:
          A ``matplotlib`` figure: one panel for each metric, lines for training and for each evaluation.

        Raises:
          ImportError: if matplotlib is not installed.
          ValueError: if there are no event files.
        """
        from kerax.estimators.plotting import plot_curves

        return plot_curves(self.model_dir, path)

    def _repr_html_(self) -> str:
        """For notebooks: the directory, the newest checkpoint, and the newest results of each evaluation."""
        from kerax.estimators.plotting import results_html

        return results_html(type(self).__name__, self.model_dir, self.latest_checkpoint())
