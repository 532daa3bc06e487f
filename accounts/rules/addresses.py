"""One mailbox under several spellings."""


def without_tag(address: str) -> str:
    """«anne+gym@exemple.fr» as «anne@exemple.fr»: many providers put both in one mailbox.

    For counting only. Elsewhere the two may be two people, and mail goes to what is on file.
    """
    name, at, domain = address.strip().rpartition("@")
    return f"{name.split('+')[0] or name}{at}{domain}"
