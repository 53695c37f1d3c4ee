# ruff: noqa: E501 (the entries are tables)
"""The part of the corpus that is no model: archives that are downloaded and unpacked, and files of data sets."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import pickle
import struct
import tarfile
import zipfile

import numpy as np

from tests.hostile.corpus import CANARY, SECRET

TERABYTE = 2**40


# ---------------------------------------------------------------- archives


def _tar(*members):
    """A tar file: (name, content, further fields of the header)."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content, fields in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(content) if content else None)
    return out.getvalue()


def tar_archives(folder):
    """Members that leave the folder, links, devices, and more bytes than there can be."""
    good = ("a/b.txt", b"x", {})
    secret = str(folder / SECRET)
    symlink, hardlink = {"type": tarfile.SYMTYPE}, {"type": tarfile.LNKTYPE}
    files = {
        **{f"name_{i}": _tar(good, (name, b"x", {})) for i, name in enumerate((
            "../outside", "/tmp/outside", "a/../../outside", "a/b/../../../outside", "..\\outside", "a\\..\\..\\outside",
            "//tmp/outside", "C:/outside", "a//outside", "..", "a/./outside",
        ))},
        "symlink": _tar(good, ("link", b"", {**symlink, "linkname": secret})),
        "symlink_folder": _tar(("a", b"", {**symlink, "linkname": ".."}), ("a/outside", b"x", {})),
        "symlink_inside": _tar(good, ("link", b"", {**symlink, "linkname": "a/b.txt"})),
        "hardlink": _tar(good, ("link", b"", {**hardlink, "linkname": secret})),
        "hardlink_name": _tar(good, ("../outside", b"", {**hardlink, "linkname": "a/b.txt"})),
        "fifo": _tar(good, ("pipe", b"", {"type": tarfile.FIFOTYPE})),
        "device": _tar(good, ("null", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3})),
        "folder_outside": _tar(good, ("../outside", b"", {"type": tarfile.DIRTYPE})),
        "twice": _tar(good, good),
        "file_as_folder": _tar(("a", b"x", {}), ("a/b", b"x", {})),
        "cut": _tar(good, ("c", bytes(4000), {}))[:2500],
        "declared": _declared("c", TERABYTE),
        "pax": _pax({"size": str(TERABYTE)}),
        "pax_path": _pax({"path": "../outside"}),
        "pax_link": _pax({"path": "a" * 100, "linkpath": secret}, type=tarfile.SYMTYPE),
        "pax_long": _declared("x", 2**33, tarfile.XHDTYPE),
        "long_name": _declared("././@LongLink", 2**33, tarfile.GNUTYPE_LONGNAME),
        "sparse": _pax({"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(TERABYTE)}),
        "text": b"hello",
    }  # fmt: skip
    for name, data in files.items():
        (folder / f"{name}.tar").write_bytes(data)
    names = ("name_0", "symlink_folder", "declared", "twice")
    for suffix, module in (("gz", gzip), ("bz2", bz2), ("xz", lzma)):
        for name in names:
            (folder / f"{name}.tar.{suffix}").write_bytes(module.compress(files[name]))
        half = module.compress(_tar(good, ("c", np.random.default_rng(0).bytes(4000), {})))
        (folder / f"half.tar.{suffix}").write_bytes(half[: len(half) // 2])
    zeros = gzip.compress(bytes(2**22), 1)  # members of one stream follow each other: 240 MB in a megabyte
    head = _declared("c", 60 * 2**22)
    (folder / "bomb.tar.gz").write_bytes(gzip.compress(head[:512]) + zeros * 60)
    folders = _tar(*[(f"{i}", b"", {"type": tarfile.DIRTYPE}) for i in range(2000)])[: 2000 * 512]
    many = gzip.compress(folders)
    (folder / "many.tar.gz").write_bytes(many * 60)


def _declared(name, size, kind=tarfile.REGTYPE):
    """A member that says how large it is and stores nothing."""
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


def _pax(headers, **fields):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("c")
        info.pax_headers = headers
        for key, value in fields.items():
            setattr(info, key, value)
        archive.addfile(info)
    return out.getvalue()


def zip_archives(folder):
    def written(name, *members, compress=zipfile.ZIP_STORED):
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w", compress) as archive:
            for member, content in (("a/b.txt", b"x"), *members):
                archive.writestr(member, content)
        return path

    for i, name in enumerate((
        "../outside", "/tmp/outside", "a/../../outside", "..\\outside", "//tmp/outside", "C:/outside", "a//outside", "../", "a/./x",
    )):  # fmt: skip
        written(f"name_{i}", (name, b"x"))
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    written("symlink", (link, str(folder / SECRET)))
    inside = zipfile.ZipInfo("a")
    inside.external_attr = 0o120777 << 16
    written("symlink_folder", (inside, ".."), ("a/outside", b"x"))
    device = zipfile.ZipInfo("device")
    device.external_attr = 0o020666 << 16
    written("device", (device, b""))
    written("bomb", *[(f"{i}", bytes(40 * 2**20)) for i in range(4)], compress=zipfile.ZIP_DEFLATED)
    path = written("file_as_folder", ("a", b"x"))
    data = bytearray(written("lies", ("c", bytes(10_000)), compress=zipfile.ZIP_DEFLATED).read_bytes())
    place = data.rindex(b"PK\1\2")
    data[place + 24 : place + 28] = struct.pack("<I", 100)  # the directory says that it is short
    (folder / "lies.zip").write_bytes(data)
    data[place + 24 : place + 28] = struct.pack("<I", 2**31)
    (folder / "declared.zip").write_bytes(data)
    data[place + 8 : place + 10] = struct.pack("<H", 1)
    data[place + 24 : place + 28] = struct.pack("<I", 10_000)
    (folder / "encrypted.zip").write_bytes(data)
    whole = written("overlap").read_bytes()
    directory, end = whole.rindex(b"PK\1\2"), whole.rindex(b"PK\5\6")
    entries = whole[directory:end] * 2  # one member under one name twice, on the same bytes
    tail = bytearray(whole[end:])
    tail[8:12], tail[12:16] = struct.pack("<HH", 2, 2), struct.pack("<I", len(entries))
    (folder / "overlap.zip").write_bytes(whole[:directory] + entries + tail)
    whole = path.read_bytes()
    for i in (len(whole) // 3, len(whole) - 10):
        (folder / f"cut_{i}.zip").write_bytes(whole[:i])


# ---------------------------------------------------------------- data sets


class _Call:
    """Something that a pickle calls when it is read."""

    def __init__(self, function, *arguments):
        self.what = function, arguments

    def __reduce__(self):
        return self.what


def pickled_batches(folder):
    """CIFAR batches that call something, or are no batch."""
    import os

    command = f"touch {folder / CANARY}"
    images = np.zeros((2, 3072), np.uint8)
    shaped = pickle.dumps(np.zeros((2, 3), np.uint8), 2)
    files = {
        **{f"call_{p}": pickle.dumps({b"data": images, b"labels": _Call(os.system, command)}, p) for p in range(6)},
        "open": pickle.dumps({b"data": _Call(open, str(folder / SECRET))}),
        "eval": pickle.dumps(_Call(eval, f"open({str(folder / CANARY)!r}, 'w')")),
        "getattr": pickle.dumps(_Call(getattr, images, "tofile")),
        "instance": f"(S'{command}'\nios\nsystem\n.".encode(),
        "object": f"(cos\nsystem\nS'{command}'\no.".encode(),
        "new_object": b"\x80\x02cposixpath\njoin\n(S'a'\nt\x81.",
        "build": b"\x80\x02cnumpy\nndarray\n}S'x'\nK\1sb.",
        "extension": b"\x80\x02\x82\x01.", "persistent": b"Pwhatever\n.", "buffer": b"\x80\x05\x97.",
        "other_name": b"\x80\x02cnumpy\nload\nq\0.", "f2py": b"cnumpy.f2py.diagnose\nrun_command\n(S'true'\ntR.",
        "bare_name": b"\x80\x02cnumpy\nndarray\n.", "dots": b"\x80\x04\x8c\x05numpy\x8c\x10ndarray.__class__\x93.",
        "bytes": b"\x80\x03B" + struct.pack("<I", 2**32 - 1) + b".", "text": b"\x80\x03X" + struct.pack("<I", 2**31) + b"x.",
        "string": b"\x80\x02T" + struct.pack("<i", -5) + b"x.", "memo": b"\x80\x02h\x07.", "far_memo": b"\x80\x02]r" + struct.pack("<I", 2**32 - 1) + b"j" + struct.pack("<I", 5) + b".",
        "no_mark": b"\x80\x02]e.", "pop": b"\x80\x02a.", "empty": b"", "stop": b".", "unhashable": b"\x80\x02}]K\1s.",
        "odd_items": b"\x80\x02}(K\1u.", "itself": b"\x80\x02]q\0h\0a.", "deep": b"\x80\x02" + b"]" * 50_000 + b"a" * 49_999 + b".",
        "laughs": b"\x80\x02](K\1eq\0" + b"".join(b"](" + b"h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60)) + b".",
        "shape": shaped.replace(b"K\2K\3\x86", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"),
        "negative": shaped.replace(b"K\2K\3\x86", b"J\xfe\xff\xff\xffJ\xfd\xff\xff\xff\x86"),
        "dtype": shaped.replace(b"U\x02u1", b"U\x02V9").replace(b"X\x02\0\0\0u1", b"X\x02\0\0\0V9"),
        "no_batch": pickle.dumps([1, 2]), "no_labels": pickle.dumps({"data": images}), "objects": pickle.dumps({"data": np.array([{}], object), "labels": []}),
        "cut": pickle.dumps({b"data": images, b"labels": [1, 2]})[:-40],
    }  # fmt: skip
    for name, data in files.items():
        (folder / f"{name}.batch").write_bytes(data)


def arrays_of_data_sets(folder):
    """`.npz` files whose arrays are not what they say, and `.gz` files of images."""

    def header(text):
        text = text.encode("latin-1")
        return b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text

    def written(name, *members, compress=zipfile.ZIP_STORED):
        with zipfile.ZipFile(folder / f"{name}.npz", "w", compress) as archive:
            for member, content in members:
                archive.writestr(member, content)

    def described(shape, kind="'<f4'", order="False"):
        return header(f"{{'descr': {kind}, 'fortran_order': {order}, 'shape': {shape}, }}")

    command = f"touch {folder / CANARY}"
    import os

    call = pickle.dumps(_Call(os.system, command))
    for name, content in {
        "huge": described("(1099511627776, 4)") + bytes(16), "overflow": described("(4611686018427387904, 4)") + bytes(16),
        "negative": described("(-1, -4)") + bytes(16), "short": described("(4,)") + bytes(12), "long": described("(4,)") + bytes(20),
        "objects": described("(1,)", "'|O'") + call, "objects_many": described("(1099511627776,)", "'|O'") + pickle.dumps(np.array([[1]], object)),
        "fields": described("(1,)", "[('a', '|O')]") + call, "wide": described("(1,)", "'|V1099511627776'"), "code": header(f"__import__('os').system({command!r})"),
        "call": described("(1,)", f"__import__('os').system({command!r})"), "deep": header("[" * 5000), "text": header("hello"), "nothing": b"", "version": b"\x93NUMPY\x09\0" + bytes(20),
        "header": b"\x93NUMPY\2\0" + struct.pack("<I", 2**32 - 1) + b"{}", "shape_text": described("'4'") + bytes(16), "order": described("(4,)", order="3") + bytes(16),
    }.items():  # fmt: skip
        written(name, ("x.npy", content))
    written("bomb", ("x.npy", described(f"({30 * 2**20},)") + bytes(120 * 2**20)), compress=zipfile.ZIP_DEFLATED)
    written("many", *[(f"{i}.npy", b"") for i in range(3000)])
    with zipfile.ZipFile(folder / "twice.npz", "w") as archive:
        archive.writestr("x.npy", described("(1,)") + bytes(4))
        archive.writestr("x", described("(1,)") + bytes(4))
    (folder / "pickle.npz").write_bytes(call)
    whole = (folder / "short.npz").read_bytes()
    (folder / "half.npz").write_bytes(whole[: len(whole) // 2])
    idx = bytes((0, 0, 8, 3)) + struct.pack(">3I", 2, 28, 28)
    for name, content in {
        "declared": bytes((0, 0, 8, 3)) + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 28), "short": idx + bytes(10), "rank": bytes((0, 0, 8, 200)) + bytes(100),
        "kind": bytes((0, 0, 13, 3)) + struct.pack(">3I", 2, 28, 28) + bytes(1568), "nothing": b"",
    }.items():  # fmt: skip
        (folder / f"{name}.idx.gz").write_bytes(gzip.compress(content))
    (folder / "bomb.idx.gz").write_bytes(gzip.compress(bytes(2**22), 1) * 60)
    (folder / "cut.idx.gz").write_bytes(gzip.compress(idx + bytes(1568))[:-10])
    (folder / "text.idx.gz").write_bytes(b"hello")
