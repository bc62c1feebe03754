#include "har/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tcplab::har {

namespace {

/// Chooses the page, then leaves out what a scenario does not have.
class Selector {
  public:
    explicit Selector(const Recording& recording) : recording_(recording) {}

    Selection select() {
        choose_page();
        if (s_.exchanges.empty()) return std::move(s_);
        leave_out_what_was_not_fetched();
        find_main();
        leave_out_what_came_later();
        if (s_.kept[s_.main]) s_.html = s_.main;
        return std::move(s_);
    }

  private:
    /// The first page that has exchanges; one without a page belongs to it.
    void choose_page() {
        for (const RecordedPage& page : recording_.pages) {
            const auto belongs = [&](const Exchange& e) { return e.page == page.id; };
            const bool used = std::any_of(recording_.exchanges.begin(), recording_.exchanges.end(), belongs);
            if (used && s_.page == nullptr) {
                s_.page = &page;
            } else if (used) {
                s_.other_pages.push_back(page.title.empty() ? page.id : page.title);
            }
        }
        std::size_t elsewhere = 0;
        for (const Exchange& e : recording_.exchanges) {
            if (s_.page == nullptr || e.page.empty() || e.page == s_.page->id) {
                s_.exchanges.push_back(&e);
            } else {
                ++elsewhere;
            }
        }
        s_.kept.assign(s_.exchanges.size(), true);
        note(elsewhere, "of other pages");
    }

    void leave_out_what_was_not_fetched() {
        constexpr std::array<std::pair<Source, std::string_view>, 5> reasons{{
            {Source::cache, "from the cache"},
            {Source::service_worker, "answered by a service worker"},
            {Source::browser, "that never left the browser (data:, blob:, ...)"},
            {Source::websocket, "that became WebSockets"},
            {Source::failed, "without an answer (blocked, failed, aborted)"},
        }};
        for (const auto& [source, reason] : reasons) {
            leave_out(reason, [source = source](const Exchange& e, std::size_t) { return e.source == source; });
        }
    }

    /// The first document, or redirect on the way to it; what a recording has before it, such as the end of an earlier
    /// page, goes. Without a document, or where most comes before it: the first exchange.
    void find_main() {
        const auto leads = [](const Exchange* e) { return e->kind == Kind::document || !e->redirect.empty(); };
        const auto found = std::find_if(s_.exchanges.begin(), s_.exchanges.end(), leads);
        const auto index = static_cast<std::size_t>(found - s_.exchanges.begin());
        if (2 * index >= s_.exchanges.size()) return;
        s_.main = index;
        leave_out("before the page", [index](const Exchange&, std::size_t i) { return i < index; });
    }

    /// What starts after onLoad when nothing was under way for two seconds: WebPageTest's end of a page.
    void leave_out_what_came_later() {
        if (s_.page == nullptr || !s_.page->on_load) return;
        constexpr Duration quiet = 2s;
        Duration busy_until = s_.page->start.value_or(s_.exchanges[s_.main]->start) + *s_.page->on_load;
        bool over = false;
        leave_out("later than the page (2 s after onLoad and the last byte)", [&](const Exchange& e, std::size_t) {
            over = over || e.start > busy_until + quiet;
            if (!over) busy_until = std::max(busy_until, e.end());
            return over;
        });
    }

    template <class Condition>
    void leave_out(std::string_view reason, Condition condition) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < s_.exchanges.size(); ++i) {
            if (!s_.kept[i] || !condition(*s_.exchanges[i], i)) continue;
            s_.kept[i] = false;
            ++count;
        }
        note(count, reason);
    }

    void note(std::size_t count, std::string_view reason) {
        if (count > 0) s_.left_out.push_back(fmt::format("{} {}", count, reason));
    }

    const Recording& recording_;
    Selection s_;
};

}  // namespace

std::size_t Selection::count() const { return static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true)); }

std::vector<const Exchange*> Selection::fetched() const {
    std::vector<const Exchange*> out;
    for (std::size_t i = 0; i < exchanges.size(); ++i) {
        if (kept[i]) out.push_back(exchanges[i]);
    }
    return out;
}

Selection select(const Recording& recording) { return Selector(recording).select(); }

}  // namespace tcplab::har
