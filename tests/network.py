"""No test reaches beyond this machine: every connection and every name that this process asks for is looked at.

An audit hook sees all of them, whatever library connects. Child processes (PostgreSQL, Chromium) are not seen.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from typing import Any

# What was tried since the last look: the error itself may be caught by the code under test.
tried: list[str] = []


def _is_here(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return False
    return True


def _watch(event: str, args: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        connection, address = args[0], args[1]
        if connection.family == getattr(socket, "AF_UNIX", None) or address is None or _is_here(address[0]):
            return
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = args[0]
        # an address in figures asks nobody; connecting to it is looked at above
        if _is_here(address) or _is_address(address):
            return
    else:
        return
    tried.append(f"{event} {address}")
    raise PermissionError(f"a test reaches beyond this machine: {event} {address}")


def install() -> None:
    """Begin to watch; there is no way back, and none is needed."""
    sys.addaudithook(_watch)
