"""Single values of a binary parquet column, read without their row group.

Hugging Face shards hold pictures in row groups of 100 rows, tens of megabytes each, and pyarrow
reads no less than a whole one. This module finds where each value of a column chunk lies, once per
row group, and afterwards reads and unpacks no more than it must: of an uncompressed page the value
alone, of a large Snappy page the 64 KiB fragments that hold the value, of other pages the page.
What it does not know (encodings, codecs or nesting that image columns do not use) it leaves to
pyarrow, row group by row group.

Sources: the Parquet format's ``parquet.thrift``, Encodings.md and README (pages, levels, RLE
hybrid); Thrift's compact protocol; Snappy's ``format_description.txt``.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

_CODECS = {"UNCOMPRESSED": None, "SNAPPY": "snappy", "GZIP": "gzip", "ZSTD": "zstd"}
_PLAIN, _PLAIN_DICTIONARY, _RLE, _RLE_DICTIONARY = 0, 2, 3, 8
_DATA_PAGE, _INDEX_PAGE, _DICTIONARY_PAGE, _DATA_PAGE_V2 = 0, 1, 2, 3

LARGE_PAGE_BYTES = 2 << 20
"""Snappy pages above this are unpacked in pieces; smaller ones whole, in well under 1 ms."""

_FRAGMENT_BYTES = 1 << 16
"""Snappy's compressors cut their input into fragments of this size, independent of each other."""

_BYTES_PER_TAG = 128
"""A page with more Snappy tags than one in so many bytes is unpacked whole: walking costs more."""


class ShardFile(Protocol):
    """A parquet file: a path, or a :class:`model.data.remote.RemoteFile`."""

    @property
    def name(self) -> str:
        """Without its folder."""
        ...

    def open(self, mode: Literal["rb"]) -> BinaryIO:
        """A stream that can seek."""
        ...


class _UnusualError(Exception):
    """A layout that is left to pyarrow."""


class _Thrift:
    """Reads structs of Thrift's compact protocol into dicts from field number to value."""

    def __init__(self, data: bytes) -> None:
        self._data, self.position = data, 0

    def _byte(self) -> int:
        value = self._data[self.position]
        self.position += 1
        return value

    def varint(self) -> int:
        """An unsigned integer of seven bits a byte."""
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def _zigzag(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> dict[int, Any]:
        """A struct, up to its stop byte."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 15)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in (1, 2):  # a boolean is its own type
            return kind == 1
        if kind == 3:
            return self._byte()
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind == 12:
            return self.struct()
        if kind == 8:
            length = self.varint()
            self.position += length
            if self.position > len(self._data):
                raise IndexError
            return None  # statistics: of no interest
        raise _UnusualError(f"Thrift type {kind} in a page header")


@dataclass
class _Body:
    """The values of one page: where they lie in the file and how they are packed.

    Attributes:
        offset: in the file, of the packed bytes.
        packed: their number.
        size: bytes when unpacked.
        codec: pyarrow's name of it, or ``None``.
        starts: of a large Snappy page, where unpacking may begin: positions when unpacked,
        packed_starts: and the same when packed. Both end with the page's end.
    """

    offset: int
    packed: int
    size: int
    codec: str | None
    starts: list[int] = field(default_factory=list)
    packed_starts: list[int] = field(default_factory=list)

    def piece(self, stream: BinaryIO, start: int, length: int) -> tuple[int, bytes]:
        """Unpacked bytes that hold at least ``[start, start + length)``, and where they begin."""
        if not 0 <= start <= start + length <= self.size:
            raise _UnusualError("a value reaches beyond its page")
        if self.codec is None:
            return start, _read(stream, self.offset + start, length)
        if not self.starts:
            packed = _read(stream, self.offset, self.packed)
            return 0, _unpack(packed, self.codec, self.size) if self.size else b""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, start + length - 1))
        begin, end = self.packed_starts[first], self.packed_starts[last]
        size = self.starts[last] - self.starts[first]
        packed = _varint(size) + _read(stream, self.offset + begin, end - begin)
        return self.starts[first], _unpack(packed, "snappy", size)

    def find_fragments(self, stream: BinaryIO) -> None:
        """Fill in ``starts`` for a large Snappy page, by walking its tags without unpacking."""
        if self.codec != "snappy" or self.size <= LARGE_PAGE_BYTES:
            return
        position, end = self.offset, self.offset + self.packed
        position += len(_varint(self.size))
        done = 0
        starts, packed_starts = [0], [position - self.offset]
        for _ in range(self.size // _BYTES_PER_TAG):
            if position >= end:
                break
            length, reach, taken = _snappy_tag(stream, position)
            done += length
            position += taken
            while reach and len(starts) > 1 and done - length - reach < starts[-1]:
                starts.pop()  # a copy reaches back across it: unpacking cannot begin there
                packed_starts.pop()
            if done % _FRAGMENT_BYTES == 0 and position < end:
                starts.append(done)
                packed_starts.append(position - self.offset)
        if (position, done) == (end, self.size):
            self.starts = [*starts, done]
            self.packed_starts = [*packed_starts, self.packed]


def _read(stream: BinaryIO, offset: int, length: int) -> bytes:
    stream.seek(offset)
    data = stream.read(length)
    if len(data) < length:
        raise _UnusualError("the file is shorter than its pages")
    return data


def _unpack(packed: bytes, codec: str, size: int) -> bytes:
    return bytes(pa.decompress(packed, size, codec=codec, asbytes=True))


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def _snappy_tag(stream: BinaryIO, position: int) -> tuple[int, int, int]:
    """One element: bytes it unpacks to, how far back it copies from (0: a literal), bytes taken."""
    stream.seek(position)
    head = stream.read(5)
    kind, high = head[0] & 3, head[0] >> 2
    if kind == 0:
        if high < 60:
            return high + 1, 0, high + 2
        extra = high - 59
        length = int.from_bytes(head[1 : 1 + extra], "little") + 1
        return length, 0, 1 + extra + length
    if kind == 1:
        return (high & 7) + 4, (high >> 3) << 8 | head[1], 2
    width = 2 if kind == 2 else 4
    return high + 1, int.from_bytes(head[1 : 1 + width], "little"), 1 + width


def _hybrid(data: bytes, width: int, count: int) -> NDArray[np.int64]:
    """Decode ``count`` integers of ``width`` bits of Parquet's RLE / bit-packing hybrid."""
    reader = _Thrift(data)
    parts: list[NDArray[np.int64]] = []
    missing = count
    size = (width + 7) // 8
    while missing > 0:
        head = reader.varint()
        at = reader.position
        if head & 1:
            taken = (head >> 1) * width
            packed = np.frombuffer(data[at : at + taken], np.uint8)
            bits = np.unpackbits(packed, bitorder="little")[: (head >> 1) * 8 * width]
            part = bits.reshape(-1, width).astype(np.int64) @ (1 << np.arange(width))
            if not width:
                part = np.zeros((head >> 1) * 8, np.int64)
        else:
            taken = size
            value = int.from_bytes(data[at : at + size], "little")
            part = np.full(min(head >> 1, missing), value, np.int64)
        if not len(part):
            raise _UnusualError("an empty run")
        parts.append(part)
        missing -= len(part)
        reader.position += taken
    return np.concatenate(parts)[:count] if parts else np.zeros(0, np.int64)


@dataclass(frozen=True)
class _Chunk:
    """A column chunk, as the footer describes it."""

    start: int
    values: int
    codec: str
    max_definition: int


class _Index:
    """Where each value of one column chunk lies: 16 bytes a row.

    Attributes:
        bodies: of the pages that hold values.
        body: for each row the number of its page in ``bodies``, -1 for a null; a dictionary is 0.
        start: and where its bytes begin there, unpacked,
        length: and how many they are.
    """

    def __init__(self, stream: BinaryIO, chunk: _Chunk) -> None:
        if chunk.codec not in _CODECS:
            raise _UnusualError(f"codec {chunk.codec}")
        self._codec = _CODECS[chunk.codec]
        self._max_definition = chunk.max_definition
        self.bodies: list[_Body] = []
        self.body = np.full(chunk.values, -1, np.int32)
        self.start = np.zeros(chunk.values, np.int64)
        self.length = np.zeros(chunk.values, np.int32)
        self._dictionary: tuple[NDArray[np.int64], NDArray[np.int32]] | None = None
        position, row = chunk.start, 0
        while row < chunk.values:
            header, size = _page_header(stream, position)
            position += size
            row += self._add_page(stream, header, position, row)
            position += header[3]
        self._dictionary = None

    def _add_page(self, stream: BinaryIO, header: dict[int, Any], position: int, row: int) -> int:
        """Take in one page; returns the number of its rows."""
        kind = header[1]
        if kind == _INDEX_PAGE:
            return 0
        if kind == _DICTIONARY_PAGE:
            if header[7][2] not in (_PLAIN, _PLAIN_DICTIONARY) or self.bodies:
                raise _UnusualError("the dictionary's encoding, or a second one")
            body = _Body(position, header[3], header[2], self._codec)
            self._dictionary = self._plain(stream, body, 0, header[7][1])
            return 0
        if kind == _DATA_PAGE:
            details = header[5]
            body = _Body(position, header[3], header[2], self._codec)
            rows, encoding = details[1], details[2]
            levels, values_start = self._levels_v1(stream, body, details[3], rows)
        elif kind == _DATA_PAGE_V2:
            details = header[8]
            rows, encoding = details[1], details[4]
            if details[6]:
                raise _UnusualError("repeated values")
            levels_size, values_start = details[5], 0
            levels = self._levels(_read(stream, position, levels_size), rows)
            codec = self._codec if details.get(7, True) else None
            packed, size = header[3] - levels_size, header[2] - levels_size
            body = _Body(position + levels_size, packed, size, codec)
        else:
            raise _UnusualError(f"page type {kind}")
        filled = row + np.flatnonzero(levels == self._max_definition)
        if encoding == _PLAIN:
            where = self._plain(stream, body, values_start, len(filled))
            self.body[filled] = len(self.bodies) - 1
        elif encoding in (_PLAIN_DICTIONARY, _RLE_DICTIONARY):
            where = self._indexed(stream, body, values_start, len(filled))
            self.body[filled] = 0
        else:
            raise _UnusualError(f"encoding {encoding}")
        self.start[filled], self.length[filled] = where
        return int(rows)

    def _levels_v1(
        self, stream: BinaryIO, body: _Body, encoding: int, rows: int
    ) -> tuple[NDArray[np.int64], int]:
        if not self._max_definition:
            return np.zeros(rows, np.int64), 0
        if encoding != _RLE:
            raise _UnusualError("the levels' encoding")
        # The levels come first, and are few: what is unpacked for them holds them all but never.
        body.find_fragments(stream)
        begin, data = body.piece(stream, 0, 4)
        (size,) = struct.unpack_from("<I", data)
        if len(data) < 4 + size:
            begin, data = body.piece(stream, 0, 4 + size)
        return self._levels(data[4 - begin : 4 + size - begin], rows), 4 + size

    def _levels(self, data: bytes, rows: int) -> NDArray[np.int64]:
        if not self._max_definition:
            return np.zeros(rows, np.int64)
        return _hybrid(data, self._max_definition.bit_length(), rows)

    def _plain(
        self, stream: BinaryIO, body: _Body, position: int, count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Starts and lengths of PLAIN byte arrays: each is its length in 4 bytes, then itself."""
        if not body.starts:
            body.find_fragments(stream)
        self.bodies.append(body)
        starts, lengths = np.zeros(count, np.int64), np.zeros(count, np.int32)
        begin, data = 0, b""
        for i in range(count):
            if not begin <= position <= position + 4 <= begin + len(data):
                begin, data = body.piece(stream, position, 4)
            (length,) = struct.unpack_from("<I", data, position - begin)
            starts[i], lengths[i] = position + 4, length
            position += 4 + length
        if position > body.size:
            raise _UnusualError("a value reaches beyond its page")
        return starts, lengths

    def _indexed(
        self, stream: BinaryIO, body: _Body, position: int, count: int
    ) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Starts and lengths, in the dictionary page, of values given by dictionary numbers."""
        if self._dictionary is None:
            raise _UnusualError("no dictionary")
        if not count:
            return np.zeros(0, np.int64), np.zeros(0, np.int32)
        begin, data = body.piece(stream, position, body.size - position)
        data = data[position - begin :]
        numbers = _hybrid(data[1:], data[0], count)
        starts, lengths = self._dictionary
        return starts[numbers], lengths[numbers]


def _page_header(stream: BinaryIO, position: int) -> tuple[dict[int, Any], int]:
    """A page's header and its size in bytes; statistics can make it long."""
    for size in (1 << 9, 1 << 14, 1 << 20):
        stream.seek(position)
        reader = _Thrift(stream.read(size))
        try:
            return reader.struct(), reader.position
        except IndexError:
            continue
    raise _UnusualError("a page header of more than 1 MiB")


class BytesColumn:
    """One binary column of several parquet files, read value by value. Not safe for threads.

    Keeps 16 bytes a row of the row groups that were read from, and the last piece unpacked.

    Args:
        files: the shards.
        column: dotted path of the column, ``image.bytes``.
        open_shard: opens a file; its errors pass through.
    """

    def __init__(
        self,
        files: Sequence[ShardFile],
        column: str,
        open_shard: Callable[[Any], pq.ParquetFile],
    ) -> None:
        self._files, self._column, self._open = tuple(files), column, open_shard
        self._chunks: dict[int, list[_Chunk | None]] = {}
        self._indexes: dict[tuple[int, int], _Index | None] = {}
        self._piece_of: tuple[int, int, int] | None = None  # file, row group, page
        self._piece = (0, b"")
        self._group: tuple[tuple[int, int], pa.Array] | None = None

    def read(self, file: int, group: int, row: int) -> bytes | None:
        """A value, or ``None`` for a null.

        Args:
            file: number of the file.
            group: number of the row group in it.
            row: number of the row in that.

        Raises:
            OSError, pyarrow.ArrowException: the file is gone or damaged.
        """
        index = self._index(file, group)
        if index is None:
            return self._read_group(file, group, row)
        number = int(index.body[row])
        if number < 0:
            return None
        # The length before the value is read along, to be sure that the file is still the same.
        start, length = int(index.start[row]) - 4, int(index.length[row]) + 4
        begin, data = self._piece
        key = (file, group, number)
        if self._piece_of != key or not begin <= start <= start + length <= begin + len(data):
            try:
                with self._files[file].open("rb") as stream:
                    begin, data = index.bodies[number].piece(stream, start, length)
            except _UnusualError as error:
                raise OSError(str(error)) from None
            self._piece_of, self._piece = key, (begin, data)
        value = data[start - begin : start - begin + length]
        if int.from_bytes(value[:4], "little") != length - 4:
            raise OSError("changed while it was read")
        return value[4:]

    def indexed(self, file: int, group: int) -> bool:
        """Whether values of this row group are read one by one."""
        return self._index(file, group) is not None

    def _index(self, file: int, group: int) -> _Index | None:
        key = (file, group)
        if key not in self._indexes:
            self._indexes[key] = self._make_index(file, group)
        return self._indexes[key]

    def _make_index(self, file: int, group: int) -> _Index | None:
        if file not in self._chunks:
            with self._open(self._files[file]) as shard:
                self._chunks[file] = _chunks(shard, self._column)
        chunk = self._chunks[file][group]
        if chunk is None:
            return None
        try:
            with self._files[file].open("rb") as stream:
                return _Index(stream, chunk)
        except (_UnusualError, pa.ArrowException, LookupError, ValueError, struct.error):
            return None  # pyarrow reads it, or says what is wrong

    def _read_group(self, file: int, group: int, row: int) -> bytes | None:
        if self._group is None or self._group[0] != (file, group):
            self._group = None
            with self._open(self._files[file]) as shard:
                table = shard.read_row_group(group, columns=[self._column])
            column: pa.Array = table.column(0).combine_chunks()
            self._group = ((file, group), column)
        value: Any = self._group[1][row].as_py()
        for name in self._column.split(".")[1:]:
            value = None if value is None else value[name]
        return None if value is None else bytes(value)


def _chunks(shard: pq.ParquetFile, column: str) -> list[_Chunk | None]:
    """The column's chunk in each row group; ``None`` where it is nested or not binary."""
    names = [shard.schema.column(i).path for i in range(len(shard.schema))]
    number = names.index(column)
    description = shard.schema.column(number)
    chunks: list[_Chunk | None] = []
    for group in range(shard.num_row_groups):
        found = shard.metadata.row_group(group).column(number)
        if description.max_repetition_level or found.physical_type != "BYTE_ARRAY":
            chunks.append(None)
            continue
        start = found.data_page_offset
        if found.has_dictionary_page and found.dictionary_page_offset:
            start = min(start, found.dictionary_page_offset)
        values = shard.metadata.row_group(group).num_rows
        chunks.append(_Chunk(start, values, found.compression, description.max_definition_level))
    return chunks
