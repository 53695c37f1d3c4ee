"""Loads a test file unmodified from disk, redirecting only its import statements."""

import ast
import os
import sys
import types

from . import facade

PKG = "keras_tests"
REDIRECT = {"keras", "conftest"} | facade.STUBBED


def _root(name):
    return name.split(".")[0]


class _Imports(ast.NodeTransformer):
    def _assign(self, node, target, call):
        new = ast.Assign(targets=[ast.Name(id=target, ctx=ast.Store())], value=call)
        return ast.fix_missing_locations(ast.copy_location(new, node))

    def _call(self, fn, *args):
        return ast.Call(
            func=ast.Attribute(value=ast.Name(id="__redirect__", ctx=ast.Load()), attr=fn, ctx=ast.Load()),
            args=[ast.Constant(a) for a in args],
            keywords=[],
        )

    def visit_Import(self, node):
        out, keep = [], []
        for a in node.names:
            if _root(a.name) in REDIRECT:
                if a.asname:
                    out.append(self._assign(node, a.asname, self._call("imp", a.name)))
                else:
                    out.append(self._assign(node, _root(a.name), self._call("imp", _root(a.name))))
            else:
                keep.append(a)
        if keep:
            n = ast.Import(names=keep)
            out.insert(0, ast.fix_missing_locations(ast.copy_location(n, node)))
        return out

    def visit_ImportFrom(self, node):
        if node.level or not node.module or _root(node.module) not in REDIRECT:
            return node
        return [self._assign(node, a.asname or a.name, self._call("imp_from", node.module, a.name)) for a in node.names]


class _Hook:
    @staticmethod
    def imp(name):
        if _root(name) == "keras":
            return facade.import_module(name)
        if name == "conftest":
            return _Conftest
        return facade.Missing(name)

    @staticmethod
    def imp_from(module, name):
        if _root(module) == "keras":
            v = facade.import_from(module, name)
            return facade.Missing(module + "." + name) if v is facade._MISS else v
        if module == "conftest":
            return getattr(_Conftest, name)
        return facade.Missing(module + "." + name)


class _Conftest:
    @staticmethod
    def skip_if_backend(given, reason):
        import pytest

        return pytest.mark.skipif(given == "jax", reason=reason)


def module_name(rel):
    return PKG + "." + rel


def load_test_module(rel):
    """rel: dotted path below keras/src, e.g. 'layers.core.dense_test'."""
    name = module_name(rel)
    if name in sys.modules and getattr(sys.modules[name], "_loaded", False):
        return sys.modules[name]
    path = os.path.join(facade.SRC, *rel.split(".")) + ".py"
    with open(path) as f:
        src = f.read()
    tree = _Imports().visit(ast.parse(src, path))
    ast.fix_missing_locations(tree)
    mod = types.ModuleType(name)
    mod.__file__ = path
    mod.__redirect__ = _Hook
    parts = name.split(".")
    for i in range(1, len(parts)):
        p = ".".join(parts[:i])
        if p not in sys.modules:
            pk = types.ModuleType(p)
            pk.__path__ = []
            sys.modules[p] = pk
    sys.modules[name] = mod
    facade.STATE["loading"] += 1
    try:
        exec(compile(tree, path, "exec"), mod.__dict__)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    finally:
        facade.STATE["loading"] -= 1
    mod._loaded = True
    return mod
