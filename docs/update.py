#!/usr/bin/env python3
"""Writes what the documents quote from the program: its keys, its defaults, its output.

    docs/update.py            brings README.md and docs/ up to date
    docs/update.py --check    changes nothing; exit 1 and a list when something is not

In a document, a comment stands before each block that this script writes or uses:

    <!-- file: NAME -->         the code block that follows is a file, for the commands below it
    <!-- output: COMMAND -->    the code block that follows is what the command prints (tcplab only)
    <!-- begin: WHAT -->        everything up to <!-- end --> is made here: the table of keys or of profiles
"""

import argparse
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TCPLAB = os.path.abspath(os.environ.get("TCPLAB", os.path.join(ROOT, "build", "tcplab")))
DOCUMENTS = ["README.md", "docs/keys.md", "docs/profiles.md", "docs/scenario-files.md", "docs/results.md",
             "docs/scripts.md", "docs/har.md", "docs/ladder.md", "docs/plots.md",
             "lab/exercises/README.md", "lab/exercises/README.ko.md"]
PICTURE = "docs/images/wikipedia-2013.svg"
PICTURE_COMMAND = "tcplab run scenarios/wikipedia-2013.toml"
COLUMNS = "104"


class Workshop:
    """A folder in which a document's commands run, beside the files that it shows."""

    def __init__(self, folder):
        self.folder = folder
        os.symlink(os.path.join(ROOT, "scenarios"), os.path.join(folder, "scenarios"))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as f:
            f.write(text)

    def run(self, command, color="never"):
        program, *arguments = shlex.split(command)
        if program.removeprefix("./") != "tcplab":
            raise ValueError(f"not tcplab: {command}")
        environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        environment.update(COLUMNS=COLUMNS, LC_ALL="C.UTF-8")
        if arguments[0] == "run":
            arguments += ["--color", color]
        done = subprocess.run([TCPLAB, *arguments], cwd=self.folder, env=environment, encoding="utf-8",
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout


def tables_of_keys(text):
    """`tcplab keys` as (title, columns, rows); a row of [tcp] has its meaning last, as the others have."""
    for block in re.split(r"\n(?=\S)", text.rstrip("\n")):
        title, *lines = [line for line in block.split("\n") if line]
        if not lines:
            yield title, [], []
            continue
        names = lines[0].split()
        starts = [lines[0].index("  " + name) + 2 for name in names]
        rows = []
        for line in lines[1:]:
            if line[2] != " ":
                ends = starts[1:] + [len(line)]
                rows.append([line[a:b].strip() for a, b in zip(starts, ends)])
                if "meaning" not in names:
                    rows[-1].append("")
            elif "meaning" not in names:
                rows[-1][-1] = f"{rows[-1][-1]} {line.strip()}".strip()
            else:
                ends = starts[1:] + [len(line)]
                for i, (a, b) in enumerate(zip(starts, ends)):
                    rows[-1][i] = f"{rows[-1][i]} {line[a:b].strip()}".strip()
        yield title, names if "meaning" in names else names + ["meaning"], rows


def markdown_table(columns, rows):
    def line(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(columns), "|" + "---|" * len(columns)] + [line(row) for row in rows])


def keys_as_markdown(workshop):
    out = []
    for title, columns, rows in tables_of_keys(workshop.run("tcplab keys")):
        name, _, meaning = title.partition("  ")
        name = f"`{name}`" if name.startswith("[") else name.capitalize()
        meaning = meaning.strip()
        out.append(f"## {name}\n\n{meaning[0].upper()}{meaning[1:]}.")
        if rows:
            out.append(markdown_table(columns, [[f"`{row[0]}`", *row[1:]] for row in rows]))
    return "\n\n".join(out)


def profiles_as_markdown(workshop):
    """The defaults side by side, with their sources; keys that do nothing yet are left out."""
    rows = []
    for title, columns, keys in tables_of_keys(workshop.run("tcplab keys")):
        if not title.startswith("[tcp]"):
            continue
        at = columns.index
        for row in keys:
            meaning = row[at("meaning")]
            if row[0] == "profile" or meaning.startswith("(not yet supported)"):
                continue
            source = re.search(r" \[([^\[\]]*(?:\[\d\][^\[\]]*)*)\]$", meaning)
            rows.append([f"`{row[0]}`", row[at("linux")], row[at("rfc")], row[at("classic")],
                         source.group(1) if source else ""])
    return markdown_table(["key", "linux", "rfc", "classic", "source"], rows)


def exercises_as_markdown(language, columns, minutes):
    """The exercises of the course, with their titles in a language."""
    rows = []
    for path in sorted(glob.glob(os.path.join(ROOT, "lab", "exercises", "[0-9]*", "exercise.toml"))):
        with open(path, "rb") as f:
            exercise = tomllib.load(f)
        folder = os.path.basename(os.path.dirname(path))
        text = "README.md" if language == "en" else f"README.{language}.md"
        rows.append([str(int(folder.split("-")[0])), f"[{exercise['title'][language]}]({folder}/{text})",
                     minutes.format(exercise["minutes"])])
    return markdown_table(columns, rows)


MADE = {
    "keys": keys_as_markdown,
    "profiles": profiles_as_markdown,
    "exercises": lambda workshop: exercises_as_markdown("en", ["", "exercise", "about"], "{} min"),
    "exercises_ko": lambda workshop: exercises_as_markdown("ko", ["", "실습", "걸리는 시간"], "{}분"),
}


def updated(text):
    with tempfile.TemporaryDirectory(prefix="tcplab-docs-") as folder:
        workshop = Workshop(folder)

        def block(match):
            kind, argument, fence, body = match.groups()
            if kind == "file":
                workshop.write(argument, body)
            else:
                body = workshop.run(argument)
            return f"<!-- {kind}: {argument} -->\n{fence}\n{body}```\n"

        def made(match):
            return f"<!-- begin: {match.group(1)} -->\n\n{MADE[match.group(1)](workshop)}\n\n<!-- end -->"

        text = re.sub(r"<!-- (file|output): (.+?) -->\n(```\w*)\n(.*?)```\n", block, text, flags=re.DOTALL)
        return re.sub(r"<!-- begin: (\w+) -->.*?<!-- end -->", made, text, flags=re.DOTALL)


def picture():
    with tempfile.TemporaryDirectory(prefix="tcplab-docs-") as folder:
        output = Workshop(folder).run(PICTURE_COMMAND, "always")
    draw = os.path.join(ROOT, "docs", "images", "terminal-svg.py")
    return subprocess.run([sys.executable, draw, "--command", "./" + PICTURE_COMMAND], input=output, encoding="utf-8",
                          stdout=subprocess.PIPE, check=True).stdout


def main():
    parser = argparse.ArgumentParser(description="brings the documents up to date with the program")
    parser.add_argument("--check", action="store_true", help="change nothing, say what is out of date")
    options = parser.parse_args()
    stale = []
    for name in DOCUMENTS + [PICTURE]:
        path = os.path.join(ROOT, name)
        text = ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                text = f.read()
        fresh = picture() if name == PICTURE else updated(text)
        if fresh == text:
            continue
        stale.append(name)
        if not options.check:
            with open(path, "w", encoding="utf-8") as f:
                f.write(fresh)
    for name in stale:
        print(f"{name}: {'out of date; run docs/update.py' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
