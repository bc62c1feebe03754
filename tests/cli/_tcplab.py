"""What the tests of the command line share."""

import csv
import os
import subprocess
import tempfile
import unittest

TCPLAB = os.environ.get("TCPLAB", os.path.join("build", "tcplab"))

PAGE = """
title = "A page"

[link]
rtt  = "100 ms"
rate = "1.5 Mbit/s"

[page]
html = "10 kB"
objects = [ { count = 3, size = "20 kB" } ]

[[variant]]
name = "serial"
client.strategy = "serial"

[[variant]]
name = "pipelined"
client.strategy = "pipelined"
"""


class CommandLine(unittest.TestCase):
    """Each test runs the program in a folder of its own."""

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="tcplab-cli-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        mode = "wb" if isinstance(text, bytes) else "w"
        with open(self.path(name), mode) as f:
            f.write(text)
        return name

    def read(self, *parts):
        with open(self.path(*parts), "rb") as f:
            return f.read()

    def rows(self, *parts):
        with open(self.path(*parts), newline="", encoding="utf-8") as f:
            return list(csv.DictReader(f))

    def run_tcplab(self, *arguments, env=None, **more):
        environment = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
        environment.update(env or {})
        more.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([os.path.abspath(TCPLAB), *arguments], cwd=self.folder, env=environment, timeout=120,
                              stderr=subprocess.PIPE, encoding="utf-8", errors="replace", **more)

    def files(self):
        """Every file and folder below this test's folder, hidden ones included."""
        found = []
        for folder, folders, files in os.walk(self.folder):
            found += [os.path.relpath(os.path.join(folder, name), self.folder) for name in folders + files]
        return sorted(found)

    def assert_exit(self, done, code):
        self.assertEqual(done.returncode, code, msg=f"stdout: {done.stdout}\nstderr: {done.stderr}")
