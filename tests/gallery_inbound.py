"""Pictures of mail that came in, and of an address that takes none."""

from collections.abc import Iterator

from tests.pictures import Picture

NO_PAGE_OF_INBOUND = {"desk:inbound_read": "POST only"}


def inbound() -> Iterator[Picture]:
    case, mail = {"reference": "letter_soon"}, {"pk": "mail"}
    yield Picture(name="desk-inbound", view="desk:inbound", who="benevole")
    yield Picture(name="desk-inbound-empty", view="desk:inbound", who="alone")
    yield Picture(name="desk-inbound-mail", view="desk:inbound_mail", who="benevole", places=mail)
    press = ("Classer dans",)
    yield Picture(name="desk-inbound-mail-error", view="desk:inbound_mail", who="benevole", places=mail, press=press)
    yield Picture(name="desk-address", view="desk:address", who="benevole", places=case)
    press = ("Enregistrer l’adresse",)
    yield Picture(name="desk-address-error", view="desk:address", who="benevole", places=case, press=press)
