"""PyYAML's parsers: text to events, and where in the text an error is."""

from __future__ import annotations

import re
from typing import Any, Protocol

MAX_SLOW_CHARACTERS = 1_000_000

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class YamlError(Exception):
    """YAML text that cannot be read; ``line`` counts from 1, None where not known."""

    def __init__(self, what: str, line: int | None, why: str) -> None:
        super().__init__(f"{what}:{line}: {why}" if line is not None else f"{what}: {why}")
        self.what = what
        self.line = line
        self.why = why


class Parser(Protocol):
    """What is used of PyYAML's parsers."""

    def get_event(self) -> Any:
        """The next event; None or an error after the last."""


def decode_yaml(data: bytes | str, what: str, max_bytes: int) -> str:
    """The text of YAML bytes: UTF-8, or UTF-16 with its mark. YamlError for anything else and for raw controls."""
    if len(data) > max_bytes:
        raise YamlError(what, None, f"larger than {max_bytes} bytes")
    text = data if isinstance(data, str) else _decode_bytes(data, what)
    found = _FORBIDDEN.search(text)
    if found:
        raise YamlError(what, text.count("\n", 0, found.start()) + 1, f"control character U+{ord(found[0]):04X}")
    return text


def _decode_bytes(data: bytes, what: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise YamlError(what, data.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from None


def open_parser(text: str, what: str) -> Parser:
    """PyYAML's parser in C, or the one in Python where there is no other or the text escapes lone surrogates."""
    import yaml

    # libyaml refuses "\ud800"; the parser in Python reads it, a hundred times slower.
    surrogates = _SURROGATE_ESCAPE.search(text)
    if yaml.__with_libyaml__ and not surrogates:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]

        c_parser: Parser = CParser(text)
        return c_parser
    if len(text) > MAX_SLOW_CHARACTERS:
        raise YamlError(what, None, f"larger than {MAX_SLOW_CHARACTERS} characters, which is too much without libyaml")

    class PythonParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
        def __init__(self) -> None:
            yaml.reader.Reader.__init__(self, text)
            yaml.scanner.Scanner.__init__(self)
            yaml.parser.Parser.__init__(self)

    return PythonParser()
