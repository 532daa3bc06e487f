"""RFC 3161 (August 2001): what an authority answers, and whether it says that a statement stood at an instant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from rfc3161_client import HashAlgorithm, TimeStampRequest, VerifierBuilder, decode_timestamp_response
from rfc3161_client import TimestampRequestBuilder as RequestBuilder

LONGEST = 64 * 1024
_CERTIFICATES = 0xA0


class BadToken(ValueError):
    """It proves nothing; the message says why, in the library's words at most."""


class BadAuthority(ValueError):
    """The file of the authority's certificates holds no root that others could be traced to."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificates that are trusted: `roots` signed themselves, the others lead to one of them."""

    roots: tuple[x509.Certificate, ...]
    others: tuple[x509.Certificate, ...]


def authority_of(pem: bytes) -> Authority:
    """Raises BadAuthority."""
    try:
        found = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise BadAuthority("it holds no certificate in PEM") from None
    roots = tuple(one for one in found if one.issuer == one.subject)
    if not roots:
        raise BadAuthority("none of its certificates is a root, signed by itself")
    return Authority(roots, tuple(one for one in found if one.issuer != one.subject))


def ask_about(statement: bytes) -> TimeStampRequest:
    """A request that holds the statement's SHA-256 and a random number, and asks for the signer's certificate."""
    return RequestBuilder().data(statement).hash_algorithm(HashAlgorithm.SHA256).build()


def stamped_at(
    answer: bytes, *, statement: bytes, authority: Authority, asked: TimeStampRequest | None = None
) -> datetime:
    """When the authority saw the statement. Raises BadToken. `asked`: its random number is compared too."""
    builder = VerifierBuilder.from_request(asked) if asked else VerifierBuilder()
    for one in authority.roots:
        builder = builder.add_root_certificate(one)
    for one in authority.others:
        builder = builder.add_intermediate_certificate(one)
    if len(answer) > LONGEST:
        raise BadToken("it is longer than any token")
    try:
        response = decode_timestamp_response(_in_order(answer))
        builder.build().verify_message(response, statement)
        return response.tst_info.gen_time
    except Exception as error:  # noqa: BLE001  a parser of foreign bytes: whatever it stumbles over is no token
        raise BadToken(str(error) or type(error).__name__) from None


def _in_order(answer: bytes) -> bytes:
    """The same answer with its certificates in the order that DER asks of a set.

    Authorities that are built on OpenSSL leave them in the order of the chain, which the parser refuses. The signature
    does not cover this set: nothing that is proved changes. What has another shape is left as it is.
    """
    try:
        [whole] = _parts(answer, 0, len(answer))
        _status, token = _parts(answer, *whole[1:])
        _kind, content = _parts(answer, *token[1:])
        [signed] = _parts(answer, *content[1:])
        certificates = next(part for part in _parts(answer, *signed[1:]) if answer[part[0]] == _CERTIFICATES)
        _head, start, end = certificates
        ordered = b"".join(sorted(answer[head:stop] for head, _, stop in _parts(answer, start, end)))
    except (ValueError, IndexError, StopIteration):
        return answer
    return answer[:start] + ordered + answer[end:]


def _parts(data: bytes, start: int, end: int) -> list[tuple[int, int, int]]:
    """What stands between two places in DER: where each part, its content, and the part's end are."""
    return list(_read(data, start, end))


def _read(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    while start < end:
        size, content = data[start + 1], start + 2
        if size >= 0x80:
            content += size & 0x7F
            size = int.from_bytes(data[start + 2 : content])
        if content + size > end:
            raise ValueError("A part is longer than what holds it.")
        yield start, content, content + size
        start = content + size
