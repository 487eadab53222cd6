"""A relay between browser and server that keeps every byte, in order, for a test to read."""

from __future__ import annotations

import re
import socket
import threading
from dataclasses import dataclass

from tests.browser.relay import Listener, receive


@dataclass
class Exchange:
    """One request and what the server sent until the next request on the same connection."""

    request: bytes = b""
    response: bytes = b""

    @property
    def path(self) -> str:
        """The path of the request, with its query."""
        return self.request.split(b" ", 2)[1].decode()

    @property
    def body(self) -> bytes:
        """The body of the response as far as it has come, put together from its chunks."""
        head, _, body = self.response.partition(b"\r\n\r\n")
        if not re.search(rb"(?i)transfer-encoding:\s*chunked", head):
            return body
        parts = []
        while (line := body.partition(b"\r\n"))[1] and re.fullmatch(rb"[0-9a-fA-F]+", line[0]):
            length = int(line[0], 16)
            parts.append(line[2][:length])
            body = line[2][length + 2 :]
        return b"".join(parts)


class Wiretap(Listener):
    """Listens on a port of its own and passes everything on; ``exchanges`` grows meanwhile."""

    def __init__(self, port: int) -> None:
        self.exchanges: list[Exchange] = []
        self._target = ("127.0.0.1", port)
        super().__init__()

    def _relay(self, client: socket.socket) -> None:
        upstream = socket.create_connection(self._target)
        current = [Exchange()]
        down = threading.Thread(target=self._down, args=(upstream, client, current), daemon=True)
        down.start()
        while data := receive(client):
            # No compression, so that the bytes can be read.
            data = re.sub(rb"(?i)\r\naccept-encoding:", b"\r\nx-was-encoding:", data)
            if current[0].response or not current[0].request:
                current[0] = Exchange()
                self.exchanges.append(current[0])
            current[0].request += data
            upstream.sendall(data)
        upstream.close()

    @staticmethod
    def _down(upstream: socket.socket, client: socket.socket, current: list[Exchange]) -> None:
        while data := receive(upstream):
            current[0].response += data
            try:
                client.sendall(data)
            except OSError:
                break
        client.close()
