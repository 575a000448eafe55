"""A terminal that shows one picture after the other, by rich; what it showed before comes back at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TextIO

from gitexp.render.screen import build_parts, make_console, rich_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from rich.text import Text as RichText

    from gitexp.render.page import Line, Look, Page


class WatchScreen:
    """The whole screen, taken for as long as the context lasts."""

    def __init__(self, look: Look, file: TextIO) -> None:
        from rich.live import Live

        self._console = make_console(look, file, is_terminal=True)
        self._live = Live(
            console=self._console,
            screen=True,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=False,
            vertical_overflow="crop",
        )

    def show(self, lines: Sequence[Line], width: int, height: int) -> None:
        """Puts a picture of this size on the screen."""
        from rich.console import ConsoleDimensions

        self._console.size = ConsoleDimensions(width, height)
        self._live.update(_join(lines), refresh=True)

    def show_page(self, page: Page, width: int, height: int) -> None:
        """Puts a page on the screen, which has this size; what is beneath it is cut."""
        from rich.console import ConsoleDimensions, Group

        self._console.size = ConsoleDimensions(width, height)
        self._live.update(Group(*build_parts(page, width)), refresh=True)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)


def _join(lines: Sequence[Line]) -> RichText:
    from rich.text import Text as RichText

    text = RichText("\n", no_wrap=True, overflow="crop", end="").join(map(rich_line, lines))
    text.no_wrap, text.overflow, text.end = True, "crop", ""
    return text
