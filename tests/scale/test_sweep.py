"""A sweep's memory does not grow with its runs, whether they repeat one point or are a point each."""

import os
import subprocess
import tempfile
import unittest

TCPLAB = os.environ.get("TCPLAB", os.path.join("build", "tcplab"))
BUILD = os.environ.get("TCPLAB_BUILD", "build")
FEW, MANY = 20_000, 100_000
MOST_BYTES_A_RUN = 60  # of the repetitions of a point, whose numbers differ; anything kept of each run takes far more

SCENARIO = """
[link]
rtt = "10 ms"
loss = "1 %"
[page]
html = "1 kB"
"""


def is_sanitized():
    with open(os.path.join(BUILD, "CMakeCache.txt"), encoding="utf-8") as f:
        return any(line.startswith("TCPLAB_SANITIZE:") and line.rstrip().endswith("=ON") for line in f)


@unittest.skipIf(is_sanitized(), "sanitizers need memory of their own")
class Memory(unittest.TestCase):
    def peak(self, *arguments):
        """The peak of the resident set in bytes, and the runs in summary.csv."""
        with tempfile.TemporaryDirectory(prefix="tcplab-scale-") as folder:
            file = os.path.join(folder, "sweep.toml")
            with open(file, "w", encoding="utf-8") as f:
                f.write(SCENARIO)
            command = [TCPLAB, "run", file, "--out", os.path.join(folder, "out"), "--jobs", "2", *arguments]
            child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.assertEqual(child.returncode, 0)
            with open(os.path.join(folder, "out", "summary.csv"), "rb") as f:
                runs = sum(chunk.count(b"\n") for chunk in iter(lambda: f.read(1 << 20), b"")) - 1
            return usage.ru_maxrss * 1024, runs

    def check(self, few, many):
        low, runs = self.peak(*few)
        self.assertEqual(runs, FEW)
        high, runs = self.peak(*many)
        self.assertEqual(runs, MANY)
        self.assertLess(high - low, MOST_BYTES_A_RUN * (MANY - FEW))

    def test_repetitions(self):
        self.check(("--repeat", str(FEW)), ("--repeat", str(MANY)))

    def test_points(self):
        def axes(sizes):
            return ("--vary", "page.html=1 B..1000 B:1 B", "--vary", f"link.rtt=1 ms..{sizes} ms:1 ms")

        self.check(axes(FEW // 1000), axes(MANY // 1000))

    def test_formats(self):
        for name in ("json", "markdown"):
            self.check(("--repeat", str(FEW), "--format", name), ("--repeat", str(MANY), "--format", name))


if __name__ == "__main__":
    unittest.main()
