"""`tcplab lab` from outside: a student's files, marking, a class."""

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import unittest

SOURCE = os.environ.get("TCPLAB_SOURCE", os.getcwd())
sys.path.insert(0, os.path.join(SOURCE, "tests", "cli"))
from _tcplab import TCPLAB, CommandLine  # noqa: E402

PROGRAM = os.path.abspath(TCPLAB)  # as it is called here

# On an infinitely fast link: a handshake and an exchange, a round trip each.
DEFINITION = """
title   = { en = "One page", ko = "한 페이지" }
minutes = 5

[draw]
rtt = { from = "1000 ms", to = "1999 ms", step = "1 ms" }

[measure]
page = { column = "page_ms" }

[prediction]
text.en = "How long?"
text.ko = "얼마나?"
unit    = "ms"
answer  = "page"

[[question]]
id      = "page"
text.en = "How long does it take?"
text.ko = "얼마나 걸립니까?"
unit    = "ms"
answer  = "page"
[[question.mistake]]
value   = "page - rtt"
hint.en = "the handshake is missing"
hint.ko = "핸드셰이크가 빠졌습니다"

[[question]]
id      = "round_trips"
text.en = "How many round trips?"
text.ko = "왕복은 몇 번입니까?"
unit    = ""
answer  = "round(page / rtt)"
weight  = 3

[[claim]]
id    = "two"
holds = "abs(page - 2 * rtt) < 0.001"
"""

FILES = {
    "exercise.toml": DEFINITION,
    "scenario.toml": 'link.rtt = "{{rtt}}"\npage.html = "1 kB"\n',
    "README.md": "# 3. One page\n\nRead me.\n\n    ./tcplab lab run 3 --student YOUR-ID\n",
    "README.ko.md": "# 3. 한 페이지\n\n읽어 주세요.\n\n    ./tcplab lab run 3 --student YOUR-ID\n",
    "explanation.md": "It takes {{page|ms}}. {{holds two}}\n",
    "explanation.ko.md": "{{page|ms}} 걸립니다. {{holds two}}\n",
}


class Lab(CommandLine):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("course", "03-page"))
        for name, text in FILES.items():
            self.write(os.path.join("course", "03-page", name), text)

    def lab(self, *arguments, **more):
        return self.run_tcplab("lab", *arguments, "--course", "course", **more)

    def answer(self, **answers):
        """Writes the answers into the sheet."""
        text = self.read("answers-03.toml").decode()
        for name, value in answers.items():
            text, count = re.subn(rf'(?m)^{name} = .*$', f"{name} = {value}", text)
            self.assertEqual(count, 1)
        self.write("answers-03.toml", text)

    def rtt(self):
        """The student's round trip in milliseconds, as the scenario has it."""
        return float(re.search(r'rtt = "([\d.]+) (ms|s)"', self.read("lab-03.toml").decode()).group(1))


class Student(Lab):
    def test_a_student_works_through_an_exercise(self):
        shown = self.lab("show", "3", "--student", "s-1")
        self.assert_exit(shown, 0)
        self.assertIn(f"Read me.\n\n    {PROGRAM} lab run 3 --student s-1 --course course\n", shown.stdout)
        self.assertIn("--student YOUR-ID", self.lab("show", "3").stdout)
        self.assertIn("1. How long does it take? [ms]", shown.stdout)
        self.assertEqual(self.files(), sorted(["course", "course/03-page"] + [f"course/03-page/{n}" for n in FILES]))

        run = self.lab("run", "3", "--student", "s-1", "--predict", "1.5 s")
        self.assert_exit(run, 0)
        self.assertIn(f"Your numbers: rtt {self.rtt():.0f} ms", run.stdout)
        self.assertTrue(os.path.exists(self.path("results", "runs", "lab-03", "summary.csv")))

        unanswered = self.lab("check", "3")
        self.assert_exit(unanswered, 1)
        self.assertIn("0 of 2 right · 0 of 4 points", unanswered.stdout)
        self.assertNotIn("It takes", unanswered.stdout)

        self.answer(page=f'"{self.rtt()} ms"', round_trips=2)
        wrong = self.lab("check", "3", "answers-03.toml")
        self.assert_exit(wrong, 1)
        self.assertIn("the handshake is missing", wrong.stdout)
        self.assertNotIn("It takes", wrong.stdout)
        early = self.lab("check", "3", "--explanation")
        self.assert_exit(early, 1)
        self.assertIn("It takes", early.stdout)

        self.assertEqual(self.lab("list").stdout, "   3  One page    5 min  1/2\n")
        self.answer(page=f'"{2 * self.rtt() / 1000} s"')
        self.assertEqual(self.lab("list").stdout, "   3  One page    5 min  ✓\n")
        right = self.lab("check", "3")
        self.assert_exit(right, 0)
        self.assertIn("2 of 2 right · 4 of 4 points", right.stdout)
        self.assertIn(f"You predicted 1500 ms; it is {2 * self.rtt():.0f} ms.", right.stdout)
        self.assertIn(f"It takes {2 * self.rtt():.0f} ms. ✓", right.stdout)

    def test_commands_that_are_shown_work_as_they_are(self):
        run = self.lab("run", "3", "--student", "s-1", "--lang", "ko")
        self.assertTrue(run.stdout.endswith(f"{PROGRAM} lab check 3 --lang ko --course course\n"), run.stdout)
        command = f"{PROGRAM} lab check 3 answers-03.toml --lang ko --course course"
        self.assertIn(f"#     {command}\n", self.read("answers-03.toml").decode())
        self.write("course/03-page/scenario.toml", FILES["scenario.toml"].replace("1 kB", "2 kB"))
        self.assertIn(f"`{PROGRAM} lab show 3 --student s-1 --course course` has", self.lab("check", "3").stderr)
        self.assertIn(f"`{PROGRAM} lab list --course course` has them\n", self.lab("show", "99").stderr)
        self.assertIn("needs --course DIR", self.run_tcplab("lab", "show", "page").stderr)
        self.write("course/03-page/README.md", "    ./tcplab run x.toml\n    ./tcplab2 lab\n")
        self.assertIn(f"    {PROGRAM} run x.toml\n    ./tcplab2 lab\n", self.lab("show", "3").stdout)

    def test_commands_begin_with_the_name_that_was_typed(self):
        os.mkdir(self.path("bin"))
        os.symlink(PROGRAM, self.path("bin", "tcplab"))
        path = self.path("bin") + os.pathsep + os.environ["PATH"]
        for name, shown in (("tcplab", "tcplab"), ("./bin/tcplab", "./bin/tcplab")):
            done = subprocess.run([name, "lab", "show", "3", "--course", "course", "--lang", "en"], cwd=self.folder,
                                  env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, encoding="utf-8",
                                  timeout=60)
            self.assertIn(f"\n    {shown} lab run 3 --student YOUR-ID ", done.stdout)

    def test_a_sheet_of_another_exercise(self):
        shutil.copytree(self.path("course", "03-page"), self.path("course", "05-other"))
        self.assert_exit(self.lab("run", "5", "--student", "s-1"), 0)
        os.rename(self.path("answers-05.toml"), self.path("my sheet.toml"))
        done = self.lab("check", "3", "my sheet.toml")
        self.assert_exit(done, 2)
        self.assertIn(f" {PROGRAM} lab check 5 'my sheet.toml' --course course\n", done.stderr)
        shutil.rmtree(self.path("course", "05-other"))
        own = self.lab("check", "3", "my sheet.toml")
        self.assertIn('"05-other" is not one of this course\'s exercises\n', own.stderr)
        built_in = self.run_tcplab("lab", "check", "3", "my sheet.toml")
        self.assertIn('"05-other" is not one of tcplab\'s exercises: is it of a course of your own? Add --course DIR\n',
                      built_in.stderr)

    def test_an_unknown_key_costs_nothing(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        self.answer(page=f'"{2 * self.rtt()} ms"', round_trips=2)
        with open(self.path("answers-03.toml"), "a", encoding="utf-8") as f:
            f.write('banana = "1"\n')
        done = self.lab("check", "3")
        self.assert_exit(done, 0)
        self.assertRegex(done.stderr, r'^answers-03\.toml:\d+:1: note: unknown key "banana"\n')

    def test_a_sheet_that_is_no_file_is_not_waited_for(self):
        os.mkfifo(self.path("answers-03.toml"))
        for arguments in (("check", "3"), ("run", "3")):
            done = self.lab(*arguments)
            self.assert_exit(done, 3)
            self.assertEqual(done.stderr, "answers-03.toml: error: this is no file\n")
        self.assertEqual(self.lab("list").stdout, "   3  One page    5 min\n")

    def test_nothing_of_a_student_is_overwritten(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        self.answer(page="5")
        with open(self.path("lab-03.toml"), "a", encoding="utf-8") as f:
            f.write("# mine\n")
        before = self.read("answers-03.toml"), self.read("lab-03.toml")
        again = self.lab("run", "3")
        self.assert_exit(again, 0)
        self.assertIn("student s-1", again.stdout)
        self.assertIn("kept as it is: answers-03.toml", again.stdout)
        self.assertIn("lab-03.toml has been changed", again.stdout)
        self.assertEqual((self.read("answers-03.toml"), self.read("lab-03.toml")), before)
        other = self.lab("run", "3", "--student", "s-2")
        self.assert_exit(other, 2)
        self.assertIn('answers-03.toml is here already, of student "s-1"', other.stderr)

    def test_a_prediction_can_be_made_once(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        self.answer(page="5")
        self.assert_exit(self.lab("run", "3", "--predict", "2 s"), 0)
        sheet = self.read("answers-03.toml")
        self.assertIn(b'prediction = "2 s"', sheet)
        self.assertIn(b"page = 5", sheet)
        again = self.lab("run", "3", "--predict", "3 s")
        self.assert_exit(again, 2)
        self.assertIn("answers-03.toml has a prediction already", again.stderr)
        self.assertEqual(self.read("answers-03.toml"), sheet)

    def test_two_students_differ_and_one_does_not(self):
        numbers = [self.lab("show", "3", "--student", s).stdout.splitlines()[-1] for s in ("s-1", "s-2", " S-1 ")]
        self.assertNotEqual(numbers[0], numbers[1])
        self.assertEqual(numbers[0], numbers[2])

    def test_the_language_is_the_locales(self):
        for environment, arguments, heading in (({"LANG": "ko_KR.UTF-8"}, [], "한 페이지"),
                                                ({"LANG": "ko_KR.UTF-8"}, ["--lang", "en"], "One page"),
                                                ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, [], "One page"),
                                                ({"LC_ALL": "", "LC_MESSAGES": "ko_KR.UTF-8"}, [], "한 페이지")):
            with self.subTest(environment=environment, arguments=arguments):
                done = self.lab("show", "3", *arguments, env={"LC_ALL": "", "LC_MESSAGES": "", **environment})
                self.assertIn(heading, done.stdout)
        run = self.lab("run", "3", "--student", "s-1", "--lang", "ko")
        self.assert_exit(run, 0)
        self.answer(page=f"{self.rtt()}")
        self.assertIn("핸드셰이크가 빠졌습니다", self.lab("check", "3", "--lang", "ko").stdout)

    def test_a_prediction_is_asked_for_on_a_terminal(self):
        child, terminal = pty.fork()
        if child == 0:
            os.chdir(self.folder)
            os.execv(PROGRAM, [PROGRAM, "lab", "run", "3", "--course", "course", "--lang", "en"])
        self.addCleanup(os.close, terminal)
        said = b""
        for line in (b"soon\n", b"2 s\n"):
            while not said.endswith(b"(Enter leaves it out): "):
                self.assertTrue(select.select([terminal], [], [], 60)[0], said)
                said += os.read(terminal, 4096)
            os.write(terminal, line)
            said += b"\n"
        try:
            while select.select([terminal], [], [], 60)[0]:
                more = os.read(terminal, 4096)
                if not more:
                    break
                said += more
        except OSError:  # the other end is gone
            pass
        self.assertEqual(os.waitpid(child, 0)[1], 0, said)
        self.assertIn(b'expected a number such as "12 ms", found "soon"', said)
        self.assertIn(b'prediction = "2 s"', self.read("answers-03.toml"))

    def test_bad_sheets(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        sheet = self.read("answers-03.toml").decode()
        for old, new, message in (
                ('page = ""', 'page = "about 2 s"', 'page: expected a number such as "12 ms", found "about 2 s"'),
                ('page = ""', 'page = "2,000 ms"', "a decimal point is a point"),
                ('page = ""', 'page = "1e999"', "too large or too small"),
                ('page = ""', 'page = true', "found true"),
                ('page = ""', 'gape = ""', "page is missing")):
            with self.subTest(new=new):
                self.write("bad.toml", sheet.replace(old, new).replace('round_trips = ""', "round_trips = 2"))
                done = self.lab("check", "3", "bad.toml")
                self.assert_exit(done, 2)
                self.assertRegex(done.stderr, r"^bad\.toml:(\d+:\d+:)? error: ")
                self.assertIn(message, done.stderr)
                self.assertIn("1 of 2 right", done.stdout)  # it costs the other answers nothing
        for old, new, message in (
                ('page = ""', 'page = ', "not TOML"),
                ('page = ""', 'page = 1e999', "error: "),
                ('exercise = "03-page"', 'exercise = "05-other"', 'these are answers to "05-other", not to "03-page"'),
                ('exercise = "03-page"', 'exercise = 3', "exercise: expected text in quotes"),
                ('student  = "s-1"', '', "student is missing")):
            with self.subTest(new=new):
                self.write("bad.toml", sheet.replace(old, new))
                done = self.lab("check", "3", "bad.toml")
                self.assert_exit(done, 2)
                self.assertRegex(done.stderr, r"^bad\.toml:(\d+:\d+:)? error: ")
                self.assertIn(message, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assert_exit(self.lab("check", "3", "there-is-none.toml"), 3)
        self.write("large.toml", "#" * 1_100_000)
        self.assert_exit(self.lab("check", "3", "large.toml"), 2)
        self.write("bytes.toml", b"\xff\xfe\x00")
        self.assert_exit(self.lab("check", "3", "bytes.toml"), 2)

    def test_a_sheet_of_another_version_is_told(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        self.write(os.path.join("course", "03-page", "scenario.toml"),
                   FILES["scenario.toml"].replace("1 kB", "2 kB"))
        self.assertIn("another version of the exercise", self.lab("check", "3").stderr)

    def test_json_for_autograders(self):
        self.assert_exit(self.lab("run", "3", "--student", "s-1"), 0)
        self.answer(page=f'"{2.05 * self.rtt()}"', round_trips='"two"')
        done = self.lab("check", "3", "--json", "--close", "80")
        self.assert_exit(done, 2)
        result = json.loads(done.stdout)
        self.assertRegex(result["tests"][1]["output"],
                         r'^line \d+: round_trips: expected a number such as 12, found "two"$')
        self.assertEqual(result["score"], 0.8)
        self.assertEqual(result["extra_data"]["max_score"], 4)
        self.assertEqual([t["extra_data"]["verdict"] for t in result["tests"]], ["close", "unreadable"])
        self.assertEqual(result["tests"][0]["status"], "failed")
        self.write("answers-03.toml", "page = \n")
        broken = self.lab("check", "3", "--json")
        self.assert_exit(broken, 2)
        self.assertEqual(json.loads(broken.stdout)["score"], 0)
        self.assertIn("not TOML", json.loads(broken.stdout)["output"])


class Class(Lab):
    def hand_in(self, folder, student, factor=2):
        os.makedirs(self.path("class", folder))
        self.assert_exit(self.lab("run", "3", "--student", student), 0)
        self.answer(page=f'"{factor * self.rtt()} ms"', round_trips=2)
        shutil.move(self.path("answers-03.toml"), self.path("class", folder, "answers-03.toml"))
        os.remove(self.path("lab-03.toml"))

    def test_a_class_is_graded(self):
        self.hand_in("kim", "s-1")
        self.hand_in("lee", "s-2", factor=1)
        self.hand_in("park", "s-3")
        sheet = self.read("class", "park", "answers-03.toml")
        self.write("class/park/answers-03.toml", sheet.replace(b"round_trips = 2", b"round_trips = "))
        self.write("class/kim/lab-03.toml", 'link.rtt = "5 ms"\n')
        self.write("class/kim/notes.toml", "what = ]\n")
        self.write("class/empty-answers.toml", b"")
        self.write("class/kim/Answers-03.TOML.txt", self.read("class", "kim", "answers-03.toml"))
        self.write("class/choi.zip", b"PK")
        self.write("class/my answers.docx", b"")
        os.mkfifo(self.path("class", "answers.toml"))
        os.symlink(".", self.path("class", "loop"))
        self.write("roster.csv", "\"student\";\"name\"\n\"S-1\";\"Kim\"\ns-4;Choi\n")

        done = self.lab("grade", "class", "--csv", "grades.csv", "--roster", "roster.csv")
        self.assert_exit(done, 1)
        self.assertIn("park/answers-03.toml: error: line ", done.stderr)
        self.assertIn("empty-answers.toml: error: the file is empty", done.stderr)
        self.assertIn("answers.toml: error: this is no file", done.stderr)
        self.assertIn("passed over: choi.zip: an archive, which has to be unpacked first", done.stderr)
        self.assertIn("passed over: my answers.docx: no .toml file", done.stderr)
        self.assertIn("lee/answers-03.toml: note: this student is not in the roster", done.stderr)
        rows = self.rows("grades.csv")
        verdicts = {(r["student"], r["question"]): r["verdict"] for r in rows}
        self.assertEqual(verdicts, {
            ("S-1", "page"): "right", ("S-1", "round_trips"): "right",
            ("s-2", "page"): "wrong", ("s-2", "round_trips"): "right",
            ("s-3", "page"): "damaged", ("s-3", "round_trips"): "damaged",
            ("s-4", "page"): "missing", ("s-4", "round_trips"): "missing",
            ("", ""): "damaged"})
        self.assertEqual([r["hint"] for r in rows if r["student"] == "s-2"], ["the handshake is missing", ""])
        self.assertRegex(done.stdout, r"(?m)^  s-2 +3 +4 +75 % ")

        objects = json.loads(self.lab("grade", "class", "--json").stdout)
        self.assertEqual([o["points"] for o in objects if o["student"] == "s-1"], [4])
        totals = self.lab("grade", "class", "--totals", "-", "--roster", "roster.csv").stdout
        self.assertEqual(totals.splitlines()[:3], ["student,03-page,points,max_points", "S-1,4,4,4", "s-2,3,3,4"])

    def test_a_damaged_file_beside_a_good_one_is_told(self):
        self.hand_in("a", "s-1")
        sheet = self.read("class", "a", "answers-03.toml")
        for folder in ("b", "c"):
            os.makedirs(self.path("class", folder))
            self.write(f"class/{folder}/answers-03.toml", re.sub(rb'page = "(.*)"', rb'page = "\1', sheet))
        done = self.lab("grade", "class", "--csv", "grades.csv")
        self.assert_exit(done, 1)
        told = re.findall(r"(?m)^(./answers-03\.toml): error: line \d+: not TOML: the closing quote is missing$",
                          done.stderr)
        self.assertEqual(told, ["b/answers-03.toml", "c/answers-03.toml"])
        for row in self.rows("grades.csv"):
            self.assertEqual((row["verdict"], row["file"]), ("right", "a/answers-03.toml"))
            self.assertRegex(row["note"], r"^b/answers-03\.toml is damaged \(line .*\) and was not counted; c/")
        os.remove(self.path("class", "a", "answers-03.toml"))
        done = self.lab("grade", "class", "--json")
        self.assert_exit(done, 1)
        self.assertRegex(done.stderr, r"(?m)^b/answers-03\.toml: error: line ")
        self.assertRegex(done.stderr, r"(?m)^c/answers-03\.toml: error: line ")
        self.assertIn("c/answers-03.toml is damaged", json.loads(done.stdout)[0]["note"])

    def test_nothing_that_is_read_is_written_over(self):
        self.hand_in("kim", "s-1")
        self.write("roster.csv", "s-1\n")
        os.symlink(".", self.path("here"))
        before = {name: self.read(name) for name in ("roster.csv", "class/kim/answers-03.toml")}
        for arguments, message in (
                (["--csv", "here/roster.csv"], "--csv: here/roster.csv is the roster"),
                (["--totals", "./roster.csv"], "--totals: ./roster.csv is the roster"),
                (["--csv", "class/../class/kim/answers-03.toml"], "answers-03.toml is a sheet that is being graded"),
                (["--totals", self.path("class", "kim", "answers-03.toml")], "is a sheet that is being graded"),
                (["--exercise", "3", "--csv", "here/new.csv", "--totals", "new.csv"],
                 "--csv and --totals are the same file"),
                (["--csv", "-", "--totals", "-"], "only one of --csv, --totals and --json can go to stdout"),
                (["--json", "--csv", "-"], "only one of --csv, --totals and --json can go to stdout")):
            with self.subTest(arguments=arguments):
                done = self.lab("grade", "class", "--roster", "roster.csv", *arguments)
                self.assert_exit(done, 2)
                self.assertIn(message, done.stderr)
                self.assertEqual(done.stdout, "")
                self.assertEqual({name: self.read(name) for name in before}, before)
                self.assertFalse(os.path.exists(self.path("new.csv")))
        self.assert_exit(self.lab("grade", "class", "--csv", "-", "--totals", "totals.csv"), 0)

    def test_a_sheet_under_another_name(self):
        shutil.copytree(self.path("course", "03-page"), self.path("course", "05-other"))
        self.hand_in("kim", "s-1")
        self.hand_in("lee", "s-2")
        sheet = self.read("class", "kim", "answers-03.toml").replace(b'"03-page"', b'"05-other"')
        self.write("class/kim/answers-03.toml", sheet)
        none = self.lab("grade", "class/kim", "--exercise", "3")
        self.assert_exit(none, 3)
        self.assertEqual(none.stderr, "class/kim: error: no answers in it to the exercises of --exercise\n")
        done = self.lab("grade", "class", "--exercise", "3", "--csv", "grades.csv", "--roster",
                        self.write("roster.csv", "s-1\ns-2\n"))
        self.assert_exit(done, 0)
        self.assertIn("s-1, 03-page: note: kim/answers-03.toml has answers to 05-other\n", done.stderr)
        rows = {r["student"]: r for r in self.rows("grades.csv")}
        self.assertEqual(rows["s-1"]["verdict"], "missing")
        self.assertEqual(rows["s-1"]["note"], "kim/answers-03.toml has answers to 05-other")
        self.assertEqual(rows["s-2"]["note"], "")

    def test_names_for_terminals_and_folders_like_sheets(self):
        self.hand_in("answers-03.toml", "s-1")
        os.rename(self.path("class", "answers-03.toml"), self.path("class", "\x1b[31mAnswers.toml"))
        self.write("class/answers\n.pdf", "")
        done = self.lab("grade", "class", "--csv", "grades.csv", "--roster", self.write("roster.csv", "Kim\nLee\n"))
        self.assert_exit(done, 0)
        self.assertEqual(done.stderr.count("no sheet's student is in the roster: are the IDs in the first column?"), 1)
        self.assertIn("note: ?[31mAnswers.toml: a folder; the files in it are looked at\n", done.stderr)
        self.assertIn("note: passed over: answers?.pdf: no .toml file\n", done.stderr)
        self.assertNotIn("\x1b", done.stderr + self.read("grades.csv").decode())
        some = self.lab("grade", "class", "--roster", self.write("roster.csv", "Kim\ns-1\n"))
        self.assertNotIn("no sheet's student", some.stderr)

    def test_any_number_of_threads_writes_the_same(self):
        for i in range(8):
            self.hand_in(f"folder-{i}", f"s-{i}")
        texts = []
        for jobs in ("1", "7"):
            self.assert_exit(self.lab("grade", "class", "--csv", "grades.csv", "-j", jobs), 0)
            texts.append(self.read("grades.csv"))
        self.assertEqual(texts[0], texts[1])

    def test_copied_answers_are_wrong(self):
        self.hand_in("kim", "s-1")
        sheet = self.read("class", "kim", "answers-03.toml").replace(b'"s-1"', b'"s-2"')
        os.makedirs(self.path("class", "lee"))
        self.write("class/lee/answers-03.toml", sheet)
        self.assert_exit(self.lab("grade", "class", "--csv", "grades.csv"), 0)
        rows = {(r["student"], r["question"]): r for r in self.rows("grades.csv")}
        self.assertEqual(rows["s-1", "page"]["verdict"], "right")
        self.assertNotEqual(rows["s-2", "page"]["verdict"], "right")
        self.assertIn("another version", rows["s-2", "page"]["note"])

    def test_folders_without_answers(self):
        os.makedirs(self.path("class"))
        self.assert_exit(self.lab("grade", "class"), 3)
        self.assert_exit(self.lab("grade", "nowhere"), 3)
        self.hand_in("kim", "s-1")
        self.assert_exit(self.lab("grade", "class", "--roster", "nowhere.csv"), 3)
        self.write("bad.csv", "s-1\n=x\n")
        bad = self.lab("grade", "class", "--roster", "bad.csv")
        self.assert_exit(bad, 2)
        self.assertIn("bad.csv:2:1: error: the ID", bad.stderr)
        self.assert_exit(self.lab("grade", "class", "--roster", self.write("empty.csv", "student\n")), 2)
        self.assert_exit(self.lab("grade", "class", "--exercise", "3"), 0)
        self.assert_exit(self.lab("grade", "class", "--exercise", ""), 2)
        self.assert_exit(self.lab("grade", "class", "--exercise", "5"), 2)
        self.assert_exit(self.lab("grade", "class", "--csv", "course/03-page"), 3)


class Authors(Lab):
    def test_an_exercise_needs_no_program(self):
        listed = self.lab("list")
        self.assertEqual(listed.stdout, "   3  One page    5 min\n")
        self.assert_exit(self.lab("verify"), 0)
        self.assert_exit(self.lab("verify", "page", "--students", "5"), 0)

    def test_what_is_wrong_with_one_is_said(self):
        self.write("course/03-page/exercise.toml", DEFINITION.replace("minutes", "minuets", 1))
        for arguments in (("list",), ("show", "3"), ("verify",)):
            with self.subTest(arguments=arguments):
                done = self.lab(*arguments)
                self.assertIn(done.returncode, (1, 2))
                self.assertIn('did you mean "minutes"?', done.stderr)
        self.write("course/03-page/exercise.toml", DEFINITION.replace("2 * rtt", "3 * rtt"))
        done = self.lab("verify", "3")
        self.assert_exit(done, 1)
        self.assertIn("claim two does not hold", done.stderr)
        shutil.copytree(self.path("course", "03-page"), self.path("course", "03-twin"))
        twins = self.lab("list")
        self.assert_exit(twins, 3)
        self.assertIn("03-page and 03-twin have the same number", twins.stderr)
        shutil.rmtree(self.path("course", "03-twin"))
        os.remove(self.path("course", "03-page", "README.ko.md"))
        lacks = self.lab("list")
        self.assert_exit(lacks, 2)
        self.assertIn("README.ko.md: error: it is not there, or empty", lacks.stderr)
        os.remove(self.path("course", "03-page", "exercise.toml"))
        self.assert_exit(self.lab("list"), 3)

    def test_usage(self):
        for arguments, message in ((["lab"], "lab needs one of list, show, run, check, grade or verify"),
                                   (["lab", "chek"], 'did you mean "check"?'),
                                   (["lab", "show"], "lab show needs an exercise"),
                                   (["lab", "show", "99"], 'there is no exercise "99"'),
                                   (["lab", "run", "3", "--csv", "x"], "--csv is not for lab run"),
                                   (["lab", "list", "--lang", "fr"], "--lang expects en or ko"),
                                   (["lab", "show", "3", "--student", "=1"], "--student begins with"),
                                   (["lab", "run", "3", "--student", "#1"], "--student begins with \"#\""),
                                   (["lab", "run", "3", "--predict", "soon"], "--predict: expected a number"),
                                   (["lab", "check", "3", "a", "b"], 'lab check does not expect "b"')):
            with self.subTest(arguments=arguments):
                done = self.run_tcplab(*arguments, *(["--course", "course"] if len(arguments) > 2 else []))
                self.assert_exit(done, 2)
                self.assertIn(message, done.stderr)

    def test_folders_that_are_no_exercises_are_told(self):
        for folder in ("mss", "03_x", "02 bad name", ".git"):
            os.makedirs(self.path("course", folder))
        told = "".join(f"note: passed over: {folder}: a name is such as 04-handshake\n"
                       for folder in ("02 bad name", "03_x", "mss"))
        self.assertEqual(self.lab("list").stderr, told)
        self.assertEqual(self.lab("verify").stderr, told)
        self.assertEqual(self.lab("show", "3").stderr, "")
        shutil.rmtree(self.path("course", "03-page"))
        self.assertIn(told, self.lab("list").stderr)

    def test_what_verify_finds_has_its_place(self):
        self.write("course/03-page/exercise.toml", DEFINITION.replace("page - rtt", "page / 1.001"))
        done = self.lab("verify")
        self.assert_exit(done, 1)
        self.assertEqual(done.stderr, 'course/03-page/exercise.toml:24: question page: mistake "page / 1.001" is taken '
                                      'for right (student 1 and 99 other students)\n')


if __name__ == "__main__":
    unittest.main()
