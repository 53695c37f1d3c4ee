"""TFRecord files by real TensorFlow (tf215 venv), with what real TF reads back.

  python make_tfrecord.py   -> tfrecord/
The settings are in cases_tfrecord.py."""
import os, gzip, shutil, struct, zlib, random
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
import golden_util as gu
import cases_tfrecord as C

OUT = gu.HERE / "tfrecord"
shutil.rmtree(OUT, ignore_errors=True)
OUT.mkdir(parents=True)
E = {"about": "files: how each was written. raw: records as lists (b64 when not text). examples: parse results. corrupt: what real TF read before failing",
     "tensorflow": tf.__version__, "raw": {}, "examples": [], "sequence_examples": [], "corrupt": [], "misc": []}


def write(fn, recs, comp="", **kw):
    opts = tf.io.TFRecordOptions(compression_type=comp, **kw)
    with tf.io.TFRecordWriter(str(OUT / fn), opts) as w:
        for r in recs:
            w.write(r)


def read(fn, comp="", limit=200, **kw):
    """-> (records read before the end or the failure, error or None)"""
    got = []
    try:
        paths = [str(OUT / f) for f in fn] if isinstance(fn, list) else str(OUT / fn)
        for r in tf.data.TFRecordDataset(paths, compression_type=comp, **kw).take(limit):
            got.append(r.numpy())
    except Exception as e:
        return got, gu.err(e)
    return got, None


def ignoring(fn, comp=""):
    try:
        ds = tf.data.TFRecordDataset(str(OUT / fn), compression_type=comp).ignore_errors().take(100)
        return len(list(ds))
    except Exception as e:
        return gu.err(e)


# ------------------------------------------------------------------ raw records
raw = C.raw_records(np.random.default_rng(C.SEED))
for comp, ext in [("", ""), ("GZIP", ".gz"), ("ZLIB", ".zlib")]:
    fn = f"raw.tfrecord{ext}"
    write(fn, raw, comp)
    got, e = read(fn, comp)
    assert got == raw and e is None
    E["raw"][fn] = {"compression_type": comp, "records": [gu.enc(r) for r in raw], "lengths": [len(r) for r in raw]}
write("level9.tfrecord.gz", raw, "GZIP", compression_level=9)
E["raw"]["level9.tfrecord.gz"] = {"compression_type": "GZIP", "same_records_as": "raw.tfrecord"}
write("empty.tfrecord", [])
write("empty.tfrecord.gz", [], "GZIP")
for fn, comp in [("empty.tfrecord", ""), ("empty.tfrecord.gz", "GZIP")]:
    got, e = read(fn, comp)
    E["raw"][fn] = {"compression_type": comp, "records": [gu.enc(r) for r in got], "error": e}
# reading with the wrong compression type
for fn, comp in [("raw.tfrecord", "GZIP"), ("raw.tfrecord", "ZLIB"), ("raw.tfrecord.gz", ""), ("raw.tfrecord.gz", "ZLIB"), ("raw.tfrecord.zlib", "GZIP"), ("raw.tfrecord", "gzip"), ("raw.tfrecord", "BROTLI")]:
    got, e = read(fn, comp)
    E["misc"].append({"what": "wrong compression_type", "file": fn, "compression_type": comp, "n_read": len(got), "error": e})
# several files, parallel reads, missing file
write("second.tfrecord", raw[:2])
got, e = read(["second.tfrecord", "raw.tfrecord"])
E["misc"].append({"what": "list of two files in order", "files": ["second.tfrecord", "raw.tfrecord"], "lengths": [len(r) for r in got]})
got, e = read(["second.tfrecord", "raw.tfrecord"], num_parallel_reads=2)
E["misc"].append({"what": "num_parallel_reads=2 (interleaved one record at a time)", "files": ["second.tfrecord", "raw.tfrecord"], "lengths": [len(r) for r in got]})
got, e = read(["second.tfrecord", "no_such_file.tfrecord"])
E["misc"].append({"what": "missing second file", "n_read": len(got), "error": e})
ds = tf.data.TFRecordDataset([str(OUT / "raw.tfrecord")])
E["misc"].append({"what": "element_spec", "value": repr(ds.element_spec), "cardinality": int(ds.cardinality())})


# ------------------------------------------------------------------ tf.train.Example
def feat(kind, vals):
    if kind == "int64":
        return tf.train.Feature(int64_list=tf.train.Int64List(value=vals))
    if kind == "float":
        return tf.train.Feature(float_list=tf.train.FloatList(value=vals))
    if kind == "bytes":
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=[v.encode() if isinstance(v, str) else v for v in vals]))
    return tf.train.Feature()     # "none": kind not set


def tojson(x):
    if isinstance(x, tf.SparseTensor):
        return {"sparse": {"indices": gu.enc(x.indices.numpy()), "values": gu.enc(x.values.numpy()), "dense_shape": gu.enc(x.dense_shape.numpy()), "dtype": x.dtype.name}}
    if isinstance(x, tf.RaggedTensor):
        return {"ragged": {"nested": gu.enc(x.to_list()), "dtype": x.dtype.name, "row_splits_dtype": x.row_splits.dtype.name, "row_splits": [gu.enc(s.numpy()) for s in x.nested_row_splits]}}
    if isinstance(x, tf.Tensor):
        return {"tensor": {"value": gu.enc(x.numpy()), "shape": list(x.shape), "dtype": x.dtype.name}}
    if isinstance(x, dict):
        return {k: tojson(v) for k, v in x.items()}
    if isinstance(x, (tuple, list)):
        return [tojson(v) for v in x]
    return repr(x)


exs = C.examples(np.random.default_rng(C.SEED + 1))
ser = [tf.train.Example(features=tf.train.Features(feature={k: feat(*v) for k, v in ex.items()})).SerializeToString(deterministic=True) for ex in exs]
for comp, ext in [("", ""), ("GZIP", ".gz"), ("ZLIB", ".zlib")]:
    write("examples.tfrecord" + ext, ser, comp)
E["example_source"] = [{k: {"kind": v[0], "values": gu.enc(list(v[1]))} for k, v in ex.items()} for ex in exs]
for spec_src in C.SPECS:
    spec = eval(spec_src, {"tf": tf, "np": np})
    rec = {"features": spec_src, "file": "examples.tfrecord"}
    per = []
    for s in ser:
        try:
            per.append(tojson(tf.io.parse_single_example(s, spec)))
        except Exception as e:
            per.append({"error": gu.err(e)})
    rec["parse_single_example"] = per
    try:
        rec["parse_example_batch"] = tojson(tf.io.parse_example(tf.constant(ser), spec))
    except Exception as e:
        rec["parse_example_batch"] = {"error": gu.err(e)}
    try:
        d = tf.data.TFRecordDataset(str(OUT / "examples.tfrecord")).batch(2).map(lambda b: tf.io.parse_example(b, spec))
        rec["element_spec_after_batch2_map"] = {k: repr(v) for k, v in sorted(d.element_spec.items())}
    except Exception as e:
        rec["element_spec_after_batch2_map"] = gu.err(e)
    E["examples"].append(rec)

# hand-encoded wire forms that the parser must accept
def varint(n):
    out = b""
    n &= (1 << 64) - 1
    while True:
        b = n & 127
        n >>= 7
        out += bytes([b | (128 if n else 0)])
        if not n:
            return out
def ld(field, payload):
    return varint(field << 3 | 2) + varint(len(payload)) + payload
unp_i = b"".join(varint(1 << 3 | 0) + varint(v) for v in C.WIRE_INTS)
unp_f = b"".join(varint(1 << 3 | 5) + struct.pack("<f", v) for v in C.WIRE_FLOATS)
entry = lambda k, f: ld(1, ld(1, k) + ld(2, f))
entry_rev = lambda k, f: ld(1, ld(2, f) + ld(1, k))
wires = {
    "unpacked int64 and float lists": ld(1, entry(b"i", ld(3, unp_i)) + entry(b"f", ld(2, unp_f))),
    "map entry with value before key": ld(1, entry_rev(b"i", ld(3, ld(1, b"".join(varint(v) for v in C.WIRE_INTS)))) + entry(b"f", ld(2, unp_f))),
    "duplicate key (last wins?)": ld(1, entry(b"i", ld(3, ld(1, varint(5)))) + entry(b"i", ld(3, ld(1, varint(6)))) + entry(b"f", ld(2, unp_f))),
    "features message split in two parts": ld(1, entry(b"i", ld(3, unp_i))) + ld(1, entry(b"f", ld(2, unp_f))),
    "unknown fields": ld(1, entry(b"i", ld(3, unp_i)) + entry(b"f", ld(2, unp_f))) + ld(9, b"xyz") + varint(10 << 3 | 0) + varint(77),
    "packed list in two chunks": ld(1, entry(b"i", ld(3, ld(1, varint(1) + varint(2)) + ld(1, varint(3)))) + entry(b"f", ld(2, unp_f))),
    "truncated message": ld(1, entry(b"i", ld(3, unp_i)))[:-2],
    "garbage": b"\xff\xff\xff\x00not a proto",
    "empty message": b"",
}
vs = {"i": tf.io.VarLenFeature(tf.int64), "f": tf.io.VarLenFeature(tf.float32)}
write("wire_forms.tfrecord", list(wires.values()))
for i, (k, b) in enumerate(wires.items()):
    r = {"what": "wire form: " + k, "file": "wire_forms.tfrecord", "record": i, "bytes": gu.enc(np.bytes_(b)) if False else {"b64": __import__("base64").b64encode(b).decode()}, "features": "{'i': tf.io.VarLenFeature(tf.int64), 'f': tf.io.VarLenFeature(tf.float32)}"}
    try:
        r["parse_single_example"] = tojson(tf.io.parse_single_example(b, vs))
    except Exception as e:
        r["parse_single_example"] = {"error": gu.err(e)}
    try:
        p = tf.train.Example.FromString(b)
        r["Example.FromString"] = {kk: {"int64": list(p.features.feature[kk].int64_list.value), "float": list(p.features.feature[kk].float_list.value)} for kk in sorted(p.features.feature)}
    except Exception as e:
        r["Example.FromString"] = {"error": gu.err(e)}
    E["misc"].append(r)

# ------------------------------------------------------------------ SequenceExample
seqs = C.sequences(np.random.default_rng(C.SEED + 2))
sser = []
for ctx, fl in seqs:
    sser.append(tf.train.SequenceExample(
        context=tf.train.Features(feature={k: feat(*v) for k, v in ctx.items()}),
        feature_lists=tf.train.FeatureLists(feature_list={k: tf.train.FeatureList(feature=[feat(kind, v) for v in vs_]) for k, (kind, vs_) in fl.items()})).SerializeToString(deterministic=True))
write("sequences.tfrecord", sser)
write("sequences.tfrecord.gz", sser, "GZIP")
E["sequence_source"] = [{"context": {k: {"kind": v[0], "values": gu.enc(list(v[1]))} for k, v in c.items()},
                         "feature_lists": {k: {"kind": kind, "steps": gu.enc([list(v) for v in vv])} for k, (kind, vv) in f.items()}} for c, f in seqs]
for cs, fs in C.SEQ_SPECS:
    cspec, fspec = (eval(s, {"tf": tf, "np": np}) for s in (cs, fs))
    rec = {"context_features": cs, "sequence_features": fs, "file": "sequences.tfrecord", "parse_single_sequence_example": []}
    for s in sser:
        try:
            rec["parse_single_sequence_example"].append(tojson(tf.io.parse_single_sequence_example(s, cspec, fspec)))
        except Exception as e:
            rec["parse_single_sequence_example"].append({"error": gu.err(e)})
    try:
        rec["parse_sequence_example_batch"] = tojson(tf.io.parse_sequence_example(tf.constant(sser), cspec, fspec))
    except Exception as e:
        rec["parse_sequence_example_batch"] = {"error": gu.err(e)}
    E["sequence_examples"].append(rec)

# ------------------------------------------------------------------ corruption
base = C.corrupt_records(np.random.default_rng(C.SEED + 3))
write("good.tfrecord", base)
blob = (OUT / "good.tfrecord").read_bytes()
E["raw"]["good.tfrecord"] = {"compression_type": "", "records": [gu.enc(r) for r in base], "lengths": [len(r) for r in base]}
offs, o = [], 0
for r in base:
    offs.append(o)
    o += 12 + len(r) + 4
assert o == len(blob)
(OUT / "corrupt").mkdir()


def bad(fn, data, how, comp=""):
    (OUT / "corrupt" / fn).write_bytes(data)
    got, e = read("corrupt/" + fn, comp)
    pr = []
    for i, g in enumerate(got):
        pr.append(bool(i < len(base) and g == base[i]))
    E["corrupt"].append({"file": "corrupt/" + fn, "how": how, "compression_type": comp, "n_records_in_good_file": len(base),
                         "n_read_before_failure": len(got), "read_equal_good_prefix": all(pr), "record_index_of_failure": len(got) if e else None, "error": e,
                         "n_yielded_with_ignore_errors": ignoring("corrupt/" + fn, comp)})


for i in C.WHERE:
    n = len(base[i])
    b = offs[i]
    for nm, cut in [("at_record_start", b), ("in_length", b + C.CUT["in_length"]), ("after_length", b + 8), ("in_length_crc", b + 8 + C.CUT["in_length_crc"]), ("after_length_crc", b + 12),
                    ("in_data", b + 12 + n // 2), ("after_data", b + 12 + n), ("in_data_crc", b + 12 + n + C.CUT["in_data_crc"])]:
        bad(f"trunc_{nm}_r{i}.tfrecord", blob[:cut], {"truncate_at": cut, "place": nm, "record": i})
    for nm, pos in [("length_low", b), ("length_high", b + C.CUT["high"]), ("length_crc", b + 8 + C.CUT["crc"]), ("data_first", b + 12), ("data_last", b + 12 + n - 1), ("data_crc", b + 12 + n + C.CUT["crc"])]:
        d = bytearray(blob)
        bit = C.BIT
        d[pos] ^= 1 << bit
        bad(f"flip_{nm}_r{i}.tfrecord", bytes(d), {"flip_bit": bit, "byte": pos, "place": nm, "record": i})
    # a consistent, valid length crc but a length longer than the file
    d = bytearray(blob)
    def mcrc(x):
        tab = []
        for k in range(256):
            c = k
            for _ in range(8):
                c = c >> 1 ^ (0x82F63B78 if c & 1 else 0)
            tab.append(c)
        c = 0xFFFFFFFF
        for v in x:
            c = tab[(c ^ v) & 255] ^ c >> 8
        c ^= 0xFFFFFFFF
        return ((c >> 15 | c << 17) + 0xA282EAD8) & 0xFFFFFFFF
    L = struct.pack("<Q", n + 100000)
    d[b:b + 8] = L
    d[b + 8:b + 12] = struct.pack("<I", mcrc(L))
    bad(f"long_length_valid_crc_r{i}.tfrecord", bytes(d), {"place": "length raised by 100000 with a valid length crc", "record": i})
bad("trailing_garbage.tfrecord", blob + b"\x00" * C.CUT["garbage"], {"place": f"{C.CUT['garbage']} zero bytes after the last record"})
bad("zeros.tfrecord", b"\x00" * 64, {"place": "64 zero bytes only"})
bad("one_byte.tfrecord", blob[:1], {"place": "one byte only"})
bad("text.tfrecord", b"this is a plain text file\nwith two lines\n" * 3, {"place": "a text file"})
for comp, ext in [("GZIP", "gz"), ("ZLIB", "zlib")]:
    write("tmp", base, comp)
    z = (OUT / "tmp").read_bytes()
    (OUT / "tmp").unlink()
    for fr in C.ZFRACS:
        k = int(len(z) * fr)
        bad(f"ztrunc_{int(fr*100)}.tfrecord.{ext}", z[:k], {"truncate_at": k, "of": len(z), "place": "compressed stream"}, comp)
    for k in C.ZFLIPS:
        k = k % len(z)
        d = bytearray(z)
        d[k] ^= 0x10
        bad(f"zflip_{k}.tfrecord.{ext}", bytes(d), {"flip_bit": 4, "byte": k, "of": len(z), "place": "compressed stream"}, comp)
    bad(f"ztwo_members.tfrecord.{ext}", z + z, {"place": "two compressed members one after the other"}, comp)
# corruption inside an intact compressed stream
d = bytearray(blob)
d[offs[1] + 12] ^= 1
bad("inner_flip_r1.tfrecord.gz", gzip.compress(bytes(d), mtime=0), {"place": "data of record 1 flipped, then gzipped", "record": 1}, "GZIP")
bad("inner_flip_r1.tfrecord.zlib", zlib.compress(bytes(d)), {"place": "data of record 1 flipped, then zlib", "record": 1}, "ZLIB")
gu.dump(OUT / "expected.json", E)
print("raw", len(E["raw"]), "example specs", len(E["examples"]), "seq specs", len(E["sequence_examples"]), "corrupt", len(E["corrupt"]), "misc", len(E["misc"]))
