"""Models: layers that can be trained."""

from kerax.layers._family import FAMILY
from kerax.models import experimental
from kerax.models.added_terms import AddLoss, AddMetric
from kerax.models.as_nnx import as_nnx
from kerax.models.cloning import clone_model
from kerax.models.feature_space import FeatureSpace
from kerax.models.function import Function
from kerax.models.functional import Functional
from kerax.models.linear_model import LinearModel
from kerax.models.model import Model
from kerax.models.model_json import model_from_config, model_from_json, model_from_yaml
from kerax.models.sequential import Sequential
from kerax.models.sharpness_aware import SharpnessAwareMinimization
from kerax.models.wide_deep_model import WideDeepModel
from kerax.saving import load_model, save_model

# A nested model is found like a layer; tf.keras 2.x wrote functional models as "Functional" or "Model".
FAMILY.extend(
    classes={
        "AddLoss": AddLoss,
        "AddMetric": AddMetric,
        "FeatureSpace": FeatureSpace,
        "Functional": Functional,
        "LinearModel": LinearModel,
        "Sequential": Sequential,
        "SharpnessAwareMinimization": SharpnessAwareMinimization,
        "WideDeepModel": WideDeepModel,
    },
    aliases={"Model": "Functional"},
)

__all__ = [
    "Function",
    "Functional",
    "Model",
    "Sequential",
    "as_nnx",
    "clone_model",
    "experimental",
    "load_model",
    "model_from_config",
    "model_from_json",
    "model_from_yaml",
    "save_model",
]
