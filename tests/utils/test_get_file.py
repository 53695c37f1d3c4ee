"""get_file against a server on this machine: caching, hashes, cut downloads, archives that are not safe."""

import bz2
import gzip
import hashlib
import io
import os
import pathlib
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import kerax
from kerax.utils import archives

CONTENT = b"some bytes " * 1000


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        content = self.server.files.get(self.path)
        if content is None:
            self.send_error(404, "no such thing")
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + (1 if "cut" in self.path else 0)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.asked = {}, []
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def get(server, tmp_path):
    """Serves bytes under a name and fetches them into a fresh cache."""
    server.asked.clear()

    def get(name, content=None, **options):
        if content is not None:
            server.files["/" + name] = content
        return kerax.utils.get_file(origin=f"{server.url}/{name}", cache_dir=tmp_path, **options)

    return get


def left(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_is_fetched_once(get, server, tmp_path, capsys):
    path = get("a.bin", CONTENT)
    assert path == str(tmp_path / "datasets" / "a.bin")
    assert pathlib.Path(path).read_bytes() == CONTENT
    assert get("a.bin") == path
    assert server.asked == ["/a.bin"]
    get("a.bin", b"new", force_download=True)
    assert pathlib.Path(path).read_bytes() == b"new"
    assert capsys.readouterr().out.count("Downloading data from") == 2


def test_home_is_the_cache(server, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAX_HOME", str(tmp_path / "home"))
    server.files["/b"] = b"b"
    path = kerax.utils.get_file("named", server.url + "/b", cache_subdir="sub")
    assert path == str(tmp_path / "home" / "sub" / "named")


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_hash_is_checked(get, server, tmp_path, algorithm):
    right = hashlib.new(algorithm, CONTENT).hexdigest()
    get("h.bin", CONTENT, file_hash=right)
    get("h.bin", CONTENT, file_hash=right.upper(), hash_algorithm=algorithm)
    assert len(server.asked) == 1
    (tmp_path / "datasets" / "h.bin").write_bytes(b"damaged")
    assert pathlib.Path(get("h.bin", file_hash=right)).read_bytes() == CONTENT
    with pytest.raises(ValueError, match="hash"):
        get("other.bin", b"other", file_hash=right)
    assert left(tmp_path) == ["datasets/h.bin"]


def test_a_wrong_download_keeps_the_file_that_is_there(get, tmp_path):
    path = get("k.bin", CONTENT)
    with pytest.raises(ValueError, match="hash"):
        get("k.bin", b"wrong", file_hash="0" * 64)
    assert pathlib.Path(path).read_bytes() == CONTENT


def test_cut_and_missing_files_leave_nothing(get, tmp_path):
    with pytest.raises(OSError, match="11000 of 11001 bytes"):
        get("cut.bin", CONTENT)
    with pytest.raises(OSError, match="404"):
        get("missing.bin")
    with pytest.raises(OSError, match="URL fetch failure"):
        kerax.utils.get_file(origin="http://127.0.0.1:9/x", cache_dir=tmp_path)
    assert left(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"origin": None}, "origin"),
        ({"origin": "http://127.0.0.1/"}, "Can't parse the file name"),
        ({"origin": "http://127.0.0.1/%2e%2e"}, "Can't parse the file name"),
        ({"origin": "http://127.0.0.1/a", "fname": "../b"}, "Paths are no longer accepted"),
        ({"origin": "http://127.0.0.1/a", "fname": ".."}, "Paths are no longer accepted"),
        ({"origin": "gopher://127.0.0.1/a"}, "http"),
        ({"origin": "http://127.0.0.1/a", "file_hash": "12"}, "64 digits"),
        ({"origin": "http://127.0.0.1/a", "file_hash": "12", "hash_algorithm": "sha3"}, "hash_algorithm"),
    ],
)
def test_wrong_arguments(tmp_path, options, match):
    with pytest.raises(ValueError, match=match):
        kerax.utils.get_file(cache_dir=tmp_path, **options)


def test_a_cache_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="KERAX_HOME"):
        kerax.utils.get_file(origin="http://127.0.0.1/a", cache_dir=tmp_path / "file")


# ---------------------------------------------------------------- archives


def tar_bytes(members, compress=lambda data: data):
    """A tar file of (TarInfo or name, content)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for info, content in members:
            info = tarfile.TarInfo(info) if isinstance(info, str) else info
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return compress(buffer.getvalue())


def zip_bytes(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in members:
            archive.writestr(info, content)
    return buffer.getvalue()


GOOD = [("top/a.txt", b"a"), ("top/deep/b.txt", b"b" * 5000)]
ARCHIVES = {
    "tar": tar_bytes(GOOD),
    "tar.gz": tar_bytes(GOOD, gzip.compress),
    "tar.bz2": tar_bytes(GOOD, bz2.compress),
    "zip": zip_bytes(GOOD),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_archives_are_unpacked(get, tmp_path, kind):
    folder = get(f"good.{kind}", ARCHIVES[kind], fname="unpacked", extract=True)
    assert folder == str(tmp_path / "datasets" / "unpacked")
    assert pathlib.Path(os.path.join(folder, "top", "deep", "b.txt")).read_bytes() == b"b" * 5000
    assert left(tmp_path) == ["datasets/unpacked/top/a.txt", "datasets/unpacked/top/deep/b.txt"] + [
        "datasets/unpacked_archive"
    ]
    get(f"good.{kind}", fname="unpacked", extract=True)


def test_names_of_the_folder_as_keras(get, tmp_path):
    assert get("n.tar.gz", ARCHIVES["tar.gz"], extract=True) == str(tmp_path / "datasets" / "n.tar.gz")
    assert get("n.tar.gz", fname="m.tar.gz", untar=True) == str(tmp_path / "datasets" / "m_extracted")


def test_a_new_archive_takes_the_place_of_the_folder(get, tmp_path):
    folder = get("c.zip", ARCHIVES["zip"], fname="c", extract=True)
    get("c.zip", zip_bytes([("only.txt", b"")]), fname="c", extract=True, force_download=True)
    assert os.listdir(folder) == ["only.txt"]


def test_what_is_no_archive(get):
    with pytest.warns(UserWarning, match="Could not extract archive"):
        get("no.tar", CONTENT, fname="no", extract=True)


def link(kind, name, target):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""


def declared(name, size):
    """A tar header that claims more than follows."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf()


def zip_link():
    info = zipfile.ZipInfo("link")
    info.external_attr = (0o120777) << 16
    return zip_bytes([(info, b"/etc/passwd")])


BAD = {
    "parent.tar": tar_bytes([("a.txt", b"a"), ("../evil.txt", b"x")]),
    "absolute.tar": tar_bytes([("/evil.txt", b"x")]),
    "backslash.tar": tar_bytes([("..\\evil.txt", b"x")]),
    "symlink.tar": tar_bytes([link(tarfile.SYMTYPE, "a", "/etc"), ("a/evil.txt", b"x")]),
    "hardlink.tar": tar_bytes([link(tarfile.LNKTYPE, "a", "../../x")]),
    "device.tar": tar_bytes([link(tarfile.CHRTYPE, "a", "")]),
    "fifo.tar": tar_bytes([link(tarfile.FIFOTYPE, "a", "")]),
    "claims.tar": declared("big", 2**40) + b"x" * 1024,
    "cut.tar": ARCHIVES["tar"][:1400],
    "cut.tar.gz": ARCHIVES["tar.gz"][:-20],
    "twice.tar": tar_bytes([("a", b"1"), ("a", b"2")]),
    "parent.zip": zip_bytes([("a.txt", b"a"), ("../evil.txt", b"x")]),
    "absolute.zip": zip_bytes([("/evil.txt", b"x")]),
    "link.zip": zip_link(),
}


@pytest.mark.parametrize("name", BAD)
def test_archives_that_are_refused(get, tmp_path, name):
    with pytest.raises(ValueError, match="archive"):
        get("bad" + name.replace("cut", "short"), BAD[name], fname="bad", extract=True)
    assert left(tmp_path) == ["datasets/bad_archive"]
    assert not (tmp_path / "evil.txt").exists()


@pytest.mark.parametrize("kind", ["tar.gz", "zip"])
def test_bombs_are_refused(get, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(archives, "_FREE_EXPANSION", 100_000)
    content = [("zeros", b"\0" * 4_000_000)]
    bomb = zip_bytes(content) if kind == "zip" else tar_bytes(content, gzip.compress)
    with pytest.raises(ValueError, match="would expand to more than"):
        get(f"bomb.{kind}", bomb, fname="bomb", extract=True)
    assert left(tmp_path) == ["datasets/bomb_archive"]


def test_a_header_that_claims_to_be_large(get):
    info = tarfile.TarInfo("pax")
    info.type, info.size = tarfile.XHDTYPE, 2**33
    with pytest.raises(ValueError, match="claims"):
        get("pax.tar", info.tobuf() + b"\0" * 4096, fname="pax", extract=True)


def test_a_bar_on_a_terminal(get, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    get("bar.bin", CONTENT)
    out = capsys.readouterr().out
    assert f"{len(CONTENT)}/{len(CONTENT)}" in out and "MB/s" in out and out.endswith("\n")
