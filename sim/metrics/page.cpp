#include "metrics/page.hpp"

#include <algorithm>

namespace tcplab {

PageMetrics summarise_pages(const std::vector<PageResult>& pages) {
    PageMetrics m;
    if (pages.empty()) return m;
    m.page = m.html = kStart;  // kNever is later than every instant, so it stays when one page lacks it
    Duration sum{0};
    bool every_mean = true;
    for (const PageResult& p : pages) {
        m.page = std::max(m.page, p.done);
        m.html = std::max(m.html, p.html_done);
        m.first_byte = std::min(m.first_byte, p.first_byte);
        m.first_object = std::min(m.first_object, p.first_object);
        sum += p.mean_object;
        every_mean = every_mean && p.done != kNever && p.first_object != kNever;
    }
    if (every_mean) m.mean_object = sum / static_cast<std::int64_t>(pages.size());
    return m;
}

}  // namespace tcplab
