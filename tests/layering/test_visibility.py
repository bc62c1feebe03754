"""A forbidden include does not compile: asked of the compiler, with each room's own compile command."""
import json
import re
import shlex
import subprocess
import unittest

from _house import BUILD, ROOMS, SOURCE, sources


def commands():
    """{room: the compile command of one of its sources, without source and output}."""
    found = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        place = re.match(r"(?:sim|lab)/([^/]+)/", entry["file"].removeprefix(f"{SOURCE}/"))
        if place and place.group(1) in ROOMS:
            words = shlex.split(entry["command"])
            words = words[:words.index("-o")]
            found[place.group(1)] = [word for word in words if not re.fullmatch(r"-M\w*|.*\.o(\.d)?", word)]
    return found


def compile(command, text, *options):
    return subprocess.run([*command, *options, "-x", "c++", "-"], cwd=BUILD, input=text, text=True,
                          capture_output=True)


class Visibility(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.commands = commands()
        cls.headers = {room: str(path.relative_to(path.parents[len(path.parts) - len(SOURCE.parts) - 2]))
                       for room in ROOMS for path in sources(room) if path.suffix == ".hpp"}

    def test_each_room_finds_the_rooms_it_may_see_and_no_other(self):
        self.assertTrue(self.commands)
        for room, command in self.commands.items():
            asked = "".join(f"#if __has_include(\"{header}\")\nsees {other}\n#endif\n"
                            for other, header in self.headers.items())
            run = compile(command, asked, "-E", "-P")
            self.assertEqual(run.returncode, 0, run.stderr)
            seen = set(re.findall(r"sees (\w+)", run.stdout))
            with self.subTest(room=room):
                self.assertEqual(seen, (ROOMS[room] | {room}) & set(self.headers))

    def test_a_forbidden_include_does_not_compile(self):
        tried = 0
        for room, command in self.commands.items():
            for other in sorted(set(self.headers) - ROOMS[room] - {room})[:1]:
                tried += 1
                run = compile(command, f'#include "{self.headers[other]}"\n', "-fsyntax-only")
                self.assertNotEqual(run.returncode, 0, f'{room} compiles with "{self.headers[other]}"')
                self.assertRegex(run.stderr, "No such file|file not found")
        self.assertGreater(tried, 0)

    def test_an_empty_file_compiles(self):
        """So that the failures above have the right reason."""
        for room, command in self.commands.items():
            run = compile(command, "", "-fsyntax-only")
            self.assertEqual(run.returncode, 0, f"{room}: {run.stderr}")


if __name__ == "__main__":
    unittest.main()
