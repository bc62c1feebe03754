#include "explain/scenes.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace tcplab::explain {
namespace {

constexpr std::uint32_t kNoRow = PathStep::kNone;

using Scenes = std::vector<Scene>;

Scene::Kind kind_of(Cause cause) {
    switch (cause) {
        case Cause::propagation:
        case Cause::transmission:
        case Cause::queueing:
        case Cause::slow_start:
        case Cause::congestion:
        case Cause::pacing:
        case Cause::receive_window: return Scene::Kind::transfer;
        case Cause::nagle:
        case Cause::delayed_ack: return Scene::Kind::stall;
        default: return Scene::Kind::single;
    }
}

bool same_message(const Scene& a, const Scene& b) { return a.row == b.row && a.place == b.place && a.hop == b.hop; }

bool belongs_to(const Scene& scene, const PathStep& step) {
    if (scene.row != step.row || scene.place != step.place || scene.hop != step.hop) return false;
    if (scene.kind != kind_of(step.cause)) return false;
    return scene.kind != Scene::Kind::single || scene.causes.entry(0).cause == step.cause;
}

/// Which of a message's parts are its first and its last.
void mark_parts(Scenes& scenes) {
    bool seen = false;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        if (i > 0 && !same_message(scenes[i - 1], scenes[i])) seen = false;
        scenes[i].begins = !seen;
        seen = seen || scenes[i].kind != Scene::Kind::single;
    }
    seen = false;
    for (std::size_t i = scenes.size(); i-- > 0;) {
        if (i + 1 < scenes.size() && !same_message(scenes[i], scenes[i + 1])) seen = false;
        scenes[i].ends = !seen;
        seen = seen || scenes[i].kind != Scene::Kind::single;
    }
}

bool on_its_way(const Scene& s) { return s.place == PathPlace::request || s.place == PathPlace::response; }

void absorb(Scene& scene, const Scene& next) {
    scene.kind = Scene::Kind::transfer;
    scene.causes.add(next.causes);
}

bool is_work(const Scene& s) {
    const Cause cause = s.causes.entry(0).cause;
    return s.kind == Scene::Kind::single && (cause == Cause::server || cause == Cause::proxy || cause == Cause::close);
}

// What hardly takes time is not told by itself, but with the message before it: not with another that went the other
// way.
Scenes without_trifles(const Scenes& scenes, Duration total) {
    constexpr int kTrifle = 500;
    Scenes out;
    for (const Scene& s : scenes) {
        const bool goes_on = !out.empty() && out.back().kind == Scene::Kind::transfer && out.back().row == s.row;
        const bool trifle = goes_on && s.length() < total / kTrifle && (same_message(out.back(), s) || is_work(s));
        if (trifle || (goes_on && s.kind == Scene::Kind::transfer && same_message(out.back(), s))) {
            absorb(out.back(), s);
        } else {
            out.push_back(s);
        }
    }
    return out;
}

Scenes in_detail(const std::vector<PathStep>& path) {
    Scenes scenes;
    Duration at{0};
    for (const PathStep& step : path) {
        if (step.length == Duration::zero()) continue;
        if (scenes.empty() || !belongs_to(scenes.back(), step)) {
            Scene& scene = scenes.emplace_back();
            scene.kind = kind_of(step.cause);
            scene.at = at;
            scene.place = step.place;
            scene.hop = step.hop;
            scene.row = scene.last_row = step.row;
        }
        scenes.back().causes.add(step.cause, step.length);
        at += step.length;
    }
    // What was waited for before a transaction was wanted belongs to it, not to the one before.
    for (std::size_t i = 0; i + 1 < scenes.size(); ++i) {
        if (scenes[i].causes.entry(0).cause == Cause::blocked) scenes[i].row = scenes[i].last_row = scenes[i + 1].row;
    }
    scenes = without_trifles(scenes, at);
    mark_parts(scenes);
    for (std::size_t i = 1; i < scenes.size(); ++i) {
        scenes[i].named = scenes[i - 1].goes_on = scenes[i].row == scenes[i - 1].row;
        const bool lost = scenes[i - 1].kind == Scene::Kind::single &&
                          scenes[i - 1].causes.entry(0).cause == Cause::loss && on_its_way(scenes[i - 1]);
        scenes[i].repaired = lost && scenes[i].kind == Scene::Kind::transfer && same_message(scenes[i - 1], scenes[i]);
    }
    return scenes;
}

/// Scenes `begin` to `end - 1` that are told together, or not.
struct Chunk {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::vector<std::size_t> starts;  // of each of its transactions
    [[nodiscard]] std::size_t first_end() const { return starts.size() > 1 ? starts[1] : end; }
};

Causes causes_of(const Scenes& scenes, std::size_t begin, std::size_t end) {
    Causes sum;
    for (std::size_t i = begin; i < end; ++i) sum.add(scenes[i].causes);
    return sum;
}

constexpr int kMatters = 10;  // a tenth of the time

// Transactions are alike when those causes that matter in one took time in the other.
bool alike(const Causes& a, const Causes& b) {
    const auto covers = [](const Causes& x, const Causes& y) {
        for (std::size_t i = 0; i < x.size(); ++i) {
            const Causes::Entry e = x.entry(i);
            if (e.time > x.total() / kMatters && y[e.cause] == Duration::zero()) return false;
        }
        return true;
    };
    return covers(a, b) && covers(b, a);
}

std::vector<Chunk> transactions_of(const Scenes& scenes) {
    std::vector<Chunk> chunks;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
        if (i > 0 && scenes[i].row == scenes[i - 1].row) {
            chunks.back().end = i + 1;
        } else {
            chunks.push_back({i, i + 1, {i}});
        }
    }
    return chunks;
}

std::vector<Chunk> series_of(const Scenes& scenes) {
    std::vector<Chunk> chunks;
    for (const Chunk& c : transactions_of(scenes)) {
        if (!chunks.empty() && scenes[c.begin].row != kNoRow && scenes[chunks.back().begin].row != kNoRow &&
            alike(causes_of(scenes, chunks.back().begin, chunks.back().first_end()),
                  causes_of(scenes, c.begin, c.end))) {
            chunks.back().end = c.end;
            chunks.back().starts.push_back(c.begin);
        } else {
            chunks.push_back(c);
        }
    }
    return chunks;
}

Scene summary(const Scenes& scenes, std::size_t begin, std::size_t end, std::size_t count) {
    if (end - begin == 1) return scenes[begin];
    Scene s = scenes[begin];
    s.kind = count > 1 ? Scene::Kind::series : Scene::Kind::transaction;
    s.last_row = scenes[end - 1].row;
    s.count = count;
    s.causes = causes_of(scenes, begin, end);
    s.begins = s.ends = true;
    return s;
}

// What is left of a series whose first transaction has been told.
Scene remainder(const Scenes& scenes, const Chunk& chunk) {
    Scene s = summary(scenes, chunk.first_end(), chunk.end, chunk.starts.size() - 1);
    s.like_before = s.kind == Scene::Kind::series || s.kind == Scene::Kind::transaction;
    return s;
}

std::vector<std::size_t> longest_first(const Scenes& scenes, const std::vector<Chunk>& chunks) {
    std::vector<std::size_t> order(chunks.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto length = [&](std::size_t i) { return causes_of(scenes, chunks[i].begin, chunks[i].end).total(); };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
    return order;
}

// Each message as one scene, whatever it met on its way.
Scenes by_message(const Scenes& scenes, std::size_t begin, std::size_t end) {
    Scenes out;
    for (std::size_t i = begin; i < end; ++i) {
        const Scene& s = scenes[i];
        if (out.empty() || !on_its_way(s) || !same_message(out.back(), s)) {
            out.push_back(s);
            continue;
        }
        absorb(out.back(), s);
        out.back().ends = out.back().ends || s.ends;
    }
    return out;
}

// All chunks fit: the longest in detail.
Scenes with_details(const Scenes& scenes, const std::vector<Chunk>& chunks, std::size_t most) {
    std::vector<Scenes> details(chunks.size());
    std::size_t lines = chunks.size();
    for (const std::size_t i : longest_first(scenes, chunks)) {
        const Chunk& c = chunks[i];
        const auto begin = scenes.begin() + static_cast<std::ptrdiff_t>(c.begin);
        const Scenes every(begin, begin + static_cast<std::ptrdiff_t>(c.first_end() - c.begin));
        for (const Scenes& detail : {every, by_message(scenes, c.begin, c.first_end())}) {
            const std::size_t more = detail.size() - (c.starts.size() > 1 ? 0 : 1);
            if (lines + more > most) continue;
            details[i] = detail;
            lines += more;
            break;
        }
    }
    Scenes out;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const Chunk& c = chunks[i];
        if (details[i].empty()) {
            out.push_back(summary(scenes, c.begin, c.end, c.starts.size()));
            continue;
        }
        out.insert(out.end(), details[i].begin(), details[i].end());
        if (c.starts.size() > 1) out.push_back(remainder(scenes, c));
    }
    return out;
}

// They do not: those that are short are not told.
Scenes without_short_ones(const Scenes& scenes, const std::vector<Chunk>& chunks, std::size_t most) {
    std::vector<bool> told(chunks.size());
    const std::vector<std::size_t> order = longest_first(scenes, chunks);
    for (std::size_t k = 0; k < std::max<std::size_t>(most / 2, 1); ++k) told[order[k]] = true;
    Scenes out;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const Chunk& c = chunks[i];
        Scene scene = summary(scenes, c.begin, c.end, c.starts.size());
        if (!told[i]) {
            if (!out.empty() && out.back().kind == Scene::Kind::rest) {
                out.back().causes.add(scene.causes);
                out.back().count += c.starts.size();
                continue;
            }
            scene.kind = Scene::Kind::rest;
            scene.count = c.starts.size();
        }
        out.push_back(std::move(scene));
    }
    return out;
}

}  // namespace

std::vector<Scene> scenes_of(const std::vector<PathStep>& path, std::size_t most) {
    Scenes scenes = in_detail(path);
    if (scenes.size() <= most) return scenes;
    const std::vector<Chunk> chunks = series_of(scenes);
    return chunks.size() <= most ? with_details(scenes, chunks, most) : without_short_ones(scenes, chunks, most);
}

}  // namespace tcplab::explain
