"""The import hook: ``tensorflow`` and ``keras`` are served from ``kerax.compat.tensorflow``."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from kerax.compat.children import serve_children
from kerax.compat.old_names import BESIDE, advice_for, below_keras, moved
from kerax.compat.private_names import ROOT, is_package, is_private, public_names

NAMESPACE = "kerax.compat.tensorflow"
_ROOTS = ("tensorflow", "keras", "tf_keras")
# What programs use of private code that is nowhere public.
_OWN = {"!": f"{NAMESPACE}._private", "+": f"{NAMESPACE}._private_parts"}


def _asking() -> str:
    """Who asks a finder for a module: an ``"import"``, a ``"from"`` that looks for a name, or a ``"question"``."""
    frame: Any = sys._getframe(2)
    names = []
    while frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    if "_find_and_load_unlocked" not in names:
        return "question"  # importlib.util.find_spec(), which answers None
    return "from" if "_handle_fromlist" in names else "import"


def _modules_of(name: str) -> list[ModuleType]:
    """The modules of the namespace that an imported name stands for.

    Raises:
      AttributeError: if there is none, with the nearest name.
    """
    below = below_keras(name)
    if below is not None:
        known = moved(below)
        own = [importlib.import_module(_OWN["+"])] if known or ".src." in name else []
        return [_walk(_keras(), one) for one in known or (below,)] + own
    if is_private(name):
        return _modules_of_private(name)
    return [_walk(importlib.import_module(NAMESPACE), name.partition(".")[2])]


def _modules_of_private(name: str) -> list[ModuleType]:
    if is_package(name):
        return [_Private(name)]
    root, found = importlib.import_module(NAMESPACE), []
    for public in public_names(name) or ():
        if public in _OWN:
            found.append(importlib.import_module(_OWN[public]))
        else:
            found.append(root if public == "-" else _walk(root, public))
    if not found:
        raise AttributeError("it is private")
    return found


def _keras() -> Any:
    return importlib.import_module(NAMESPACE).keras


def _walk(found: Any, names: str) -> ModuleType:
    for name in names.split(".") if names else ():
        found = getattr(found, name)
    if not isinstance(found, ModuleType):
        raise AttributeError("it is no module")
    return found


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules of the namespace under TensorFlow's names; stands before every other finder."""

    roots: tuple[str, ...] = _ROOTS

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in self.roots:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        try:
            spec.loader_state = _modules_of(fullname)
        except AttributeError as error:
            asking = _asking()
            if asking == "question":
                return None
            known = advice_for(fullname)
            advice = f".{known}" if known else f": {error}"
            if asking == "from":  # Python would say that it cannot import the name, and nothing of the nearest one
                owner, _, name = fullname.rpartition(".")
                raise ImportError(f"cannot import name {name!r} from {owner!r}{advice}", name=owner) from None
            raise ModuleNotFoundError(f"No module named {fullname!r}{advice}", name=fullname) from None
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Alias(spec.name, spec.loader_state)

    def exec_module(self, module: ModuleType) -> None:
        pass

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        """What ``importlib.metadata`` says of the packages that kerax stands for."""
        if getattr(context, "name", None) in self.roots:
            yield _Distribution(context.name)


class _Distribution(importlib.metadata.Distribution):
    """A package that kerax stands for, with the version that programs are told."""

    def __init__(self, name: str):
        self._package = name

    def read_text(self, filename: str) -> str | None:
        if filename != "METADATA":
            return None
        root = importlib.import_module(NAMESPACE)
        version = root.__version__ if self._package == "tensorflow" else root.keras.__version__
        return f"Metadata-Version: 2.1\nName: {self._package}\nVersion: {version}\n"

    def locate_file(self, path: Any) -> Any:
        return path


class _Beside(importlib.abc.MetaPathFinder):
    """Says what to use in the place of packages beside TensorFlow that are not installed; stands behind the others."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if fullname in BESIDE and _asking() != "question":
            raise ModuleNotFoundError(f"No module named {fullname!r}. {BESIDE[fullname]}", name=fullname)


class _Alias(ModuleType):
    """Modules of the namespace under another name: the import system writes into what it is given."""

    def __init__(self, name: str, modules: Sequence[ModuleType]):
        super().__init__(name, modules[0].__doc__)
        self.__dict__["_kerax_modules"] = tuple(modules)
        if name in _ROOTS:
            self.__file__ = importlib.import_module(NAMESPACE).__file__

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__version__", "__all__", "__git_version__"):
            raise AttributeError(name)
        first, *others = self.__dict__["_kerax_modules"]
        for module in others:
            if name in dir(module):
                return getattr(module, name)
        return getattr(first, name)

    def __dir__(self) -> list[str]:
        return sorted({name for module in self.__dict__["_kerax_modules"] for name in dir(module)})


class _Private(ModuleType):
    """A module of ``tensorflow.python`` that holds others."""

    def __getattr__(self, name: str) -> Any:
        full = f"{self.__name__}.{name}"
        if not name.startswith("__") and importlib.util.find_spec(full) is not None:
            return importlib.import_module(full)
        raise AttributeError(f"kerax has no {full}.{advice_for(ROOT)}")


_finder, _beside = _Finder(), _Beside()


def installed() -> bool:
    """Whether ``import tensorflow`` gives kerax's namespace.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.installed()
      False
    """
    return _finder in sys.meta_path


def install(subprocesses: bool = False) -> None:
    """Serves ``tensorflow`` and ``keras`` from kerax to the imports that follow. An installed TensorFlow stays as it
    is.

    Args:
      subprocesses: whether Python processes that this one starts are served as well, as under ``kerax run``: for
        ``multiprocessing`` and ``joblib`` in notebooks.

    Raises:
      RuntimeError: if the real TensorFlow was imported before.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.install()
      >>> import tensorflow as tf
      >>> tf.constant(1) + 1
      <tf.Tensor: shape=(), dtype=int32, numpy=2>
      >>> kerax.compat.uninstall()
    """
    if subprocesses:
        serve_children(True)
    if installed():
        return
    if "tensorflow" in sys.modules:
        raise RuntimeError(
            "TensorFlow has been imported already: call kerax.compat.install() before, or use `kerax run`."
        )
    _finder.roots = tuple(root for root in _ROOTS if root not in sys.modules)  # a Keras in use stays
    sys.meta_path.insert(0, _finder)
    sys.meta_path.append(_beside)
    from kerax.compat.tensorflow._edges import script_mode

    importlib.import_module(NAMESPACE)
    script_mode(True)


def uninstall() -> None:
    """Takes the import hook away again; modules that were imported through it are forgotten.

    Example:
      >>> import kerax.compat
      >>> kerax.compat.uninstall()
    """
    if not installed():
        return
    from kerax.compat.tensorflow._edges import script_mode

    serve_children(False)
    sys.meta_path.remove(_finder)
    sys.meta_path.remove(_beside)
    script_mode(False)
    for name in [name for name, module in sys.modules.items() if isinstance(module, _Alias)]:
        del sys.modules[name]
