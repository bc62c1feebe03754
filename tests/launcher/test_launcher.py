"""./tcplab, in a small tree of its own with stand-ins for the compiler, cmake, apt-get and sudo."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ.get("TCPLAB_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
TOOLS = "bash cat dirname env find flock grep id mkdir mktemp mv readlink rm sleep sort tail touch chmod".split()

# Logs its arguments; a build makes a program that prints its own, one a line, or one that is trained.
CMAKE = r"""
echo "cmake $*" >> "$LOG"
[ "$1" = --build ] || exit 0
if [ "$4" = train ]; then
    mkdir -p "$2/sim"
    printf '#!/usr/bin/env bash\necho trained >> "$LOG"\nexit "${TRAINING-0}"\n' > "$2/sim/train"
    chmod +x "$2/sim/train"
    exit
fi
sleep "${BUILD_SECONDS-0}"
if [ -n "${BUILD_FAILS-}" ]; then echo "error: no such thing"; exit 1; fi
printf '#!/usr/bin/env bash\nprintf "%%s\\n" "$@"\nexit 7\n' > "$2/tcplab"
chmod +x "$2/tcplab"
"""
# Stands for a system where the headers in $MISSING are not there: that is what the launcher asks it.
GXX = 'cat > /dev/null; printf "%s\\n" $MISSING'
APT = r"""
echo "apt-get $*" >> "$LOG"
case "$*" in
*update*) touch "$LOG.updated" ;;
*) if [ -n "${APT_NEEDS_UPDATE-}" ] && [ ! -e "$LOG.updated" ]; then echo "E: no such package"; exit 100; fi ;;
esac
"""


class Launcher(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp()) / "a clone"
        self.addCleanup(shutil.rmtree, self.root.parent)
        self.bin = self.root.parent / "bin"
        self.log = self.root.parent / "log"
        for name in ("sim/core", "lab/cli"):
            (self.root / name).mkdir(parents=True)
        self.bin.mkdir()
        self.source = self.root / "sim/core/time.cpp"
        for path in (self.root / "CMakeLists.txt", self.source, self.log):
            path.touch()
        shutil.copy(SOURCE / "tcplab", self.root / "tcplab")
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.program("cmake", CMAKE)
        self.program("g++", GXX)
        self.program("ninja", "")

    def program(self, name, text):
        path = self.bin / name
        path.write_text(f"#!/usr/bin/env bash\n{text}")
        path.chmod(0o755)

    def start(self, *arguments, program=None, cwd="/", **environment):
        return subprocess.Popen([program or self.root / "tcplab", *arguments], cwd=cwd, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env={"PATH": str(self.bin), "LOG": str(self.log), "MISSING": ""} | environment)

    def run_launcher(self, *arguments, **options):
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def calls(self, word):
        return [line for line in self.log.read_text().splitlines() if word in line]

    def builds(self):
        return len(self.calls("--target tcplab"))

    def test_a_profile_is_made_once(self):
        self.run_launcher()
        self.source.touch()
        os.utime(self.source, (time.time() + 10,) * 2)
        self.run_launcher()
        steps = ["generate", "train", "trained", "use", "tcplab", "use", "tcplab"]
        marks = {"-DTCPLAB_PROFILE=generate": "generate", "--target train": "train", "-DTCPLAB_PROFILE=use": "use",
                 "--target tcplab": "tcplab"}
        said = [next((step for mark, step in marks.items() if mark in line), line)
                for line in self.log.read_text().splitlines()]
        self.assertEqual(said, steps)

    def test_without_a_profile_it_builds_all_the_same(self):
        code, out, _ = self.run_launcher("run", TRAINING="1")
        self.assertEqual((code, out), (7, "run\n"))
        self.assertTrue(self.calls("-DTCPLAB_PROFILE=")[-1].endswith("-DTCPLAB_PROFILE="))
        self.assertEqual(len(self.calls("trained")), 1)

    def test_it_builds_and_hands_over(self):
        code, out, err = self.run_launcher("run", "a b.toml", "")
        self.assertEqual((code, out), (7, "run\na b.toml\n\n"))
        self.assertIn("building", err)
        code, out, err = self.run_launcher("check")
        self.assertEqual((code, out, err), (7, "check\n", ""))
        self.assertEqual(self.builds(), 1)

    def test_the_program_is_called_as_the_launcher_was(self):
        self.run_launcher()
        (self.root / "build/tcplab").unlink()
        (self.root / "build/tcplab").symlink_to(shutil.which("bash"))
        self.root.joinpath("build/.built").touch()
        (self.bin / "tcplab").symlink_to(self.root / "tcplab")
        (self.bin / "lab").symlink_to(self.root / "tcplab")
        for program, cwd in (("./tcplab", self.root), ("tcplab", "/"), ("lab", "/"), ("../a clone/tcplab", self.root)):
            with self.subTest(program=program):
                self.assertEqual(self.run_launcher("-c", 'echo "$0"', program=program, cwd=cwd)[1], program + "\n")

    def test_it_builds_again_only_when_sources_changed(self):
        self.run_launcher()
        changes = [lambda: self.source.write_text("int x;"), lambda: (self.root / "lab/cli/run.hpp").touch(),
                   lambda: self.source.unlink(), lambda: (self.root / "CMakeLists.txt").write_text("# more"),
                   lambda: (self.root / "build/tcplab").unlink()]
        for number, change in enumerate(changes, start=2):
            time.sleep(0.02)  # past the resolution of a file's time
            change()
            self.run_launcher()
            self.assertEqual(self.builds(), number)
            self.run_launcher()
            self.assertEqual(self.builds(), number)

    def test_a_source_changed_during_the_build_is_built_next_time(self):
        process = self.start(BUILD_SECONDS="1")
        while not self.builds():
            time.sleep(0.01)
        self.source.write_text("int x;")
        process.communicate(timeout=60)
        self.run_launcher()
        self.assertEqual(self.builds(), 2)

    def test_a_failed_build_shows_why_and_is_tried_again(self):
        code, out, err = self.run_launcher(BUILD_FAILS="1")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("error: no such thing", err)
        self.assertEqual(self.run_launcher()[0], 7)

    def test_two_at_once_build_once(self):
        processes = [self.start(str(i), BUILD_SECONDS="0.5") for i in range(4)]
        self.assertEqual([p.communicate(timeout=60)[0] for p in processes], ["0\n", "1\n", "2\n", "3\n"])
        self.assertEqual(self.builds(), 1)

    def test_it_works_through_a_link(self):
        link = self.root.parent / "lab"
        link.symlink_to(self.root / "tcplab")
        self.assertEqual(self.run_launcher("x", program=link)[:2], (7, "x\n"))

    def test_the_cache_of_another_checkout_is_not_used(self):
        cache = self.root / "build/CMakeCache.txt"
        cache.parent.mkdir()
        cache.write_text("CMAKE_HOME_DIRECTORY:INTERNAL=/elsewhere\n")
        self.run_launcher()
        self.assertFalse(cache.exists())
        cache.write_text(f"CMAKE_HOME_DIRECTORY:INTERNAL={self.root}\n")
        self.source.touch()
        self.run_launcher()
        self.assertTrue(cache.exists())

    def test_without_apt_get_it_names_the_packages_and_stops(self):
        (self.bin / "ninja").unlink()
        code, out, err = self.run_launcher(MISSING="libfmt-dev libboost-dev")
        self.assertEqual((code, out), (3, ""))
        for package in ("ninja-build", "libfmt-dev", "libboost-dev"):
            self.assertIn(package, err)
        self.assertEqual(self.builds(), 0)

    def test_without_a_compiler_every_library_is_asked_for(self):
        (self.bin / "g++").unlink()
        _, _, err = self.run_launcher()
        for package in ("g++", "cmake", "ninja-build", "libboost-program-options-dev", "libtomlplusplus-dev",
                        "nlohmann-json3-dev", "libmuparser-dev"):
            self.assertIn(package, err)

    def test_it_installs_what_is_missing(self):
        self.program("apt-get", APT)
        self.program("sudo", 'exec "$@"')
        code, out, err = self.run_launcher("x", MISSING="libfmt-dev")
        self.assertEqual((code, out), (7, "x\n"))
        self.assertIn("libfmt-dev", err)
        self.assertEqual(len(self.calls("apt-get")), 1)
        self.assertTrue(self.calls("apt-get")[0].endswith(" libfmt-dev"))

    def test_it_updates_the_lists_of_packages_when_it_must(self):
        self.program("apt-get", APT)
        self.program("sudo", 'exec "$@"')
        self.assertEqual(self.run_launcher(MISSING="libfmt-dev", APT_NEEDS_UPDATE="1")[0], 7)
        self.assertEqual(["update" in call for call in self.calls("apt-get")], [False, True, False])

    def test_a_failed_installation_stops(self):
        self.program("apt-get", "echo 'E: disk full'; exit 100")
        self.program("sudo", 'exec "$@"')
        code, _, err = self.run_launcher(MISSING="libfmt-dev")
        self.assertEqual(code, 3)
        self.assertIn("E: disk full", err)
        self.assertEqual(self.builds(), 0)

    def test_sudo_is_used_by_those_who_are_not_root(self):
        self.program("apt-get", APT)
        self.bin.joinpath("id").unlink()
        self.program("id", "echo 1000")
        code, _, err = self.run_launcher(MISSING="libfmt-dev")
        self.assertEqual(code, 3)
        self.assertIn("apt-get install libfmt-dev", err)
        self.program("sudo", 'echo "sudo $*" >> "$LOG"; exec "$@"')
        self.assertEqual(self.run_launcher(MISSING="libfmt-dev")[0], 7)
        self.assertEqual(len(self.calls("sudo")), 1)


if __name__ == "__main__":
    unittest.main()
