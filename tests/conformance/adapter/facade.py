"""Resolves the imports of Keras's own test files to PUBLIC names of an implementation.

`from keras.src.layers.core.dense import Dense` becomes `<impl>.layers.Dense`, and so
on: the module path after `keras.src` picks the public namespaces to search first, and
then every public namespace is searched by exact name. What no public namespace has
becomes a `Missing` placeholder, which fails only the tests that use it.
"""

import importlib
import os
import re
import shutil
import types

from . import minitree

IMPL_NAME = os.environ.get("CONFORMANCE_IMPL", "keras")
SRC = os.path.join(os.environ.get("CONFORMANCE_TESTS", "keras-3.15.1"), "keras", "src")
STATE = {"loading": 0}

# Third-party modules that a test may need and that the measure does not require.
STUBBED = {
    "tensorflow",
    "torch",
    "tf_keras",
    "onnx",
    "onnxruntime",
    "openvino",
    "grain",
    "flax",
    "litert_torch",
    "tensorflow_io",
    "jax_ai_edge",
    "ai_edge_litert",
    "dmtree",
    "orbax",
}
if os.environ.get("CONFORMANCE_TF") == "1":
    STUBBED.discard("tensorflow")


class NotPublicAPI(Exception):
    """A test used a name that no public namespace of the implementation has."""


class _MissingBase:
    _missing = "?"

    def __init__(self, *a, **k):
        raise NotPublicAPI(type(self)._missing)

    def __init_subclass__(cls, **k):
        pass


class Missing:
    def __init__(self, name):
        object.__setattr__(self, "_name", name)

    def _fail(self):
        raise NotPublicAPI(object.__getattribute__(self, "_name"))

    def __getattr__(self, attr):
        if attr in ("available",):
            return False
        if attr.startswith("__") and attr.endswith("__"):
            if attr == "__name__":
                return object.__getattribute__(self, "_name").rsplit(".", 1)[-1]
            raise AttributeError(attr)
        if attr.startswith("pytest") or attr in ("pytestmark",):
            raise AttributeError(attr)
        return Missing(object.__getattribute__(self, "_name") + "." + attr)

    def __setattr__(self, attr, value):
        self._fail()

    def __call__(self, *a, **k):
        if STATE["loading"]:
            return Missing(object.__getattribute__(self, "_name") + "()")
        self._fail()

    def __mro_entries__(self, bases):
        n = object.__getattribute__(self, "_name")
        return (type("Missing_" + n.rsplit(".", 1)[-1].strip("()"), (_MissingBase,), {"_missing": n}),)

    def __instancecheck__(self, x):
        self._fail()

    def __iter__(self):
        if STATE["loading"]:
            return iter(())
        self._fail()

    def __bool__(self):
        if STATE["loading"]:
            return False
        self._fail()

    def __getitem__(self, i):
        if STATE["loading"]:
            return Missing(object.__getattribute__(self, "_name") + "[]")
        self._fail()

    def __enter__(self):
        self._fail()

    def __exit__(self, *a):
        return False

    def __len__(self):
        self._fail()

    def __repr__(self):
        return "<not public: {}>".format(object.__getattribute__(self, "_name"))


def _other(op):
    def f(self, *a):
        if STATE["loading"]:
            return Missing(object.__getattribute__(self, "_name"))
        self._fail()

    return f


for _n in (
    "add radd sub rsub mul rmul truediv rtruediv or ror and rand lt le gt ge neg float int matmul array fspath"
).split():
    setattr(Missing, f"__{_n}__", _other(_n))

# ------------------------------------------------------------------ implementation
_impl_cache = {}


def impl_root():
    if "root" not in _impl_cache:
        _impl_cache["root"] = importlib.import_module(IMPL_NAME)
    return _impl_cache["root"]


_PRIVATE_NS = {"src", "_tf_keras"}


def ns(path):
    """Public namespace by dotted path ('' is the root) or None."""
    if path in _impl_cache:
        return _impl_cache[path]
    cur = impl_root()
    for part in [p for p in path.split(".") if p]:
        if part in _PRIVATE_NS:
            cur = None
            break
        nxt = getattr(cur, part, None)
        if nxt is None:
            try:
                nxt = importlib.import_module(cur.__name__ + "." + part)
            except Exception:
                nxt = None
        cur = nxt
        if cur is None:
            break
    _impl_cache[path] = cur
    return cur


NAMESPACES = [
    "",
    "layers",
    "models",
    "losses",
    "metrics",
    "optimizers",
    "optimizers.schedules",
    "initializers",
    "regularizers",
    "constraints",
    "activations",
    "callbacks",
    "ops",
    "ops.numpy",
    "ops.nn",
    "ops.linalg",
    "ops.image",
    "random",
    "utils",
    "utils.legacy",
    "utils.bounding_boxes",
    "saving",
    "backend",
    "config",
    "dtype_policies",
    "mixed_precision",
    "tree",
    "wrappers",
    "export",
    "visualization",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "preprocessing.text",
    "legacy",
    "legacy.saving",
    "applications",
    "datasets",
    "distillation",
    "distribution",
    "quantizers",
]
_MISS = object()


def public(path, name):
    """Attribute `name` of the public namespace `path`, or _MISS."""
    m = ns(path)
    if m is None or name.startswith("_") or name in _PRIVATE_NS:
        return _MISS
    return getattr(m, name, _MISS)


def find(names, where):
    for w in where:
        for n in names if isinstance(names, (list, tuple)) else [names]:
            v = public(w, n)
            if v is not _MISS and not isinstance(v, types.ModuleType):
                return v
    return _MISS


HINTS = {
    "layers": ["layers", ""],
    "models": ["models", ""],
    "losses": ["losses", ""],
    "metrics": ["metrics", ""],
    "optimizers": ["optimizers", "optimizers.schedules", ""],
    "saving": ["saving", "models", "utils"],
    "utils": ["utils", "utils.legacy", "utils.bounding_boxes", "config", "saving"],
    "backend": ["backend", "config", "", "ops", "random"],
    "ops": ["ops", "ops.numpy", "ops.nn", "ops.linalg", "ops.image", ""],
    "random": ["random"],
    "trainers": ["utils"],
    "dtype_policies": ["dtype_policies", "config", "mixed_precision", ""],
    "legacy": ["legacy", "legacy.saving", "saving"],
    "initializers": ["initializers"],
    "regularizers": ["regularizers"],
    "constraints": ["constraints"],
    "activations": ["activations"],
    "callbacks": ["callbacks"],
    "tree": ["tree"],
    "wrappers": ["wrappers"],
    "export": ["export"],
    "visualization": ["visualization"],
    "applications": ["applications"],
    "datasets": ["datasets"],
    "distillation": ["distillation"],
    "distribution": ["distribution"],
    "quantizers": ["quantizers"],
}


def _exists_module(path):
    p = os.path.join(SRC, *path.split("."))
    return os.path.isdir(p) or os.path.isfile(p + ".py")


def snake(name):
    s = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", s).lower()


def op_shim(name):
    """`ops.SomeOp(*init)(*inputs)` expressed with the public function `some_op`."""
    where = ["ops", "ops.numpy", "ops.nn", "ops.linalg", "ops.image", "random"]
    cands = {
        OP_NAMES.get(name, name),
        snake(name),
        snake(name).replace("_", ""),
        re.sub(r"_(\d)", r"\1", snake(name)),
        re.sub(r"([a-z])(\d)", r"\1_\2", snake(name)),
        name.lower(),
    }
    fn = find(sorted(cands), where)
    if fn is _MISS or not callable(fn):
        return _MISS

    class Op:
        def __init__(self, *a, **k):
            self._a, self._k = a, k

        def __call__(self, *x, **k):
            n = LOOPS.get(name, 0)
            return fn(*self._a[:n], *x, *self._a[n:], **{**self._k, **k})

        call = symbolic_call = compute_output_spec = __call__

    Op.__name__ = name
    return Op


def first(*dotted):
    for d in dotted:
        p, _, n = d.rpartition(".")
        v = public(p, n)
        if v is not _MISS:
            return v
    raise NotPublicAPI(" / ".join(dotted))


# ------------------------------------------------------------------ own substitutes
def deconv_output_shape(
    input_shape,
    kernel_size,
    filters,
    strides,
    padding,
    output_padding=None,
    data_format="channels_last",
    dilation_rate=1,
):
    """The documented output shape of a transposed convolution, for the tests' own numpy reference."""
    space = list(input_shape[1:-1] if data_format == "channels_last" else input_shape[2:])

    def each(v):
        return list(v) if isinstance(v, (list, tuple)) else [v] * len(space)

    out = []
    for n, k, s, o, d in zip(space, each(kernel_size), each(strides), each(output_padding), each(dilation_rate)):
        k = (k - 1) * d + 1
        if n is None:
            out.append(None)
        elif o is None:
            out.append(n * s + (max(k - s, 0) if padding == "valid" else 0))
        else:
            out.append((n - 1) * s + k - 2 * (0 if padding == "valid" else k // 2) + o)
    mid = [filters]
    return [input_shape[0]] + (out + mid if data_format == "channels_last" else mid + out)


def deconv_jax_padding(input_shape, kernel_shape, strides, padding, output_padding, dilation_rate):
    """(left, right) padding, a spatial dimension, that yields `deconv_output_shape`; cropping is split evenly."""
    space = list(input_shape[1:-1])
    n_dims = len(space)
    want = deconv_output_shape(
        input_shape, kernel_shape[:n_dims], 1, strides, padding, output_padding, dilation_rate=dilation_rate
    )[1:-1]

    def each(v):
        return list(v) if isinstance(v, (list, tuple)) else [v] * n_dims

    out = []
    for n, k, s, d, length in zip(space, kernel_shape, each(strides), each(dilation_rate), want):
        k = (k - 1) * d + 1
        full = (n - 1) * s + k
        left = max(full - length, 0) // 2
        out.append((k - 1 - left, k - 1 - (full - length - left)))
    return out


def _shims():
    from . import kt

    def lz(*dotted):
        return lambda: first(*dotted)

    def const(v):
        return lambda: v

    ints = ("uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64")
    floats = ("bfloat16", "float16", "float32", "float64")
    fp8 = ("float8_e4m3fn", "float8_e5m2")
    cplx = ("complex64", "complex128")
    # the order names the parameterized tests
    allowed = floats[1:] + ints + ("bfloat16", "bool", "string") + fp8 + cplx
    be = {
        "backend": const(lambda: "jax"),
        "Variable": lz("Variable"),
        "KerasTensor": lz("KerasTensor"),
        "is_keras_tensor": lz("backend.is_keras_tensor", "utils.is_keras_tensor"),
        "SUPPORTS_SPARSE_TENSORS": const(False),
        "SUPPORTS_RAGGED_TENSORS": const(False),
        "SUPPORTS_COMPLEX_DTYPES": const(True),
        "IS_THREAD_SAFE": const(True),
        "convert_to_numpy": lz("ops.convert_to_numpy"),
        "convert_to_tensor": lz("ops.convert_to_tensor"),
        "is_tensor": lz("ops.is_tensor"),
        "cast": lz("ops.cast"),
        "shape": lz("ops.shape"),
        "standardize_dtype": const(kt.standardize_dtype),
        "name_scope": lz("name_scope"),
        "device": lz("device"),
        "cond": lz("ops.cond"),
        "vectorized_map": lz("ops.vectorized_map"),
        "StatelessScope": lz("StatelessScope"),
        "SymbolicScope": lz("SymbolicScope"),
    }
    dt = {
        "BOOL_TYPES": const(("bool",)),
        "INT_TYPES": const(ints),
        "FLOAT_TYPES": const(floats),
        "FLOAT8_TYPES": const(fp8),
        "COMPLEX_TYPES": const(cplx),
        "WEAK_TYPES": const(("int", "float")),
        "ALLOWED_DTYPES": const(allowed),
        "result_type": lz("backend.result_type"),
    }
    sv = {
        "save_weights_only": const(lambda model, filepath, **k: model.save_weights(filepath, **k)),
        "load_weights_only": const(lambda model, filepath, **k: model.load_weights(filepath, **k)),
    }
    h5 = {
        "save_model_to_hdf5": const(
            lambda model, filepath, **k: first("saving.save_model", "models.save_model")(model, filepath, **k)
        ),
        "load_model_from_hdf5": const(
            lambda filepath, **k: first("saving.load_model", "models.load_model")(filepath, **k)
        ),
    }
    out = {
        "backend": be,
        "backend.common": be,
        "backend.config": be,
        "backend.common.variables": be,
        "backend.common.keras_tensor": be,
        "backend.common.dtypes": dt,
        "saving.saving_lib": sv,
        "legacy.saving.legacy_h5_format": h5,
    }
    out["backend.common.backend_utils"] = {
        "compute_conv_transpose_padding_args_for_jax": const(deconv_jax_padding),
        "compute_conv_transpose_output_shape": const(deconv_output_shape),
    }
    out["utils.file_utils"] = {
        "join": const(os.path.join),
        "exists": const(os.path.exists),
        "isdir": const(os.path.isdir),
        "listdir": const(os.listdir),
        "makedirs": const(lambda p: os.makedirs(p, exist_ok=True)),
        "rmtree": const(shutil.rmtree),
        "remove": const(os.remove),
        "File": const(open),
        "copy": const(shutil.copy),
        "is_remote_path": const(lambda p: "://" in str(p)),
    }
    for kind in ("models", "models.functional"):
        out[kind] = {"Functional": lz("Model")}
    for b, c in (("jax", "JAXTrainer"),):
        out[f"backend.{b}.trainer"] = {c: kt.make_trainer}
    return out


_SHIMS = None
# a module path of keras.src -> another path to look in
ALIAS = {
    "backend.numpy": "ops.numpy",
    "backend.nn": "ops.nn",
    "backend.math": "ops.math",
    "backend.image": "ops.image",
    "backend.linalg": "ops.linalg",
    "backend.core": "ops.core",
    "backend.random": "random",
    "ops.random": "random",
}
# tuning knobs of Keras's internals that tests set and that have no meaning elsewhere
KNOBS = {"_MEMORY_UPPER_BOUND": 0}
# a class whose public name is not its own
RENAMED = {"GroupedQueryAttention": "GroupQueryAttention"}
LOOPS = {"ForiLoop": 3, "WhileLoop": 2, "Einsum": 1}  # constructor arguments that come before the inputs
OP_NAMES = {"LayerNorm": "layer_normalization", "RMSNorm": "rms_normalization"}
# the same word means other things in several namespaces: no search beyond the hints
NO_GLOBAL = {"ops", "backend", "tree", "trainers"}


def resolve(path, name, default_missing=True):
    """The object for `from keras.src.<path> import <name>`."""
    global _SHIMS
    from . import kt, loader

    if _SHIMS is None:
        _SHIMS = _shims()
    full = path + "." + name if path else name
    if full in ("testing", "testing.test_case", "testing.test_utils") or path.startswith("testing"):
        if full in ("testing", "testing.test_case", "testing.test_utils"):
            return kt
        return getattr(kt, name)
    if name.endswith("_test") and _exists_module(full):
        return loader.load_test_module(full)
    if full in ALIAS:
        return Facade(ALIAS[full])
    if path in ALIAS:
        path = ALIAS[path]
        full = path + "." + name
    if path in _SHIMS and name in _SHIMS[path]:
        try:
            return _SHIMS[path][name]()
        except NotPublicAPI:
            return Missing(full)
    if full == "tree" and ns("tree") is None:
        return minitree
    top = path.split(".")[0]
    hints = HINTS.get(top, [""])
    if top == "applications" and "." in path:
        hints = [path, "applications"]
    if top == "datasets" and "." in path:
        hints = [path, "datasets"]
    if "bounding_boxes" in path:
        hints = ["utils.bounding_boxes"]
    if path == "":
        hints = [""]
    name = RENAMED.get(name, name)
    v = find(name, hints[:1])
    is_mod = _exists_module(full)
    if v is not _MISS and not (is_mod and path == ""):
        return v
    if is_mod:
        return Facade(full)
    v = find(name, hints)
    if v is _MISS and top not in NO_GLOBAL and "bounding_boxes" not in path and not name[0] == "_":
        v = find(name, NAMESPACES)
    if v is _MISS and top in ("ops",) and name[:1].isupper():
        v = op_shim(name)
    if v is _MISS and path in ("backend", "backend.common"):
        v = find(name, ["random"])
    if v is not _MISS:
        return v
    if default_missing:
        return Missing(full)
    return _MISS


class Facade:
    def __init__(self, path):
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            if name == "__name__":
                return object.__getattribute__(self, "_path")
            raise AttributeError(name)
        if name in KNOBS:
            return KNOBS[name]
        return resolve(object.__getattribute__(self, "_path"), name)

    def __setattr__(self, name, value):
        if name in KNOBS:
            return
        raise NotPublicAPI("assignment to module attribute {}.{}".format(object.__getattribute__(self, "_path"), name))

    __delattr__ = None

    def __repr__(self):
        return "<facade {}>".format(object.__getattribute__(self, "_path"))


class TopFacade:
    """What `import keras` binds."""

    def __getattr__(self, name):
        if name == "src":
            return Facade("")
        if name.startswith("__") and name not in ("__version__", "__name__", "__file__"):
            raise AttributeError(name)
        if name in ("__version__", "__name__", "__file__"):
            return getattr(impl_root(), name)
        m = ns(name)
        if m is not None and not name.startswith("_"):
            return m
        return Missing("keras." + name)


TOP = TopFacade()


def import_module(dotted):
    """The object for `import keras.src.a.b` / `import keras.a`."""
    parts = dotted.split(".")[1:]
    if not parts:
        return TOP
    if parts[0] == "src":
        if len(parts) == 1:
            return Facade("")
        return resolve(".".join(parts[1:-1]), parts[-1])
    cur = ns(".".join(parts))
    return Missing(dotted) if cur is None else cur


def import_from(module, name):
    if module == "keras":
        return getattr(TOP, name)
    if module == "keras.src":
        return resolve("", name)
    if module.startswith("keras.src."):
        p = module[len("keras.src.") :]
        if p.endswith("_test"):
            from . import loader

            return getattr(loader.load_test_module(p), name)
        return resolve(p, name)
    m = import_module(module)
    return getattr(m, name, _MISS) if not isinstance(m, Missing) else getattr(m, name)


def third_party(name):
    root = name.split(".")[0]
    if root in STUBBED:
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
