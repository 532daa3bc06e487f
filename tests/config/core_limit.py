"""Says how large a core dump this process may leave: soft, hard."""

import resource
import sys

if __name__ == "__main__":
    sys.stdout.write("{} {}".format(*resource.getrlimit(resource.RLIMIT_CORE)))
