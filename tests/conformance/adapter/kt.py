"""What the test files get for `keras.src.testing`: written against public API only."""

import inspect
import json
import os
import shutil
import sys
import tempfile
import unittest

import numpy as np
from absl.testing import parameterized

from . import facade
from . import minitree as mt

MESSAGE_MISMATCHES = []


# ------------------------------------------------------------------ helpers
def standardize_dtype(dtype):
    fn = facade.find("standardize_dtype", ["backend", "utils"])
    if fn is not facade._MISS:
        return fn(dtype)
    return plain_dtype(dtype)


def plain_dtype(d):
    if d is None:
        return str(facade.first("config.floatx", "backend.floatx")())
    if d is bool:
        return "bool"
    if d is int:
        return "int32"
    if d is float:
        return str(facade.first("config.floatx", "backend.floatx")())
    if isinstance(d, str):
        return d
    n = getattr(d, "name", None) or getattr(d, "__name__", None) or str(d)
    return str(n)


def is_float(d):
    return "float" in plain_dtype(d)


def to_numpy(x):
    if isinstance(x, np.ndarray):
        return x
    V = facade.public("", "Variable")
    if V is not facade._MISS and isinstance(x, V) and hasattr(x, "numpy"):
        return np.asarray(x.numpy())
    if hasattr(x, "todense"):
        x = x.todense()
    if isinstance(x, (list, tuple)):
        return np.array(
            [to_numpy(e) if not isinstance(e, (int, float, bool, str, bytes, type(None))) else e for e in x]
        )
    a = np.asarray(x)
    return a.astype("float32") if a.dtype.name == "bfloat16" else a


def _is_shape(x):
    return isinstance(x, (list, tuple)) and all(d is None or isinstance(d, int) for d in x)


def map_shapes(fn, shape, dtype):
    if isinstance(shape, dict):
        return {k: map_shapes(fn, v, dtype[k] if isinstance(dtype, dict) else dtype) for k, v in shape.items()}
    if _is_shape(shape):
        return fn(tuple(shape), dtype)
    pair = dtype if isinstance(dtype, (list, tuple)) else [dtype] * len(shape)
    return type(shape)(map_shapes(fn, s, d) for s, d in zip(shape, pair))


def _strip(d):
    return {(k[: -len("_shape")] if k.endswith("_shape") else k): v for k, v in d.items()}


def symbolic(shape, dtype):
    KT = facade.public("", "KerasTensor")

    def mk(s, d):
        d = plain_dtype(d)
        if KT is not facade._MISS:
            return KT(s, dtype=d)
        return facade.first("Input", "layers.Input")(batch_shape=s, dtype=d)

    out = map_shapes(mk, shape, dtype)
    return _strip(out) if isinstance(out, dict) else out


def concrete(shape, dtype):
    rng = np.random.default_rng(7)

    def mk(s, d):
        a = (rng.uniform(size=s) * 3).astype(plain_dtype(d) if plain_dtype(d) != "bfloat16" else "float32")
        return facade.first("ops.convert_to_tensor")(a, dtype=plain_dtype(d))

    out = map_shapes(mk, shape, dtype)
    return _strip(out) if isinstance(out, dict) else out


def seed_generators(obj, _seen=None):
    """SeedGenerators reachable through the attributes of a layer."""
    SG = facade.public("random", "SeedGenerator")
    if SG is facade._MISS:
        return None
    Layer = facade.first("layers.Layer", "Layer")
    seen = {} if _seen is None else _seen
    found = []
    todo = [obj]
    while todo:
        x = todo.pop()
        if id(x) in seen:
            continue
        seen[id(x)] = x
        if isinstance(x, SG):
            found.append(x)
        elif isinstance(x, Layer):
            todo.extend(v for k, v in list(vars(x).items()))
        elif isinstance(x, dict):
            todo.extend(x.values())
        elif isinstance(x, (list, tuple, set)):
            todo.extend(x)
    return found


def _enc(x):
    if isinstance(x, tuple):
        return {"<tuple>": [_enc(e) for e in x]}
    if isinstance(x, list):
        return [_enc(e) for e in x]
    if isinstance(x, dict):
        return {str(k): _enc(v) for k, v in x.items()}
    if isinstance(x, np.ndarray):
        return x.tolist()
    if isinstance(x, np.generic):
        return x.item()
    return x


def canon(x):
    return json.dumps(_enc(x), sort_keys=True, indent=1, default=repr)


def through_json(x):
    """What a JSON file would give back, tuples kept."""

    def dec(o):
        if set(o) == {"<tuple>"}:
            return tuple(o["<tuple>"])
        return o

    return json.loads(json.dumps(_enc(x)), object_hook=dec)


def call(layer, data, kw):
    return layer(**data, **kw) if isinstance(data, dict) else layer(data, **kw)


# ------------------------------------------------------------------ messages: type is required, text is noted
class _Raises:
    def __init__(self, case, exc, regex):
        self.case, self.exc, self.regex = case, exc, regex

    def __enter__(self):
        return self

    def __exit__(self, t, v, tb):
        if t is None:
            raise AssertionError(f"{self.exc} not raised")
        if not issubclass(t, self.exc):
            return False
        self.exception = v
        import re

        try:
            ok = (
                self.regex.search(str(v)) if hasattr(self.regex, "search") else re.search(self.regex, str(v))
            ) is not None
        except re.error:
            ok = True
        if not ok:
            MESSAGE_MISMATCHES.append(str(self.regex)[:200])
            if os.environ.get("CONFORMANCE_STRICT_MESSAGES") == "1":
                raise AssertionError(f"{self.regex!r} does not match {str(v)!r}")
        return True


def _assert_raises_regex(self, expected_exception, expected_regex, *args, **kwargs):
    cm = _Raises(self, expected_exception, expected_regex)
    if not args:
        return cm
    with cm:
        args[0](*args[1:], **kwargs)


unittest.TestCase.assertRaisesRegex = _assert_raises_regex


# ------------------------------------------------------------------ TestCase
class TestCase(parameterized.TestCase):
    maxDiff = None

    def setUp(self):
        super().setUp()
        clear = facade.find("clear_session", ["utils", "backend"])
        if clear is not facade._MISS:
            try:
                clear(free_memory=False)
            except TypeError:
                clear()
        off = facade.find("disable_traceback_filtering", ["config"])
        if off is not facade._MISS:
            off()

    def get_temp_dir(self):
        d = tempfile.mkdtemp(prefix="conformance_")
        self.addCleanup(shutil.rmtree, d, ignore_errors=True)
        return d

    def convert_to_numpy(self, x):
        return to_numpy(x)

    def assertAllClose(self, actual, desired, atol=1e-6, rtol=1e-6, tpu_atol=None, tpu_rtol=None, msg=None):
        np.testing.assert_allclose(to_numpy(actual), to_numpy(desired), rtol=rtol, atol=atol, err_msg=msg or "")

    def assertNotAllClose(self, x1, x2, atol=1e-6, rtol=1e-6, msg=None):
        try:
            self.assertAllClose(x1, x2, atol=atol, rtol=rtol)
        except AssertionError:
            return
        self.fail("values are close: %s" % (msg or ""))

    def assertAlmostEqual(self, actual, desired, decimal=3, tpu_decimal=None, msg=None):
        np.testing.assert_almost_equal(to_numpy(actual), to_numpy(desired), decimal=decimal, err_msg=msg or "")

    def assertAllEqual(self, actual, desired, msg=None):
        np.testing.assert_array_equal(to_numpy(actual), to_numpy(desired), err_msg=msg or "")

    def assertLen(self, iterable, expected_len, msg=None):
        self.assertEqual(len(iterable), expected_len, msg)

    def assertDType(self, x, dtype, msg=None):
        have = standardize_dtype(x.dtype if hasattr(x, "dtype") else type(x))
        self.assertEqual(have, standardize_dtype(dtype), msg)

    def assertSparse(self, x, sparse=True):
        if sparse:
            raise unittest.SkipTest("sparse tensors are not part of the measure")

    def assertRagged(self, x, ragged=True):
        if ragged:
            raise unittest.SkipTest("ragged tensors are not part of the measure")

    def assertFileExists(self, path):
        self.assertTrue(os.path.isfile(str(path)), f"no file {path}")

    # -------------------------------------------------- serialization
    def run_class_serialization_test(self, instance, custom_objects=None):
        scope = facade.first("saving.custom_object_scope", "utils.custom_object_scope")
        ser = facade.first("saving.serialize_keras_object", "utils.serialize_keras_object")
        de = facade.first("saving.deserialize_keras_object", "utils.deserialize_keras_object")
        want = canon(instance.get_config())
        custom_objects = dict(custom_objects or {})
        for mod in {type(self).__module__, type(instance).__module__}:  # classes of the test file itself
            if mod.startswith("keras_tests"):
                for n, c in list(vars(sys.modules[mod]).items()):
                    if inspect.isclass(c) and hasattr(c, "get_config") and c.__module__.startswith("keras_tests"):
                        custom_objects.setdefault(n, c)
        if type(instance).__module__.startswith("keras_tests"):
            custom_objects.setdefault(type(instance).__name__, type(instance))
        with scope(custom_objects):
            again = type(instance).from_config(instance.get_config())
        self.assertEqual(want, canon(again.get_config()))
        with scope(custom_objects):
            revived = de(through_json(ser(instance)))
        self.assertIs(type(revived), type(instance))
        self.assertEqual(want, canon(revived.get_config()))
        return revived

    # -------------------------------------------------- layers
    def run_layer_test(
        self,
        layer_cls,
        init_kwargs,
        input_shape=None,
        input_dtype=None,
        input_sparse=False,
        input_ragged=False,
        input_data=None,
        call_kwargs=None,
        expected_output_shape=None,
        expected_output_dtype=None,
        expected_output_sparse=False,
        expected_output_ragged=False,
        expected_output=None,
        expected_num_trainable_weights=None,
        expected_num_non_trainable_weights=None,
        expected_num_non_trainable_variables=None,
        expected_num_seed_generators=None,
        expected_num_losses=None,
        supports_masking=None,
        expected_mask_shape=None,
        custom_objects=None,
        run_training_check=True,
        run_mixed_precision_check=True,
        assert_built_after_instantiation=False,
        tpu_atol=None,
        tpu_rtol=None,
    ):
        if input_sparse or input_ragged or expected_output_sparse or expected_output_ragged:
            raise unittest.SkipTest("sparse and ragged tensors are not part of the measure")
        init, kw = dict(init_kwargs or {}), dict(call_kwargs or {})

        def new(**more):
            return layer_cls(**{**init, **more})

        # 1. configuration round trips
        layer = new()
        self.run_class_serialization_test(layer, custom_objects)
        if supports_masking is not None:
            self.assertEqual(layer.supports_masking, supports_masking, "supports_masking")
        if input_shape is None and input_data is None:
            return

        counts = [
            ("trainable_weights", expected_num_trainable_weights),
            ("non_trainable_weights", expected_num_non_trainable_weights),
            ("non_trainable_variables", expected_num_non_trainable_variables),
        ]

        def check_built(lay):
            self.assertTrue(lay.built, "built")
            for attr, n in counts:
                if n is not None:
                    self.assertEqual(len(getattr(lay, attr)), n, "number of " + attr)
            if expected_num_seed_generators is not None:
                found = seed_generators(lay)
                if found is not None:
                    self.assertEqual(len(found), expected_num_seed_generators, "number of seed generators")

        def check_output(lay, out, eager):
            if expected_output_shape is not None:

                def same(e, x):
                    self.assertEqual(len(e), len(x.shape), f"output rank {x.shape}, expected {e}")
                    for a, b in zip(e, x.shape):
                        if a is not None:
                            self.assertEqual(a, b, f"output shape {x.shape}, expected {e}")

                if _is_shape(expected_output_shape):
                    for x in mt.flatten(out):
                        same(expected_output_shape, x)
                else:
                    shapes = (
                        list(expected_output_shape.values())
                        if isinstance(expected_output_shape, dict)
                        else list(expected_output_shape)
                    )
                    outs = list(out.values()) if isinstance(out, dict) else list(out)
                    if isinstance(expected_output_shape, dict):
                        shapes = [expected_output_shape[k] for k in sorted(expected_output_shape)]
                        outs = [out[k] for k in sorted(out)]
                    self.assertEqual(len(shapes), len(outs))
                    for e, x in zip(shapes, outs):
                        same(e, x)
            if expected_output_dtype is not None:
                want = mt.flatten(expected_output_dtype)
                have = [plain_dtype(x.dtype) for x in mt.flatten(out)]
                if len(want) == 1:
                    want = want * len(have)
                self.assertEqual(want, have, "output dtype")
            if eager and expected_output is not None:
                for e, x in zip(mt.flatten(expected_output), mt.flatten(out)):
                    self.assertAllClose(x, e, msg="output value")
            if eager and expected_num_losses is not None:
                self.assertEqual(len(lay.losses), expected_num_losses, "number of losses")

        # 2. build by shape, then a symbolic call
        data = input_data
        if input_shape is not None:
            if input_dtype is None:
                dtypes = "float32"
            else:
                dtypes = input_dtype
            build_shape = input_shape
            syms = symbolic(input_shape, dtypes)
        else:
            build_shape = mt.map_structure(lambda x: tuple(x.shape), data)
            syms = mt.map_structure(lambda x: symbolic(tuple(x.shape), x.dtype), data)
        layer = new()
        if isinstance(build_shape, dict):
            layer.build(**build_shape)
        else:
            layer.build(build_shape)
        check_built(layer)

        layer = new()
        out = call(layer, syms, kw)
        check_built(layer)
        check_output(layer, out, eager=False)
        if expected_mask_shape is not None:
            self.assertEqual(tuple(expected_mask_shape), tuple(layer.compute_mask(syms).shape))
        if assert_built_after_instantiation:
            self.assertTrue(new().built, "built after instantiation")

        # 3. an eager call
        if data is None:
            data = concrete(input_shape, dtypes)
        layer = new()
        out = call(layer, data, kw)
        check_output(layer, out, eager=True)

        # 4. one compiled training step
        if run_training_check:
            self._train_once(layer, data, out)

        # 5. mixed precision: output dtypes as announced, weights stay float32
        if run_mixed_precision_check:
            layer = new(dtype="mixed_float16")
            specs = mt.map_structure(
                lambda x: symbolic(
                    tuple(x.shape), layer.compute_dtype if layer.autocast and is_float(x.dtype) else x.dtype
                ),
                syms,
            )
            out = call(layer, data, kw)
            spec = layer.compute_output_spec(**specs) if isinstance(specs, dict) else layer.compute_output_spec(specs)
            for x, s in zip(mt.flatten(out), mt.flatten(spec)):
                self.assertEqual(plain_dtype(x.dtype), plain_dtype(s.dtype), "mixed precision output dtype")
            for w in layer.weights:
                if is_float(w.dtype):
                    self.assertEqual(plain_dtype(w.dtype), "float32", "mixed precision weight dtype")

    def _train_once(self, layer, x, y):
        Model, Loss = facade.first("Model", "models.Model"), facade.first("losses.Loss", "Loss")
        total = facade.first("ops.sum")

        class Wrapped(Model):
            def __init__(self, inner):
                super().__init__()
                self.inner = inner

            def call(self, inputs, training=False):
                return self.inner(inputs, training=training)

        class SumLoss(Loss):
            def __call__(self, y_true, y_pred, sample_weight=None):
                return total(y_pred)

        def batches():
            while True:
                yield x, y

        model = Wrapped(layer)
        model.compile(optimizer="sgd", loss=SumLoss())
        model.fit(batches(), steps_per_epoch=1, verbose=0)


def uses_gpu():
    import jax

    return jax.default_backend() == "gpu"


def uses_tpu():
    return False


jax_uses_gpu = uses_gpu
jax_uses_tpu = tensorflow_uses_gpu = tensorflow_uses_tpu = torch_uses_gpu = uses_tpu


# ------------------------------------------------------------------ test_utils
def get_test_data(train_samples, test_samples, input_shape, num_classes, random_seed=None):
    """Synthetic, class-balanced data: one noisy template a class."""
    np.random.seed(random_seed)
    centres = 2 * num_classes * np.random.random((num_classes,) + tuple(input_shape))

    def part(n):
        y = np.arange(n) % num_classes
        np.random.shuffle(y)
        x = centres[y] + np.random.normal(size=(n,) + tuple(input_shape))
        return x.astype("float32"), y

    return part(train_samples), part(test_samples)


def named_product(*groups, **values):
    """All combinations, each with a joined `testcase_name`."""

    def label(v):
        return v.__name__.lower() if hasattr(v, "__name__") else str(v).lower()

    axes = [list(g) for g in groups]
    axes += [[{"testcase_name": label(v), k: v} for v in vs] for k, vs in values.items()]
    out = [{}]
    for axis in axes:
        step = []
        for d in axis:
            for t in out:
                names = [n for n in (t.get("testcase_name"), d["testcase_name"]) if n]
                step.append({**t, **d, "testcase_name": "_".join(names)})
        out = step
    return out


# ------------------------------------------------------------------ "a model is a layer mixed in with a Trainer"
_trainer = {}


def make_trainer():
    """A stand-in for the mixin of trainer tests: `class M(Trainer, Dense)` becomes a `Model` subclass."""
    if "cls" in _trainer:
        return _trainer["cls"]
    Model = facade.first("Model", "models.Model")
    Meta = type(Model)

    class TrainerMeta(Meta):
        def __new__(mcs, name, bases, ns, **k):
            T = _trainer.get("cls")
            if T is not None and T in bases:
                rest = tuple(b for b in bases if b is not T and not issubclass(Model, b))
                return Meta(name, rest + (Model,), ns, **k)
            return super().__new__(mcs, name, bases, ns, **k)

    class Trainer(Model, metaclass=TrainerMeta):
        def __init__(self):
            Model.__init__(self)

    _trainer["cls"] = Trainer
    return Trainer


class _Names:
    pass


def __getattr__(name):
    if name == "test_case" or name == "test_utils":
        import sys

        return sys.modules[__name__]
    raise AttributeError(name)
