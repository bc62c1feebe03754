"""Which headers each room names, and what of the library sim/ must not use."""
import re
import unittest

from _house import ROOMS, SIM, SOURCE, sources

# The only library from outside that sim/ may use, and the system headers that it may not: no input or output, no
# threads, no entropy; nothing that a WebAssembly toolchain of 2022 lacks; no distribution or generator whose numbers
# depend on the library.
SIM_LIBRARIES = ("boost/random/", "boost/container/", "boost/intrusive/")
SIM_FORBIDDEN_HEADERS = set("""
    atomic barrier condition_variable coroutine filesystem format fstream future iostream latch mutex print random
    ranges semaphore shared_mutex source_location stop_token syncstream thread
    csignal cstdio ctime stdio.h time.h unistd.h
""".split()) | {"boost/random/random_device.hpp"}
SIM_FORBIDDEN_WORDS = {
    r"\bstd::(ranges|views|format\w*|bit_cast|source_location|random_device|filesystem)\b": "not in every toolchain",
    r"\bstd::(j?thread|mutex|async|this_thread|atomic\w*|call_once)\b": "no threads",
    r"\bstd::(cout|cerr|clog|cin|printf|puts|[io]?fstream)\b": "no input or output",
    r"\b(system|steady|high_resolution)_clock\b": "no clock but the simulation's",
    r"\bthread_local\b": "no globals",
    r"\bco_(await|yield|return)\b": "no coroutines",
}
ASIO = "boost/asio"

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
# Comments and literals go, so that words in them do not count; an #include keeps its name.
NOT_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)


def code(text):
    return NOT_CODE.sub(lambda m: "\n" * m.group().count("\n") or " ", text)


def violations(room, text):
    """What a file of `room` with this text does that the room may not: (line, reason) pairs."""
    found = []
    for match in INCLUDE.finditer(text):
        quote, name = match.groups()
        where = text.count("\n", 0, match.start(1)) + 1
        target = name.split("/")[0]
        if quote == '"':
            if ".." in name or "/" not in name or target not in ROOMS:
                found.append((where, f'"{name}" is not "room/file.hpp"'))
            elif target != room and target not in ROOMS[room]:
                found.append((where, f'{room} may not include "{name}"'))
        elif room in SIM:
            outside = "/" in name or name.endswith((".h", ".hpp"))
            if name in SIM_FORBIDDEN_HEADERS or (outside and not name.startswith(SIM_LIBRARIES)):
                found.append((where, f"sim/ may not include <{name}>"))
    if room in SIM:
        for where, line in enumerate(code(text).split("\n"), start=1):
            for pattern, reason in SIM_FORBIDDEN_WORDS.items():
                for match in re.finditer(pattern, line):
                    found.append((where, f"{match.group()}: {reason}"))
    return found


class House(unittest.TestCase):
    def test_every_room_keeps_to_what_it_may_include_and_use(self):
        read = 0
        for room in ROOMS:
            for path in sources(room):
                read += 1
                for line, reason in violations(room, path.read_text()):
                    with self.subTest():
                        self.fail(f"{path.relative_to(SOURCE)}:{line}: {reason}")
        self.assertGreater(read, 0)

    def test_no_folder_is_outside_the_table(self):
        folders = {p.name for top in ("sim", "lab") for p in (SOURCE / top).iterdir() if any(p.rglob("*.[ch]pp"))}
        self.assertEqual(folders - set(ROOMS), set())

    def test_asio_stays_in_one_room(self):
        users = {room for room in ROOMS for path in sources(room) if f"<{ASIO}" in path.read_text()}
        self.assertLessEqual(len(users), 1, users)

    def test_the_table_is_closed(self):
        """What a room may include, those above it may include too: the libraries hand their rooms on."""
        for room, seen in ROOMS.items():
            for other in seen:
                self.assertLessEqual(ROOMS[other], seen, f"{room} sees {other}")


class CanFail(unittest.TestCase):
    """The checks above find what they look for."""

    def assert_bad(self, room, text):
        self.assertTrue(violations(room, text), f"{room}: {text!r} went unnoticed")

    def assert_good(self, room, text):
        self.assertEqual(violations(room, text), [])

    def test_edges(self):
        self.assert_bad("core", '#include "wire/segment.hpp"')
        self.assert_bad("tcp", '#include "stack/stack.hpp"')
        self.assert_bad("http", '#include "net/link.hpp"')
        self.assert_bad("trace", '#  include "tcp/connection.hpp"')
        self.assert_bad("terminal", '#include "wire/segment.hpp"')
        self.assert_bad("experiment", '#include "scenario/reader.hpp"')
        self.assert_bad("tcp", '#include "connection.hpp"')
        self.assert_bad("core", '#include "../wire/segment.hpp"')
        self.assert_good("tcp", '#include "tcp/connection.hpp"\n#include "core/time.hpp"\n#include <vector>')
        self.assert_good("host", '#include "net/link.hpp"\n#include "stack/stack.hpp"')

    def test_headers(self):
        for name in ("format", "ranges", "thread", "iostream", "fmt/core.h", "boost/asio.hpp", "sys/socket.h"):
            self.assert_bad("core", f"#include <{name}>")
        self.assert_bad("core", "#include <boost/random/random_device.hpp>")
        self.assert_good("core", "#include <boost/random/mersenne_twister.hpp>\n#include <cstdint>")
        self.assert_good("cli", "#include <iostream>\n#include <fmt/core.h>")

    def test_words(self):
        self.assert_bad("net", "auto x = std::bit_cast<int>(y);")
        self.assert_bad("net", "std::ranges::sort(v);")
        self.assert_bad("net", "const auto t = std::chrono::steady_clock::now();")
        self.assert_bad("net", 'const char* s = "//"; std::mutex m;')
        self.assert_good("net", '// std::ranges would do\n/* std::thread\n */ const char* s = "std::mutex";')

    def test_lines_are_counted(self):
        self.assertEqual(violations("core", '/*\n\n*/\n#include "net/link.hpp"')[0][0], 4)
        self.assertEqual(violations("core", '/*\n\n*/\nstd::mutex m;')[0][0], 4)


if __name__ == "__main__":
    unittest.main()
