#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "script/peers.hpp"
#include "script/script.hpp"

namespace tcplab::script {

/// What happened in a run, in order: the steps that were made and every segment that passed, each with its time.
class Story {
  public:
    /// A line of text.
    void say(Time at, std::string text);
    /// The peer sent `written`, which is in the script's numbers. `peer` must outlive the story.
    void receive(Time at, const Segment& written, const Peer& peer);
    /// The stack sent `live`; returns its number, for expected().
    std::size_t send(Time at, const Segment& live, const Peer& peer);
    /// The script had a step for the segment with that number.
    void expected(std::size_t number) { lines_[number].open = false; }

    /// The lines; a segment that no step was for says so.
    [[nodiscard]] std::string text() const;

  private:
    struct Line {
        Time at;
        std::string text;  ///< of what is no segment
        Segment segment;
        const Peer* peer = nullptr;  ///< of a segment
        bool inbound = false;
        bool open = false;
    };
    std::vector<Line> lines_;
};

/// "0.100000": seconds of virtual time, as the notation has them.
std::string seconds_text(Time t);
std::string seconds_text(Duration d);

}  // namespace tcplab::script
