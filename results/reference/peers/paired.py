"""What the same work costs other simulators and ours, run in turn on one machine."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
from typing import NamedTuple

FOLDER = "results/reference/peers"
ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = "build/peers"  # where README.md has the programs compiled
PROGRAMS = "w1", "w2", "w3", "portx"
LIBRARIES = "applications", "point-to-point", "internet", "network", "core"
PACKAGES = "g++ pkg-config libns3-dev ns2"
OURS = 5  # runs of ours after one of theirs: they are short, and such times are of few ticks of the clock
SAME = 0.02  # how far apart the data packets of the same work may be


class PeerError(RuntimeError):
    """The other simulators are not here, or do not do what they should."""


class Pairing(NamedTuple):
    workload: str  # of tcplab bench
    n: int
    unit: str
    program: str  # theirs
    options: str

    def peer(self):
        return "ns-2" if self.program == "w1.tcl" else "ns-3"

    def their_command(self, folder):
        return f"ns {FOLDER}/{self.program} {self.options}" if self.peer() == "ns-2" else \
            f"{folder}/{self.program} {self.options}"

    def our_options(self):
        return f"bench --only {self.workload} --n {self.n} --repeat 1 --format json"


PAIRINGS = (
    Pairing("W1", 1, "data packets", "w1", "--n=1"),
    Pairing("W1", 1, "data packets", "w1.tcl", "1"),
    Pairing("W1", 100, "data packets", "w1", "--n=100"),
    Pairing("W1", 100, "data packets", "w1.tcl", "100"),
    Pairing("W1", 10_000, "data packets", "w1.tcl", "10000"),  # ns-3 would take half an hour
    Pairing("W2", 10_000, "transactions", "w2", "--count=10000 --msl=120"),
    Pairing("W2", 10_000, "transactions", "w2", "--count=10000 --msl=30"),
    Pairing("W3", 10_000, "connections", "w3", "--count=10000"),
    Pairing("PORTX", 16_384, "transactions", "portx", "--count=20000"),
)


class Run(NamedTuple):
    user_s: float
    data_packets: int
    units: int
    peak_rss_bytes: int


def build_command(program, folder):
    return ["g++", "-std=c++17", "-O3", "-DNDEBUG", f"{FOLDER}/{program}.cc", "-o", f"{folder}/{program}",
            *(f"-lns3-{name}" for name in LIBRARIES)]


def comments(repeats):
    """The comment lines of peers.csv."""
    return (f"# What the same work costs other simulators and ours, in turn, ours {OURS} times after each of theirs:\n"
            f"# medians of user time, set-up included, and of the peak of memory, on the machine that measured it last.\n"
            f"# `ratio` is of user time for a unit, theirs to ours.\n"
            f"# Source: ns-3 and ns-2 as Debian 12 packages them, with the programs in {FOLDER}.\n"
            f"# Build: {' '.join(build_command('PROGRAM', BUILD))}\n"
            f"# Command: results/reference/update --peers --repeat {repeats}\n")


def versions():
    """Of the other simulators; an error when they are not here."""
    try:
        subprocess.run(["g++", "--version"], capture_output=True, check=True)
        ns3 = subprocess.run(["pkg-config", "--modversion", "ns3-core"], capture_output=True, check=True, text=True)
        ns2 = subprocess.run(["ns"], input="puts [ns-version]\n", capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PeerError(f"this takes ns-3 and ns-2 ({error}); on Debian: apt-get install {PACKAGES}") from error
    return {"ns-3": ns3.stdout.strip(), "ns-2": ns2.stdout.strip()}


def build(program, folder):
    if subprocess.run(build_command(program, folder), cwd=ROOT, check=False).returncode != 0:
        raise PeerError(f"{FOLDER}/{program}.cc does not compile")


def timed(command):
    """The user time of a command with its children, in seconds, and what it printed."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8") as process:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise PeerError(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return usage.ru_utime, json.loads(printed)


def run(command, unit):
    user_s, results = timed(command)
    results = results.get("workloads", [results])[0]  # ours has a list of one
    units = results["data_packets"] if unit == "data packets" else results["transactions"]
    return Run(user_s, results["data_packets"], units, results["peak_rss_bytes"])


def median(runs):
    """Of user time and memory; packets and units must be the same each time."""
    if len({(r.data_packets, r.units) for r in runs}) != 1:
        raise PeerError(f"not the same each time: {runs}")
    return runs[0]._replace(user_s=round(statistics.median(r.user_s for r in runs), 6),
                            peak_rss_bytes=round(statistics.median(r.peak_rss_bytes for r in runs)))


def row(pairing, version, theirs, ours, repeats):
    in_all = pairing.unit == "data packets"
    theirs_each, ours_each = (r.data_packets / (1 if in_all else r.units) for r in (theirs, ours))
    if abs(theirs_each / ours_each - 1) > SAME:
        raise PeerError(f"{pairing} is not the same work: {theirs}, ours {ours}")
    cells = {"workload": pairing.workload, "n": pairing.n, "peer": f"{pairing.peer()} {version}", "unit": pairing.unit,
             "repeats": repeats}
    for whose, r in ("their", theirs), ("our", ours):
        cells |= {f"{whose}_data_packets": r.data_packets, f"{whose}_units": r.units,
                  f"{whose}_user_s": f"{r.user_s:.6f}", f"{whose}_units_per_s": round(r.units / r.user_s),
                  f"{whose}_peak_rss_bytes": r.peak_rss_bytes}
    ratio = (theirs.user_s / theirs.units) / (ours.user_s / ours.units)
    return cells | {"ratio": f"{ratio:.2f}", "memory_ratio": f"{theirs.peak_rss_bytes / ours.peak_rss_bytes:.2f}",
                    "their_command": pairing.their_command(BUILD), "our_command": f"./tcplab {pairing.our_options()}"}


def measure(tcplab, repeats):
    """The comment lines and the rows of peers.csv; what is going on goes to stderr."""
    version = versions()
    rows = []
    with tempfile.TemporaryDirectory(prefix="tcplab-peers-") as folder:
        for program in PROGRAMS:
            build(program, folder)
        for pairing in PAIRINGS:
            their_command = pairing.their_command(folder).split()
            our_command = [tcplab, *pairing.our_options().split()]
            theirs, ours = [], []
            for _ in range(repeats):
                theirs.append(run(their_command, pairing.unit))
                ours += [run(our_command, pairing.unit) for _ in range(OURS)]
            rows.append(row(pairing, version[pairing.peer()], median(theirs), median(ours), repeats))
            print(f"{rows[-1]['their_command']}: {rows[-1]['ratio']}", file=sys.stderr)
    return comments(repeats), rows


def megabytes(text):
    return f"{int(text) / 1e6:.1f} MB"


def table(rows):
    """README.md's table of the rows of peers.csv."""
    heads = ("workload", "n", "unit", "peer", "theirs a second", "ours a second", "ratio", "their memory", "our memory",
             "ratio", "their command")
    out = f"| {' | '.join(heads)} |\n|---|--:|---|---|--:|--:|--:|--:|--:|--:|---|\n"
    for r in rows:
        cells = (r["workload"], f"{int(r['n']):,}", r["unit"], r["peer"], f"{int(r['their_units_per_s']):,}",
                 f"{int(r['our_units_per_s']):,}", f"{float(r['ratio']):.1f}", megabytes(r["their_peak_rss_bytes"]),
                 megabytes(r["our_peak_rss_bytes"]), f"{float(r['memory_ratio']):.1f}", f"`{r['their_command']}`")
        out += f"| {' | '.join(cells)} |\n"
    return out
