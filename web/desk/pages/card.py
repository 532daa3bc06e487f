"""The printed card of somebody without an address: a code, and where to type it. It does not say what for."""

import io
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Association


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    code: str
    association: str
    phone: str
    address: str
    qr: SafeString


def card(code: str, *, address: str, association: Association) -> Card:
    """`address`: the whole URL, which the QR holds; the code is in neither."""
    parts = urlsplit(address)
    return Card(
        code=code,
        association=association.name,
        phone=association.contact_phone,
        address=f"{parts.netloc}{parts.path}",
        qr=_qr(address),
    )


def _qr(address: str) -> SafeString:
    """Inline SVG with attributes only: the page's policy admits no style."""
    drawing = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawing, kind="svg", xmldecl=False, svgns=False, nl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(drawing.getvalue().decode())
