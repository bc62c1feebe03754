"""The exercises' texts: their commands work as they are written, in both languages, and their links lead somewhere."""

import glob
import os
import re
import shlex
import shutil
import sys
import unittest

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
sys.path.insert(0, os.path.join(SOURCE, "tests", "cli"))
from _tcplab import CommandLine  # noqa: E402

COURSE = os.path.join(SOURCE, "lab", "exercises")
FOLDERS = sorted(glob.glob(os.path.join(COURSE, "[0-9][0-9]-*")))
HEADINGS = {
    "README.md": ["What you will see", "Predict first", "Run it", "Change it", "Look closer", "Answer"],
    "README.ko.md": ["무엇을 보게 되나", "먼저 예측하기", "실행하기", "바꿔 보기", "더 들여다보기", "답하기"],
}


def read(*parts):
    with open(os.path.join(*parts), encoding="utf-8") as f:
        return f.read()


def commands(text):
    """The lines of code blocks that are commands of this program, or copy its files, without comments."""
    lines = re.findall(r"^    ((?:\./tcplab|cp) .*)$", text, flags=re.MULTILINE)
    return [line.split("  #")[0].strip() for line in lines]


class Texts(CommandLine):
    def test_there_is_a_course(self):
        self.assertGreaterEqual(len(FOLDERS), 18)
        numbers = [int(os.path.basename(folder)[:2]) for folder in FOLDERS]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_every_command_works_as_it_is_written(self):
        os.symlink(os.path.join(SOURCE, "scenarios"), self.path("scenarios"))
        for folder in FOLDERS:
            exercise = os.path.basename(folder)
            number = int(exercise[:2])
            lines = commands(read(folder, "README.md"))
            self.assertTrue(any(line.startswith(f"./tcplab lab run {number}") for line in lines), exercise)
            self.assertTrue(any(line.startswith(f"./tcplab lab check {number}") for line in lines), exercise)
            for line in lines:
                with self.subTest(exercise=exercise, command=line):
                    words = shlex.split(line.replace("YOUR-ID", "kim-1"))
                    if words[0] == "cp":
                        shutil.copy(self.path(words[1]), self.path(words[2]))
                        continue
                    done = self.run_tcplab(*words[1:])
                    # 1: something in the scenario fails, which is what it shows, or an answer is not there yet
                    self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)
                    self.assertNotIn("Traceback", done.stderr)
            for name in ("results", f"lab-{number:02}.toml", f"answers-{number:02}.toml"):
                path = self.path(name)
                if os.path.isdir(path):
                    shutil.rmtree(path)
                elif os.path.exists(path):
                    os.remove(path)

    def test_both_languages_have_the_same_commands_and_sections(self):
        for folder in FOLDERS:
            with self.subTest(exercise=os.path.basename(folder)):
                texts = {name: read(folder, name) for name in HEADINGS}
                for name, headings in HEADINGS.items():
                    self.assertEqual(re.findall(r"^## (.+)$", texts[name], flags=re.MULTILINE), headings)
                self.assertEqual(commands(texts["README.md"]), commands(texts["README.ko.md"]))

    def test_links_lead_somewhere(self):
        for path in glob.glob(os.path.join(COURSE, "**", "*.md"), recursive=True):
            for target in re.findall(r"\]\(([^)\s]+)\)", read(path)):
                if "://" in target or target.startswith("#"):
                    continue
                with self.subTest(document=os.path.relpath(path, SOURCE), link=target):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), target.partition("#")[0])))

    def test_korean_texts_are_korean(self):
        for path in glob.glob(os.path.join(COURSE, "*", "*.ko.md")):
            text = re.sub(r"`[^`]*`|^    .*$|https?://\S+", "", read(path), flags=re.MULTILINE)
            hangul = len(re.findall(r"[가-힣]", text))
            with self.subTest(document=os.path.relpath(path, SOURCE)):
                self.assertGreater(hangul, len(re.findall(r"[A-Za-z]", text)))


if __name__ == "__main__":
    unittest.main()
