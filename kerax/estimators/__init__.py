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

__all__: list[str] = []
