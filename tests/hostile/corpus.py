# ruff: noqa: E501 (the entries are tables)
"""Model files that try to do harm or are odd: one function per mechanism, each writing its files into a folder.

Every published advisory about model files of this kind has its mechanism here, beside the same trick at the next door:
the other format, the group instead of the dataset, the nested configuration. What a payload would do if it ran is to
create the file `CANARY` in the folder, or to read the file `SECRET` there.
"""

from __future__ import annotations

import base64
import io
import json
import marshal
import zipfile
from pathlib import Path

import h5py
import numpy as np

CANARY, SECRET = "canary", "secret.txt"
HUGE = 2**31 - 1


# ---------------------------------------------------------------- building blocks


def layer(class_name, config, module="keras.layers", **more):
    return {"module": module, "class_name": class_name, "config": config, "registered_name": None, **more}


def sequential(*layers, **more):
    first = layer("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "x"})
    config = {"name": "s", "trainable": True, "layers": [first, *layers]}
    return {"module": "keras", "class_name": "Sequential", "config": config, "registered_name": None, **more}


def dense(**more):
    return layer("Dense", {"name": "d", "units": 2, **more})


def weights(fill=None):
    """A `.weights.h5` for `sequential(dense())`, as bytes; `fill(file)` writes another content."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        if fill is not None:
            fill(file)
        else:
            write_weights(file)
    return buffer.getvalue()


def write_weights(file):
    group = file.create_group("layers/dense/vars")
    group["0"] = np.ones((4, 2), np.float32)
    group["1"] = np.ones(2, np.float32)
    file.create_group("vars")


def archive(path, config, stored=None, members=(), compress=zipfile.ZIP_STORED, metadata=None):
    with zipfile.ZipFile(path, "w", compress) as file:
        file.writestr("metadata.json", metadata or json.dumps({"keras_version": "3.15.1"}))
        file.writestr("config.json", config if isinstance(config, (str, bytes)) else json.dumps(config))
        if stored is not False:
            file.writestr("model.weights.h5", weights() if stored is None else stored)
        for name, data in members:
            file.writestr(name, data)


def legacy(path, config, fill=None, training=None):
    with h5py.File(path, "w") as file:
        file.attrs["model_config"] = config if isinstance(config, (str, bytes)) else json.dumps(config)
        file.attrs["keras_version"] = "2.15.0"
        if training is not None:
            file.attrs["training_config"] = json.dumps(training)
        if fill is not None:
            fill(file)
        else:
            write_legacy(file.create_group("model_weights"))


def write_legacy(group):
    group.attrs["layer_names"] = [b"d"]
    inner = group.create_group("d")
    inner.attrs["weight_names"] = [b"d/kernel:0", b"d/bias:0"]
    inner["d/kernel:0"] = np.ones((4, 2), np.float32)
    inner["d/bias:0"] = np.ones(2, np.float32)


def both(folder, name, config, **more):
    """The same configuration as an archive, in an `.h5` file, and as JSON text."""
    archive(folder / f"{name}.keras", config, **more)
    legacy(folder / f"{name}.h5", {key: config[key] for key in ("class_name", "config") if key in config})
    (folder / f"{name}.json").write_text(json.dumps(config))


def byte_code(folder):
    source = f"lambda x: (open({str(folder / CANARY)!r}, 'w'), x)[1]"
    return base64.encodebytes(marshal.dumps(eval(source).__code__)).decode()


# ---------------------------------------------------------------- code


def lambda_code(folder):
    code = byte_code(folder)
    three = {"class_name": "__lambda__", "config": {"code": code, "defaults": None, "closure": None}}
    both(folder, "lambda", sequential(layer("Lambda", {"name": "l", "function": three})))
    value = {"class_name": "__lambda__", "config": {"value": [code, None, None]}}
    both(folder, "lambda_as_activation", sequential(dense(activation=value)))
    both(folder, "lambda_old", sequential(layer("Lambda", {"name": "l", "function_type": "lambda",
                                                           "function": [code, None, None]})))  # fmt: skip
    both(folder, "lambda_shape", sequential(layer("Lambda", {"name": "l", "function": "relu", "output_shape": three})))
    no_module = {"class_name": "Lambda", "config": {"name": "l", "function": three}}
    both(folder, "lambda_without_module", sequential(no_module))
    nested = sequential(sequential(layer("Lambda", {"name": "l", "function": three})))
    both(folder, "lambda_nested", nested)
    wrapped = layer("TimeDistributed", {"name": "t", "layer": layer("Lambda", {"name": "l", "function": three})})
    both(folder, "lambda_wrapped", sequential(wrapped))


def names_of_modules(folder):
    target = str(folder / CANARY)
    for i, (module, name, kind) in enumerate([
        ("os", "system", "function"), ("builtins", "eval", "function"), ("subprocess", "Popen", "Popen"),
        ("pathlib", "Path", "Path"), ("shutil", "rmtree", "function"), ("keras.src.saving.saving_lib", "load_model", "function"),
        ("keras.utils", "get_file", "function"), ("keras.config", "enable_unsafe_deserialization", "function"),
        ("keras.saving", "load_model", "function"), ("keras.backend", "set_global_attribute", "function"),
    ]):  # fmt: skip
        entry = {"module": module, "class_name": kind, "registered_name": None}
        entry["config"] = name if kind == "function" else {"args": f"touch {target}", "shell": True}
        both(folder, f"module_{i}_activation", sequential(dense(activation=entry)))
        both(folder, f"module_{i}_lambda", sequential(layer("Lambda", {"name": "l", "function": entry})))
        both(folder, f"module_{i}_layer", sequential({**entry, "class_name": name, "config": {"name": target}}))
        compiled = sequential(dense(), compile_config={"optimizer": "sgd", "loss": entry, "metrics": [entry]})
        archive(folder / f"module_{i}_loss.keras", compiled)
        top = {**entry, "class_name": name, "config": {"name": target}}
        both(folder, f"module_{i}_model", top)
    registered = sequential({**dense(), "registered_name": "subprocess.Popen"})
    both(folder, "registered_name", registered)


def foreign_classes(folder):
    for name, config in [
        ("TorchModuleWrapper", {"name": "t", "module": base64.b64encode(b"cos\nsystem\n(S'true'\ntR.").decode()}),
        ("TFSMLayer", {"name": "t", "filepath": str(folder)}),
        ("JaxLayer", {"name": "j", "call_fn": "os.system"}), ("FlaxLayer", {"name": "f", "module": "os"}),
        ("FromFlax", {"name": "f", "module": "os"}), ("Unheard", {"name": "u"}),
    ]:  # fmt: skip
        both(folder, f"class_{name}", sequential(layer(name, config)))


def yaml_tags(folder):
    command = f"touch {folder / CANARY}"
    (folder / "apply.yaml").write_text(f'class_name: !!python/object/apply:os.system ["{command}"]\nconfig: {{}}\n')
    (folder / "name.yaml").write_text("class_name: Sequential\nconfig: !!python/name:os.system\n")
    (folder / "new.yaml").write_text("class_name: Sequential\nconfig: !!python/object/new:os.system [x]\n")
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    (folder / "laughs.yaml").write_text("\n".join(lines))
    (folder / "deep.yaml").write_text("[" * 20_000)


def pickles(folder):
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        file.writestr("layers/dense/vars.npy", buffer.getvalue())
    archive(folder / "npz.keras", sequential(dense()), stored=False, members=[("model.weights.npz", inner.getvalue())])
    (folder / "pickle.weights.h5").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")
    (folder / "pickle.keras").write_bytes(b"\x80\x04cos\nsystem\n(S'true'\ntR.")


# ---------------------------------------------------------------- other files


def vocabularies(folder):
    secret = str(folder / SECRET)
    for name in ("StringLookup", "IntegerLookup", "TextVectorization"):
        for i, path in enumerate((secret, "http://127.0.0.1:9/x", "/etc/passwd", "gs://bucket/x")):
            both(folder, f"{name}_{i}", sequential(layer(name, {"name": "v", "vocabulary": path})))
    weighted = {"name": "v", "vocabulary": ["a"], "idf_weights": secret, "output_mode": "tf_idf"}
    both(folder, "idf_path", sequential(layer("StringLookup", weighted)))


def links(folder):
    with h5py.File(folder / "other.h5", "w") as file:
        file["data"] = np.full((4, 2), 7, np.float32)
        write_weights(file)
    raw = folder / SECRET

    def in_dataset(link):
        def fill(file):
            write_weights(file)
            del file["layers/dense/vars/0"]
            file["layers/dense/vars/0"] = link

        return fill

    def in_group(path, link):
        def fill(file):
            write_weights(file)
            del file[path]
            file[path] = link

        return fill

    def storage(file):
        write_weights(file)
        del file["layers/dense/vars/0"]
        file["layers/dense/vars"].create_dataset("0", (4, 2), "f4", external=[(str(raw), 0, 32)])

    def virtual(file):
        write_weights(file)
        del file["layers/dense/vars/0"]
        layout = h5py.VirtualLayout((4, 2), "f4")
        layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "data", (4, 2))
        file["layers/dense/vars"].create_virtual_dataset("0", layout)

    other = str(folder / "other.h5")
    fills = {
        "external_link": in_dataset(h5py.ExternalLink(other, "/data")),
        "soft_link": in_dataset(h5py.SoftLink("/vars")),
        "external_group": in_group("layers/dense/vars", h5py.ExternalLink(other, "/layers/dense/vars")),
        "external_layers": in_group("layers", h5py.ExternalLink(other, "/layers")),
        "soft_layers": in_group("layers", h5py.SoftLink("/elsewhere")),
        "storage": storage,
        "virtual": virtual,
    }
    for name, fill in fills.items():
        (folder / f"{name}.weights.h5").write_bytes(weights(fill))
        archive(folder / f"{name}.keras", sequential(dense()), weights(fill))
    config = {"class_name": "Sequential", "config": sequential(dense())["config"]}

    def top(link):
        def fill(file):
            file["model_weights"] = link

        return fill

    def deep(link):
        def fill(file):
            write_legacy(file.create_group("model_weights"))
            del file["model_weights/d/d/kernel:0"]
            file["model_weights/d/d/kernel:0"] = link

        return fill

    legacy(folder / "top_external.h5", config, top(h5py.ExternalLink(other, "/")))
    legacy(folder / "top_soft.h5", config, top(h5py.SoftLink("/elsewhere")))
    legacy(folder / "deep_external.h5", config, deep(h5py.ExternalLink(other, "/data")))
    legacy(folder / "deep_soft.h5", config, deep(h5py.SoftLink("/elsewhere")))


# ---------------------------------------------------------------- out of proportion


def shape_bombs(folder):
    def bomb(shape, **options):
        def fill(file):
            write_weights(file)
            del file["layers/dense/vars/0"]
            file["layers/dense/vars"].create_dataset("0", shape, "f4", **options)

        return fill

    for name, fill in {
        "declared": bomb((2**20, 2**20), chunks=(1024, 1024)),
        "contiguous": bomb((2**20, 2**14)),
        "compressed": bomb((2**20, 2**20), chunks=(1024, 1024), compression="gzip"),
    }.items():
        (folder / f"{name}.weights.h5").write_bytes(weights(fill))
        archive(folder / f"{name}.keras", sequential(dense()), weights(fill))

    def legacy_bomb(file):
        write_legacy(file.create_group("model_weights"))
        del file["model_weights/d/d/kernel:0"]
        file["model_weights/d"].create_dataset("d/kernel:0", (2**20, 2**20), "f4", chunks=(1024, 1024))

    legacy(folder / "declared.h5", {"class_name": "Sequential", "config": sequential(dense())["config"]}, legacy_bomb)
    both(folder, "units", sequential(layer("Dense", {"name": "d", "units": HUGE})))
    both(folder, "wide", sequential(*[layer("Dense", {"name": f"d{i}", "units": 30_000}) for i in range(4)]))
    both(folder, "vocabulary_size", sequential(layer("Embedding", {"name": "e", "input_dim": HUGE, "output_dim": 512})))
    both(folder, "lstm", sequential(layer("Reshape", {"name": "r", "target_shape": [2, 2]}),
                                    layer("LSTM", {"name": "l", "units": 60_000})))  # fmt: skip


def zip_bombs(folder):
    zeros = b" " * (200 * 2**20)
    good = json.dumps(sequential(dense())).encode()
    archive(folder / "bomb_config.keras", good + zeros, compress=zipfile.ZIP_DEFLATED)
    archive(folder / "bomb_weights.keras", sequential(dense()), weights() + zeros, compress=zipfile.ZIP_DEFLATED)
    asset = [("assets/layers/string_lookup/vocabulary.txt", zeros)]
    archive(folder / "bomb_asset.keras", sequential(dense()), members=asset, compress=zipfile.ZIP_DEFLATED)
    many = [(f"assets/{i}", b"") for i in range(20_000)]
    archive(folder / "many_members.keras", sequential(dense()), members=many)


def deep_json(folder):
    for name, text in {"lists": "[" * 200_000, "dicts": '{"a":' * 200_000, "closed": "[" * 5000 + "]" * 5000}.items():
        archive(folder / f"deep_{name}.keras", text)
        (folder / f"deep_{name}.json").write_text(text)
        if len(text) < 60_000:
            legacy(folder / f"deep_{name}.h5", text)
    nested = dense()
    for _ in range(60):
        nested = sequential(nested)
    both(folder, "deep_models", nested)


# ---------------------------------------------------------------- places on the disk


def traversal(folder):
    for i, name in enumerate([
        "../outside", "/tmp/outside", "assets/../../outside", "assets\\..\\..\\outside", "assets/a/../../x", "C:/outside",
        "assets//x", "assets/./x", "config.json/../x", "config.json\x00.txt",
    ]):  # fmt: skip
        archive(folder / f"traversal_{i}.keras", sequential(dense()), members=[(name, b"x")])
    path = folder / "twice.keras"
    archive(path, sequential(dense()))
    import warnings

    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as file:
        warnings.simplefilter("ignore")
        file.writestr("config.json", json.dumps(sequential()))
    path = folder / "link.keras"
    info = zipfile.ZipInfo("assets_link")
    info.external_attr = 0o120777 << 16
    archive(path, sequential(dense()), members=[(info, str(folder / SECRET))])


# ---------------------------------------------------------------- odd and damaged


def odd_configurations(folder):
    for i, text in enumerate(['null', '[]', '3', '"Sequential"', '{}', '{"class_name": 3}', '{"class_name": "Sequential"}',
                              '{"class_name": "Sequential", "config": 5}', '{"class_name": "Dense", "config": {"units": 2}}',
                              '{"class_name": "Sequential", "config": {"layers": [{}]}}', '{"a": ', 'NaN', '\xff',
                              '{"class_name": "Functional", "config": {"layers": [], "input_layers": [], "output_layers": []}}',
                              '{"class_name": "InputLayer", "config": {}}']):  # fmt: skip
        archive(folder / f"odd_{i}.keras", text)
        (folder / f"odd_{i}.json").write_text(text)
        legacy(folder / f"odd_{i}.h5", text)
    x = layer("InputLayer", {"batch_shape": [None, 4], "dtype": "float32", "name": "x"}, name="x", inbound_nodes=[])
    for i, place in enumerate(
        (["x", -1, 0], ["x", 0, -1], ["y", 0, 0], ["x", 10**9, 0], ["d", 0, 0], "x", [["x"]], {})
    ):
        d = {**dense(), "name": "d", "inbound_nodes": [[place]]}
        config = {"name": "m", "layers": [x, d], "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]]}
        both(folder, f"graph_{i}", {"module": "keras", "class_name": "Functional", "config": config})
    for i, shape in enumerate(([None, -4], [None, "4"], "4", [None, 1.5], [], [[None, 4], 3], None)):
        first = layer("InputLayer", {"batch_shape": shape, "dtype": "float32", "name": "x"})
        config = {"name": "s", "layers": [first, dense()]}
        both(folder, f"shape_{i}", {"module": "keras", "class_name": "Sequential", "config": config})
    for i, units in enumerate((-1, 0, "2", 1.5, None, [2], {"a": 1}, True)):
        both(folder, f"units_{i}", sequential(layer("Dense", {"name": "d", "units": units})))
    both(folder, "argument", sequential(dense(surprise=3)))
    archive(folder / "metadata.keras", sequential(dense()), metadata="[1]")
    archive(folder / "no_weights.keras", sequential(dense()), stored=False)
    archive(folder / "optimizer.keras", sequential(dense(), compile_config={"optimizer": 3, "loss": "mse"}))
    archive(folder / "loss.keras", sequential(dense(), compile_config={"optimizer": "sgd", "loss": {"a": [3]}}))


def odd_weights(folder):
    def with_array(array, name="0", **options):
        def fill(file):
            write_weights(file)
            del file[f"layers/dense/vars/{name}"]
            file["layers/dense/vars"].create_dataset(name, data=array, **options)

        return fill

    def without(*paths):
        def fill(file):
            write_weights(file)
            for path in paths:
                del file[path]

        return fill

    def group_for_array(file):
        write_weights(file)
        del file["layers/dense/vars/0"]
        file.create_group("layers/dense/vars/0")

    for name, fill in {
        "complex": with_array(np.ones((4, 2), np.complex64)),
        "texts": with_array(np.full((4, 2), b"x")),
        "objects": with_array(np.full((4, 2), "x", object), dtype=h5py.string_dtype()),
        "structs": with_array(np.zeros((4, 2), [("a", "f4"), ("b", "i4")])),
        "opaque": with_array(np.zeros((4, 2), "V3")),
        "shape": with_array(np.ones((2, 4), np.float32)),
        "rank": with_array(np.ones(8, np.float32)),
        "second_shape": with_array(np.ones(3, np.float32), "1"),  # what fits may not be assigned before this is seen
        "second_complex": with_array(np.ones(2, np.complex64), "1"),
        "missing": without("layers/dense/vars/1"),
        "none": without("layers/dense"),
        "empty": without("layers", "vars"),
        "group": group_for_array,
    }.items():
        (folder / f"{name}.weights.h5").write_bytes(weights(fill))
        archive(folder / f"{name}.keras", sequential(dense()), weights(fill))
    whole = weights()
    for i in (0, 1, 7, 8, 100, len(whole) // 2, len(whole) - 1):
        (folder / f"cut_{i}.weights.h5").write_bytes(whole[:i])
        archive(folder / f"cut_{i}.keras", sequential(dense()), whole[:i])
    (folder / "text.weights.h5").write_text("hello")
    (folder / "text.keras").write_text("hello")
    (folder / "text.h5").write_text("hello")
    archive(folder / "whole.keras", sequential(dense()))
    data = (folder / "whole.keras").read_bytes()
    (folder / "whole.keras").unlink()
    for i in (0, 3, 10, len(data) // 3, len(data) // 2, len(data) - 30, len(data) - 1):
        (folder / f"half_{i}.keras").write_bytes(data[:i])
    legacy(folder / "no_names.h5", {"class_name": "Sequential", "config": sequential(dense())["config"]},
           lambda file: file.create_group("model_weights"))  # fmt: skip
    legacy(folder / "number.h5", {"class_name": "Sequential", "config": sequential(dense())["config"]},
           lambda file: file.create_dataset("model_weights", data=3))  # fmt: skip
    with h5py.File(folder / "numbers.h5", "w") as file:
        file.attrs["model_config"] = 3
    with h5py.File(folder / "nothing.h5", "w"):
        pass


MECHANISMS = (
    lambda_code, names_of_modules, foreign_classes, yaml_tags, pickles, vocabularies, links, shape_bombs, zip_bombs,
    deep_json, traversal, odd_configurations, odd_weights,
)  # fmt: skip


def generate(folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """Writes every mechanism's files into a folder of its own; returns the files that shall be refused.

    `only` may name the mechanisms.
    """
    files = []
    from tests.hostile import corpus_data
    from tests.hostile.corpus_tensors import checkpoints, folders, safetensors

    data = (corpus_data.tar_archives, corpus_data.zip_archives, corpus_data.pickled_batches,
            corpus_data.arrays_of_data_sets)  # fmt: skip
    for mechanism in (*MECHANISMS, checkpoints, folders, safetensors, *data):
        if only and mechanism.__name__ not in only:
            continue
        place = folder / mechanism.__name__
        place.mkdir(parents=True)
        (place / SECRET).write_text("do not read this\n" * 20)
        mechanism(place)
        harmless = (SECRET, "other.h5", CANARY, "part.weights.h5")
        files += [path for path in sorted(place.iterdir()) if path.name not in harmless and ".data-" not in path.name]
    return files
