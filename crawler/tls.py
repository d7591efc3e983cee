"""What TLS showed: version, cipher, the certificates, and whether a browser would have believed them.

Broken TLS is common on the sites we watch and does not stop a look; it is recorded with it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto
from service_identity import VerificationError
from service_identity.exceptions import CertificateError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns

from crawler.addresses import literal_address
from storage.records import TlsFacts


def tls_facts(connection: Any, host: str) -> TlsFacts:
    """The facts of an open `OpenSSL.SSL.Connection` to `host`."""
    chain = connection.get_peer_cert_chain() or []
    hashes = tuple(
        hashlib.sha256(certificate.to_cryptography().public_bytes(Encoding.DER)).hexdigest() for certificate in chain
    )
    error = _doubt(chain, host)
    return TlsFacts(
        version=connection.get_protocol_version_name(),
        cipher=connection.get_cipher_name(),
        verified=error is None,
        error=error,
        chain_sha256=hashes,
    )


def _doubt(chain: list[Any], host: str) -> str | None:
    """Why a browser would not believe this chain for this host, in one line, or None."""
    if not chain:
        return "no certificate was shown"
    try:
        store: Any = _trusted().get_cert_store()
        crypto.X509StoreContext(store, chain[0], chain[1:]).verify_certificate()
        wanted = IPAddress_ID(host) if literal_address(host) else DNS_ID(host)
        verify_service_identity(extract_patterns(chain[0]), [wanted], [])
    except crypto.X509StoreContextError as problem:
        return str(problem)
    except (VerificationError, CertificateError, ValueError):
        return f"the certificate is not for {host}"
    return None


@cache
def _trusted() -> SSL.Context:
    """The context whose store holds what this machine trusts. The store lives only as long as the context does."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_default_verify_paths()
    return context
