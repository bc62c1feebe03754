#include "cli/run_files.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "capture/captures.hpp"
#include "capture/traces.hpp"
#include "cli/plan.hpp"
#include "har/write.hpp"

namespace tcplab {
namespace {

/// Work of several parts, each of which tells of its own share.
class Parts {
  public:
    Parts(const capture::Tell& tell, double total) : tell_(tell), total_(total) {}
    capture::Tell next(double size) {
        const double before = std::exchange(begun_, begun_ + size);
        return [this, before, size](double share) {
            if (tell_) tell_((before + share * size) / total_);
        };
    }

  private:
    const capture::Tell& tell_;
    double total_;
    double begun_ = 0;
};

// Tenths of a second per 100,000 packets.
constexpr double kCaptures = 14;
constexpr double kTcp = 1;
constexpr double kPackets = 3;
constexpr double kQlog = 11;

}  // namespace

std::vector<RunFile> run_files(const RunOptions& options, const RunLabel& label, const Scenario& scenario,
                               const Results& results, const Recording* recording, const capture::Tell& tell) {
    std::vector<RunFile> files;
    const std::string title = run_name(label);
    Parts parts(tell, (options.pcap ? kCaptures : 0) + (options.trace ? kTcp + kPackets + kQlog : 0));
    if (options.har) files.push_back({"page.har", har::har_json(scenario, results, title)});
    if (options.pcap) {
        for (RunFile& file : capture::captures(*recording, title, parts.next(kCaptures)))
            files.push_back(std::move(file));
    }
    if (options.trace) {
        files.push_back({"tcp.csv", capture::tcp_csv(label, *recording, results, parts.next(kTcp))});
        files.push_back({"packets.csv", capture::packets_csv(label, *recording, results, parts.next(kPackets))});
        files.push_back({"trace.qlog", capture::qlog(*recording, results, title, parts.next(kQlog))});
    }
    return files;
}

double share_of_run_files(const RunOptions& options) {
    constexpr double one = 0.85;
    constexpr double both = 0.9;
    if (!options.pcap && !options.trace) return 0;
    return options.pcap && options.trace ? both : one;
}

}  // namespace tcplab
