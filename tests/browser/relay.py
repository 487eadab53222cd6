"""A relay between browser and server whose connections can be cut, as networks and proxies do."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading

REFUSAL = b"HTTP/1.1 413 Request Entity Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Listener:
    """Listens on a port of its own; each connection gets a thread."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client: socket.socket) -> None:
        raise NotImplementedError


class Relay(Listener):
    """Listens on a port of its own and passes everything on to ``target``, until told otherwise.

    Attributes:
        target: the port of the server; may change, as the server does when it starts again.
        bytes_max: requests that say they are longer are answered with 413, as nginx does.
        lost: how many answers were swallowed.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.bytes_max: int | None = None
        self.lost = 0
        self._down = False
        self._swallow: bytes | None = None
        self._ends: set[socket.socket] = set()
        super().__init__()

    def cut(self) -> None:
        """Break every connection, and let no new one through until :meth:`mend`."""
        self._down = True
        self.cut_once()

    def cut_once(self) -> None:
        """Break every connection; new ones go through."""
        for end in list(self._ends):
            _break(end)

    def mend(self) -> None:
        """Let connections through again."""
        self._down = False

    def swallow_answer(self, event: str) -> None:
        """Let the next question of this name reach the server, and break off its answer."""
        self._swallow = f"POST /geoduel/{event} ".encode()

    def close(self) -> None:
        super().close()
        self.cut()

    def _relay(self, client: socket.socket) -> None:
        if self._down:
            return _break(client)
        try:
            upstream = socket.create_connection(("127.0.0.1", self.target), timeout=5)
        except OSError:
            return _break(client)
        upstream.settimeout(None)
        self._ends |= {client, upstream}
        swallowing = threading.Event()
        arguments = (upstream, client, swallowing)
        threading.Thread(target=self._answers, args=arguments, daemon=True).start()
        while data := receive(client):
            if self._swallow is not None and data.startswith(self._swallow):
                self._swallow = None
                swallowing.set()
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", data)
            if self.bytes_max is not None and length and int(length[1]) > self.bytes_max:
                client.sendall(REFUSAL)
                while receive(client):  # as nginx does, else the browser may miss the answer
                    pass
                break
            if not _send(upstream, data):
                break
        self._end(client, upstream)

    def _answers(
        self, upstream: socket.socket, client: socket.socket, swallowing: threading.Event
    ) -> None:
        while data := receive(upstream):
            if swallowing.is_set():
                self.lost += 1
                break
            if not _send(client, data):
                break
        self._end(client, upstream)

    def _end(self, *ends: socket.socket) -> None:
        for end in ends:
            self._ends.discard(end)
            _break(end)


def receive(end: socket.socket) -> bytes:
    try:
        return end.recv(1 << 16)
    except OSError:
        return b""


def _send(end: socket.socket, data: bytes) -> bool:
    try:
        end.sendall(data)
    except OSError:
        return False
    return True


def _break(end: socket.socket) -> None:
    """Break off with a reset, as a proxy that dies does; also wakes who waits for data."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    end.close()
