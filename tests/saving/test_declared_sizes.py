"""Sizes that a file only claims are refused before memory is taken for them: under a limit of address space."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHILD = """
import json, pathlib, resource, struct, sys
import h5py, numpy as np
import kerax
from kerax.saving.safetensors import read_safetensors
from kerax.saving.sstable import _append_block, table_bytes
from kerax.saving.tensor_bundle import read_tensor_bundle
from kerax.utils.protobuf_encode import bytes_field, encode_varint, fixed32_field, int_field

folder = pathlib.Path(sys.argv[1])
HUGE = 2**38
model = kerax.Sequential([kerax.Input((4,)), kerax.layers.Dense(2)])
files = {}

def safetensors(name, header, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    files[name] = read_safetensors
    (folder / name).write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + bytes(8))

safetensors("length.safetensors", b"{}", HUGE)
safetensors("shape.safetensors", {"w": {"dtype": "F32", "shape": [HUGE, 4], "data_offsets": [0, 8]}})
safetensors("place.safetensors", {"w": {"dtype": "F32", "shape": [HUGE], "data_offsets": [0, 4 * HUGE]}})
safetensors("axes.safetensors", {"w": {"dtype": "F32", "shape": [2**20] * 40, "data_offsets": [0, 8]}})

def bundle(name, shape, size, dtype=1, offset=0):
    dims = b"".join(bytes_field(2, int_field(1, one)) for one in shape)
    entry = int_field(1, dtype) + bytes_field(2, dims) + int_field(4, offset) + int_field(5, size) + fixed32_field(6, 1)
    (folder / f"{name}.index").write_bytes(table_bytes([(b"", int_field(1, 1)), (b"w", entry)]))
    (folder / f"{name}.data-00000-of-00001").write_bytes(bytes(8))
    files[name] = read_tensor_bundle

bundle("shape", [HUGE], 8)
bundle("size", [HUGE], 4 * HUGE)
bundle("texts", [HUGE], HUGE, dtype=7)
bundle("offset", [2], 8, offset=2**62)
whole = (folder / "size.index").read_bytes()
for name, handles in (("block", (0, HUGE)), ("far", (HUGE, 8))):
    footer = b"".join(map(encode_varint, (*handles, *handles))).ljust(40, bytes(1)) + whole[-8:]
    (folder / f"{name}.index").write_bytes(whole[:-48] + footer)
    files[name] = read_tensor_bundle
(folder / "old").write_bytes(whole)

for name in ("chunked", "late"):
    path = folder / f"{name}.weights.h5"
    with h5py.File(path, "w") as file:
        group = file.create_group("layers/dense/vars")
        group.create_dataset("0", shape=(HUGE, 4), dtype="f4", chunks=(1024, 4), compression="gzip")
        group.create_dataset("1", data=np.zeros(2, "f4"))
    files[path.name] = model.load_weights if name == "chunked" else kerax.saving.KerasFileEditor

used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 2**29, used + 2**29))
for name, read in files.items():
    try:
        read(folder / name)
        print("read", name)
    except (ValueError, OSError) as error:
        print("refused" if name.partition(".")[0] in str(error) else f"unclear: {error}", name)
    except BaseException as error:
        print(type(error).__name__, name)
"""


def test_readers_check_sizes_before_they_take_memory(tmp_path):
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.split("\n")[:-1]
    assert len(lines) == 12
    assert [line for line in lines if not line.startswith("refused ")] == []
