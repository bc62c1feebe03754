"""results/reference/: our numbers are those that are kept there, and near enough to the published ones."""

import importlib.machinery
import importlib.util
import json
import math
import os
import subprocess
import sys
import unittest
from decimal import Decimal

ROOT = os.environ.get("TCPLAB_SOURCE", os.getcwd())
FOLDER = os.path.join(ROOT, "results", "reference")


def load_update():
    loader = importlib.machinery.SourceFileLoader("update", os.path.join(FOLDER, "update"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("update", loader))
    loader.exec_module(module)
    return module


update = load_update()


class Reference(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.made = update.make()

    def rows(self, name):
        return update.parse(self.made[name])[1]

    def test_nothing_moved(self):
        for name, text in self.made.items():
            with self.subTest(file=name), open(os.path.join(FOLDER, name), encoding="utf-8") as f:
                self.assertEqual(text, f.read(), "moved; if that is right: results/reference/update")

    def test_every_number_is_right(self):
        for name in update.FILES:
            for row in self.rows(name):
                with self.subTest(file=name, row=row):
                    off = abs(Decimal(row["ours"]) - Decimal(row["published"]))
                    self.assertLessEqual(off, Decimal(row["within"]))

    def test_nothing_is_left_out(self):
        self.assertEqual({name: len(self.rows(name)) for name in update.FILES},
                         {"rfc6928-rounds.csv": 26, "rfc2416-trace.csv": 10, "hpbn.csv": 12, "book.csv": 9,
                          "response.csv": 12, "response-low.csv": 6, "peers-goodput.csv": 8})

    def test_every_file_names_its_source_and_its_command(self):
        for name in update.FILES:
            comments = update.parse(self.made[name])[0]
            for word in ("# Source: ", "# Theirs: ", "# Ours: ", "# Command: "):
                with self.subTest(file=name, word=word):
                    self.assertIn(word, comments)


    def test_every_path_size_and_number_of_objects_has_every_strategy(self):
        rows = self.rows("strategies.csv")
        self.assertEqual(len(rows), 4 * 3 * 5 * 10)
        for row in rows:
            with self.subTest(row=row):
                self.assertTrue(all(Decimal(row[name]) > 0 for name in ("parallel 6", "persistent", "persistent 6",
                                                                        "pipelined", "multiplexed")))


class Scaling(unittest.TestCase):
    def rows(self, text):
        return {(row["workload"], int(row["n"])): row for row in update.parse(text)[1]}

    @classmethod
    def setUpClass(cls):
        with open(os.path.join(FOLDER, update.SCALING), encoding="utf-8") as f:
            cls.kept = f.read()

    def test_every_workload_has_every_size(self):
        wanted = {(name, n) for name in update.SCALED.split(",") for n in update.SIZES}
        self.assertEqual(set(self.rows(self.kept)), wanted)

    def test_it_is_this_simulator_that_was_measured(self):
        """Times are of a machine, packets and events are not."""
        small = [n for n in update.SIZES if n <= 1000]
        kept = self.rows(self.kept)
        for key, row in self.rows(update.scaling(small, 1)).items():
            for column in ("events", "data_packets", "transactions"):
                with self.subTest(row=key, column=column):
                    self.assertEqual(row[column], kept[key][column], "moved: results/reference/update --scaling")

    def test_what_an_event_costs_hardly_grows(self):
        """n log n, and three times that for a memory that is far away, from 10,000 on."""
        rows = self.rows(self.kept)
        for name in update.SCALED.split(","):
            for n in (100_000, 1_000_000):
                with self.subTest(workload=name, n=n):
                    logs = math.log(n) / math.log(10_000)
                    self.assertLessEqual(float(rows[name, n]["ns_per_event"]),
                                         3 * logs * float(rows[name, 10_000]["ns_per_event"]))


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(FOLDER, update.PAIRED), encoding="utf-8") as f:
            cls.comments, cls.rows = update.parse(f.read())

    def test_every_pairing_is_there(self):
        """With the commands that --peers runs."""
        pairings = update.paired.PAIRINGS
        self.assertEqual(self.comments, update.paired.comments(self.rows[0]["repeats"]))
        self.assertEqual([(row["workload"], int(row["n"]), row["unit"], row["peer"].split()[0]) for row in self.rows],
                         [(p.workload, p.n, p.unit, p.peer()) for p in pairings])
        self.assertEqual([(row["their_command"], row["our_command"]) for row in self.rows],
                         [(p.their_command(update.paired.BUILD), f"./tcplab {p.our_options()}") for p in pairings])

    def test_ratios_follow_from_their_columns(self):
        for row in self.rows:
            cell = {name: float(text) for name, text in row.items() if name.startswith(("their_", "our_"))
                    and not name.endswith("_command")}
            with self.subTest(row=row):
                cost = {who: cell[f"{who}_user_s"] / cell[f"{who}_units"] for who in ("their", "our")}
                self.assertAlmostEqual(float(row["ratio"]), cost["their"] / cost["our"], delta=0.0051)
                self.assertAlmostEqual(float(row["memory_ratio"]),
                                       cell["their_peak_rss_bytes"] / cell["our_peak_rss_bytes"], delta=0.0051)
                for who in cost:
                    self.assertAlmostEqual(cell[f"{who}_units_per_s"], 1 / cost[who], delta=0.51)

    def test_it_is_the_same_work(self):
        """As many data packets in a minute, or for a transaction."""
        for row in self.rows:
            theirs, ours = (int(row[f"{who}_data_packets"]) for who in ("their", "our"))
            if row["unit"] != "data packets":
                theirs, ours = theirs / int(row["their_units"]), ours / int(row["our_units"])
                self.assertEqual(row["their_units"], row["n"])
            with self.subTest(row=row):
                self.assertLessEqual(abs(theirs / ours - 1), 0.02)

    def test_it_is_this_simulator_that_was_measured(self):
        """Times are of a machine, packets and transactions are not. W1's 10,000 transfers would take too long."""
        small = [row for row in self.rows if (row["workload"], row["n"]) != ("W1", "10000")]
        for command in dict.fromkeys(row["our_command"] for row in small):
            program, *options = command.split()
            self.assertTrue(os.access(os.path.join(ROOT, program), os.X_OK), program)
            done = subprocess.run([update.TCPLAB, *options], stdout=subprocess.PIPE, encoding="utf-8", check=True)
            measured = json.loads(done.stdout)["workloads"][0]
            for row in small:
                if row["our_command"] == command:
                    with self.subTest(command=command):
                        units = "data_packets" if row["unit"] == "data packets" else "transactions"
                        self.assertEqual((int(row["our_data_packets"]), int(row["our_units"])),
                                         (measured["data_packets"], measured[units]),
                                         "moved: results/reference/update --peers")

    def test_commands_name_files_that_exist(self):
        source = update.paired.FOLDER + "/PROGRAM.cc"
        self.assertIn(source, self.comments)
        for row in self.rows:
            first, second = row["their_command"].split()[:2]
            folder, program = os.path.split(first)
            file = second if first == "ns" else source.replace("PROGRAM", program)
            with self.subTest(command=row["their_command"]):
                self.assertTrue(os.path.isfile(os.path.join(ROOT, file)), file)
                self.assertTrue(first == "ns" or f"-o {folder}/PROGRAM" in self.comments)

    def test_without_the_other_simulators_it_says_what_to_install(self):
        done = subprocess.run([sys.executable, os.path.join(FOLDER, "update"), "--peers"], capture_output=True,
                              encoding="utf-8", env={**os.environ, "PATH": "/nonexistent"}, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\A[^\n]*apt-get install [^\n]*libns3-dev ns2\n\Z")


class Crossing(unittest.TestCase):
    def test_from_where_on(self):
        parallel = {count: Decimal(100) for count in (1, 2, 4, 8)}

        def crossing(*times):
            return update.crossing(dict(zip(parallel, map(Decimal, times))), parallel)

        self.assertEqual(crossing(90, 90, 90, 90), "1")
        self.assertEqual(crossing(90, 110, 100, 90), "4")
        self.assertEqual(crossing(90, 90, 90, 110), "never")
        self.assertEqual(crossing("100.05", 90, 90, 90), "1")


class MostWithin(unittest.TestCase):
    def test_the_end_of_the_interval_does_not_count(self):
        self.assertEqual(update.most_within(10, [0, 1, 9, 10, 11]), 3)
        self.assertEqual(update.most_within(10, [0, 1, 9.5, 10, 10.5]), 4)
        self.assertEqual(update.most_within(10, [5]), 1)
