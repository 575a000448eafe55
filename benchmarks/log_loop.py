"""A loop that logs, for the rows of the budget: ``python log_loop.py MODE WIDTH CALLS OUT`` writes its seconds to OUT.

MODE is ``gitexp`` or ``csv``; ``working-gitexp`` and ``working`` do a millisecond of work a call, on more memory than
the caches hold, with a call of log and without one.
"""

from __future__ import annotations

import csv
import sys
import time

mode, width, calls, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
rows = [{f"metric_{name}": (number * 7919 % 9973) / 9973 for name in range(width)} for number in range(100)]
memory = bytearray(64 << 20)
took = 0.0
if "gitexp" in mode:
    import gitexp

    assert gitexp.current() is not None
    gitexp.log(rows[0], step=0)
if mode == "gitexp":
    began = time.perf_counter()
    for step in range(calls):
        gitexp.log(rows[step % 100], step=step)
    took = time.perf_counter() - began
elif mode == "csv":
    with open(f"{out}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        began = time.perf_counter()
        for step in range(calls):
            writer.writerow((step, *rows[step % 100].values()))
            file.flush()
        took = time.perf_counter() - began
else:
    began = time.perf_counter()
    for step in range(calls):
        memory.count(b"\0", (step * 2_400_000) % (60 << 20), (step * 2_400_000) % (60 << 20) + 2_400_000)
        if mode == "working-gitexp":
            gitexp.log(rows[step % 100], step=step)
    took = time.perf_counter() - began
with open(out, "w", encoding="ascii") as file:
    file.write(repr(took))
