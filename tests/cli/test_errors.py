"""Bad input and bad usage: one clear message with its place, the exit code, and nothing half-written."""

import os
import stat
import unittest

from _tcplab import PAGE, CommandLine


class BadScenarios(CommandLine):
    def refused(self, text, *says, place=None):
        self.write("bad.toml", text)
        before = self.files()
        for command in ("run", "check"):
            done = self.run_tcplab(command, "bad.toml")
            self.assert_exit(done, 2)
            self.assertEqual(done.stdout, "")
            for words in says:
                self.assertIn(words, done.stderr)
            if place:
                self.assertIn(f"bad.toml:{place}: error: ", done.stderr)
            self.assertEqual(self.files(), before)
        return done.stderr

    def test_unknown_key(self):
        self.refused('[link]\nrtt = "100 ms"\ndealy = "50 ms"\n[page]\nhtml = "1 kB"\n', "dealy", "delay", place="3:1")

    def test_missing_unit(self):
        self.refused("[tcp]\ndelayed_ack = 40\n[page]\nhtml = '1 kB'\n", "40 ms", place="2:15")

    def test_wrong_unit(self):
        self.refused('[link]\nrate = "100 ms"\n[page]\nhtml = "1 kB"\n', "rate", place="2:8")

    def test_negative_and_absurd_values(self):
        for key, value in (("rtt", '"-5 ms"'), ("rate", '"0 bit/s"'), ("rtt", '"1e30 s"'), ("rtt", '"1' + "0" * 40 + ' s"'),
                           ("mtu", "0"), ("mtu", "-1"), ("loss", '"101 %"'), ("queue", '"-1 packets"')):
            with self.subTest(key=key, value=value):
                self.refused(f'[link]\n{key} = {value}\n[page]\nhtml = "1 kB"\n', key, place=f"2:{len(key) + 4}")

    def test_a_billion_connections(self):
        for key in ("connections", "users"):
            with self.subTest(key=key):
                self.refused(f'[client]\n{key} = 1000000000\nstrategy = "parallel"\n[page]\nhtml = "1 kB"\n')
        self.refused('[page]\nobjects = [ { count = 1000000000, size = "1 kB" } ]\n')

    def test_duplicate_key(self):
        self.refused('[link]\nrtt = "1 ms"\nrtt = "2 ms"\n[page]\nhtml = "1 kB"\n', "rtt", place="3:7")

    def test_not_utf8(self):
        self.refused(b'title = "\xff\xfe"\n[page]\nhtml = "1 kB"\n', "UTF-8")

    def test_not_toml(self):
        self.refused("[link\nrtt = 5", place="1:6")

    def test_nothing_in_it(self):
        self.refused("", "page")

    def test_every_error_is_reported(self):
        text = self.refused('[link]\ndealy = "1 ms"\nrtt = 5\n[tcp]\nnagel = false\n[page]\nhtml = "1 kB"\n')
        self.assertEqual(text.count(": error: "), 3)

    def test_a_header_that_does_not_fit(self):
        self.refused('[client]\nrequest_header = "30 B"\n[page]\nhtml = "1 kB"\n', "header")

    def test_one_bad_file_stops_all(self):
        self.write("good.toml", PAGE)
        self.write("bad.toml", "[link]\nrtt = 5\n")
        done = self.run_tcplab("run", "good.toml", "bad.toml", "--out", "out")
        self.assert_exit(done, 2)
        self.assertIn("nothing was simulated", done.stderr)
        self.assertNotIn("out", self.files())

    def test_bad_settings_of_the_command_line(self):
        self.write("good.toml", PAGE)
        for option, value in (("--set", "link.rtt=5"), ("--set", "link.dealy=5 ms"), ("--vary", "link.rtt=5 ms,6"),
                              ("--variant", "seriell"), ("--run", "99")):
            with self.subTest(option=option, value=value):
                done = self.run_tcplab("run", "good.toml", option, value)
                self.assert_exit(done, 2)
                self.assertIn(": error: ", done.stderr)
                self.assertEqual(self.files(), ["good.toml"])


class Unreadable(CommandLine):
    def test_what_is_not_there(self):
        done = self.run_tcplab("run", "missing.toml")
        self.assert_exit(done, 3)
        self.assertIn("missing.toml: error: No such file or directory", done.stderr)

    def test_a_folder(self):
        os.mkdir(self.path("folder.toml"))
        done = self.run_tcplab("run", "folder.toml")
        self.assert_exit(done, 3)
        self.assertIn("folder.toml: error: ", done.stderr)

    def test_below_a_file(self):
        self.write("file", "")
        done = self.run_tcplab("check", "file/x.toml")
        self.assert_exit(done, 3)
        self.assertIn("file/x.toml: error: Not a directory", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may read everything")
    def test_without_permission(self):
        self.write("secret.toml", PAGE)
        os.chmod(self.path("secret.toml"), 0)
        done = self.run_tcplab("run", "secret.toml")
        self.assert_exit(done, 3)
        self.assertIn("Permission denied", done.stderr)


class BadOutput(CommandLine):
    def setUp(self):
        super().setUp()
        self.write("page.toml", PAGE)

    def refused(self, out, says):
        before = self.files()
        done = self.run_tcplab("run", "page.toml", "--out", out)
        self.assert_exit(done, 3)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn(says, done.stderr)
        self.assertEqual(self.files(), before)

    def test_a_file(self):
        self.write("out", "mine")
        self.refused("out", "out: error: Not a directory")
        self.assertEqual(self.read("out"), b"mine")

    def test_below_a_file(self):
        self.write("file", "mine")
        self.refused("file/out", ": error: Not a directory")

    def test_a_folder_in_the_place_of_a_result_file(self):
        os.makedirs(self.path("out", "transactions.csv"))
        self.write("out/summary.csv", "older results")
        self.refused("out", "out/transactions.csv: error: Is a directory")
        self.assertEqual(self.read("out", "summary.csv"), b"older results")

    def test_no_place_for_files(self):
        if not os.path.isdir("/proc/self"):
            self.skipTest("no /proc here")
        done = self.run_tcplab("run", "page.toml", "--out", "/proc/self/out")
        self.assert_exit(done, 3)
        self.assertIn(": error: ", done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_without_permission(self):
        os.mkdir(self.path("out"))
        os.chmod(self.path("out"), stat.S_IRUSR | stat.S_IXUSR)
        self.refused("out", "out: error: Permission denied")

    def test_a_file_that_would_be_too_large(self):
        # The disk fills up in the middle: a limit on the size of files has the same effect, for anyone.
        import resource
        import signal

        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

        self.write("out.keep", "")
        os.mkdir(self.path("out"))
        self.write("out/summary.csv", "older results")
        before = self.files()
        done = self.run_tcplab("run", "page.toml", "--out", "out", "--repeat", "100", preexec_fn=limit)
        self.assert_exit(done, 3)
        self.assertRegex(done.stderr, r"^out/[a-z]+\.csv: error: File too large\n$")
        self.assertEqual(self.files(), before)
        self.assertEqual(self.read("out", "summary.csv"), b"older results")


class BadUsage(CommandLine):
    def refused(self, *arguments, says):
        done = self.run_tcplab(*arguments)
        self.assert_exit(done, 2)
        self.assertEqual(done.stdout, "")
        self.assertIn(says, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_messages(self):
        self.refused("rnu", "x.toml", says='unknown command "rnu": did you mean "run"?')
        self.refused("run", "x.toml", "--jbos", "2", says='unknown option "--jbos": did you mean "--jobs"?')
        self.refused("run", says="run needs a scenario file")
        self.refused("run", "x.toml", "--jobs", "many", says="--jobs expects a whole number")
        self.refused("run", "x.toml", "--format", "xml", says="--format expects")
        self.refused("check", says="check needs a file")
        self.refused("help", "nothing", says='unknown command "nothing"')
        self.refused("--nothing", says='unknown option "--nothing"')
        self.refused("keys", "dealy", says="dealy")

    def test_a_recording_that_is_wrong(self):
        self.write("page.toml", '[page]\nhar = "page.har"\n')
        missing = self.run_tcplab("check", "page.toml")
        self.assert_exit(missing, 3)
        self.assertIn('page.toml:2:7: error: [page] har: no page could be taken from "page.har"\n', missing.stderr)
        self.assertIn("\npage.har: error: No such file or directory\n2 errors\n", missing.stderr)
        self.write("page.har", '{"log": {"entries": [\n  {"request": 5}\n]}}')
        wrong = self.run_tcplab("run", "page.toml")
        self.assert_exit(wrong, 2)
        self.assertIn("\npage.har:2:15: error: log.entries[0].request: expected an object", wrong.stderr)
        self.assertIn("\n3 errors; nothing was simulated\n", wrong.stderr)
        self.write("page.har", '{"log": {"entries": []}}')
        empty = self.run_tcplab("run", "page.toml")
        self.assert_exit(empty, 2)
        self.assertIn("\npage.har: error: nothing to simulate", empty.stderr)
        self.assertEqual(self.files(), ["page.har", "page.toml"])

    def test_what_comes_later_says_so(self):
        for command in ("live", "host", "fetch", "link-from"):
            self.refused(command, "x", says=f"{command} is not yet supported")

    def test_without_arguments(self):
        done = self.run_tcplab()
        self.assert_exit(done, 2)
        self.assertIn("Usage: tcplab COMMAND", done.stderr)


if __name__ == "__main__":
    unittest.main()
