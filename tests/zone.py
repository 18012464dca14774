"""Names and records for tests: as a look-up in the process, or as a name server on this machine."""

from __future__ import annotations

import socketserver
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Self

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from mail_gateway.resolver import Answer, Kind, Unanswered

Records = Mapping[str, Mapping[str, Iterable[Any]]]


class Zone:
    """`zone(name, kind)` answers as the resolver does. A name in `silent` is not answered."""

    def __init__(self, records: Records, silent: Iterable[str] = ()) -> None:
        self.records = {name.lower(): of for name, of in records.items()}
        self.silent, self.asked = set(silent), Counter[str]()

    def __call__(self, name: str, kind: Kind) -> Answer:
        name = name.rstrip(".").lower()
        self.asked[name] += 1
        if name in self.silent:
            raise Unanswered(name)
        found = self.records.get(name, {}).get(kind, ())
        return tuple(one.encode() if isinstance(one, str) and kind == "TXT" else one for one in found)


class NameServer:
    """Answers from a zone over UDP and TCP on a port of its own: `with NameServer({...}) as server`, then `server.at`.

    Records are written as in a zone file. A name in `silent` is never answered; in `failing`, by SERVFAIL.
    """

    def __init__(self, records: Records, silent: Iterable[str] = (), failing: Iterable[str] = ()) -> None:
        self.records = {name.lower(): of for name, of in records.items()}
        self.silent, self.failing, self.asked = set(silent), set(failing), Counter[str]()
        self.udp, self.tcp = self._on_one_port()
        self.at = ("127.0.0.1", int(self.udp.server_address[1]))
        self.tcp.daemon_threads = self.udp.daemon_threads = True

    def _on_one_port(self) -> tuple[socketserver.ThreadingUDPServer, socketserver.ThreadingTCPServer]:
        """A port that is free for one may be taken for the other."""
        while True:
            udp = socketserver.ThreadingUDPServer(("127.0.0.1", 0), partial(ByUdp, self))
            try:
                return udp, socketserver.ThreadingTCPServer(udp.server_address, partial(ByTcp, self))
            except OSError:
                udp.server_close()

    def __enter__(self) -> Self:
        for server in (self.udp, self.tcp):
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in (self.udp, self.tcp):
            server.shutdown()
            server.server_close()

    def answer(self, data: bytes) -> dns.message.Message | None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked[name] += 1
        if name in self.silent:
            return None
        made = dns.message.make_response(query)
        if name in self.failing or name not in self.records:
            made.set_rcode(dns.rcode.SERVFAIL if name in self.failing else dns.rcode.NXDOMAIN)
        for told in (kind, "CNAME"):
            if texts := list(self.records.get(name, {}).get(told, ())):
                made.answer.append(dns.rrset.from_text_list(f"{name}.", 300, "IN", told, texts))
        return made


class ByUdp(socketserver.BaseRequestHandler):
    def __init__(self, zone: NameServer, *args: Any) -> None:
        self.zone = zone
        super().__init__(*args)

    def handle(self) -> None:
        data, sock = self.request
        if answer := self.zone.answer(data):
            try:
                wire = answer.to_wire(max_size=1232)
            except dns.exception.TooBig:
                answer.answer.clear()
                answer.flags |= dns.flags.TC
                wire = answer.to_wire()
            sock.sendto(wire, self.client_address)


class ByTcp(ByUdp):
    def handle(self) -> None:
        size = int.from_bytes(self.request.recv(2), "big")
        if answer := self.zone.answer(self.request.recv(size)):
            wire = answer.to_wire(max_size=65535)
            self.request.sendall(len(wire).to_bytes(2, "big") + wire)


def quoted(text: str) -> str:
    """A TXT record as a zone file writes it: strings of at most 255 characters."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
