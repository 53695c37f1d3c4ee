"""TFRecord files: length, checksum of the length, data, checksum of the data.

Source of the format: tensorflow.org/tutorials/load_data/tfrecord, section "TFRecords format details".
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from kerax.data.chunks import Chunk
from kerax.data.sources.crc_rows import crc32c_records
from kerax.data.sources.files import Reader, column
from kerax.data.sources.stream import DataLossError
from kerax.utils.crc32c import masked_crc32c

HEADER, FOOTER = 12, 4  # bytes around the data of a record
_LENGTH = struct.Struct("<Q")
_MASK_DELTA = np.uint32(0xA282EAD8)


class RecordReader(Reader):
    """Finds the records of a block, and checks all their checksums together."""

    def __init__(self, path: str, compression: str, block_size: int) -> None:
        super().__init__(path, compression, block_size)
        self._rest = b""
        self._number = 0

    def block_start(self) -> int:
        return self.stream.offset - len(self._rest)

    def restart(self, offset: int) -> None:
        super().restart(offset)
        self._rest = b""

    def mark(self) -> list[int]:
        return [self.block_start(), self._number]

    def restore(self, state: Any) -> None:
        self._settle()
        self._number = state[2]
        super().restore(state)

    def block(self) -> tuple[Chunk | None, Exception | None]:
        base = self.block_start()
        failed: Exception | None = None
        wanted = self.block_size
        data = self._rest
        while True:
            try:
                part = self.stream.read(max(1, wanted - len(data)))
            except DataLossError as error:
                part, failed = b"", self._named(error)
            data = data + part if data else part
            starts, ends, at, whole = _frames(data)
            if starts or not part or len(data) < HEADER:
                if not starts and part:
                    wanted = HEADER + self.block_size
                    continue
                break
            # One record larger than a block: its length is believed only if its checksum is right, and read in steps,
            # so that a wrong one cannot ask for more memory than the file has bytes.
            error = self._bad_header(data, at, base)
            if error is not None:
                return None, error
            wanted = min(whole, 2 * len(data) + self.block_size)
        self._rest = data[at:]
        good, error = self._checked(data, starts, ends, base)
        records = [data[a:b] for a, b in zip(starts[:good], ends[:good])]
        self._number += good
        failed = error or failed
        if failed is None and not part and len(self._rest) >= HEADER:
            failed = self._bad_header(data, at, base) or self._truncated(data, at, base)
        return (column(records) if records else None), failed

    def _checked(self, data: bytes, starts: list, ends: list, base: int) -> tuple[int, Exception | None]:
        """How many records are whole and right, and what is wrong with the next."""
        if not starts:
            return 0, None
        begins = [start - HEADER for start in starts]
        flat = np.frombuffer(data, np.uint8)
        first, last = np.array(begins), np.array(ends)
        for what, stored, found in (
            ("length", _stored(flat, first + 8), crc32c_records(data, begins, [at + 8 for at in begins])),
            ("data", _stored(flat, last), crc32c_records(data, starts, ends)),
        ):
            wrong = np.flatnonzero(stored != _masked(found))
            if len(wrong):
                bad = int(wrong[0])
                good, error = self._checked(data, starts[:bad], ends[:bad], base) if what == "length" else (bad, None)
                return good, error or self._damaged(what, self._number + bad, base + begins[bad])
        return len(starts), None

    def _bad_header(self, data: bytes, at: int, base: int) -> Exception | None:
        if len(data) - at < HEADER:
            return None
        (stored,) = struct.unpack_from("<I", data, at + 8)
        if stored != masked_crc32c(data[at : at + 8]):
            return self._damaged("length", self._number, base + at)
        (length,) = _LENGTH.unpack_from(data, at)
        size = self.stream.size
        if size is not None and base + at + HEADER + length + FOOTER > size:
            return self._truncated(data, at, base)
        return None

    def _damaged(self, what: str, number: int, offset: int) -> DataLossError:
        return DataLossError(
            f"{self.path}: record {number} at byte {offset} is damaged: the checksum of its {what} is wrong."
        )

    def _truncated(self, data: bytes, at: int, base: int) -> DataLossError:
        (length,) = _LENGTH.unpack_from(data, at)
        size = self.stream.size
        have = (size if size is not None else base + len(data)) - (base + at) - HEADER
        return DataLossError(
            f"{self.path}: record {self._number} at byte {base + at} is truncated: it declares {length} bytes of data "
            f"and a checksum of {FOOTER}, and {have} bytes follow."
        )

    def _named(self, error: DataLossError) -> DataLossError:
        return DataLossError(f"{error} (at or behind record {self._number})")


def _frames(data: bytes) -> tuple[list[int], list[int], int, int]:
    """Finds whole records: where their data begin and end, where the first incomplete one begins, and where it would
    end.
    """
    begins: list[int] = []
    at, size, whole = 0, len(data), HEADER
    last, unpack, append = size - HEADER, _LENGTH.unpack_from, begins.append
    while at <= last:
        whole = at + HEADER + FOOTER + unpack(data, at)[0]
        if whole > size:
            break
        append(at)
        at = whole
    else:
        whole = at + HEADER
    ends = [begin - FOOTER for begin in begins[1:]]
    if begins:
        ends.append(at - FOOTER)
    return [begin + HEADER for begin in begins], ends, at, whole


def _stored(flat: np.ndarray, positions: np.ndarray) -> np.ndarray:
    return flat[positions[:, None] + np.arange(4)].view("<u4")[:, 0].astype(np.uint32, copy=False)


def _masked(crcs: np.ndarray) -> np.ndarray:
    return ((crcs >> np.uint32(15)) | (crcs << np.uint32(17))) + _MASK_DELTA
