"""A scenario with a million requests runs in under 300 MB, however it is written."""

import os
import subprocess
import tempfile
import unittest

TCPLAB = os.environ.get("TCPLAB", os.path.join("build", "tcplab"))
BUILD = os.environ.get("TCPLAB_BUILD", "build")
MOST_BYTES = 300_000_000

SCENARIO = """
[link]
rtt = "1 ms"
rate = "1 Gbit/s"
[client]
on_no_port = "wait"
[server]
backlog = 4096
keep_alive = {{ max = 1000000 }}
[page]
objects = [{{ count = {count}, size = "1 kB" }}]
"""


def is_sanitized():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as f:
        return any(line.startswith("TCPLAB_SANITIZE:") and line.rstrip().endswith("=ON") for line in f)


@unittest.skipIf(is_sanitized(), "sanitizers need memory of their own")
class Memory(unittest.TestCase):
    def million(self, count, *settings):
        """Runs the scenario; the lines of transactions.csv and connections.csv, and the peak of the resident set."""
        with tempfile.TemporaryDirectory(prefix="tcplab-scale-") as folder:
            file = os.path.join(folder, "million.toml")
            with open(file, "w", encoding="utf-8") as f:
                f.write(SCENARIO.format(count=count))
            options = [word for setting in settings for word in ("--set", setting)]
            child = subprocess.Popen([TCPLAB, "run", file, "--out", folder, "--quiet", *options])
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(child.returncode, 0)
            self.assertLess(usage.ru_maxrss * 1024, MOST_BYTES)
            return [self.rows_in(os.path.join(folder, name)) for name in ("transactions.csv", "connections.csv")]

    def rows_in(self, path):
        with open(path, "rb") as f:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: f.read(1 << 20), b"")) - 1

    def test_many_users_on_hosts_of_their_own(self):
        settings = ("client.strategy=persistent", "client.users=1000")
        self.assertEqual(self.million(1000, *settings), [1_000_000, 1000])

    def test_many_objects_pipelined(self):
        self.assertEqual(self.million(1_000_000, "client.strategy=pipelined"), [1_000_000, 1])

    def test_many_objects_multiplexed(self):
        self.assertEqual(self.million(1_000_000, "client.strategy=multiplexed"), [1_000_000, 1])

    def test_many_objects_on_a_connection_each(self):
        self.assertEqual(self.million(1_000_000, "client.strategy=serial"), [1_000_000, 1_000_000])


if __name__ == "__main__":
    unittest.main()
