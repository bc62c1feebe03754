#pragma once

#include <string>

#include "experiment/results.hpp"
#include "http/story.hpp"
#include "metrics/page.hpp"
#include "property/draw.hpp"

namespace tcplab::test {

/// Throws Broken unless the causes are all of the time, and known.
inline void check_causes(const Causes& causes, Duration total, const std::string& what) {
    if (causes.total() == total && causes[Cause::other] == Duration::zero()) return;
    std::string listed;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        const Causes::Entry e = causes.entry(i);
        listed += " " + std::string(name(e.cause)) + " " + std::to_string(e.time.count());
    }
    throw Broken(what + " took " + std::to_string(total.count()) + " ns:" + listed);
}

/// Every nanosecond has one cause.
inline void check_causes(const Results& r) {
    for (const Transaction& t : r.transactions) {
        expect((t.causes == CauseLog::kNone) == (t.done == kNever), "over without causes, or the other way round");
        if (t.done == kNever) continue;
        check_causes(causes_of(r, t), t.done - t.wanted, "transaction " + std::to_string(t.id));
    }
    for (const PageResult& page : r.pages) {
        if (page.done == kNever) continue;
        const std::string what = "page " + std::to_string(page.load) + " of user " + std::to_string(page.user);
        check_causes(page.causes, page.done - page.started, what);
    }
}

/// The story is that of `subject`, and has all of its time.
inline void check_story(const Results& r, const StorySubject& subject) {
    Causes told;
    for (const PathStep& step : r.path) {
        told.add(step.cause, step.length);
        expect(step.row == PathStep::kNone || step.row < r.transactions.size(), "a story about no transaction");
    }
    if (subject.object) {
        for (const Transaction& t : r.transactions) {
            const bool meant = t.user == subject.user && t.load == subject.load && t.object == *subject.object;
            if (meant && t.done != kNever) check_causes(told, t.done - t.wanted, "the story of a transaction");
        }
        return;
    }
    const PageResult* page = last_page(r.pages);
    for (const PageResult& p : r.pages) {
        if (p.user == subject.user && p.load == subject.load) page = &p;
    }
    if (page == nullptr || page->done == kNever) return;
    expect(told == page->causes, "a page's path is another than its causes");
}

}  // namespace tcplab::test
