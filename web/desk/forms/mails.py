"""How a volunteer wants the mails of this association."""

from web.desk.forms.base import DeskForm
from web.parts.mails import MailFields


class MailForm(MailFields, DeskForm):
    pass
