"""The packet exchange in the terminal: what is shown, in which width and characters, and what is refused."""

import os
import signal
import subprocess
import time
import unittest

from _tcplab import PAGE, TCPLAB, CommandLine

LOST = """
title = "A lost SYN"
link.rtt = "100 ms"
link.up.drop = ["syn 1"]

[page]
objects = [ { size = "1 kB" } ]

[[variant]]
name = "first"

[[variant]]
name = "second"
link.rtt = "20 ms"
"""

UTF8 = {"LC_ALL": "C.UTF-8"}


class Ladder(CommandLine):
    def ladder(self, *arguments, env=None):
        done = self.run_tcplab("ladder", *arguments, env={**UTF8, **(env or {})})
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr, "")
        self.assertEqual(self.files(), [arguments[0]])
        return done.stdout

    def refused(self, *arguments, says, code=2):
        done = self.run_tcplab("ladder", *arguments, env=UTF8)
        self.assert_exit(done, code)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)

    def test_interrupted(self):
        self.write("long.toml", 'link.rate = "100 Gbit/s"\nlink.rtt = "1 ms"\npage.objects = [ { size = "9000 GB" } ]\n')
        process = subprocess.Popen([os.path.abspath(TCPLAB), "ladder", "long.toml"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (130, "", "interrupted: nothing is drawn\n"))

    def test_a_lost_syn(self):
        self.write("lost.toml", LOST)
        lines = self.ladder("lost.toml").splitlines()
        self.assertRegex(lines[0], r"^A lost SYN +first · connection 1 of 1$")
        self.assertRegex(lines[2], r"^ +client 10\.0\.0\.1:\d+ +server 10\.255\.0\.1:80$")
        self.assertRegex(lines[3], r"^ +ms CLOSED +LISTEN +ms$")
        self.assertRegex(lines[4], r"^ +0\.0 ├─+ SYN 0  win 64240  <mss 1460, .*> ─+✗ lost on link up +│$")
        self.assertRegex(lines[6], r"^ +│ +⋮ 1\.000 s +│$")
        # RFC 6298 2.1: a second after the first one.
        self.assertRegex(lines[7], r"^1000\.0 ├─+ SYN 0 .* sent again: handshake timeout ─+▸│ 1050\.0$")
        text = "\n".join(lines)
        self.assertRegex(text, r"\n1100\.0 ├─+ GET /item/1  1:301 \(300\)  PSH  ACK 1  win \d+ ─+▸│ 1150\.0\n")
        self.assertRegex(text, r"\n1200\.0 │◂─+ 200 OK  1:1251 \(1250\)  PSH  ACK 301  win \d+ ─+┤ 1150\.0\n")
        self.assertIn("TIME-WAIT for 60 s", text)

    def test_one_run_is_chosen(self):
        self.write("lost.toml", LOST)
        second = self.ladder("lost.toml", "--variant", "second")
        self.assertIn("│ 1010.0\n", second)
        self.assertEqual(second, self.ladder("lost.toml", "--run", "2"))
        self.assertIn("│  30.00\n", self.ladder("lost.toml", "--set", "link.up.drop=[]", "--set", "link.rtt=60 ms"))
        self.assertNotEqual(second, self.ladder("lost.toml", "--run", "2", "--seed", "9"))  # other ports
        self.refused("lost.toml", "--variant", "third", says="third")
        self.refused("lost.toml", "--run", "3", says="--run")

    def test_a_time_is_chosen(self):
        self.write("lost.toml", LOST)
        lines = self.ladder("lost.toml", "--from", "1.1 s", "--to", "1149 ms").splitlines()
        self.assertRegex(lines[3], r"^ +ms SYN-SENT +SYN-RECEIVED +ms$")
        self.assertRegex(lines[4], r"⋮ 2 earlier rows")
        self.assertRegex(lines[-1], r"⋮ \d+ later rows")
        self.assertEqual(len([line for line in lines if "▸" in line or "◂" in line]), 3)
        self.refused("lost.toml", "--from", "soon", says='--from expects a time such as "1.5 s", found "soon"')
        self.refused("lost.toml", "--from", "2 s", "--to", "1 s", says="--from is later than --to")

    def test_a_connection_is_chosen(self):
        self.write("page.toml", PAGE)
        self.assertIn("GET /item/3 ", self.ladder("page.toml", "--connection", "4"))
        self.refused("page.toml", "--connection", "5", says="--connection 5: run 1 opened 4 connections")
        self.refused("page.toml", "--connection", "x", says="--connection expects a whole number")
        self.refused("page.toml", "--variant", "pipelined", "--connection", "2",
                     says="--connection 2: run 2 opened 1 connection\n")

    def test_a_run_without_connections(self):
        self.write("dns.toml", 'duration = "10 ms"\ndns.delay = "20 ms"\npage.html = "1 kB"\n')
        self.refused("dns.toml", says="dns: run 1: no connection was opened\n", code=1)

    def test_a_wrong_file(self):
        self.write("bad.toml", 'link.rtt = 5\npage.html = "1 kB"\n')
        self.refused("bad.toml", says="bad.toml:1:12: error: [link] rtt: expected a duration")
        self.refused("bad.toml", says="1 error; nothing was simulated\n")
        self.refused("none.toml", says="none.toml: error: ", code=3)
        self.refused(says="ladder needs a scenario file")

    def test_every_line_fits_the_terminal(self):
        self.write("page.toml", PAGE)
        for width in (40, 60, 80, 120, 200):
            for options in ([], ["--variant", "pipelined", "--all"]):
                with self.subTest(width=width, options=options):
                    text = self.ladder("page.toml", *options, env={"COLUMNS": str(width)})
                    widest = max(map(len, text.splitlines()))
                    self.assertLessEqual(widest, min(width, 120))
                    self.assertGreater(widest, min(width, 120) - 8)

    def test_long_runs_are_folded(self):
        self.write("page.toml", PAGE)
        folded = self.ladder("page.toml", "--variant", "pipelined", "--set", "page.html=100 kB")
        self.assertRegex(folded, r"⋮ \d+ packets like these, \d+ of them with \d+ B")
        everything = self.ladder("page.toml", "--variant", "pipelined", "--set", "page.html=100 kB", "--all")
        self.assertNotIn("like these", everything)
        self.assertGreater(len(everything.splitlines()), len(folded.splitlines()))

    def test_the_locale_decides_on_ascii(self):
        self.write("lost.toml", LOST)
        for env, ascii_only in (({"LC_ALL": "C"}, True), ({"LC_ALL": "", "LC_CTYPE": "C", "LANG": "de_DE.UTF-8"}, True),
                                ({"LC_ALL": "", "LC_CTYPE": "", "LANG": "ko_KR.utf8"}, False),
                                ({"LC_ALL": "", "LC_CTYPE": "", "LANG": ""}, True)):
            with self.subTest(env=env):
                text = self.ladder("lost.toml", env=env)
                self.assertEqual(text.isascii(), ascii_only)
                self.assertIn("X lost on link up" if ascii_only else "✗ lost on link up", text)

    def test_colour(self):
        self.write("lost.toml", LOST)
        self.assertNotIn("\x1b", self.ladder("lost.toml"))
        self.assertIn("\x1b[31m✗", self.ladder("lost.toml", "--color", "always"))

    def test_help(self):
        done = self.run_tcplab("help", "ladder")
        self.assert_exit(done, 0)
        for option in ("--connection N", "--from T", "--to T", "--all", "--variant NAME", "--run N", "--set KEY=VALUE"):
            self.assertIn(option, done.stdout)


if __name__ == "__main__":
    unittest.main()
