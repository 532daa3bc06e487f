"""What a machine, or a hurried person, reads or writes for a word."""


def alike(one: str, other: str) -> bool:
    """Equal, but for one letter that is missing, too many or another."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next((at for at, sign in enumerate(short) if sign != long[at]), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
