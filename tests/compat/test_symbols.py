"""The names of TensorFlow 2.15.1 and the arguments of its functions (tests/golden/make_symbols.py)."""

import inspect
import json
import warnings
from pathlib import Path

import pytest

HERE = Path(__file__).parent
DATA = json.loads((HERE / "symbols.json").read_text(encoding="utf-8"))
# What kerax has not, one a line, or has with other arguments: "name: how they differ  # why".
ABSENT = {line.strip() for line in (HERE / "symbols_absent.txt").read_text(encoding="utf-8").splitlines() if line}
OTHERWISE = dict(
    line.partition("  # ")[0].split(": ", 1)
    for line in (HERE / "symbols_otherwise.txt").read_text(encoding="utf-8").splitlines()
    if line
)
_MEANINGLESS = ("name", "reduction")  # names of operations; "auto" is "sum_over_batch_size"


def found(tf, name):
    """The member of kerax's namespace that has a name of TensorFlow's."""
    member = tf
    for part in name.split(".")[1:]:
        member = getattr(member, part)
    return member


def plain(default):
    """A default as make_symbols.py describes it."""
    if default is inspect.Parameter.empty:
        return "!"
    if isinstance(default, (tuple, list)):
        return [plain(one) for one in default]
    return default if isinstance(default, (int, float, str, bool, type(None))) else "?"


def differences(member, expected):
    """What is wrong with the arguments of a function or class, in words."""
    make = member.__init__ if inspect.isclass(member) else member
    try:
        signature = inspect.signature(make)
    except (TypeError, ValueError):
        return []
    parameters = {name: one for name, one in signature.parameters.items() if name != "self"}
    kinds = [one.kind for one in parameters.values()]
    anything = inspect.Parameter.VAR_KEYWORD in kinds
    order = getattr(make, "_kerax_order", None) or [
        name for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    defaults = {name: plain(one.default) for name, one in parameters.items()}
    defaults |= {name: plain(one) for name, one in getattr(make, "_kerax_defaults", {}).items()}
    wrong = []
    for place, (name, default) in enumerate(expected):
        if name not in parameters and not (name in order and anything):
            if not anything:
                wrong.append(f"no {name}")
            continue
        if inspect.Parameter.VAR_POSITIONAL not in kinds and (name not in order or order.index(name) != place):
            wrong.append(f"{name} is not argument {place}")
        ours = defaults.get(name, default)
        if default != "!" and ours == "!":
            wrong.append(f"{name} has no default")
        elif "?" not in (default, ours) and name not in _MEANINGLESS and default != "!" and ours != default:
            wrong.append(f"{name}={ours!r}, not {default!r}")
    needed = [name for name in order if defaults.get(name) == "!" and name not in [one for one, _ in expected]]
    return wrong + [f"needs {name}" for name in needed]


def test_every_name_is_there_or_says_what_to_do_instead(tf):
    assert DATA["tensorflow"] == "2.15.1"
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in DATA["symbols"]:
            try:
                found(tf, name)
            except AttributeError as error:
                said = str(error)
                parts = name.removeprefix("tf.compat.v1").removeprefix("tf").split(".")[1:]
                named = any(f".{part}." in said for part in parts)  # itself, or the module that is not there
                if name not in ABSENT or not (said.startswith("kerax has no tf.") and named):
                    wrong.append(f"{name}: {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.filterwarnings("ignore")
def test_arguments_have_the_same_names_order_and_defaults(tf):
    wrong = {}
    for name, expected in DATA["symbols"].items():
        if expected is None or name in ABSENT or name.startswith("tf.compat.v1."):
            continue
        member = found(tf, name)
        if callable(member) and (different := differences(member, expected)):
            wrong[name] = "; ".join(different)
    assert wrong == OTHERWISE
