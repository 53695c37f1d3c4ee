"""Lists the public names of TensorFlow 2.15.1 and the arguments of its functions and classes.

Run it with an interpreter that has TensorFlow 2.15.1: ``python tests/golden/make_symbols.py``. It writes
tests/compat/symbols.json: for each name its arguments as ``[name, default]``, where a default that is no number, text,
truth value or None is "?", and one that is not there "!"; null for what takes none. tests/compat/test_symbols.py
compares kerax's namespace with it. Of tf.compat.v1 only the names count.
"""

import inspect
import json
import os
import pathlib
import types

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
TARGET = pathlib.Path(__file__).parents[1] / "compat" / "symbols.json"
MODULES = (
    "keras estimator feature_column train io summary distribute saved_model config debugging test autodiff autograph "
    "lookup queue quantization audio version sysconfig types profiler errors nest compat"
).split()
# Other modules of Python that TensorFlow lets through, and what kerax leaves to its owners.
LEFT_OUT = (
    "tf_decorator",
    "mock",
    "compat.v1.keras",
    "compat.v1.compat",
    "compat.v2",
    "raw_ops",
    "lite",
    "estimator.tpu",
    "tpu",
)
_PLAIN = (int, float, str, bool, type(None))


def described(default):
    """A default as plain values of JSON."""
    if default is inspect.Parameter.empty:
        return "!"
    if isinstance(default, (tuple, list)):
        return [described(one) for one in default]
    return default if isinstance(default, _PLAIN) else "?"


def arguments(member):
    """The arguments that can be given by position, as ``[name, default]``; None if it takes any, or cannot say."""
    try:
        signature = inspect.signature(member.__init__ if inspect.isclass(member) else member)
    except (TypeError, ValueError):
        return None
    found = [one for one in signature.parameters.values() if one.name != "self"]
    if any(one.kind is one.VAR_POSITIONAL for one in found):
        return None
    return [[one.name, described(one.default)] for one in found if one.kind is one.POSITIONAL_OR_KEYWORD]


def symbols(tf):
    """Every public name below the modules: ``full name -> arguments``."""
    found = {}

    def walk(module, name):
        for part in sorted(dir(module)):
            full = f"{name}.{part}"
            if part.startswith("_") or any(one in full for one in LEFT_OUT) or full.count(".flags.") == 1:
                continue
            member = getattr(module, part, None)
            if isinstance(member, types.ModuleType):
                walk(member, full)
            else:
                known = callable(member) and not full.startswith("tf.compat.v1.")
                found[full] = arguments(member) if known else None

    for module in MODULES:
        walk(getattr(tf, module), f"tf.{module}")
    return found


if __name__ == "__main__":
    import tensorflow

    names = symbols(tensorflow)
    lines = [f"{json.dumps(name)}:{json.dumps(names[name], separators=(',', ':'))}" for name in sorted(names)]
    text = ",\n".join(lines)
    TARGET.write_text(f'{{"tensorflow":"{tensorflow.__version__}","symbols":{{\n{text}}}}}\n', encoding="utf-8")
    print(f"{len(names)} names of TensorFlow {tensorflow.__version__} in {TARGET.name}")
