"""Print the wanted port, or the next free one on 127.0.0.1 where another program holds it."""

import socket
import sys


def find_port(wanted: int) -> int:
    """Return the first port from `wanted` on that nobody listens on, or one the system picks."""
    for port in [*range(wanted, min(wanted + 50, 65536)), 0]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SystemExit("没有空闲端口 / no free port")


if __name__ == "__main__":
    print(find_port(int(sys.argv[1])))
