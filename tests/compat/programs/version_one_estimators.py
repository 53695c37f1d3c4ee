"""Estimators of tf.compat.v1: what they are trained with, evaluate and predict."""

from tests.compat.programs import each


def estimators(tf, np, folder):
    v1 = tf.compat.v1
    e = v1.estimator
    column = tf.feature_column.numeric_column("x")
    x = np.linspace(-1, 1, 8).astype("float32")

    def given():
        return tf.data.Dataset.from_tensors(({"x": x[:, None]}, (x > 0).astype("int32")[:, None]))

    def trained(make, **options):
        made = make(model_dir=str(folder / make.__name__), **options)
        made.train(given, steps=2)
        metrics = made.evaluate(given, steps=1)
        predictions = next(iter(made.predict(given)))
        return [sorted(metrics), int(metrics["global_step"]), sorted(predictions)]

    both = {"linear_feature_columns": [column], "dnn_feature_columns": [column], "dnn_hidden_units": [2]}
    deep = {"feature_columns": [column], "hidden_units": [2]}
    wide = {"feature_columns": [column]}
    return each(
        {
            "LinearClassifier": lambda: trained(e.LinearClassifier, **wide),
            "LinearRegressor": lambda: trained(e.LinearRegressor, **wide),
            "DNNClassifier": lambda: trained(e.DNNClassifier, **deep),
            "DNNRegressor": lambda: trained(e.DNNRegressor, **deep),
            "DNNLinearCombinedClassifier": lambda: trained(e.DNNLinearCombinedClassifier, **both),
            "DNNLinearCombinedRegressor": lambda: trained(e.DNNLinearCombinedRegressor, **both),
            "BaselineClassifier": lambda: trained(e.BaselineClassifier),
            "BaselineRegressor": lambda: trained(e.BaselineRegressor),
            "classifier_parse_example_spec": lambda: sorted(e.classifier_parse_example_spec([column], "y")),
            "regressor_parse_example_spec": lambda: sorted(e.regressor_parse_example_spec([column], "y")),
        }
    )
