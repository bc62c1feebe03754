#include "course/marked.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "course/words.hpp"

namespace tcplab::course {

double MarkedSheet::points() const {
    return std::accumulate(answers.begin(), answers.end(), 0.0,
                           [](double sum, const MarkedAnswer& a) { return sum + a.points; });
}

double MarkedSheet::most() const {
    return std::accumulate(answers.begin(), answers.end(), 0.0,
                           [](double sum, const MarkedAnswer& a) { return sum + a.most; });
}

std::size_t MarkedSheet::right() const {
    return static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(),
                                                  [](const MarkedAnswer& a) { return a.verdict == Verdict::right; }));
}

MarkedSheet mark_sheet(const Exercise& exercise, const Key& key, const Sheet& sheet, const Personal& personal,
                       const Answers& answers, Language language, double close_part) {
    MarkedSheet marked;
    marked.exercise = exercise.name;
    marked.student = personal.student;
    marked.other_version = sheet.version != personal.version;
    for (std::size_t i = 0; i < exercise.questions.size(); ++i) {
        const Question& q = exercise.questions[i];
        const Marked m = mark(q, i, key, answers.given[i]);
        MarkedAnswer a;
        a.question = q.id;
        if (answers.given[i]) a.written = answers.given[i]->written;
        a.verdict = m.verdict;
        if (m.hint != nullptr) a.hint = m.hint->in(language);
        if (m.other_unit) a.hint = words_in(language).other_unit;
        if (!answers.problems[i].empty()) {
            a.verdict = Verdict::unreadable;
            a.hint = answers.problems[i];
        }
        a.points = points(q, a.verdict, close_part);
        a.most = q.weight;
        marked.answers.push_back(std::move(a));
    }
    return marked;
}

std::string sheet_json(const MarkedSheet& sheet) {
    using Json = nlohmann::ordered_json;
    Json tests = Json::array();
    for (const MarkedAnswer& a : sheet.answers) {
        Json test;
        test["name"] = a.question;
        test["score"] = a.points;
        test["max_score"] = a.most;
        test["status"] = a.verdict == Verdict::right ? "passed" : "failed";
        test["output"] = a.hint;
        test["extra_data"] = {{"verdict", name_of(a.verdict)}, {"answer", a.written}};
        tests.push_back(std::move(test));
    }
    Json out;
    out["score"] = sheet.points();
    out["tests"] = std::move(tests);
    out["extra_data"] = {{"exercise", sheet.exercise},
                         {"student", sheet.student},
                         {"max_score", sheet.most()},
                         {"tcplab", TCPLAB_VERSION},
                         {"other_version", sheet.other_version}};
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string failure_json(const std::string& why) {
    const nlohmann::ordered_json out = {{"score", 0}, {"output", why}, {"tests", nlohmann::ordered_json::array()}};
    return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tcplab::course
