#include "metrics/page.hpp"

#include <algorithm>

namespace tcplab {

PageMetrics summarise_pages(const std::vector<PageResult>& pages) {
    PageMetrics m;
    if (pages.empty()) return m;
    m.page = m.html = m.layout = kStart;  // kNever is later than every instant, so it stays when one page lacks it
    Duration objects{0};
    Duration speed{0};
    Duration all_pages{0};
    Duration slowest{0};
    bool every_mean = true;
    for (const PageResult& p : pages) {
        m.page = std::max(m.page, p.done);
        m.html = std::max(m.html, p.html_done);
        m.first_byte = std::min(m.first_byte, p.first_byte);
        m.first_object = std::min(m.first_object, p.first_object);
        m.layout = std::max(m.layout, p.layout);
        objects += p.mean_object;
        speed += p.speed_index;
        every_mean = every_mean && p.done != kNever && p.first_object != kNever;
        if (p.done == kNever) continue;
        all_pages += p.done - p.started;
        slowest = std::max(slowest, p.done - p.started);
    }
    const auto count = static_cast<std::int64_t>(pages.size());
    if (every_mean) m.mean_object = objects / count;
    if (m.page != kNever) {
        m.speed_index = speed / count;
        m.mean_page = all_pages / count;
        m.slowest_page = slowest;
    }
    return m;
}

const PageResult* last_page(const std::vector<PageResult>& pages) {
    // What never happened is later than everything.
    const auto last = std::max_element(pages.begin(), pages.end(),
                                       [](const PageResult& a, const PageResult& b) { return a.done < b.done; });
    return last == pages.end() ? nullptr : &*last;
}

std::optional<Causes> critical_path(const std::vector<PageResult>& pages) {
    const bool known = std::all_of(pages.begin(), pages.end(), [](const PageResult& p) { return p.causes.size() > 0; });
    const PageResult* last = last_page(pages);
    if (last == nullptr || last->done == kNever || !known) return std::nullopt;
    Causes path;
    for (const PageResult& p : pages) {
        if (p.user == last->user && p.load <= last->load) path.add(p.causes);
    }
    path.add(Cause::blocked, last->done - kStart - path.total());
    return path;
}

}  // namespace tcplab
