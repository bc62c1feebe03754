#include "cli/report_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "cli/latency_table.hpp"

namespace tcplab {

namespace {

report::PagePoint point_of(const Point& p) {
    const Spread& page = p[Metric::page];
    report::PagePoint point{p.variant, p.axes, static_cast<std::size_t>(p.runs), page.median, 0, 0, {}};
    for (std::size_t i = 0; i < p.causes.size(); ++i) {
        point.causes.push_back({std::string(name(static_cast<Cause>(i))), Duration(std::llround(p.causes[i]))});
    }
    point.p5 = page.p5.value_or(0);
    point.p95 = page.p95.value_or(0);
    return point;
}

}  // namespace

std::string report_file(const SweepHeader& header, std::uint64_t complete, const std::vector<Point>& points,
                        std::uint64_t all, const std::vector<report::RunDetail>& details) {
    report::Head head;
    head.title = header.title.empty() ? header.name : header.title;
    head.conditions = with_count(header.conditions, points.size(), all);
    head.file = header.file;
    head.text = header.text;
    head.command_line = header.command_line;
    head.version = header.version;
    head.runs = static_cast<std::size_t>(header.runs);
    head.complete = static_cast<std::size_t>(complete);
    std::vector<report::PagePoint> pages;
    pages.reserve(points.size());
    for (const Point& p : points) pages.push_back(point_of(p));
    return report::report_html(head, latency_table(head.title, head.conditions, points, all), pages, details);
}

std::string with_count(const std::string& conditions, std::size_t points, std::uint64_t all) {
    if (points == all) return conditions;
    return fmt::format("{} · the first {} of {} points", conditions, points, all);
}

}  // namespace tcplab
