"""The witness: what is passed on is what only one of two processes saw."""

from __future__ import annotations

import signal
import sys

import pytest

if sys.platform == "win32":
    pytest.skip("there are no signals of this kind", allow_module_level=True)

from gitexp.capture.signals import Arrival
from gitexp.capture.witness import GRACE_SECONDS, Witness

TERM, HUP = signal.SIGTERM, signal.SIGHUP


def arrive(number: signal.Signals, at: float, sender: int | None = 7) -> Arrival:
    return Arrival(number, reached_group=False, sender=sender, at=at)


def test_what_was_seen_is_not_passed_on() -> None:
    witness = Witness()
    witness.see(arrive(TERM, 10.0))
    witness.ask(arrive(TERM, 10.01), now=10.02)
    assert witness.wait_seconds(10.02) is None
    assert witness.settle(20.0) == []


def test_what_comes_within_the_grace_is_not_passed_on() -> None:
    witness = Witness()
    witness.ask(arrive(TERM, 10.0), now=10.0)
    assert witness.wait_seconds(10.0) == pytest.approx(GRACE_SECONDS)
    witness.see(arrive(TERM, 10.05))
    assert witness.settle(20.0) == []


def test_what_was_not_seen_is_passed_on_once() -> None:
    witness = Witness()
    witness.ask(arrive(TERM, 10.0), now=10.0)
    assert witness.settle(10.0) == []
    assert witness.settle(10.0 + GRACE_SECONDS) == [TERM]
    assert witness.settle(20.0) == []


@pytest.mark.parametrize("seen", [arrive(HUP, 10.0), arrive(TERM, 9.0), arrive(TERM, 10.0, sender=8)])
def test_another_signal_time_or_sender_is_another_sending(seen: Arrival) -> None:
    witness = Witness()
    witness.see(seen)
    witness.ask(arrive(TERM, 10.0), now=10.0)
    assert witness.settle(20.0) == [TERM]


def test_a_sender_that_is_not_known_may_be_any() -> None:
    witness = Witness()
    witness.see(arrive(TERM, 10.0, sender=None))
    witness.ask(arrive(TERM, 10.0), now=10.0)
    assert witness.settle(20.0) == []


def test_at_the_end_what_one_alone_had_is_passed_on() -> None:
    witness = Witness()
    witness.ask(arrive(TERM, 10.0), now=10.0)
    witness.see(arrive(HUP, 10.1))
    witness.see(Arrival(signal.SIGINT, reached_group=True, sender=None, at=10.1))
    assert witness.end(10.2) == [TERM, HUP]
