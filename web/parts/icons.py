"""`{% icon "phone" %}`: one drawing of the sprite, sized by the text around it."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# The drawings of img/icons.svg.
NAMES = frozenset({
    "alert", "bookmark", "calendar", "camera", "chart", "check", "clock", "copy", "doc", "dots", "down", "exit",
    "eye", "flag", "folder", "gear", "glass", "hand", "help", "home", "inbox", "info", "language", "left", "lock",
    "mail", "menu", "offline", "pause", "pen", "phone", "pin", "plus", "printer", "right", "search", "send", "shield",
    "sound", "text", "theme", "upload", "user", "users", "x",
})  # fmt: skip

# Drawings that point somewhere are mirrored where text runs from right to left.
POINTING = frozenset({"exit", "hand", "left", "right", "send", "sound"})


@register.simple_tag
def icon(name: str) -> SafeString:
    """Decoration only: the words beside it carry the meaning, so screen readers skip it."""
    turns = " icon--turns" if name in POINTING else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        turns,
        static("img/icons.svg"),
        name,
    )
