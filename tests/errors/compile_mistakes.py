"""Mistakes in compile() and in what it is given."""

from __future__ import annotations

import kerax

from .table import classifier, fit, labels, net, pair, regression, row, targets, two_outputs_compiled, x


class NeedsArgument(kerax.losses.Loss):
    def __init__(self, strength):
        super().__init__()
        self.strength = strength

    def call(self, y_true, y_pred):
        return self.strength * (y_true - y_pred) ** 2


def compile(**arguments: object) -> object:
    return net().compile(**{"optimizer": "sgd", "loss": "mse", **arguments})


def twin(**arguments: object) -> object:
    return two_outputs_compiled(**arguments)


class VectorLoss(kerax.Model):
    def __init__(self):
        super().__init__()
        self.head = kerax.layers.Dense(1)

    def call(self, inputs):
        return self.head(inputs)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ((y - y_pred) ** 2)[:, 0]


def vector_loss() -> object:
    model = VectorLoss()
    model.compile("sgd", "mse")
    return fit(model, x(), targets())


class ListStep(VectorLoss):
    def train_step(self, data):
        return [1.0]


class NoneStep(VectorLoss):
    def train_step(self, data):
        return None


class ListTestStep(VectorLoss):
    def test_step(self, data):
        return 3.0


def custom(cls: type) -> kerax.Model:
    model = cls()
    model.compile("sgd", "mse")
    return model


ALL = [
    row("optimizer_typo", ValueError, lambda: compile(optimizer="addam"), "optimizer", "addam", "mean 'adam'"),
    row("optimizer_number", TypeError, lambda: compile(optimizer=0.1), "optimizer", "0.1"),
    row("optimizer_none", (TypeError, ValueError), lambda: compile(optimizer=None), "optimizer", "None"),
    row("loss_typo", ValueError, lambda: compile(loss="mean_sqared_error"), "loss", "mean_sqared_error",
        "mean 'mean_squared_error'"),
    row("loss_number", TypeError, lambda: compile(loss=3), "loss", "3"),
    row("loss_class_needs_argument", TypeError, lambda: compile(loss=NeedsArgument), "NeedsArgument", "instance"),
    row("metric_typo", ValueError, lambda: compile(metrics=["acuracy"]), "metric", "acuracy", "mean '[a-z_]*accuracy'"),
    row("metric_number", TypeError, lambda: compile(metrics=[1]), "metric", "1"),
    row("metrics_number", TypeError, lambda: compile(metrics=5), "metrics", "list", "5"),
    row("metric_class_needs_argument", TypeError, lambda: compile(metrics=[kerax.metrics.PrecisionAtRecall]),
        "PrecisionAtRecall", "instance"),
    row("weighted_metric_typo", ValueError, lambda: compile(weighted_metrics=["maee"]), "metric", "maee", "mean 'mae'"),
    row("compile_keyword_typo", TypeError, lambda: compile(optimiser="adam"), "compile", "optimiser",
        "mean 'optimizer'"),
    row("compile_unknown_keyword", TypeError, lambda: compile(colour="red"), "compile", "colour"),
    row("learning_rate_negative", ValueError, lambda: kerax.optimizers.Adam(-0.1), "learning_rate", "Adam", "-0.1"),
    row("learning_rate_string", TypeError, lambda: kerax.optimizers.Adam("fast"), "learning_rate", "Adam", "fast"),
    row("learning_rate_nan", ValueError, lambda: kerax.optimizers.SGD(float("nan")), "learning_rate", "nan"),
    row("beta_above_one", ValueError, lambda: kerax.optimizers.Adam(beta_1=1.5), "beta_1", "1.5"),
    row("momentum_above_one", ValueError, lambda: kerax.optimizers.SGD(momentum=2.0), "momentum", "2"),
    row("clipnorm_negative", ValueError, lambda: kerax.optimizers.SGD(clipnorm=-1.0), "clipnorm", "-1"),
    row("two_clips", ValueError, lambda: kerax.optimizers.SGD(clipnorm=1.0, clipvalue=1.0), "clipnorm", "clipvalue"),
    row("optimizer_keyword_typo", TypeError, lambda: kerax.optimizers.Adam(learning_rat=0.1), "Adam", "learning_rat",
        "mean 'learning_rate'"),
    row("schedule_steps", ValueError, lambda: kerax.optimizers.schedules.ExponentialDecay(0.1, 0, 0.9), "decay_steps",
        "0"),
    row("loss_reduction_typo", ValueError, lambda: kerax.losses.MeanSquaredError(reduction="men"), "reduction", "men"),
    row("label_smoothing_large", ValueError, lambda: kerax.losses.CategoricalCrossentropy(label_smoothing=3.0),
        "label_smoothing", "3"),
    row("steps_per_execution_zero", ValueError, lambda: compile(steps_per_execution=0), "steps_per_execution",
        "at least 1", "0"),
    row("steps_per_execution_string", TypeError, lambda: compile(steps_per_execution="many"), "steps_per_execution",
        "many"),
    row("loss_list_length", ValueError, lambda: twin(loss=["mse"]), "loss", "1", "2 output", "price", "kind"),
    row("loss_list_for_one_output", ValueError, lambda: compile(loss=["mse", "mae"]), "loss", "2 entries", "1 output",
        "head"),
    row("loss_key_typo", ValueError, lambda: twin(loss={"prise": "mse", "kind": "mse"}), "loss", "prise",
        "mean 'price'"),
    row("loss_weights_key", ValueError, lambda: twin(loss_weights={"price": 1.0, "knd": 2.0}), "loss_weights", "knd",
        "mean 'kind'"),
    row("loss_weights_length", ValueError, lambda: twin(loss_weights=[1.0]), "loss_weights", "1", "2 output"),
    row("loss_weights_string", TypeError, lambda: twin(loss_weights={"price": "high"}), "loss_weights", "price",
        "high"),
    row("loss_weights_nan", ValueError, lambda: twin(loss_weights=[1.0, float("nan")]), "loss_weights", "nan"),
    row("loss_weights_without_loss", ValueError, lambda: compile(loss=None, loss_weights=[1.0]), "loss_weights",
        "loss"),
    row("metrics_key_typo", ValueError, lambda: twin(metrics={"pric": ["mae"]}), "metrics", "pric", "mean 'price'"),
    row("metrics_lists_length", ValueError, lambda: twin(metrics=[["mae"], ["mae"], ["mae"]]), "metrics", "3",
        "2 output"),
    row("weighted_metrics_key_typo", ValueError, lambda: twin(weighted_metrics={"kindd": ["mae"]}), "weighted_metrics",
        "kindd", "mean 'kind'"),
    row("no_loss", ValueError, lambda: fit(regression(loss=None), x(), targets()), "loss", "compile", "add_loss"),
    row("fit_uncompiled", RuntimeError, lambda: fit(net(), x(), targets()), "fit", "compile"),
    row("evaluate_uncompiled", RuntimeError, lambda: net().evaluate(x(), targets(), verbose=0), "evaluate", "compile"),
    row("train_on_batch_uncompiled", RuntimeError, lambda: net().train_on_batch(x(), targets()), "train_on_batch",
        "compile"),
    row("custom_loss_returns_text", (TypeError, ValueError),
        lambda: fit(regression(loss=lambda t, p: "high"), x(), targets()), "loss", "high|str"),
    row("custom_loss_one_argument", TypeError, lambda: fit(regression(loss=lambda t: t), x(), targets()), "loss",
        "argument"),
    row("custom_metric_one_argument", TypeError, lambda: fit(regression(metrics=[lambda t: t]), x(), targets()),
        "argument"),
    row("compute_loss_vector", ValueError, vector_loss, "compute_loss", "scalar", r"\(12,\)"),
    row("train_step_list", TypeError, lambda: fit(custom(ListStep), x(), targets()), "train_step", "ListStep", "dict",
        "list"),
    row("train_step_none", TypeError, lambda: fit(custom(NoneStep), x(), targets()), "train_step", "NoneStep", "dict",
        "None"),
    row("test_step_number", TypeError, lambda: custom(ListTestStep).evaluate(x(), targets(), verbose=0), "test_step",
        "ListTestStep", "dict"),
    row("metric_wrong_shape", ValueError, lambda: fit(classifier(metrics=["mae"]), x(), labels()),
        "mean_absolute_error|mae", r"\(12, 3\)"),
    row("target_for_silent_output", ValueError, lambda: fit(two_outputs_compiled(), pair(), {"price": targets()}),
        "kind", "target|y"),
    row("two_outputs_one_loss_shape", ValueError,
        lambda: fit(two_outputs_compiled(loss="mse"), pair(), [targets(), labels()]), "kind", r"\(12, 3\)"),
]  # fmt: skip
