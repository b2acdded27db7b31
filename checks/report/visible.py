"""Text of strangers made harmless to look at: no control characters, no change of the direction of writing."""

from __future__ import annotations

# A terminal obeys control characters, so a cell shows their pictures instead; line ends are harmless.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) != "\n"}
_PICTURES |= {127: 0x2421} | dict.fromkeys(range(128, 160), 0xFFFD)
# Marks that let text be read in another order than it is stored, and halves of characters, which no file can hold.
_PICTURES |= dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000)), 0xFFFD)


def visible(text: str) -> str:
    """The text with pictures in place of characters that a terminal or a browser would obey or refuse.

    Args:
        text: any text.

    Returns:
        As many characters; line ends are kept.

    Example:
        >>> visible("a" + chr(27) + "[2J" + chr(0x202E))
        'a␛[2J�'
    """
    return text.translate(_PICTURES)
