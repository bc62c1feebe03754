"""What the tests of sweeps share: scenarios whose repetitions differ, and folders of results compared as a whole."""

import os
import shutil

from _tcplab import CommandLine

# Random loss: repetitions differ.
LOSSY_PAGE = """
[link]
rtt  = "20 ms"
rate = "10 Mbit/s"
loss = "1 %"

[page]
html = "4 kB"
objects = [ { count = 4, size = "6 kB" } ]

[[variant]]
name = "serial"
client.strategy = "serial"
"""

CROWD = """
client.users = 3

[link]
rtt = "10 ms"
loss = "1 %"

[page]
objects = [ { count = 2, size = "2 kB" } ]
"""


class SweepTest(CommandLine):
    def tree(self, folder):
        """Every file below the folder, with its contents."""
        found = {}
        for place, _, files in os.walk(self.path(folder)):
            for name in files:
                path = os.path.join(place, name)
                with open(path, "rb") as f:
                    found[os.path.relpath(path, self.path(folder))] = f.read()
        return found

    def undisturbed(self, *arguments):
        """stdout and the files of the command in one process, which gets --out; they speak of a folder called `out`."""
        done = self.run_tcplab("run", *arguments, "--out", "out")
        self.assert_exit(done, 0)
        files = self.tree("out")
        shutil.rmtree(self.path("out"))
        return done.stdout, files

    def assert_same(self, files, expected, why="", but=()):
        self.assertEqual(sorted(files), sorted(expected), msg=why)
        for name, text in expected.items():
            if name not in but:
                self.assertTrue(files[name] == text, msg=f"{name} differs {why}")
