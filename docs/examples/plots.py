#!/usr/bin/env python3
"""Charts of results, with pandas and matplotlib (Debian: python3-pandas python3-matplotlib).

    plots.py page FOLDER PICTURE             page time of each variant
    plots.py axis FOLDER PICTURE             page time over the first axis
    plots.py waterfall FOLDER PICTURE [RUN]  the transactions of a run
    plots.py cwnd FOLDER PICTURE [RUN]       a run's congestion window; needs run --trace

FOLDER is one that `tcplab run` wrote. The picture's name decides its format: .png, .svg, .pdf.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402

PHASES = {"blocked": "#d4d4d4", "dns": "#0b7a75", "connect": "#f29f38", "tls": "#5e3a98", "send": "#d6457a",
          "wait": "#8fce7a", "receive": "#1f6fb4"}


def read(folder, name):
    """Names stay text, even where they look like numbers."""
    return pd.read_csv(pathlib.Path(folder) / name, dtype={"scenario": str, "variant": str}, keep_default_na=False,
                       na_values={column: [""] for column in ("page_ms", "ssthresh", "srtt_ms")})


def page(folder, ax):
    summary = read(folder, "summary.csv")
    times = summary.groupby("variant", sort=False)["page_ms"].quantile([0.05, 0.5, 0.95]).unstack()
    times = times.reindex(summary["variant"].unique())  # in the order of the file
    ends = [times[0.5] - times[0.05], times[0.95] - times[0.5]]
    ax.barh(times.index, times[0.5], xerr=ends if summary.duplicated("variant").any() else None, color="#0072b2")
    ax.invert_yaxis()
    ax.set_xlabel("page time (ms)")
    return times[0.5]


def axis(folder, ax):
    summary = read(folder, "summary.csv")
    columns = list(summary.columns)
    key = columns[columns.index("seed") + 1]  # the axes stand between seed and page_ms
    if key == "page_ms":
        sys.exit(f"{folder}: these runs have no axis")
    values = summary[key].astype(str).str.extract(r"^([\d.]+)\s*(.*)$")  # "20 ms"
    if values[0].isna().any() or values[1].nunique() > 1:
        sys.exit(f"{folder}: {key} has values that are no numbers of one unit")
    summary["x"] = values[0].astype(float)
    medians = summary.groupby(["variant", "x"], sort=False)["page_ms"].median().unstack(0)
    medians.sort_index().plot(ax=ax, marker="o")
    ax.set_xlabel(key)
    ax.set_ylabel("page time (ms)")
    return medians


def waterfall(folder, ax, run=1):
    rows = read(folder, "transactions.csv").query("run == @run")
    left = pd.to_numeric(rows["start_ms"])
    labels = rows["id"].astype(str) + "  " + rows["path"]
    for phase, color in PHASES.items():
        width = pd.to_numeric(rows[f"{phase}_ms"]).fillna(0)
        ax.barh(labels, width, left=left, color=color, label=phase)
        left = left + width
    ax.invert_yaxis()
    ax.set_xlabel("time (ms)")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)
    return left


def cwnd(folder, ax, run=1):
    rows = read(folder, f"run-{run:03}/tcp.csv").query("connection == 1 and end == 'server'")
    ax.fill_between(rows["time_ms"], rows["in_flight"], step="post", color="#c6dbef", label="in flight")
    ax.step(rows["time_ms"], rows["cwnd"], where="post", color="#0072b2", label="cwnd")
    ax.step(rows["time_ms"], rows["ssthresh"], where="post", color="#d55e00", linestyle="--", label="ssthresh")
    ax.set_xlabel("time (ms)")
    ax.set_ylabel("segments")
    ax.legend(frameon=False)
    return rows["cwnd"]


def main():
    charts = {"page": page, "axis": axis, "waterfall": waterfall, "cwnd": cwnd}
    if len(sys.argv) not in (4, 5) or sys.argv[1] not in charts:
        sys.exit(__doc__)
    chart, folder, picture = sys.argv[1:4]
    figure, ax = plt.subplots(figsize=(6.3, 4), layout="constrained")
    drawn = charts[chart](folder, ax, *map(int, sys.argv[4:]))
    figure.savefig(picture, dpi=200)
    print(drawn.to_string())


if __name__ == "__main__":
    main()
