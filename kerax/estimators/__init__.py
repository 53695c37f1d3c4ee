"""Estimators: a model directory plus a pure model function, trained, evaluated and served through `input_fn`.

What belongs here: the `Estimator` base class and its run configuration, the premade estimators (linear, DNN,
wide-and-deep, boosted trees, baseline), the heads that turn logits into loss, metrics, predictions and export
signatures, session hooks, exporters and `train_and_evaluate`. Feature columns, which feed the premade estimators,
live in `kerax.feature_column`.

The repository has a link `estimators -> kerax/estimators` at its root, so that the folder is easy to find. It is not
a second package: imported under any other name than `kerax.estimators` its classes would exist twice, and
`isinstance` would fail between the copies.
"""

if __name__ != "kerax.estimators":
    raise ImportError(
        f"This package was imported as {__name__!r}, which would give every class in it a second identity. "
        "Write `import kerax.estimators` instead."
    )

from kerax.estimators import experimental, export, inputs, logs
from kerax.estimators.add_metrics import (
    add_metrics,
)
from kerax.estimators.boosted_trees.estimators import (
    BoostedTreesClassifier,
    BoostedTreesEstimator,
    BoostedTreesRegressor,
)
from kerax.estimators.estimator import Estimator
from kerax.estimators.export.exporters import BestExporter, Exporter, FinalExporter, LatestExporter
from kerax.estimators.heads import (
    BinaryClassHead,
    Head,
    LogisticRegressionHead,
    MultiClassHead,
    MultiHead,
    MultiLabelHead,
    PoissonRegressionHead,
    RegressionHead,
)
from kerax.estimators.hooks.basic import (
    FeedFnHook,
    FinalOpsHook,
    GlobalStepWaiterHook,
    NanLossDuringTrainingError,
    NanTensorHook,
    StopAtStepHook,
)
from kerax.estimators.hooks.checkpoint_saver import CheckpointSaverHook, CheckpointSaverListener
from kerax.estimators.hooks.logging_hooks import LoggingTensorHook, ProfilerHook, StepCounterHook, SummarySaverHook
from kerax.estimators.hooks.session_run_hook import (
    SessionRunArgs,
    SessionRunContext,
    SessionRunHook,
    SessionRunValues,
)
from kerax.estimators.hooks.timer import SecondOrStepTimer
from kerax.estimators.keras_model import model_to_estimator
from kerax.estimators.mode_keys import ModeKeys
from kerax.estimators.parse_specs import (
    classifier_parse_example_spec,
    regressor_parse_example_spec,
)
from kerax.estimators.premade import (
    BaselineClassifier,
    BaselineEstimator,
    BaselineRegressor,
    DNNClassifier,
    DNNEstimator,
    DNNLinearCombinedClassifier,
    DNNLinearCombinedEstimator,
    DNNLinearCombinedRegressor,
    DNNRegressor,
    LinearClassifier,
    LinearEstimator,
    LinearRegressor,
)
from kerax.estimators.run_config import RunConfig
from kerax.estimators.spec import EstimatorSpec
from kerax.estimators.template import (
    get_global_step,
    name_tensor,
)
from kerax.estimators.train_and_evaluate import (
    EvalSpec,
    TrainSpec,
    train_and_evaluate,
)
from kerax.estimators.warm_start import VocabInfo, WarmStartSettings

__all__ = [
    "BaselineClassifier",
    "BaselineEstimator",
    "BaselineRegressor",
    "BestExporter",
    "BinaryClassHead",
    "BoostedTreesClassifier",
    "BoostedTreesEstimator",
    "BoostedTreesRegressor",
    "CheckpointSaverHook",
    "CheckpointSaverListener",
    "DNNClassifier",
    "DNNEstimator",
    "DNNLinearCombinedClassifier",
    "DNNLinearCombinedEstimator",
    "DNNLinearCombinedRegressor",
    "DNNRegressor",
    "Estimator",
    "EstimatorSpec",
    "EvalSpec",
    "Exporter",
    "FeedFnHook",
    "FinalExporter",
    "FinalOpsHook",
    "GlobalStepWaiterHook",
    "Head",
    "LatestExporter",
    "LinearClassifier",
    "LinearEstimator",
    "LinearRegressor",
    "LoggingTensorHook",
    "LogisticRegressionHead",
    "ModeKeys",
    "MultiClassHead",
    "MultiHead",
    "MultiLabelHead",
    "NanLossDuringTrainingError",
    "NanTensorHook",
    "PoissonRegressionHead",
    "ProfilerHook",
    "RegressionHead",
    "RunConfig",
    "SecondOrStepTimer",
    "SessionRunArgs",
    "SessionRunContext",
    "SessionRunHook",
    "SessionRunValues",
    "StepCounterHook",
    "StopAtStepHook",
    "SummarySaverHook",
    "TrainSpec",
    "VocabInfo",
    "WarmStartSettings",
    "add_metrics",
    "classifier_parse_example_spec",
    "experimental",
    "export",
    "get_global_step",
    "inputs",
    "logs",
    "model_to_estimator",
    "name_tensor",
    "regressor_parse_example_spec",
    "train_and_evaluate",
]
