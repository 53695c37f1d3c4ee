"""Everything public is documented, with an example where there is something to show."""

import importlib
import inspect
import pkgutil

import pytest

import kerax

PACKAGES = [
    "kerax",
    *sorted(f"kerax.{m.name}" for m in pkgutil.iter_modules(kerax.__path__) if m.ispkg and not m.name.startswith("_")),
]

# Their public names are for kerax's own upper floors, not for users' programs.
INNER = {"kerax.saving", "kerax.state", "kerax.training"}


def public_objects(package):
    """Public classes and functions of a package that kerax itself defines."""
    module = importlib.import_module(package)
    for name in getattr(module, "__all__", []):
        value = getattr(module, name)
        if (inspect.isclass(value) or inspect.isfunction(value)) and (value.__module__ or "").startswith("kerax"):
            yield name, value


def documented_members(cls):
    """Public methods and properties that the class itself defines."""
    for name, member in vars(cls).items():
        if not name.startswith("_") and (inspect.isfunction(member) or isinstance(member, property)):
            yield name


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_exist(package):
    module = importlib.import_module(package)
    assert inspect.getdoc(module), f"{package} says nothing about itself"
    names = getattr(module, "__all__", [])
    assert len(names) == len(set(names))
    missing = [name for name in names if not hasattr(module, name)]
    assert not missing


@pytest.mark.parametrize("package", PACKAGES)
def test_public_objects_have_a_docstring_with_an_example(package):
    silent = [name for name, value in public_objects(package) if not (value.__doc__ or "").strip()]
    assert not silent, f"no docstring: {silent}"
    if package in INNER:
        return
    plain = [
        name
        for name, value in public_objects(package)
        if ">>>" not in (inspect.getdoc(value) or "") and not issubclass_of(value, BaseException)
    ]
    assert not plain, f"no example: {plain}"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_methods_say_what_they_do(package):
    silent = [
        f"{name}.{member}"
        for name, value in public_objects(package)
        if inspect.isclass(value)
        for member in documented_members(value)
        if not inspect.getdoc(getattr(value, member))
    ]
    assert not silent, f"no docstring, and none inherited: {silent}"


def issubclass_of(value, parent):
    return inspect.isclass(value) and issubclass(value, parent)
