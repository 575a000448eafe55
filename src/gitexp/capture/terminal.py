"""The half-terminal: a pseudo-terminal for a command's output, while its input and its control stay the real one's.

The slave is not controlling for the command, so that Ctrl-C, Ctrl-Z, jobs, ``/dev/tty`` and getpass work on the real
terminal as if nothing stood between; the command's output still goes to a terminal of the right size.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
import termios

assert sys.platform != "win32"  # imported only where there are terminals of this kind

_OUTPUT_FLAGS = 1
_WINDOW_BYTES = 8


def open_half_terminal(real: int) -> tuple[int, int]:
    """A new pseudo-terminal with the size and settings of a real one: master and slave. Raises OSError.

    It does no output processing: the bytes arrive as the command wrote them, and the real terminal makes CR LF of LF.
    """
    master, slave = os.openpty()
    try:
        # Speed and characters are copied too: curses pads by the speed.
        with contextlib.suppress(termios.error):  # a terminal that has just gone away has no settings
            settings = termios.tcgetattr(real)
            termios.tcsetattr(slave, termios.TCSANOW, settings)
        settings = termios.tcgetattr(slave)
        settings[_OUTPUT_FLAGS] &= ~termios.OPOST
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        copy_window_size(real, slave)
    except termios.error as error:
        os.close(master)
        os.close(slave)
        raise OSError(*error.args) from error
    return master, slave


def copy_window_size(real: int, slave: int) -> bool:
    """Gives the slave the real terminal's size; whether that changed anything. A terminal that is gone has no size."""
    try:
        now = fcntl.ioctl(real, termios.TIOCGWINSZ, bytes(_WINDOW_BYTES))
        if now == fcntl.ioctl(slave, termios.TIOCGWINSZ, bytes(_WINDOW_BYTES)):
            return False
        fcntl.ioctl(slave, termios.TIOCSWINSZ, now)
    except OSError:
        return False
    return True


def is_foreground() -> bool:
    """Whether this process is in the foreground group of its controlling terminal: the one that Ctrl-C reaches."""
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:  # no controlling terminal
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def identify(descriptor: int) -> tuple[object, ...]:
    """What a descriptor leads to: equal for two that share a target, whatever path each was opened by."""
    if os.isatty(descriptor):
        with contextlib.suppress(OSError):
            os.tcgetpgrp(descriptor)  # succeeds for the controlling terminal alone, /dev/tty included
            return ("terminal", "controlling")
        return ("terminal", os.fstat(descriptor).st_rdev)
    status = os.fstat(descriptor)
    return ("file", status.st_dev, status.st_ino)
