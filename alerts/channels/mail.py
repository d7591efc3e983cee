"""Mail by Apprise's own addresses (`mailtos://user:password@host?to=a@b`), composed and sent here.

Apprise gives each mail a Message-ID of its own making: one sent again after a kill would be a second message. So an
address is read by Apprise, which knows the servers of many providers, and the rest is ours.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from alerts.channels.apprise import AppriseChannel, service_of
from alerts.channels.redaction import said
from alerts.mask import clean
from storage.errors import ConfigError, LongarmError, Quarantine, Retry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alerts.channels import Channel, Message

_SECONDS = 20.0
"""So long a server may take for each answer; `cto=` in the address says otherwise."""

_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_AGAIN = "it is tried again at the next run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterbox:
    """Where mail goes, as its address says. `mode` is `insecure` (no TLS), `starttls` or `ssl`."""

    host: str
    port: int
    mode: str
    user: str | None
    password: str | None
    verify: bool
    seconds: float
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    cc: tuple[str, ...]
    bcc: tuple[str, ...]
    reply_to: tuple[str, ...]
    headers: tuple[tuple[str, str], ...] = ()


def open_mail(address: str) -> Channel:
    """The channel of a mail address. Raises ConfigError."""
    service = service_of(address)
    if str(getattr(service, "pgp_mode", None) or "no") != "no":
        # What is to be encrypted must not go out plain: only Apprise does that.
        return AppriseChannel(address)
    return MailChannel(address, letterbox_of(service))


def letterbox_of(service: Any) -> Letterbox:
    """What Apprise read out of an address."""
    name, sender = service.from_addr
    targets = tuple((str(name or ""), str(to)) for name, to in service.targets)
    if not targets:
        raise ConfigError("send: mailto://…: nobody to send to; add ?to=name@example.org")
    return Letterbox(
        host=str(service.smtp_host),
        port=int(service.port),
        mode=str(service.secure_mode),
        user=service.user,
        password=service.password,
        verify=bool(service.verify_certificate),
        seconds=float(getattr(service, "socket_connect_timeout", None) or _SECONDS),
        # Apprise names a sender that has no name after itself.
        sender=("Longarm" if name in (False, None, "", "Apprise") else str(name), str(sender)),
        to=targets,
        cc=tuple(sorted(service.cc)),
        bcc=tuple(sorted(service.bcc)),
        reply_to=tuple(sorted(service.reply_to)),
        headers=tuple(sorted((str(name), str(value)) for name, value in service.headers.items())),
    )


def compose(message: Message, box: Letterbox) -> EmailMessage:
    """The message as a mail: HTML with a text alternative, the same bytes however often it is made."""
    domain = box.sender[1].rpartition("@")[2]
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(*box.sender)
    mail["To"] = [_address(*target) for target in box.to]
    if box.cc:
        mail["Cc"] = [_address("", one) for one in box.cc]
    if box.reply_to:
        mail["Reply-To"] = [_address("", one) for one in box.reply_to]
    mail["Subject"] = " ".join(clean(message.subject).split())
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}.longarm@{domain}>"
    mail["List-Id"] = f"Longarm <longarm.{domain}>"
    # RFC 3834: no holiday notes to the sender, please.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    for name, value in box.headers:
        # Those of the address (`+X-Team=night`), but for what is ours.
        if _HEADER.fullmatch(name) and name not in mail:
            mail[name] = " ".join(clean(value).split())
    # A line may have 998 bytes (RFC 5322, 2.1.1), a Chinese paragraph has more: base64 has no long lines.
    mail.set_content(_whole(message.text), charset="utf-8", cte="base64")
    mail.add_alternative(_whole(message.html), subtype="html", charset="utf-8", cte="base64")
    for part in mail.iter_parts():
        del part["MIME-Version"]
    return mail


def _whole(text: str) -> str:
    """The text without halves of a surrogate pair, which UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode()


def _address(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(" ".join(clean(name).split()), local, domain)


class MailChannel:
    """One server, and the people whom one address names: they get the message in one transaction."""

    def __init__(self, address: str, box: Letterbox) -> None:
        self._address, self._box = address, box

    def send(self, message: Message) -> str:
        box = self._box
        try:
            mail = compose(message, box).as_bytes()
        except ValueError as problem:
            raise ConfigError(f"send: mail by {box.host}: {self._said(problem)}; correct the address") from problem
        everyone = [*(to for _, to in box.to), *box.cc, *box.bcc]
        try:
            with self._connected() as server:
                refused = server.sendmail(box.sender[1], everyone, mail)
        except (OSError, smtplib.SMTPException) as problem:
            raise self._failure(problem) from problem
        if not refused:
            return ""
        code, words = _first(refused)
        several = f"{len(refused)} of {len(everyone)} recipients refused"
        return f"mail by {box.host}: {several}: {code} {self._said(words)}"

    def _connected(self) -> smtplib.SMTP:
        box = self._box
        context = ssl.create_default_context()
        if not box.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # The name of this machine is nobody's business, and looking it up may hang.
        name = "[127.0.0.1]"
        server: smtplib.SMTP
        if box.mode == "ssl":
            server = smtplib.SMTP_SSL(box.host, box.port, name, timeout=box.seconds, context=context)
        else:
            server = smtplib.SMTP(box.host, box.port, name, timeout=box.seconds)
        try:
            if box.mode == "starttls":
                # Where a server offers none this raises: there is no falling back to a plain connection.
                server.starttls(context=context)
            if box.user and box.password:
                server.login(box.user, box.password)
        except BaseException:
            server.close()
            raise
        return server

    def _failure(self, problem: Exception) -> LongarmError:
        """Whether a later try may go better. A log-in or a connection fails for all messages, a refusal for one."""
        where = f"mail by {self._box.host}:{self._box.port}"
        # smtplib says of a time limit that the connection was closed.
        if isinstance(problem, TimeoutError) or isinstance(problem.__context__, TimeoutError):
            return Retry(f"{where}: no answer in {self._box.seconds:g} s; {_AGAIN}")
        code, words = _answer(problem)
        if code >= 500 and not isinstance(problem, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError):
            return Quarantine(f"{where}: refused, {code} {self._said(words)}; it is tried again at the next run")
        said_so = f"{code} {self._said(words)}" if code else self._said(problem) or type(problem).__name__
        return Retry(f"{where}: {said_so}; {_AGAIN}")

    def _said(self, problem: object) -> str:
        text = problem.decode("utf-8", "replace") if isinstance(problem, bytes) else problem
        return said(text, self._address, self._box.password or "", *(to for _, to in self._box.to))


def _answer(problem: Exception) -> tuple[int, object]:
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        return _first(problem.recipients)
    if isinstance(problem, smtplib.SMTPResponseException):
        return problem.smtp_code, problem.smtp_error
    return 0, ""


def _first(refused: Mapping[str, tuple[int, bytes]]) -> tuple[int, object]:
    code, words = next(iter(refused.values()))
    return code, words.decode("utf-8", "replace")
