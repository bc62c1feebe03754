#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "plot/script.hpp"
#include "plot/trace.hpp"
#include "trace/observer.hpp"

namespace tcplab::plot {

namespace {

// What is drawn, in the manner of tcptrace's time-sequence graphs, as a capture beside the sender would show it.
enum class Mark : std::uint8_t { window, data, acknowledged, sent_again, lost };

struct MarkLook {
    std::string_view name, style;
};
constexpr std::array<MarkLook, 5> kLooks{{
    {"window", "with steps linewidth 1.5 dashtype (8,3) linecolor rgb '#cc79a7'"},
    {"data", "with vectors nohead linewidth 2.5 linecolor rgb '#0072b2'"},
    {"acknowledged", "with steps linewidth 1.5 linecolor rgb '#009e73'"},
    {"sent again", "with vectors nohead linewidth 4 linecolor rgb '#d55e00'"},
    {"lost", "with points pointtype 2 pointsize 1 linewidth 1.5 linecolor rgb '#000000'"},
}};

struct Drawn {
    Mark mark = Mark::data;
    std::int64_t time = 0;  // nanoseconds
    std::uint64_t from = 0, to = 0;
};

struct PacketColumns {
    explicit PacketColumns(const ResultFile& f)
        : connection(f.column("connection")),
          copy_of(f.column("copy_of")),
          direction(f.column("direction")),
          sent(f.column("sent_ms")),
          arrived(f.column("arrived_ms")),
          seq(f.column("seq")),
          ack(f.column("ack")),
          length(f.column("length")),
          window(f.column("window")),
          fate(f.column("fate")) {}
    std::size_t connection, copy_of, direction, sent, arrived, seq, ack, length, window, fate;
};

// Marks of a connection's packets, one packet after the other in the order in which they were sent.
class Sequence {
  public:
    explicit Sequence(const ChartOptions& options) : options_(options) {}

    void data(const ResultFile& file, const PacketColumns& at) {
        const std::uint64_t from = file.count(at.seq).value_or(0);
        const std::uint64_t to = from + file.count(at.length).value_or(0);
        const auto sent = file.millionths(at.sent);
        if (!sent || to == from || file.count(at.copy_of)) return;
        add({from < sent_up_to_ ? Mark::sent_again : Mark::data, *sent, from, to});
        sent_up_to_ = std::max(sent_up_to_, to);
        const std::string& fate = file.text(at.fate);
        const bool moves = fate == name(PacketFate::still_moving);  // when the run ended
        if (fate != name(PacketFate::delivered) && !moves) add({Mark::lost, *sent, from, to});
    }

    void acknowledgement(const ResultFile& file, const PacketColumns& at) {
        const auto ack = file.count(at.ack);
        const auto arrived = file.millionths(at.arrived);
        if (!ack || !arrived) return;
        add({Mark::acknowledged, *arrived, *ack, *ack});
        const std::uint64_t edge = *ack + file.count(at.window).value_or(0);
        add({Mark::window, *arrived, edge, edge});
    }

    // In the order of time. An acknowledgement that was overtaken takes nothing back. Lines go from where the picture
    // begins to where it ends.
    std::vector<Drawn> take() {
        std::stable_sort(drawn_.begin(), drawn_.end(), [](const Drawn& a, const Drawn& b) { return a.time < b.time; });
        std::optional<Drawn> acknowledged, edge;  // the last of each
        const std::int64_t from = options_.from.value_or(0);
        std::vector<Drawn> shown;
        if (drawn_.empty() || drawn_.back().time < from) return shown;  // nothing happens then
        for (Drawn& d : drawn_) {
            if (std::optional<Drawn>* line = line_of(d.mark, acknowledged, edge)) {
                if (*line) d.from = d.to = std::max((*line)->to, d.to);
                if (*line && (*line)->time < from && d.time > from) shown.push_back(moved(**line, from));
                *line = d;
            }
            if (d.time >= from) shown.push_back(d);
        }
        const std::int64_t end = options_.to.value_or(drawn_.back().time);
        for (const auto& line : {acknowledged, edge}) {
            if (line && line->time < from) shown.push_back(moved(*line, from));
            if (line && line->time < end) shown.push_back(moved(*line, end));
        }
        std::stable_sort(shown.begin(), shown.end(), [](const Drawn& a, const Drawn& b) { return a.time < b.time; });
        return shown;
    }

  private:
    static std::optional<Drawn>* line_of(Mark mark, std::optional<Drawn>& acknowledged, std::optional<Drawn>& edge) {
        if (mark == Mark::acknowledged) return &acknowledged;
        return mark == Mark::window ? &edge : nullptr;
    }
    static Drawn moved(Drawn d, std::int64_t time) {
        d.time = time;
        return d;
    }
    void add(const Drawn& d) {
        if (d.time <= options_.to.value_or(d.time)) drawn_.push_back(d);
    }

    const ChartOptions& options_;
    std::vector<Drawn> drawn_;  // up to the end of the picture, also before it begins
    std::uint64_t sent_up_to_ = 0;
};

std::vector<Drawn> read_marks(const ResultFolder& results, const ShownConnection& shown, const ChartOptions& options) {
    ResultFile file(trace_file(results, "packets.csv"));
    const PacketColumns at(file);
    Sequence sequence(options);
    while (file.next()) {
        if (file.count(at.connection) != shown.id) continue;
        if ((file.text(at.direction) == "down") == shown.down) {
            sequence.data(file, at);
        } else {
            sequence.acknowledgement(file, at);
        }
    }
    return sequence.take();
}

// Every k-th of a kind; of what was lost or sent again, all.
std::vector<Drawn> thinned(const std::vector<Drawn>& all, Chart& chart) {
    const std::size_t step = (all.size() + kMostPoints - 1) / kMostPoints;
    if (step <= 1) return all;
    chart.notes.push_back(
        fmt::format("one in {} of {} segments and acknowledgements; --from and --to show a part of the run whole", step,
                    all.size()));
    std::array<std::size_t, kLooks.size()> seen{};
    std::vector<Drawn> kept;
    for (const Drawn& d : all) {
        const bool rare = d.mark == Mark::sent_again || d.mark == Mark::lost;
        if (seen.at(static_cast<std::size_t>(d.mark))++ % step == 0 || rare) kept.push_back(d);
    }
    return kept;
}

/// What of the bytes is in sight.
struct Sight {
    std::uint64_t least = UINT64_MAX, most = 0;  // of the data and what was acknowledged
    std::uint64_t edge = 0;                      // where the window ends at the latest
    double top = 0;                              // of the picture

    [[nodiscard]] bool cuts_window() const { return static_cast<double>(edge) > top; }
};

// A window may be far above the data: then it is cut, so that the data stays large, and the key says so.
Sight sight_of(const std::vector<Drawn>& marks) {
    constexpr double kAbove = 0.4;
    Sight s;
    for (const Drawn& d : marks) {
        if (d.mark == Mark::window) {
            s.edge = std::max(s.edge, d.to);
        } else {
            s.least = std::min(s.least, d.from);
            s.most = std::max(s.most, d.to);
        }
    }
    const auto most = static_cast<double>(s.most);
    const double room = kAbove * static_cast<double>(s.most - std::min(s.least, s.most));
    s.top = std::clamp(static_cast<double>(s.edge), most, most + room);
    return s;
}

std::string title_of(Mark mark, const Sight& sight, const AxisUnit& bytes) {
    const std::string_view name = kLooks.at(static_cast<std::size_t>(mark)).name;
    if (mark != Mark::window || !sight.cuts_window()) return std::string(name);
    return fmt::format("{}, up to {:.{}f} {}", name, static_cast<double>(sight.edge) / bytes.divisor, bytes.decimals,
                       bytes.name);
}

std::string elements(const std::vector<Drawn>& marks, const Sight& sight, const AxisUnit& time, const AxisUnit& bytes) {
    std::string out;
    for (std::size_t i = 0; i < kLooks.size(); ++i) {
        const auto mark = static_cast<Mark>(i);
        const bool any = std::any_of(marks.begin(), marks.end(), [mark](const Drawn& d) { return d.mark == mark; });
        if (!any) continue;
        out += fmt::format(
            "{}using (on({}, column(3)/{})):{}{} {} title '{}'", next_element(out), i + 1, time.divisor,
            mark == Mark::lost ? fmt::format("((column(4)+column(5))/2/{})", bytes.divisor) : bytes.column(4),
            mark == Mark::data || mark == Mark::sent_again
                ? fmt::format(":(0):((column(5)-column(4))/{})", bytes.divisor)
                : "",
            kLooks.at(i).style, title_of(mark, sight, bytes));
    }
    return out + "\n";
}

AxisUnit byte_unit(std::uint64_t largest) {
    return largest >= 2'000'000 ? AxisUnit{"MB", 1e6, 1} : AxisUnit{"kB", 1e3, 0};
}

}  // namespace

Chart sequence_chart(const ResultFolder& results, const ChartOptions& options) {
    const ShownConnection shown = shown_connection(results, options);
    const std::vector<Drawn> marks = read_marks(results, shown, options);
    const Sight sight = sight_of(marks);
    if (sight.most == 0) {
        throw ResultsError(fmt::format("{}: error: {} sent nothing then", results.path.string(), shown.name));
    }

    Chart chart;
    chart.csv = "n,what,time_ms,from_byte,to_byte\n";
    for (const Drawn& d : thinned(marks, chart)) {
        const auto n = static_cast<std::size_t>(d.mark);
        chart.csv += fmt::format("{},{}", n + 1, kLooks.at(n).name);
        append_number(chart.csv, std::optional(d.time));
        chart.csv += fmt::format(",{},{}\n", d.from, d.to);
    }
    const AxisUnit time = time_unit(marks.back().time);
    const AxisUnit bytes = byte_unit(sight.most);
    const auto least = static_cast<double>(sight.least);
    const double margin = std::max(0.03 * (sight.top - least), 1.0);
    chart.script =
        title_command(results, shown.name + (shown.down ? ", as the server sees it" : ", as the client sees it")) +
        "set xlabel " + time.label("time") + "\nset ylabel " + bytes.label("sequence number") + "\n" +
        time_range(options, time) +
        fmt::format("set yrange [{}:{}]\n", (least - margin) / bytes.divisor, (sight.top + margin) / bytes.divisor) +
        key_above(2) + std::string(kOn) + elements(marks, sight, time, bytes);
    chart.height = 11;
    return chart;
}

}  // namespace tcplab::plot
