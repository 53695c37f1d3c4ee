"""Attributes of Estimators and their settings, exports, hooks that stop, parts that build receivers."""

from tests.compat.programs import each


def _linear(tf, folder, name="m", **options):
    tf.io.gfile.makedirs(str(folder / name / "eval"))
    column = tf.feature_column.numeric_column("x")
    return tf.estimator.LinearRegressor([column], model_dir=str(folder / name), **options)


def _input(tf):
    return tf.data.Dataset.from_tensors(({"x": [[1.0], [2.0]]}, [[1.0], [2.0]])).repeat(2)


def settings(tf, np, folder):
    config = tf.estimator.RunConfig(str(folder / "m"), tf_random_seed=3, keep_checkpoint_max=2)
    names = (
        "cluster_spec device_fn eval_distribute evaluation_master experimental_max_worker_delay_secs "
        "global_id_in_cluster keep_checkpoint_every_n_hours master num_ps_replicas num_worker_replicas protocol "
        "service session_creation_timeout_secs task_id task_type train_distribute is_chief keep_checkpoint_max "
        "save_summary_steps save_checkpoints_steps save_checkpoints_secs log_step_count_steps tf_random_seed"
    )
    cases = {name: lambda name=name: getattr(config, name) for name in names.split() if name != "cluster_spec"}
    return each(
        {
            **cases,
            "cluster_spec": lambda: config.cluster_spec.as_dict(),
            "session_config": lambda: config.session_config is None,
            "checkpoint_save_graph_def": lambda: config.checkpoint_save_graph_def,
            "replaced": lambda: config.replace(save_summary_steps=7).save_summary_steps,
        }
    )


def estimators(tf, np, folder):
    e = tf.estimator

    def attributes():
        one = _linear(tf, folder)
        before = one.latest_checkpoint()
        one.train(lambda: _input(tf), steps=1)
        return [
            before, one.latest_checkpoint().endswith("ckpt-1"), one.eval_dir().endswith("eval"),
            one.eval_dir("b").endswith("eval_b"), one.config.tf_random_seed, callable(one.model_fn),
            isinstance(one.params, dict), one.model_dir == str(folder / "m"),
        ]  # fmt: skip

    def exported():
        one = _linear(tf, folder, "exported")
        one.train(lambda: _input(tf), steps=1)
        receiver = e.export.build_raw_serving_input_receiver_fn(
            {"x": tf.constant([[1.0]])} if tf.executing_eagerly() else {}, 1
        )
        path = one.export_saved_model(str(folder / "out"), receiver)
        return [isinstance(path, bytes), tf.io.gfile.isdir(path)]

    def parsed():
        receiver = e.export.build_parsing_serving_input_receiver_fn({"x": tf.io.FixedLenFeature([1], tf.float32)})
        with tf.Graph().as_default():
            made = receiver()
            return [
                sorted(made.features), sorted(made.receiver_tensors), isinstance(made, e.export.ServingInputReceiver),
            ]  # fmt: skip

    def stopping():
        one = _linear(tf, folder, "stopping")
        hooks = [
            e.experimental.stop_if_no_decrease_hook(one, "loss", 100),
            e.experimental.stop_if_no_increase_hook(one, "loss", 100),
            e.experimental.stop_if_higher_hook(one, "loss", 1e9),
            e.experimental.stop_if_lower_hook(one, "loss", -1e9),
            e.experimental.make_early_stopping_hook(one, lambda: False),
        ]
        one.train(lambda: _input(tf), steps=2, hooks=hooks)
        return one.latest_checkpoint()[-1]

    def stopped():
        one = _linear(tf, folder, "stopped", config=e.RunConfig(save_checkpoints_steps=1))
        hook = e.experimental.make_early_stopping_hook(one, lambda: True, run_every_secs=None, run_every_steps=1)
        one.train(lambda: _input(tf).repeat(), steps=20, hooks=[hook])
        return int(one.latest_checkpoint().rpartition("-")[2]) < 20

    def at_checkpoint():
        one = _linear(tf, folder, "at_checkpoint")
        hook = e.experimental.make_stop_at_checkpoint_step_hook(one, last_step=1)
        one.train(lambda: _input(tf), steps=1, hooks=[hook])
        return one.latest_checkpoint()[-1]

    def measured():
        one = _linear(tf, folder, "measured")
        hook = e.experimental.InMemoryEvaluatorHook(one, lambda: _input(tf), steps=1, every_n_iter=1)
        one.train(lambda: _input(tf), steps=1, hooks=[hook])
        return tf.io.gfile.isdir(one.eval_dir())

    return each(
        {
            "attributes": attributes,
            "exported": exported,
            "parsed": parsed,
            "stopping": stopping,
            "stopped": stopped,
            "at_checkpoint": at_checkpoint,
            "measured": measured,
            "supervised": lambda: callable(
                e.experimental.build_raw_supervised_input_receiver_fn({"x": tf.constant([[1.0]])}, tf.constant([1.0]))
            ),
            "logits": lambda: e.experimental.call_logit_fn(
                lambda features, mode: features["x"] * 2.0, {"x": tf.constant([1.0])}, "train", None, None
            ),
            "TensorServingInputReceiver": lambda: (
                e.export.TensorServingInputReceiver(tf.constant([1.0]), tf.constant([2.0])).features
            ),
            "LinearSDCA": lambda: e.experimental.LinearSDCA("id", symmetric_l2_regularization=2.0) is not None,
        }
    )
