"""Short programs in TensorFlow's namespace: every function is one. Its arguments are ``tf``, ``np`` and a new folder.

What they return is compared with what they return with TensorFlow 2.15.1; see tests/golden/make_namespace.py.
"""


def each(cases):
    """The results of several cases; of one that raises, the names of the error's class and of those it is derived from.

    Args:
      cases: name -> function without arguments.
    """
    found = {}
    for name, case in cases.items():
        try:
            found[name] = case()
        except Exception as error:
            found[name] = {"error": [one.__name__ for one in type(error).__mro__[:-2]]}
    return found
