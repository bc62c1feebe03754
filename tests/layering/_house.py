"""The rooms and what each may include, written down a second time: the build has its own list."""
import os
import pathlib

SOURCE = pathlib.Path(os.environ.get("TCPLAB_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("TCPLAB_BUILD", SOURCE / "build"))

_BELOW_STACK = {"core", "wire", "trace", "tcp"}

SIM = {
    "core": set(),
    "wire": {"core"},
    "trace": {"core", "wire"},
    "tcp": {"core", "wire", "trace"},
    "net": {"core", "wire", "trace"},
    "stack": _BELOW_STACK,
    "tls": _BELOW_STACK | {"stack"},
    "http2": {"core"},
    "http": _BELOW_STACK | {"stack", "tls", "http2"},
    "metrics": _BELOW_STACK | {"stack", "tls", "http2", "http"},
    "host": _BELOW_STACK | {"stack", "net"},
    "experiment": _BELOW_STACK | {"stack", "net", "host", "tls", "http2", "http", "metrics"},
}

LAB = {
    "terminal": {"core"},
    "scenario": set(SIM),
    "script": set(SIM) | {"scenario"},
    "export": set(SIM),
    "sweep": set(SIM) | {"scenario", "export"},
    "capture": set(SIM) | {"export"},
    "har": set(SIM) | {"scenario", "export"},
    "ladder": set(SIM) | {"terminal"},
    "plot": set(SIM) | {"terminal", "scenario", "export"},
    "report": set(SIM) | {"scenario", "export", "terminal", "ladder"},
    "explain": set(SIM) | {"scenario", "export", "terminal"},
    "course": set(SIM) | {"scenario", "export", "capture", "sweep", "terminal"},
    "cli": set(SIM) | {"terminal", "scenario", "script", "sweep", "export", "capture", "har", "ladder", "plot", "report",
                         "explain", "course"},
}

ROOMS = SIM | LAB


def folder(room):
    return SOURCE / ("sim" if room in SIM else "lab") / room


def sources(room):
    return sorted(path for path in folder(room).rglob("*") if path.suffix in (".cpp", ".hpp"))
