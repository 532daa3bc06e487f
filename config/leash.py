"""Run a module as a child that cannot outlive its supervisor, however that one died.

    python -m config.leash DESCRIPTOR MODULE [ARGUMENTS]

DESCRIPTOR is the reading end of a pipe whose only writing end the supervisor holds: end of file means that it is gone.
The kernel's own death signal (prctl) would end this process alone, and what it had forked would keep the port.
"""

import os
import runpy
import signal
import sys
import threading

from config import cores


def main() -> None:
    cores.forbid()
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=end_group_with, args=(descriptor,), daemon=True).start()
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def end_group_with(descriptor: int) -> None:
    """Wait for the supervisor's end, then end this process and all that it forked: they share one process group.

    Killed, not asked: everything here must survive a kill anyway, and a fork that ignores the question would stay.
    """
    os.read(descriptor, 1)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
