"""Every name is used where TensorFlow 2.15.1 has given the answer, or symbols_untested.txt says why not.

An expression of expressions*.txt or a program has to use it. Names of one object count as one. A method counts where
a call ``.method`` stands in an expression or a program that names its class.
"""

import ast
import fnmatch
import functools
import json
import re
from pathlib import Path

from tests.compat.test_expressions import maker

HERE = Path(__file__).parent
DATA = json.loads((HERE / "symbols.json").read_text(encoding="utf-8"))
ABSENT = {line.split(":")[0] for line in (HERE / "symbols_absent.txt").read_text(encoding="utf-8").splitlines()}
# "name: why" or "pattern: why". What is compared elsewhere names the test.
UNTESTED = dict(
    line.split(": ", 1)
    for line in (HERE / "symbols_untested.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
)
# How an expression names a class if not by its last name: by a regular expression.
_MAKERS = {
    "tf.Tensor": "",
    "tf.dtypes.DType": "",
    "tf.TensorShape": "hape",
    "tf.RaggedTensor": "[rR]agged",
    "tf.SparseTensor": "sparse|Sparse",
    "tf.IndexedSlices": "IndexedSlices|gradient",
    "tf.data.Iterator": "Iterator|iter",
    "tf.keras.layers.Layer": "layers",
    "tf.keras.Model": "Model|Sequential",
    "tf.keras.optimizers.Adam": "optimizers",
    "tf.keras.optimizers.legacy.Adam": "legacy",
    "tf.keras.losses.Loss": "losses",
    "tf.keras.metrics.Metric": "metrics",
    "tf.distribute.Strategy": "Strategy|strategy",
    "tf.estimator.Estimator": "estimator",
    "tf.summary.SummaryWriter": "create_file_writer",
    "tf.io.gfile.GFile": "GFile",
}


def _chains(tree):
    """The dotted names of a program that begin with ``tf``, through the short names that it gives to modules."""
    short = {"tf": {"tf"}}

    def dotted(node):
        if isinstance(node, ast.Name):
            return short.get(node.id, ())
        if isinstance(node, ast.Attribute):
            return [f"{one}.{node.attr}" for one in dotted(node.value)]
        return ()

    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(node.targets[0].elts, node.value.elts, strict=True)
            for target, value in pairs:
                if isinstance(target, ast.Name) and (names := dotted(value)):
                    short.setdefault(target.id, set()).update(names)
    asked, everything = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield from dotted(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            asked.update(dotted(node.args[0]) if node.func.id == "getattr" else ())
            everything.update(dotted(node.args[0]) if node.func.id == "dir" else ())
    leaves = _words(tree)
    for name in DATA["symbols"]:
        module, _, leaf = name.rpartition(".")
        if module in asked and (module in everything or leaves.fullmatch(leaf)):
            yield name


def _words(tree):
    """What the texts of a program are made of, as a regular expression; ``getattr`` may ask for these names."""
    words = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words.update(re.findall(r"\b[A-Za-z]\w*", node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [re.escape(one.value) if isinstance(one, ast.Constant) else r"\w*" for one in node.values]
            words.add("".join(parts))
    return re.compile("|".join({*words, *(word.lower() for word in words if "\\" not in word)}) or "(?!)")


def used():
    """The names below tf that stand in expressions and programs, and the texts that they stand in."""
    names, texts = set(), []
    for file in maker.expression_files():
        lines = maker.expressions(file)
        texts += lines
        names.update(re.findall(r"(?<![\w.])tf(?:\.[A-Za-z]\w*)+", "\n".join(lines)))
    for path in sorted((HERE / "programs").glob("[a-z]*.py")):
        source = path.read_text(encoding="utf-8")
        texts += re.split(r"\n(?=def )", source)
        names.update(_chains(ast.parse(source)))
    return names, texts


@functools.cache
def _asked(text):
    """What a text may call: what stands behind dots and ``def``, and any word where names are asked for by text."""
    return set(re.findall(r"\b[a-z]\w*" if "etattr(" in text else r"(?:\.|def )([a-z]\w*)", text))


def unused(names, texts):
    """What is in the namespace and in none of the names and texts."""
    same = DATA["same"]
    known = {same.get(one, one) for one in DATA["symbols"] if one not in ABSENT}
    seen = {same.get(one, one) for one in names}
    seen |= {same.get(whole, whole) for one in names for whole in [one.rpartition(".")[0]]}
    left = known - seen
    for kind, methods in DATA["methods"].items():
        mark = re.compile(_MAKERS.get(kind, kind.rpartition(".")[2]))
        called = {word for text in texts if mark.search(text) for word in _asked(text)}
        every = {f"{one}.{method}" for method in methods for one in (kind, same.get(kind, kind))}
        if same.get(kind, kind) in known:
            called |= {one.rpartition(".")[2] for one in every & names}
            left |= {f"{kind}.{method}" for method in methods if method not in called}
    return left


def test_every_name_is_compared_with_tensorflow_or_it_is_said_why_not():
    left = unused(*used())
    exact = {one for one in UNTESTED if "*" not in one}
    patterns = re.compile("|".join(fnmatch.translate(one) for one in UNTESTED if "*" in one) or "(?!)")
    nowhere = sorted(one for one in left - exact if not patterns.match(one))
    assert not nowhere, "no test uses, with TensorFlow's answers:\n" + "\n".join(nowhere)
    needless = sorted(exact - left) + [one for one in UNTESTED if "*" in one and not fnmatch.filter(left, one)]
    assert not needless, "symbols_untested.txt need not list:\n" + "\n".join(needless)


def test_tests_that_compare_a_name_exist():
    root = HERE.parents[1]
    paths = {path for why in UNTESTED.values() for path in re.findall(r"tests/[\w/.]+", why)}
    assert all((root / path).exists() for path in paths), paths
