"""Fetching files once: ``get_file``."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kerax.settings import home
from kerax.utils.archives import extract_archive
from kerax.utils.progress_line import bar_line, duration
from kerax.utils.terminal import TERMINAL

_CHUNK = 2**18
_TIMEOUT = 60.0  # seconds without a byte
_SECONDS_BETWEEN_DRAWINGS = 0.2
_MEGABYTE = 1e6
_SCHEMES = ("http", "https", "ftp", "file")
_DIGESTS = {"sha256": 64, "md5": 32}  # name -> hexadecimal digits


def get_file(
    fname: str | os.PathLike | None = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: str | list[str] | None = "auto",
    cache_dir: str | os.PathLike | None = None,
    force_download: bool = False,
) -> str:
    """Downloads a file unless it is already in the cache, and says where it is.

    A download that is cut off, or whose hash is not the expected one, leaves nothing behind: the file appears under its
    name when it is whole. The same holds for an unpacked archive.

    Args:
      fname: name of the file in the cache; the last part of the URL by default. No path.
      origin: the URL: http, https, ftp or file.
      untar: older form of ``extract=True, archive_format="tar"``.
      md5_hash: older form of ``file_hash``.
      file_hash: the hash that the file must have, in hexadecimal digits.
      cache_subdir: folder inside the cache; an absolute path takes the cache's place.
      hash_algorithm: ``"sha256"``, ``"md5"`` or ``"auto"``, which goes by the length of ``file_hash``.
      extract: whether to unpack the file, which is an archive.
      archive_format: ``"tar"``, ``"zip"`` or ``"auto"``, or a list.
      cache_dir: the cache; ``$KERAX_HOME`` or ``~/.kerax`` by default.
      force_download: whether to download (and unpack) even if the file is there.

    Returns:
      The path of the file, or, with ``extract``, of the folder: ``fname`` if it has no suffix, else its stem with
      ``_extracted``; the name in the URL without ``fname``.

    Raises:
      ValueError: without ``origin``, for a path as ``fname``, a hash that differs, or an archive that is not safe.
      OSError: if the file cannot be fetched or stored.

    Example:
      >>> import pathlib, tempfile, kerax
      >>> there = pathlib.Path(tempfile.mkdtemp()) / "numbers.txt"
      >>> _ = there.write_text("1 2 3")
      >>> here = kerax.utils.get_file(origin=there.as_uri(), cache_dir=tempfile.mkdtemp())  # doctest: +ELLIPSIS
      Downloading data from file:...
      >>> pathlib.Path(here).read_text()
      '1 2 3'
    """
    if origin is None:
        raise ValueError('Please specify the "origin" argument (URL of the file to download).')
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    if file_hash is not None:
        _digest(hash_algorithm, file_hash)
    given = fname is not None and fname != ""
    name = _file_name(fname, origin)
    folder = _folder(cache_dir, cache_subdir)
    extraction: Path | None = None
    target = folder / name
    if extract or untar:
        if given and "." in name:
            extraction = folder / f"{name[: name.find('.')]}_extracted"
        else:
            extraction, target = folder / name, folder / f"{name}_archive"
    there = target.exists() and not force_download
    if there and file_hash is not None and not validate_file(target, file_hash, hash_algorithm):
        print(
            f"A local file was found, but its {_algorithm(hash_algorithm, file_hash)} hash is not {file_hash}: it is "
            "incomplete or outdated and will be downloaded again."
        )
        there = False
    if not there:
        print(f"Downloading data from {origin}")
        _download(origin, target, file_hash, hash_algorithm)
    if extraction is None:
        return str(target)
    if not there or not extraction.is_dir():
        if not extract_archive(target, extraction, "tar" if untar else archive_format):
            warnings.warn(f"Could not extract archive: {str(target)!r} is no archive of format {archive_format!r}.")
    return str(extraction)


def _file_name(fname: str | os.PathLike | None, origin: str) -> str:
    if fname is None or fname == "":
        name = os.path.basename(urllib.parse.unquote(urllib.parse.urlsplit(origin).path))
        if not name or name in (".", "..") or "\\" in name or "\0" in name:
            raise ValueError(
                f"Can't parse the file name from the origin provided: {origin!r}. Please specify the `fname` argument."
            )
        return name
    name = os.fspath(fname)
    if os.sep in name or "/" in name or "\\" in name or name in (".", ".."):
        raise ValueError(
            "Paths are no longer accepted as the `fname` argument. To specify the file's parent directory, use the "
            f"`cache_dir` argument. Received: fname={name}"
        )
    return name


def _folder(cache_dir: str | os.PathLike | None, cache_subdir: str) -> Path:
    base = home() if cache_dir is None else Path(cache_dir).expanduser()
    folder = base / cache_subdir
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            error.errno, f"The cache folder cannot be made ({error.strerror}): set KERAX_HOME or cache_dir", str(folder)
        ) from error
    return folder


def _algorithm(name: str, file_hash: str) -> str:
    if name == "auto":
        found = next((kind for kind, digits in _DIGESTS.items() if len(file_hash) == digits), None)
        if found is None:
            raise ValueError(
                f"`file_hash` must have 64 digits (sha256) or 32 (md5), received {len(file_hash)}: {file_hash!r}."
            )
        return found
    if name not in _DIGESTS:
        raise ValueError(f"`hash_algorithm` must be 'auto', 'sha256' or 'md5', received {name!r}.")
    return name


def _digest(name: str, file_hash: str) -> Any:
    return hashlib.new(_algorithm(name, file_hash), usedforsecurity=False)


def hash_file(path: str | os.PathLike, algorithm: str = "sha256") -> str:
    """Returns the hash of a file's bytes in hexadecimal digits.

    Args:
      path: the file.
      algorithm: ``"sha256"`` or ``"md5"``.

    Raises:
      ValueError: for another algorithm.

    Example:
      >>> import os
      >>> from kerax.utils.download import hash_file
      >>> hash_file(os.devnull)[:8]
      'e3b0c442'
    """
    if algorithm not in _DIGESTS:
        raise ValueError(f"`algorithm` must be 'sha256' or 'md5', received {algorithm!r}.")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def validate_file(path: str | os.PathLike, file_hash: str, algorithm: str = "auto") -> bool:
    """Says whether a file has a hash.

    Args:
      path: the file.
      file_hash: hexadecimal digits.
      algorithm: ``"sha256"``, ``"md5"`` or ``"auto"``.

    Example:
      >>> import os
      >>> from kerax.utils.download import validate_file
      >>> validate_file(os.devnull, "d41d8cd98f00b204e9800998ecf8427e")
      True
    """
    return hash_file(path, _algorithm(algorithm, file_hash)) == file_hash.lower()


def _download(origin: str, target: Path, file_hash: str | None, algorithm: str) -> None:
    scheme = urllib.parse.urlsplit(origin).scheme
    if scheme not in _SCHEMES:
        raise ValueError(f"`origin` must be a URL that begins with one of {_SCHEMES}, received {origin!r}.")
    digest = None if file_hash is None else _digest(algorithm, file_hash)
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            _fetch(origin, out, digest)
            out.flush()
            os.fsync(out.fileno())
        if digest is not None and digest.hexdigest() != str(file_hash).lower():
            raise ValueError(
                f"Incomplete or corrupted file detected: the {digest.name} hash of what {origin} sent is "
                f"{digest.hexdigest()}, not the expected {file_hash}. Nothing was kept."
            )
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _fetch(origin: str, out: Any, digest: Any) -> None:
    try:
        with urllib.request.urlopen(origin, timeout=_TIMEOUT) as response:
            declared = response.headers.get("Content-Length")
            total = int(declared) if declared and declared.isdigit() else None
            done = 0
            with _progress(total) as advance:
                while chunk := response.read(_CHUNK):
                    out.write(chunk)
                    done += len(chunk)
                    if digest is not None:
                        digest.update(chunk)
                    advance(len(chunk))
    except urllib.error.HTTPError as error:
        raise OSError(f"URL fetch failure on {origin}: {error.code} -- {error.msg}") from error
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise OSError(f"URL fetch failure on {origin}: {getattr(error, 'reason', error)}") from error
    except (ValueError, OSError, http.client.HTTPException) as error:
        raise OSError(f"URL fetch failure on {origin}: {error}") from error
    if total is not None and done != total:
        raise OSError(f"URL fetch failure on {origin}: {done} of {total} bytes came. Nothing was kept.")


@contextlib.contextmanager
def _progress(total: int | None) -> Iterator[Any]:
    """A bar on a terminal or in a notebook, nothing elsewhere."""
    if not TERMINAL.interactive:
        yield lambda count: None
        return
    began = drawn = time.monotonic()
    done = 0

    def line(width: int | None) -> tuple[str, int]:
        took = time.monotonic() - began
        speed = f"{done / max(took, 1e-6) / _MEGABYTE:.1f} MB/s"
        rest = took / max(done, 1) * ((total or done) - done)
        times = f"{duration(rest if width else took)} {speed}"
        return bar_line(
            done, total, times, {}, colours=True, width=width, marks="━" if TERMINAL.can_write("━") else "="
        )

    def advance(count: int) -> None:
        nonlocal done, drawn
        done += count
        if time.monotonic() - drawn >= _SECONDS_BETWEEN_DRAWINGS:
            drawn = time.monotonic()
            TERMINAL.draw(*line(TERMINAL.width - 1))

    try:
        yield advance
        TERMINAL.line(*line(None))
    finally:
        TERMINAL.end()
