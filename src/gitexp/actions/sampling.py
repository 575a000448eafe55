"""The use of the machine while a command runs, sampled into the run's journal."""

from __future__ import annotations

import os
import time
from functools import partial
from typing import TYPE_CHECKING

from gitexp.format.frames import HEADER, METRICS, VERSION, format_frame

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from gitexp.actions.attempts import Attempts
    from gitexp.actions.preparation import Preparation
    from gitexp.capture.machine_energy import MachineEnergy
    from gitexp.store.journal import Journal

    Source = Callable[[float], dict[str, float]]

_SHORTEST, _SHORT, _LONGEST = 0.2, 1.0, 60.0
_TOO_SHORT = 0.1
_PART_OF_AGE = 60
_MOST_OF_A_CORE = 0.005


def next_pause(age: float, cost: float, interval: float | None = None) -> float:
    """Seconds until the next sample of a run that is ``age`` seconds old.

    At first as long again as the run is old, then a second, then a sixtieth of its age, at most a minute: 300 samples
    of an hour, 1,700 of a day. ``interval`` is the user's own. Neither lets the sampling take more than half a percent
    of a core; ``cost`` is the processor time of the last sample.
    """
    planned = max(min(max(age, _SHORTEST), _SHORT), min(age / _PART_OF_AGE, _LONGEST))
    return max(planned if interval is None else interval, cost / _MOST_OF_A_CORE)


def sample_use(prepared: Preparation, journal: Journal, pid: int, ended: threading.Event) -> None:
    """Samples until the command has ended, then once more; nothing of one that ends at once.

    Raises OSError where the journal cannot be written.
    """
    # What the imports below take would be most of what is sampled of it, and of what recording it costs.
    if ended.wait(_TOO_SHORT):
        return
    from gitexp.capture.gpu_usage import GpuUse
    from gitexp.capture.machine_energy import MachineEnergy
    from gitexp.capture.machine_usage import MachineUse
    from gitexp.capture.process_usage import ProcessTree

    energy = MachineEnergy()
    sources: dict[str, Source] = {
        "the processes": ProcessTree(pid).sample,
        "the machine": MachineUse().sample,
        "the GPUs": GpuUse(os.environ).sample,
        "energy": energy.sample,
    }
    file = os.open(journal.system, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
    try:
        _sample_on(file, sources, prepared, ended, energy)
    finally:
        os.close(file)


def _sample_on(
    file: int, sources: dict[str, Source], prepared: Preparation, ended: threading.Event, energy: MachineEnergy
) -> None:
    from gitexp.store.machine import read_boot

    began = time.monotonic()
    header = (HEADER, VERSION, prepared.run.host, read_boot(), os.getpid(), None, time.time(), began)
    os.write(file, format_frame(header))
    number, is_last = 0, False
    while True:
        spent, now = time.thread_time(), time.monotonic()
        values = ask_sources(sources, now, prepared.attempts)
        if values:
            os.write(file, format_frame((METRICS, now, number, values)))
        if is_last:
            return
        number += 1
        cost = time.thread_time() - spent
        is_last = wait_for_end(ended, next_pause(now - began, cost, prepared.settings.system_interval), energy)
        if is_last and time.monotonic() - now < _SHORTEST / 2:
            return  # nothing that the sample before did not say


def wait_for_end(ended: threading.Event, seconds: float, energy: MachineEnergy) -> bool:
    """Waits until the command ends, so many seconds at most, and meanwhile lets no counter wrap unseen."""
    from gitexp.capture.machine_energy import LONGEST_PAUSE

    while energy.is_counted and seconds > LONGEST_PAUSE:
        if ended.wait(LONGEST_PAUSE):
            return True
        energy.sample(time.monotonic())
        seconds -= LONGEST_PAUSE
    return ended.wait(seconds)


def ask_sources(sources: dict[str, Source], now: float, attempts: Attempts) -> dict[str, float]:
    """What all of them tell. One that fails is a warning, and is taken out: it would fail, and warn, each time."""
    values: dict[str, float] = {}
    for name, sample in list(sources.items()):
        found = attempts.make(f"the use of {name} was not recorded", partial(sample, now), None)
        if found is None:
            del sources[name]
        else:
            values |= found
    return values
