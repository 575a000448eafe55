"""``gitexp.summary``: the numbers that stand for a run where its series would say something else."""

from __future__ import annotations

from gitexp.format.frames import SUMMARY
from gitexp.tracker.notices import quote
from gitexp.tracker.numbers import collect_numbers
from gitexp.tracker.writer import WRITER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any


class Summary:
    """Final numbers by name: ``summary["best_auc"] = 0.94``. What was set in this process can be read back.

    Values are what ``log`` takes. A name that is set again has the later value; setting never raises.
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}

    def __setitem__(self, name: str, value: object) -> None:
        self.update({name: value})

    def update(self, values: Mapping[str, object] | None = None, /, **more: object) -> None:
        """Sets several numbers at once."""

        def set_all() -> None:
            given = {**(values or {}), **more}
            self._values.update(given)
            _record(given)

        WRITER.attempt("summary", set_all)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The number that was set, else the default."""
        return self._values.get(name, default)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"gitexp.summary({self._values!r})"


def _record(given: Mapping[str, object]) -> None:
    if not WRITER.speaks():
        return
    found = collect_numbers(given, WRITER.prefix, _leave_out)
    if found:
        WRITER.write(SUMMARY, found)


def _leave_out(name: str, why: str) -> None:
    sentence = f"summary: {quote(name)} is left out: {why}"
    WRITER.tell(sentence, sentence)


summary = Summary()
