"""Every scenario of scenarios/ runs, meets what it expects, and writes files that agree with each other."""

import collections
import csv
import decimal
import glob
import json
import os
import re
import subprocess
import tempfile
import time
import tomllib
import unittest

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
TCPLAB = os.environ.get("TCPLAB", os.path.join(SOURCE, "build", "tcplab"))
PHASES = ("blocked_ms", "dns_ms", "connect_ms", "tls_ms", "send_ms", "wait_ms", "receive_ms")
RESPONSE_HEADER = 250  # of all of them that are multiplexed
SECONDS = 60  # far more than any of them takes: a run that hangs is a failure, a slow machine is none


def lessons():
    """All but those behind published numbers."""
    reference = os.path.join(SOURCE, "scenarios", "reference", "")
    return [path for path in everything() if not path.startswith(reference)]


def everything():
    """All but the benchmarks, which take long on a slow machine and have a test of their own."""
    found = glob.glob(os.path.join(SOURCE, "scenarios", "**", "*.toml"), recursive=True)
    bench = os.path.join(SOURCE, "scenarios", "bench", "")
    return sorted(path for path in found if not path.startswith(bench))


def multiplexed_variants(path):
    """Their names; "" where there are no variants."""
    with open(path, "rb") as f:
        scenario = tomllib.load(f)
    usual = scenario.get("client", {}).get("strategy")
    variants = {v["name"]: v.get("client", {}).get("strategy", usual) for v in scenario.get("variant", [])}
    return {name for name, strategy in (variants or {"": usual}).items() if strategy == "multiplexed"}


def number(text):
    return decimal.Decimal(text or 0)


class Scenarios(unittest.TestCase):
    def test_there_are_some(self):
        self.assertGreater(len(lessons()), 10)

    def test_each_has_a_lesson(self):
        for path in lessons():
            with self.subTest(path=path), open(path, encoding="utf-8") as f:
                text = f.read()
                self.assertTrue(text.startswith("# "), "begins with what one will see")
                self.assertIn("[[expect]]", text)

    def test_the_index_has_each(self):
        folder = os.path.join(SOURCE, "scenarios")
        with open(os.path.join(folder, "README.md"), encoding="utf-8") as f:
            listed = re.findall(r"^\| \[.*?\]\((.*?\.toml)\)", f.read(), flags=re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(os.path.relpath(path, folder) for path in lessons()))

    def test_nothing_in_them_is_idle(self):
        done = subprocess.run([TCPLAB, "check", *everything()], encoding="utf-8", capture_output=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_each_runs_and_meets_its_expectations(self):
        for path in everything():
            with self.subTest(path=path), tempfile.TemporaryDirectory(prefix="tcplab-scenarios-") as out:
                begin = time.monotonic()
                done = subprocess.run([TCPLAB, "run", path, "--quiet", "--out", out], cwd=out, encoding="utf-8",
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=10 * SECONDS)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
                self.assertLess(time.monotonic() - begin, SECONDS)
                self.check_files(out, multiplexed_variants(path))

    def check_files(self, out, multiplexed):
        summary = self.rows(out, "summary.csv")
        transactions = self.by_run(out, "transactions.csv")
        connections = self.by_run(out, "connections.csv")
        with open(os.path.join(out, "manifest.json"), encoding="utf-8") as f:
            manifest = json.load(f)
        self.assertEqual((manifest["runs"], manifest["complete"]), (len(summary), len(summary)))
        self.assertEqual([row["run"] for row in summary], [str(i + 1) for i in range(len(summary))])
        for row in summary:
            run = row["run"]
            self.check_run(row, transactions[run], connections[run])
            self.check_bytes(row, transactions[run], connections[run], row["variant"] in multiplexed)

    def check_run(self, summary, transactions, connections):
        where = "run " + summary["run"]
        self.assertEqual(int(summary["transactions"]), len(transactions), where)
        self.assertEqual(int(summary["connections"]), len(connections), where)
        self.assertEqual(int(summary["failed"]), sum(t["error"] not in ("", "unfinished") for t in transactions))
        self.assertEqual([t["id"] for t in transactions], [str(i + 1) for i in range(len(transactions))], where)
        complete = [t for t in transactions if t["error"] == ""]
        for t in complete:
            place = f"{where}, transaction {t['id']}"
            self.assertEqual(sum(number(t[phase]) for phase in PHASES), number(t["total_ms"]), place)
            self.assertEqual(number(t["start_ms"]) + number(t["total_ms"]), number(t["done_ms"]), place)
            self.assertLessEqual(number(t["request_sent_ms"]), number(t["first_byte_ms"]), place)
            self.assertLessEqual(number(t["first_byte_ms"]), number(t["done_ms"]), place)
            self.assertEqual(t["status"], "200", place)
            self.assertTrue(1 <= int(t["connection"]) <= len(connections), place)
        if len(complete) == len(transactions):
            self.assertEqual(number(summary["page_ms"]), max(number(t["done_ms"]) for t in transactions), where)
        served = collections.Counter(t["connection"] for t in transactions if t["connection"])
        for c in connections:
            if not c["user"]:  # a proxy's
                continue
            self.assertEqual(int(c["transactions"]), served[c["id"]], f"{where}, connection {c['id']}")
            self.assertLessEqual(number(c["opened_ms"]), number(c["closed_ms"]), where)

    def check_bytes(self, summary, transactions, connections, multiplexed):
        """Of a run without a failure: what was read has arrived, and in plain HTTP/1 nothing else has."""
        if any(t["error"] for t in transactions):
            return
        where = "run " + summary["run"]
        read = sum(int(t["response_bytes"]) for t in transactions)
        if multiplexed:  # heads are compressed
            read -= RESPONSE_HEADER * len(transactions)
        arrived = sum(int(c["bytes_down"]) for c in connections if c["user"])
        self.assertGreaterEqual(arrived, read, where)
        secure = any(c["server_port"] == "443" for c in connections)
        reset = any(c["close_reason"] == "reset" for c in connections)  # something may be left unread
        if not (multiplexed or secure or reset):
            self.assertEqual(arrived, read, where)
        self.assertGreater(int(summary["bytes_down"]), read, where)

    def rows(self, out, name):
        with open(os.path.join(out, name), newline="", encoding="utf-8") as f:
            header, *lines = list(csv.reader(f))
        self.assertEqual(len(set(header)), len(header), name)
        self.assertTrue(lines, name)
        for line in lines:
            self.assertEqual(len(line), len(header), name)
        return [dict(zip(header, line)) for line in lines]

    def by_run(self, out, name):
        runs = collections.defaultdict(list)
        for row in self.rows(out, name):
            runs[row["run"]].append(row)
        return runs


if __name__ == "__main__":
    unittest.main()
