#pragma once

#include <doctest/doctest.h>

#include <string>

#include "course/exercise.hpp"
#include "course/verify.hpp"

namespace tcplab::course {

/// A small exercise whose answers can be done in one's head: on an infinitely fast link a transaction on a new
/// connection takes two round trips, the next one on the same connection one.
inline ExerciseFiles sample_files() {
    ExerciseFiles files;
    files.name = "07-sample";
    files.folder = "07-sample";
    files.definition = R"(
title   = { en = "A sample", ko = "예제" }
minutes = 5
files   = ["trace"]
[draw]
rtt   = { from = "40 ms", to = "160 ms", step = "2 ms" }
count = { from = 2, to = 40, step = 1 }
[measure]
page  = { column = "page_ms" }
first = { file = "transactions", column = "total_ms", where = { id = 1 } }
sent  = { file = "packets", take = "count", where = { direction = "up", length = "> 0" } }
[let]
later = "page - first"
[prediction]
text.en = "How long?"
text.ko = "얼마나?"
unit    = "ms"
answer  = "page"
[[question]]
id      = "first"
text.en = "The first?"
text.ko = "첫째는?"
unit    = "ms"
answer  = "first"
[[question.mistake]]
value   = "first - rtt"
hint.en = "the handshake"
hint.ko = "핸드셰이크"
[[question.mistake]]
value   = "first / 4"
hint.en = "there and back"
hint.ko = "왕복"
[[question]]
id      = "sent"
text.en = "How many?"
text.ko = "몇 개?"
unit    = ""
answer  = "sent"
weight  = 2
[[question]]
id      = "share"
text.en = "What part?"
text.ko = "비율은?"
unit    = "%"
answer  = "100 * first / page"
[[question]]
id      = "which"
text.en = "Which?"
text.ko = "어느 것?"
[[question.choice]]
text.en = "the first"
text.ko = "첫째"
right   = "first > later"
hint.en = "look at the rest"
hint.ko = "나머지를 보세요"
[[question.choice]]
text.en = "the rest"
text.ko = "나머지"
right   = "first <= later"
hint.en = "look at the first"
hint.ko = "첫째를 보세요"
[[claim]]
id    = "two"
holds = "abs(first - 2 * rtt) < 0.001"
)";
    files.scenario = R"(link.rtt = "{{rtt}}"
client.strategy = "persistent"
page.objects = [ { count = {{count}}, size = "1 kB" } ]
)";
    files.readme = {"# 7. A sample\n", "# 7. 예제\n"};
    files.explanation = {"The first takes {{first|ms}}. {{holds two}}\n",
                         "첫째는 {{first|ms}} 걸립니다. {{holds two}}\n"};
    return files;
}

inline Exercise sample_exercise() {
    ReadExercise read = read_exercise(sample_files());
    REQUIRE_MESSAGE(read.exercise, read.errors);
    return *read.exercise;
}

/// The sample with a part of a file replaced.
inline ExerciseFiles changed(std::string ExerciseFiles::*file, const std::string& from, const std::string& to) {
    ExerciseFiles files = sample_files();
    const std::size_t at = (files.*file).find(from);
    REQUIRE(at != std::string::npos);
    (files.*file).replace(at, from.size(), to);
    return files;
}

inline std::string errors_with(const std::string& from, const std::string& to) {
    return read_exercise(changed(&ExerciseFiles::definition, from, to)).errors;
}

inline bool says(const std::string& text, const std::string& what) {
    if (text.find(what) != std::string::npos) return true;
    MESSAGE("not in: ", text);
    return false;
}

/// What verify() finds wrong with an exercise that can be read.
inline std::string problems_of(const ExerciseFiles& files) {
    const ReadExercise read = read_exercise(files);
    REQUIRE_MESSAGE(read.exercise, read.errors);
    std::string all;
    for (const std::string& problem : verify(*read.exercise, 40).problems) all += problem + "\n";
    return all;
}

}  // namespace tcplab::course
