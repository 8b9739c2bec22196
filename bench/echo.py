"""Owns a server that does nothing but answer: what is left of a measurement against it is the driver itself.

python -m bench.echo PORT
"""

import select
import socket
import sys

BODY = b'{"issuer":"https://login.example.com"}'
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


def serve(listener: socket.socket) -> None:
    """Answer whatever comes there, until the listener is shut down."""
    poll, clients = select.epoll(), {}
    poll.register(listener.fileno(), select.EPOLLIN)
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                clients[client.fileno()] = client
                poll.register(client.fileno(), select.EPOLLIN)
            elif not _answer(clients[number]):
                poll.unregister(number)
                clients.pop(number).close()


def _answer(client: socket.socket) -> bool:
    """Answer one request; false when the client has gone."""
    try:
        return bool(client.recv(65536)) and client.send(ANSWER) > 0
    except OSError:
        return False


if __name__ == "__main__":
    serve(socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=64))
