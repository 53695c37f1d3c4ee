"""A small nested-structure helper (list / tuple / namedtuple / dict).

Used by the adapter's own TestCase, and handed to test files in place of
`keras.src.tree` when the implementation under test has no public `tree`.
"""


def _is_namedtuple(x):
    return isinstance(x, tuple) and hasattr(x, "_fields")


def is_nested(x):
    return isinstance(x, (list, tuple, dict))


def _children(x):
    if isinstance(x, dict):
        keys = list(x.keys()) if type(x).__name__ == "OrderedDict" else sorted(x)
        return [(k, x[k]) for k in keys]
    return list(enumerate(x))


def _rebuild(x, values):
    if isinstance(x, dict):
        done = {k: v for (k, _), v in zip(_children(x), values)}
        ordered = [(k, done[k]) for k in x]
        try:
            return type(x)(ordered)
        except TypeError:
            return dict(ordered)
    if _is_namedtuple(x):
        return type(x)(*values)
    return type(x)(values)


def flatten(x):
    if not is_nested(x):
        return [x]
    out = []
    for _, c in _children(x):
        out.extend(flatten(c))
    return out


def flatten_with_path(x, _p=()):
    if not is_nested(x):
        return [(_p, x)]
    out = []
    for k, c in _children(x):
        out.extend(flatten_with_path(c, _p + (k,)))
    return out


def map_structure(fn, *xs, none_is_leaf=True):
    x = xs[0]
    if not is_nested(x):
        if x is None and not none_is_leaf:
            return None
        return fn(*xs)
    kids = [_children(v) for v in xs]
    return _rebuild(x, [map_structure(fn, *[k[i][1] for k in kids]) for i in range(len(kids[0]))])


def map_structure_up_to(shallow, fn, *xs):
    if not is_nested(shallow):
        return fn(*xs)
    out = []
    for k, s in _children(shallow):
        out.append(map_structure_up_to(s, fn, *[v[k] for v in xs]))
    return _rebuild(shallow, out)


def _is_shape(x):
    return isinstance(x, (list, tuple)) and all(d is None or isinstance(d, int) for d in x)


def map_shape_structure(fn, x):
    if _is_shape(x):
        return fn(tuple(x))
    return _rebuild(x, [map_shape_structure(fn, c) for _, c in _children(x)])


def pack_sequence_as(x, flat):
    it = iter(flat)
    return map_structure(lambda _: next(it), x)


def assert_same_structure(a, b, **_):
    if is_nested(a) != is_nested(b):
        raise ValueError(f"structures differ: {a!r} and {b!r}")
    if not is_nested(a):
        return
    ca, cb = _children(a), _children(b)
    if type(a) is not type(b) or [k for k, _ in ca] != [k for k, _ in cb]:
        raise ValueError(f"structures differ: {a!r} and {b!r}")
    for (_, x), (_, y) in zip(ca, cb):
        assert_same_structure(x, y)


assert_same_paths = assert_same_structure


def lists_to_tuples(x):
    if not is_nested(x):
        return x
    vals = [lists_to_tuples(c) for _, c in _children(x)]
    return tuple(vals) if isinstance(x, list) else _rebuild(x, vals)


def traverse(fn, x, top_down=True):
    if top_down:
        r = fn(x)
        if r is not None:
            return r
        return _rebuild(x, [traverse(fn, c, True) for _, c in _children(x)]) if is_nested(x) else x
    y = _rebuild(x, [traverse(fn, c, False) for _, c in _children(x)]) if is_nested(x) else x
    r = fn(y)
    return y if r is None else r
