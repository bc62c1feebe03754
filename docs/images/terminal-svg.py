#!/usr/bin/env python3
"""Draws terminal output as SVG: stdin with ANSI colours in, SVG out.

    tcplab run scenarios/page-strategies.toml --color always | docs/images/terminal-svg.py --command "..." > out.svg

The picture follows the reader's light or dark setting, and has a background of its own, so that it can be read where
the page does not. --theme draws one of the two only, for a renderer that knows no media queries.
"""

import argparse
import html
import re
import sys
import unicodedata

CELL, LINE, FONT, MARGIN = 8.0, 19, 13.2, 20
ACCENTS = {"31": "bad", "32": "good", "33": "warn"}
COLOURS = {
    "light": {"paper": "#ffffff", "edge": "#d0d7de", "plain": "#1f2328", "quiet": "#59636e", "good": "#1a7f37",
              "warn": "#9a6700", "bad": "#cf222e"},
    "dark": {"paper": "#0d1117", "edge": "#3d444d", "plain": "#e6edf3", "quiet": "#9198a1", "good": "#3fb950",
             "warn": "#d29922", "bad": "#f85149"},
}


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def coloured(line):
    """(accent, text) for each stretch of one colour."""
    accent = "plain"
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            accent = ACCENTS.get(part[2:-1], "plain")
        elif part:
            yield accent, part


def words(line):
    """(column, accent, text): each stretch is placed on its own, so that columns line up in any font."""
    column = 0
    for accent, text in coloured(line):
        for part in re.split(r"(\s{2,})", text):
            if part.strip():
                lead = len(part) - len(part.lstrip())
                yield column + lead, accent, part.strip()
            column += width(part)


def style(theme):
    def rules(colours):
        return "".join(f".{name}{{{'stroke' if name == 'edge' else 'fill'}:{value}}}" for name, value in colours.items())

    if theme != "both":
        return rules(COLOURS[theme])
    return f"{rules(COLOURS['light'])}@media (prefers-color-scheme:dark){{{rules(COLOURS['dark'])}}}"


def draw(lines, title, theme):
    columns = max(width(re.sub(r"\x1b\[[0-9;]*m", "", line)) for line in lines)
    w, h = round(columns * CELL + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {w} {h}" width="{w}" height="{h}" role="img">',
           f"<title>{html.escape(title)}</title>", f"<style>{style(theme)}</style>",
           f'<rect class="paper edge" x="0.5" y="0.5" width="{w - 1}" height="{h - 1}" rx="8"/>',
           f'<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="{FONT}">']
    for row, line in enumerate(lines):
        y = MARGIN + row * LINE + 14
        for column, accent, text in words(line):
            if line.startswith("$ ") and accent == "plain":
                accent = "quiet"
            out.append(f'<text class="{accent}" x="{MARGIN + column * CELL:g}" y="{y}" '
                       f'textLength="{width(text) * CELL:g}" lengthAdjust="spacingAndGlyphs">{html.escape(text)}</text>')
    return "\n".join(out + ["</g>", "</svg>", ""])


def main():
    parser = argparse.ArgumentParser(description="terminal output as SVG")
    parser.add_argument("--command", required=True, help="shown as the line that was typed")
    parser.add_argument("--theme", choices=["both", "light", "dark"], default="both")
    options = parser.parse_args()
    lines = ["$ " + options.command, ""] + sys.stdin.read().rstrip("\n").split("\n")
    sys.stdout.write(draw(lines, options.command, options.theme))


if __name__ == "__main__":
    main()
