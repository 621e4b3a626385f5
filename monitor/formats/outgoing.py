"""The one way out: every text that leaves goes through here, to terminal, page, API, logs, metrics or notifications.

The rule is one: inside, texts are what was published, so that signatures are judged over the exact message and lists
are compared exactly; whatever shows a text calls :func:`shown`. Which values are secret, settings know.
"""

from monitor.formats.secrets import SECRETS
from monitor.formats.visible import LONGEST, visible


def shown(text: str, most: int = LONGEST) -> str:
    """Return ``text`` as anybody may see it: secrets masked, then all of it made visible, on one line."""
    return visible(SECRETS.mask(text), most)


def shown_lines(text: str) -> str:
    """Return a text of our own that has lines (a traceback, a list of faults), each as anybody may see it."""
    return "\n".join(map(shown, text.split("\n")))


def shown_value(value: object) -> object:
    """Return JSON's types with every text in them as anybody may see it, keys too; numbers and the like stay."""
    match value:
        case str():
            return shown(value)
        case dict():
            return _shown_items(value)
        case list() | tuple() | set() | frozenset():
            return [shown_value(item) for item in value]
        case _:
            return value


def _shown_items(values: dict[object, object]) -> dict[object, object]:
    """Our own names of fields stay, even where they are someone's password; no two keys become one."""
    items: dict[object, object] = {}
    for key, item in values.items():
        name = shown(key) if isinstance(key, str) and not (key.isascii() and key.isidentifier()) else key
        while name in items:
            name = f"{name}'"
        items[name] = shown_value(item)
    return items
