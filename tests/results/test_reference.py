"""results/reference/: our numbers are those that are kept there, and near enough to the published ones."""

import importlib.machinery
import importlib.util
import math
import os
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
                          "response.csv": 12, "response-low.csv": 6, "peers.csv": 8})

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
