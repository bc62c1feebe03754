#!/usr/bin/env python3
"""Charts of results, with pandas and matplotlib (Debian: python3-pandas python3-matplotlib).

    plots.py page FOLDER PICTURE             page time of each variant
    plots.py axis FOLDER PICTURE             page time over the first axis
    plots.py waterfall FOLDER PICTURE [RUN]  the transactions of a run, the first 100 of them
    plots.py cwnd FOLDER PICTURE [RUN]       a run's congestion window; needs run --trace

FOLDER is one that `tcplab run` wrote. The picture's name decides its format: .png, .svg, .pdf.
"""

import pathlib
import re
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402

PHASES = {"blocked": "#d4d4d4", "dns": "#0b7a75", "connect": "#f29f38", "tls": "#5e3a98", "send": "#d6457a",
          "wait": "#8fce7a", "receive": "#1f6fb4"}
MOST_ROWS = 100

# What the values of an axis may be in: of what measure, and how large the unit is.
UNITS = {"": ("number", 1), "%": ("percent", 1), "packet": ("packets", 1), "packets": ("packets", 1),
         "ns": ("time", 1), "us": ("time", 1e3), "ms": ("time", 1e6), "s": ("time", 1e9), "min": ("time", 60e9),
         "bit/s": ("rate", 1), "kbit/s": ("rate", 1e3), "Mbit/s": ("rate", 1e6), "Gbit/s": ("rate", 1e9),
         "B": ("size", 1), "kB": ("size", 1e3), "MB": ("size", 1e6), "GB": ("size", 1e9),
         "KiB": ("size", 2**10), "MiB": ("size", 2**20), "GiB": ("size", 2**30)}


def read(folder, name):
    """Names stay text, even where they look like numbers; an empty field is no number."""
    rows = pd.read_csv(pathlib.Path(folder) / name, dtype=str, keep_default_na=False)
    words = {"scenario", "variant", "host", "method", "path", "error", "end", "state", "ca_state", *axes(rows)}
    for column in rows.columns.difference(words):
        rows[column] = pd.to_numeric(rows[column])
    return rows


def axes(rows):
    """The columns of the scenario's axes: between seed and the file's own."""
    columns = list(rows.columns)
    own = next(i for i, name in enumerate(columns) if name in ("page_ms", "id", "time_ms"))
    return columns[columns.index("seed") + 1:own]


def names(rows, keys):
    """What to call the runs that differ in nothing but chance: the variant and values of these axes."""
    named = rows["variant"].mask(rows["variant"] == "", "" if keys else rows["scenario"])
    for key in keys:
        named = named.mask(named != "", named + ", ") + key + " = " + rows[key]
    return named


def as_numbers(values):
    """The values in the smallest unit that one of them has, and that unit; nothing if they are words."""
    parts = [re.fullmatch(r"(\d+(?:\.\d+)?) ?([A-Za-z%/]*)", value) for value in values]
    if not all(part and part[2] in UNITS for part in parts) or len({UNITS[part[2]][0] for part in parts}) > 1:
        return None
    unit = min((part[2] for part in parts), key=lambda name: UNITS[name][1])
    return [float(part[1]) * UNITS[part[2]][1] / UNITS[unit][1] for part in parts], unit


def median(values):
    """Of all repetitions: where one failed there is none."""
    return values.median(skipna=False)


def page(folder):
    summary = read(folder, "summary.csv")
    summary["name"] = names(summary, axes(summary))
    groups = summary.groupby("name", sort=False)["page_ms"]  # in the order of the file
    times = groups.agg(median)
    _, ax = plt.subplots(figsize=(6.3, max(2, 0.8 + 0.3 * len(times))), layout="constrained")
    ends = None
    if summary.duplicated("name").any():
        ends = [times - groups.quantile(0.05), groups.quantile(0.95) - times]
    ax.barh(times.index, times, xerr=ends, color="#0072b2")
    ax.invert_yaxis()
    ax.set_xlabel("page time (ms)")
    return times


def axis(folder):
    summary = read(folder, "summary.csv")
    if not axes(summary):
        sys.exit(f"{folder}: these runs have no axis")
    key, *others = axes(summary)
    values = list(dict.fromkeys(summary[key]))
    numbers, unit = as_numbers(values) or (range(len(values)), None)
    summary["x"] = summary[key].map(dict(zip(values, numbers)))
    summary["name"] = names(summary, others)
    medians = summary.groupby(["name", "x"], sort=False)["page_ms"].agg(median).unstack(0).sort_index()
    _, ax = plt.subplots(figsize=(6.3, 4), layout="constrained")
    if unit is None:  # words, which no line joins
        medians.plot.bar(ax=ax, rot=0)
        ax.set_xticks(numbers, values)
    else:
        medians.plot(ax=ax, marker="o")
    ax.set_xlabel(f"{key} ({unit})" if unit else key)
    ax.set_ylabel("page time (ms)")
    ax.set_ylim(bottom=0)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return medians


def waterfall(folder, run=1):
    rows = read(folder, "transactions.csv").query("run == @run").head(MOST_ROWS)
    if rows.empty:
        sys.exit(f"{folder}: there is no run {run}, or it has no transactions")
    left = rows["start_ms"]
    labels = rows["id"].astype(int).astype(str) + "  " + rows["path"].str.slice(0, 40)
    _, ax = plt.subplots(figsize=(6.3, max(3, 0.8 + 0.16 * len(rows))), layout="constrained")
    for phase, color in PHASES.items():
        width = rows[f"{phase}_ms"].fillna(0)
        ax.barh(labels, width, left=left, color=color, label=phase)
        left = left + width
    ax.tick_params(axis="y", labelsize=7, length=0)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("time (ms)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return left


def cwnd(folder, run=1):
    rows = read(folder, f"run-{run:03}/tcp.csv").query("connection == 1 and end == 'server'")
    _, ax = plt.subplots(figsize=(6.3, 4), layout="constrained")
    ax.fill_between(rows["time_ms"], rows["in_flight"], step="post", color="#c6dbef", label="in flight")
    ax.step(rows["time_ms"], rows["cwnd"], where="post", color="#0072b2", label="cwnd")
    ax.step(rows["time_ms"], rows["ssthresh"], where="post", color="#d55e00", linestyle="--", label="ssthresh")
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("segments")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return rows["cwnd"]


def main():
    charts = {"page": page, "axis": axis, "waterfall": waterfall, "cwnd": cwnd}
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in charts:
        sys.exit(__doc__)
    chart, folder, picture = sys.argv[1:4]
    drawn = charts[chart](folder, *map(int, sys.argv[4:]))
    plt.savefig(picture, dpi=200)
    print(drawn.to_string())


if __name__ == "__main__":
    main()
