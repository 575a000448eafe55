"""A real browser that looks at a page of ours, and tells whatever it complained of or asked for."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 60_000


@dataclass
class SeenPage:
    """A page that is open, what its console said, and every address that it asked for."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def names(self) -> list[str]:
        """The names in the table, from the top."""
        return self.page.locator("#table tbody .run-name").all_text_contents()

    def cells(self, key: str) -> list[str]:
        """What a column of the table shows, from the top."""
        heads = self.page.locator("#table thead th").evaluate_all("all => all.map((one) => one.dataset.key || '')")
        return self.page.locator(f"#table tbody tr td:nth-child({heads.index(key) + 1})").all_text_contents()

    def wait_for_count(self, text: str) -> None:
        """Waits until the page says that so many runs are visible."""
        self.page.wait_for_function("text => document.getElementById('count').textContent.startsWith(text)", arg=text)


@contextlib.contextmanager
def start_browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def open_page(browser: Browser, file: pathlib.Path, **options: object) -> Iterator[SeenPage]:
    """Opens a file, and waits until its script is done."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    page.set_default_timeout(PATIENCE_MS)
    seen = SeenPage(page)
    page.on("console", lambda message: seen.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.said.append(f"thrown: {error}"))
    page.on("dialog", lambda dialog: (seen.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("request", lambda request: seen.asked.append(request.url.partition(",")[0]))
    try:
        page.goto(file.as_uri())
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        yield seen
    finally:
        page.close()
