"""The algorithms by name; wrappers around optimizers look up what they wrap here."""

from __future__ import annotations

from kerax.optimizers import legacy
from kerax.optimizers.adadelta import Adadelta
from kerax.optimizers.adafactor import Adafactor
from kerax.optimizers.adagrad import Adagrad
from kerax.optimizers.adam import Adam
from kerax.optimizers.adamax import Adamax
from kerax.optimizers.adamw import AdamW
from kerax.optimizers.ftrl import Ftrl
from kerax.optimizers.lamb import Lamb
from kerax.optimizers.lion import Lion
from kerax.optimizers.muon import Muon
from kerax.optimizers.nadam import Nadam
from kerax.optimizers.rmsprop import RMSprop
from kerax.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from kerax.optimizers.sgd import SGD
from kerax.registry import Family

CLASSES = (
    SGD, RMSprop, Adam, AdamW, Adadelta, Adagrad, Adamax, Adafactor, Nadam, Ftrl, Lion, Lamb, Muon,
    ScheduleFreeAdamW,
)  # fmt: skip

LEGACY = Family(
    "optimizer", "keras.optimizers.legacy",
    classes={name: getattr(legacy, name) for name in legacy.__all__ if name != "Optimizer"},
)  # fmt: skip
"""Those of Keras before 2.11: told from the others by the module in a configuration."""

ALGORITHMS = Family("optimizer", "keras.optimizers", classes={cls.__name__: cls for cls in CLASSES})
"""Names of the optimizers, and looking them up."""

ALGORITHMS.relatives.append(LEGACY)
