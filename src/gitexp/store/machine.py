"""Which machine this is, and which of its starts: what tells a journal of ours from that of another host."""

from __future__ import annotations

_BOOT = "/proc/sys/kernel/random/boot_id"


def read_boot() -> str:
    """Which start of which kernel this is; '' where the system does not say."""
    try:
        with open(_BOOT, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def host_name() -> str:
    """This machine's name, as runs record it."""
    import platform

    return platform.node()


def is_here(host: str, boot: str) -> bool:
    """Whether something was begun on this machine: containers share its kernel, whatever they are called."""
    return host == host_name() or (boot != "" and boot == read_boot())
