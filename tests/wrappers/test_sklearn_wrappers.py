"""Models as scikit-learn estimators: its own checks, pipelines, searches."""

import numpy as np
import pytest

import kerax

sklearn = pytest.importorskip("sklearn")
from sklearn import base, exceptions, model_selection, pipeline, preprocessing  # noqa: E402
from sklearn.utils import estimator_checks as checks  # noqa: E402

from kerax import wrappers  # noqa: E402


def network(X, y, loss="mse", activation="linear", units=8):
    model = kerax.Sequential(
        [kerax.Input(X.shape[1:]), kerax.layers.Dense(units, activation="relu"),
         kerax.layers.Dense(y.shape[1] if y.ndim > 1 else 1, activation=activation)]
    )  # fmt: skip
    model.compile(kerax.optimizers.Adam(0.05), loss)
    return model


def classifier(**fit):
    options = {"loss": "categorical_crossentropy", "activation": "softmax"}
    return wrappers.SKLearnClassifier(network, model_kwargs=options, fit_kwargs={"verbose": 0, **fit})


ESTIMATORS = {
    "classifier": lambda: classifier(),
    "regressor": lambda: wrappers.SKLearnRegressor(network, fit_kwargs={"verbose": 0}),
    "transformer": lambda: wrappers.SKLearnTransformer(network, fit_kwargs={"verbose": 0}),
}
# All of scikit-learn's checks are run with Keras's own tests; these are the quick ones among the telling.
CHECKS = (
    checks.check_estimator_cloneable,
    checks.check_no_attributes_set_in_init,
    checks.check_estimators_unfitted,
    checks.check_complex_data,
    checks.check_n_features_in_after_fitting,
    checks.check_dict_unchanged,
)


@pytest.mark.filterwarnings("ignore")  # scikit-learn's about its own checks
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", ESTIMATORS)
def test_checks_of_scikit_learn(name, check):
    check(type(ESTIMATORS[name]()).__name__, ESTIMATORS[name]())


def test_classifier_learns_labels_of_any_kind():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = np.array(["left", "middle", "right"])[(X[:, 0] > -0.4).astype(int) + (X[:, 0] > 0.4)]
    steps = pipeline.make_pipeline(preprocessing.StandardScaler(), classifier(epochs=40))
    steps.fit(X, y)
    assert steps.score(X, y) > 0.85 and steps[-1].classes_.tolist() == ["left", "middle", "right"]
    scores = steps.decision_function(X)
    np.testing.assert_array_equal(steps[-1].classes_[scores.argmax(1)], steps.predict(X))
    assert steps[-1].epoch_ == 40 and len(steps[-1].history_["loss"]) == 40


def test_search_sets_parameters():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 2))
    search = model_selection.GridSearchCV(
        wrappers.SKLearnRegressor(network, fit_kwargs={"verbose": 0, "epochs": 1}),
        {"model_kwargs": [{"units": 4}]}, cv=2, error_score="raise",
    )  # fmt: skip
    search.fit(X, X[:, 0])
    assert search.best_params_["model_kwargs"]["units"] == 4 and search.predict(X).shape == (30,)


def test_models_are_cloned_or_gone_on_with():
    X, y = np.ones((8, 2)), np.zeros(8)
    model = network(X, y)
    before = [w.copy() for w in model.get_weights()]
    cold = wrappers.SKLearnRegressor(model, fit_kwargs={"verbose": 0})
    cold.fit(X, y, epochs=2)
    for a, b in zip(before, model.get_weights()):
        np.testing.assert_array_equal(a, b)
    warm = wrappers.SKLearnRegressor(model, warm_start=True, fit_kwargs={"verbose": 0}).fit(X, y)
    first = warm.model_
    assert warm.fit(X, y).model_ is first and int(first.optimizer.iterations) == 2
    copied = base.clone(warm)
    assert copied.fit_kwargs == {"verbose": 0} and copied.warm_start and not hasattr(copied, "model_")
    with pytest.raises(exceptions.NotFittedError):
        copied.predict(X)


def test_refusals():
    X = np.ones((4, 2))
    with pytest.raises(RuntimeError, match="must be compiled"):
        wrappers.SKLearnRegressor(kerax.Sequential([kerax.Input((2,)), kerax.layers.Dense(1)])).fit(X, np.ones(4))
    with pytest.raises(ValueError, match="only one class"):
        classifier().fit(X, ["a"] * 4)
    with pytest.raises(ValueError, match="Unknown label type"):
        classifier().fit(X, [0.1, 0.2, 0.3, 0.5])
    with pytest.raises(RuntimeError, match="metadata routing"):
        classifier().set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        assert classifier().set_fit_request(sample_weight=True).get_metadata_routing().fit.requests == {
            "sample_weight": True
        }


def test_several_targets():
    X, y = np.ones((6, 2)), np.ones((6, 3))
    assert wrappers.SKLearnRegressor(network, fit_kwargs={"verbose": 0}).fit(X, y).predict(X).shape == (6, 3)


@pytest.mark.filterwarnings("ignore")
def test_array_likes_that_only_convert():
    constant = {"activation": "softmax"}  # of one output: the check compares two fits
    made = wrappers.SKLearnRegressor(network, model_kwargs=constant, fit_kwargs={"verbose": 0})
    checks.check_regressor_data_not_an_array("regressor", made)
