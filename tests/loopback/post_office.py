"""A real SMTP server on loopback (aiosmtpd), which takes what it is given, or behaves as servers do on bad days."""

from __future__ import annotations

import asyncio
import datetime
import email
import email.policy
import os
import signal
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage
    from pathlib import Path


class PostOffice:
    """What came in, and what to do with the next. `refuses` are recipients; `answer` stands for what DATA is told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.rcpts: list[list[str]] = []
        self.was_tls: list[bool] = []
        self.helo: list[str] = []
        self.refuses: set[str] = set()
        self.answer = "250 taken"
        self.hangs = False
        self.drops = False
        self.before_answer: Callable[[], None] = lambda: None
        self.port = 0

    def address(self, *, scheme: str = "mailto", to: str = "mara@example.org", more: str = "", user: str = "") -> str:
        return f"{scheme}://{user}127.0.0.1:{self.port}?from=watch@example.net&to={to}{more}"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.refuses:
            return f"550 no such mailbox: {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - as above
        self, server: SMTP, session: Any, envelope: Any
    ) -> str:
        if self.hangs:
            await asyncio.sleep(30)
        if self.answer.startswith("250"):
            self.raw.append(envelope.content)
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
            self.rcpts.append(envelope.rcpt_tos)
            self.was_tls.append(server.transport.get_extra_info("sslcontext") is not None)
            self.helo.append(session.host_name)
        if self.drops:
            server.transport.abort()
        self.before_answer()
        return self.answer

    def kill_sender(self, pid: Callable[[], int]) -> None:
        """kill -9 the sending process once its mail is here, before it is told so."""

        def kill() -> None:
            os.kill(pid(), signal.SIGKILL)

        self.before_answer = kill


class _Office(Controller):
    def factory(self) -> SMTP:
        # A server that greets by the machine's full name asks the network for it.
        return SMTP(self.handler, hostname="mx.example.net", **self.SMTP_kwargs)


@contextmanager
def post_office(
    *, tls: ssl.SSLContext | None = None, smtps: ssl.SSLContext | None = None, password: str = ""
) -> Iterator[PostOffice]:
    """A server on a free port. `tls`: it offers STARTTLS; `smtps`: it speaks TLS from the first byte."""
    office = PostOffice()

    def login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        good = data.password == password.encode()
        return AuthResult(success=good, handled=good)

    more: dict[str, Any] = (
        {"authenticator": login, "auth_require_tls": False, "auth_required": True} if password else {}
    )
    controller = _Office(
        office, hostname="127.0.0.1", port=free_port(), tls_context=tls, ssl_context=smtps, ready_timeout=10, **more
    )
    office.port = controller.port
    controller.start()
    try:
        yield office
    finally:
        controller.stop()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port at which `talk` has each connection; for what no honest server does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=talk_to, args=(connection,), daemon=True).start()

        def talk_to(connection: socket.socket) -> None:
            with connection:
                try:
                    talk(connection)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate for 127.0.0.1 that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    kept = folder / "server.pem"
    kept.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(kept)
    return context
