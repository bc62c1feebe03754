"""The progress line, on a terminal and off it."""

import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unittest

from _tcplab import PAGE, TCPLAB, CommandLine

LONG = """
duration = "100000 s"
[link]
rate = "1 Gbit/s"
rtt = "10 ms"
[page]
objects = [ { size = "endless" } ]
"""

LARGE = """
[link]
rate = "1 Gbit/s"
rtt = "10 ms"
[page]
objects = [ { size = "150 MB" } ]
"""

CLEAR = "\r\x1b[K"


class Progress(CommandLine):
    def watch(self, *arguments, columns=100, stop_after=None, **environment):
        """Runs it with stderr on a terminal; what stood on that, and on stdout. `stop_after`: interrupt it once so many
        lines have been drawn."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        env = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LC_ALL", "LC_CTYPE", "LANG", "TERM")}
        env.update({"LANG": "C.UTF-8", "TERM": "xterm", **environment})
        with open(self.path("stdout"), "wb") as stdout:
            process = subprocess.Popen([os.path.abspath(TCPLAB), *arguments], cwd=self.folder, env=env, stdout=stdout,
                                       stderr=theirs)
        os.close(theirs)
        shown = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                more = os.read(ours, 65536)
            except OSError as e:  # Linux: the other side is closed
                self.assertEqual(e.errno, errno.EIO)
                break
            if not more:
                break
            shown += more
            if stop_after and shown.count(b"\r") >= stop_after:
                process.terminate()
                stop_after = None
        code = process.wait(timeout=60)
        os.close(ours)
        return code, shown.decode(), self.read("stdout").decode()

    def lines(self, shown):
        return [line.removesuffix("\x1b[K") for line in shown.split("\r") if line.removesuffix("\x1b[K")]

    def test_a_sweep(self):
        self.write("page.toml", PAGE)
        code, shown, out = self.watch("run", "page.toml", "--repeat", "1000000", "--jobs", "1", stop_after=4)
        self.assertEqual((code, out), (130, ""))
        progress, _, behind = shown.rpartition(CLEAR)
        self.assertRegex(behind, r"^interrupted: \d+ of 2000000 runs are complete")
        lines = self.lines(progress)
        self.assertGreaterEqual(len(lines), 3)
        for line in lines:
            self.assertRegex(line, r"^▕[█▏▎▍▌▋▊▉ ]{30}▏ +\d+ %  \d+ of 2000000 runs · \d+/s · \d+ (s|min) left$")
        done = [int(re.search(r"(\d+) of", line).group(1)) for line in lines]
        self.assertEqual(done, sorted(done))

    def test_a_single_long_run(self):
        self.write("long.toml", LONG)
        code, shown, _ = self.watch("run", "long.toml", stop_after=4)
        self.assertEqual(code, 130)
        lines = self.lines(shown.rpartition(CLEAR)[0])
        self.assertGreaterEqual(len(lines), 3)
        for line in lines:
            self.assertRegex(line, r"^▕.{30}▏ +\d+ %  [\d.]+ m?s simulated · [\d.]+ ?M? events/s · [\d.]+ \w+ left$")

    def test_writing_files_counts(self):
        self.write("large.toml", LARGE)
        code, shown, _ = self.watch("run", "large.toml", "--pcap", "--trace", "--out", "out")
        self.assertEqual(code, 0)
        shares = {}
        for line in self.lines(shown.rpartition(CLEAR)[0]):
            if not line.startswith("▕"):  # a busy machine: nothing is known yet
                continue
            found = re.match(r"^▕.{30}▏ +(\d+) %  [\d.]+ m?s simulated · (?:(writing)|[\d.]+ (?:M )?events/s)", line)
            self.assertTrue(found, line)
            shares.setdefault(found.group(2), []).append(int(found.group(1)))
        all_shares = shares.get(None, []) + shares["writing"]
        self.assertEqual(all_shares, sorted(all_shares))
        self.assertGreater(len(set(shares["writing"])), 3)  # it moves
        self.assertGreater(all_shares[-1], 75)

    def test_without_utf8_and_in_narrow_terminals(self):
        self.write("long.toml", LONG)
        for columns in (90, 40, 12):
            _, shown, _ = self.watch("run", "long.toml", columns=columns, stop_after=3, LANG="C")
            lines = self.lines(shown.rpartition(CLEAR)[0])
            self.assertGreaterEqual(len(lines), 2)
            for line in lines:
                self.assertLess(len(line.replace("…", ".")), columns)
                if columns == 90:
                    self.assertTrue(line.isascii(), line)
                    self.assertRegex(line, r"^\[-+\]   0 %  ")

    def test_results_stand_alone(self):
        self.write("page.toml", PAGE)
        code, shown, out = self.watch("run", "page.toml", "--repeat", "5000", "--jobs", "1", "--format", "csv", "--progress", "always")
        self.assertEqual(code, 0)
        self.assertTrue(shown.endswith(CLEAR) or not shown)  # a fast machine may need no line
        self.assertNotIn("\r", out)
        self.assertEqual(len(out.splitlines()), 1 + 10000)

    def test_no_line_where_none_is_wanted(self):
        self.write("page.toml", PAGE)
        long = ("run", "page.toml", "--repeat", "5000", "--jobs", "1", "--quiet")
        self.assertEqual(self.watch(*long, "--progress", "never")[1], "")
        self.assertEqual(self.watch(*long, TERM="dumb")[1], "")
        self.assertEqual(self.watch("run", "page.toml", "--quiet")[1], "")  # done before half a second
        self.assertEqual(self.run_tcplab(*long).stderr, "")
        self.assertNotIn("\r", self.run_tcplab(*long, "--progress", "never").stderr)


if __name__ == "__main__":
    unittest.main()
