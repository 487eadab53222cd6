"""Files that appear whole or not at all; the one way in which this repository writes files."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from model.errors import OutputError, fault

_REMEDIES = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "make room there"),
    **dict.fromkeys(
        (errno.EROFS, errno.EACCES, errno.EPERM), "choose a place that may be written to"
    ),
    **dict.fromkeys((errno.ENOENT, errno.ENOTDIR), "its folder does not exist; make it first"),
    errno.EISDIR: "it is a folder; give the name of a file",
}

_DESCRIPTOR = re.compile(r"/(?:dev|proc/(?:self|thread-self|[0-9]+))/fd/([0-9]+)")

_NAME_LENGTH = 40
"""Of a file's name, so much goes into the temporary one: four bytes each must fit into 255."""


class Version(NamedTuple):
    """What tells a file from its later or earlier self."""

    size_bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, file: Path) -> Version:
        """The present one; ``OSError`` without the file."""
        found = file.stat()
        return cls(found.st_size, found.st_mtime_ns)


def text_digest(text: str, digits: int = 16) -> str:
    """Identify a text by so many hex digits; names of files in it may be other than UTF-8."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:digits]


@contextmanager
def replacing(file: Path) -> Iterator[Path]:
    """Give a temporary name to write to; it becomes ``file`` at the end, or goes if that fails.

    A symbolic link stays, and what it points to is replaced. A new file gets the mode that the
    umask leaves, one that is replaced keeps its mode and owner. What is no plain file (a device, a
    pipe, ``/dev/stdout``) is written into, once the whole content is there.

    Raises:
        OutputError: nothing can be written there; the file is as it was.
        BrokenPipeError: nobody reads the pipe any more.
    """
    try:
        special = _is_special(file)
        target = file if special else Path(os.path.realpath(file))
        temporary = _temporary_elsewhere() if special else _temporary_beside(target)
    except OSError as error:
        raise _output_error(file, error) from error
    try:
        yield temporary
        if special:
            _pour(temporary, file)
        else:
            temporary.replace(target)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _output_error(file, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(file: Path) -> None:
    """Try beforehand, without a trace, whether :func:`replacing` could write a file.

    Raises:
        OutputError: nothing can be written there.
    """
    try:
        if not _is_special(file):
            _temporary_beside(Path(os.path.realpath(file))).unlink()
    except OSError as error:
        raise _output_error(file, error) from error


def write_atomically(file: Path, data: bytes | str) -> None:
    r"""Write a file whole or not at all, as :func:`replacing` does; text as UTF-8.

    Of file names that are other than UTF-8 the odd bytes are escaped, such as ``\udce9``.

    Raises:
        OutputError: nothing can be written there; the file is as it was.
    """
    with replacing(file) as temporary:
        encoded = data.encode(errors="backslashreplace") if isinstance(data, str) else data
        temporary.write_bytes(encoded)


def _output_error(file: Path, cause: OSError) -> OutputError:
    if isinstance(cause, OutputError):  # of a file inside this one's block
        return cause
    remedy = _REMEDIES.get(cause.errno or 0, "choose another place")
    error = OutputError(fault(file, "cannot be written", remedy, cause))
    error.errno = cause.errno
    return error


def _is_special(file: Path) -> bool:
    """Whether something is there that must be written into, not replaced."""
    if _descriptor(file) is not None:
        return True
    try:
        mode = file.stat().st_mode
    except FileNotFoundError:  # also a link that points nowhere yet
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    return not stat.S_ISREG(mode)


def _descriptor(file: Path) -> int | None:
    """The open descriptor that a name such as ``/dev/stdout`` stands for.

    Where a shell sent it to a plain file, opening that anew would write over what is in it.
    """
    name = os.path.abspath(file)
    for _ in range(40):  # as many links as Linux follows
        if found := _DESCRIPTOR.fullmatch(name):
            return int(found[1])
        if not os.path.islink(name):
            return None
        name = os.path.abspath(os.path.join(os.path.dirname(name), os.readlink(name)))
    return None


def _temporary_elsewhere() -> Path:
    handle, name = tempfile.mkstemp(suffix=".part")
    os.close(handle)
    return Path(name)


def _temporary_beside(target: Path) -> Path:
    """A new file beside the target, with the mode that the target has or will have."""
    name = f".{target.name[:_NAME_LENGTH]}.{secrets.token_hex(4)}.part"
    temporary = target.parent / name
    # Not mkstemp: its files are private, and the umask can only be read by changing it.
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    try:
        if target.exists():
            if not os.access(target, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
            old = target.stat()
            with suppress(OSError):  # only root may give files away
                os.chown(temporary, old.st_uid, old.st_gid)
            temporary.chmod(stat.S_IMODE(old.st_mode))
    except OSError:
        temporary.unlink()
        raise
    return temporary


def _pour(temporary: Path, file: Path) -> None:
    with temporary.open("rb") as content, _open_special(file) as out:
        shutil.copyfileobj(content, out)


def _open_special(file: Path) -> BinaryIO:
    descriptor = _descriptor(file)
    if descriptor is not None:
        return os.fdopen(os.dup(descriptor), "wb")
    return file.open("wb")
