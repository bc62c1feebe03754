#include "recording.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "experiment/world.hpp"
#include "scenario/scenario_file.hpp"

namespace tcplab::kernel {

namespace {

/// What a line leaves out: it is as in the packet before, of the same connection and direction.
struct Last {
    std::uint32_t ack = 0;
    std::uint32_t window = 0;
};
using LastOf = std::map<std::pair<std::uint32_t, bool>, Last>;

double decimal(const std::string& word) {
    char* end = nullptr;
    const double value = std::strtod(word.c_str(), &end);
    if (word.empty() || *end != '\0') throw std::runtime_error("not a number: '" + word + "'");
    return value;
}

std::uint32_t whole(const std::string& word) {
    if (word.empty() || word.find_first_not_of("0123456789") != std::string::npos) {
        throw std::runtime_error("not a whole number: '" + word + "'");
    }
    return static_cast<std::uint32_t>(std::stoul(word));
}

/// The words after the sequence numbers.
void read_rest(std::istringstream& words, Packet& p, Last& last) {
    for (std::string word; words >> word;) {
        std::string value;
        if (word == "lost" || word == "full") {
            p.fate = word;
        } else if (word[0] == '~') {
            p.rounding = decimal(word.substr(1));
        } else if (word == "ack" && words >> value) {
            last.ack = whole(value);
        } else if (word == "win" && words >> value) {
            last.window = whole(value);
        } else if (word == "sack" && words >> value) {
            p.sack = value;
        } else {
            throw std::runtime_error("unexpected '" + word + "'");
        }
    }
}

/// "150.85 +52.40 2< P. 1449+1448 ack 201 win 65536 sack 1-2,4-5 lost ~36"
Packet read_packet(const std::string& line, LastOf& last_of) {
    std::istringstream words(line);
    std::string sent, flight, direction, bytes;
    Packet p;
    if (!(words >> sent >> flight >> direction >> p.flags >> bytes)) throw std::runtime_error("too few words");
    p.sent = decimal(sent);
    if (flight != "-") p.arrived = p.sent + decimal(flight);
    const char way = direction.back();
    if (way != '>' && way != '<') throw std::runtime_error("neither > nor <");
    p.up = way == '>';
    direction.pop_back();
    if (!direction.empty()) p.connection = whole(direction);
    const std::size_t plus = bytes.find('+');
    p.seq = whole(bytes.substr(0, plus));
    if (plus != std::string::npos) p.length = whole(bytes.substr(plus + 1));
    Last& last = last_of[{p.connection, p.up}];
    read_rest(words, p, last);
    p.ack = last.ack;
    p.window = last.window;
    return p;
}

std::string flags_of(const Segment& s) {
    constexpr std::array<std::pair<std::uint8_t, char>, 8> kLetters{{{flag::fin, 'F'},
                                                                     {flag::syn, 'S'},
                                                                     {flag::rst, 'R'},
                                                                     {flag::psh, 'P'},
                                                                     {flag::ack, '.'},
                                                                     {flag::urg, 'U'},
                                                                     {flag::ece, 'E'},
                                                                     {flag::cwr, 'W'}}};
    std::string out;
    for (const auto& [bit, letter] : kLetters) {
        if (s.has(bit)) out += letter;
    }
    return out;
}

std::string fate_of(PacketFate fate) {
    switch (fate) {
        case PacketFate::delivered: return "";
        case PacketFate::lost: return "lost";
        case PacketFate::queue_full: return "full";
        case PacketFate::corrupted: return "corrupted";
        case PacketFate::still_moving: return "moving";
    }
    return "?";
}

/// What both ends said in their SYNs, by direction: up, down.
struct Handshake {
    std::uint32_t connection = 0;
    std::array<SeqNum, 2> initial{};
    std::array<std::uint8_t, 2> scale{};
    std::array<bool, 2> scaled{};
};

struct Passage {
    PacketEvent event;
    Segment segment;
};

class Tap final : public Observer {
  public:
    void on_packet(const PacketEvent& event, const Segment& segment) override {
        if (event.link < 2) passages.push_back({event, segment});
    }
    std::vector<Passage> passages;
};

std::uint32_t offset(SeqNum n, SeqNum initial) { return static_cast<std::uint32_t>(distance(n, initial)); }

Packet packet_of(const Passage& passage, Handshake& h) {
    const Segment& s = passage.segment;
    const unsigned way = passage.event.link;
    const bool syn = s.has(flag::syn);
    if (syn) {
        h.initial[way] = s.seq;
        h.scaled[way] = s.has_window_scale;
        h.scale[way] = s.window_scale;
    }
    Packet p;
    p.connection = h.connection;
    p.up = way == 0;
    p.sent = to_ms(passage.event.entered);
    if (passage.event.fate == PacketFate::delivered) p.arrived = to_ms(passage.event.arrived);
    p.flags = flags_of(s);
    p.seq = offset(s.seq, h.initial[way]);
    p.length = s.payload.length;
    if (s.has(flag::ack)) p.ack = offset(s.ack, h.initial[1 - way]);
    p.window = s.window;
    if (!syn && h.scaled[0] && h.scaled[1]) p.window <<= h.scale[way];
    for (const SeqRange& block : s.sack) {
        p.sack += p.sack.empty() ? "" : ",";
        p.sack += std::to_string(offset(block.left, h.initial[1 - way])) + "-" +
                  std::to_string(offset(block.right, h.initial[1 - way]));
    }
    p.fate = fate_of(passage.event.fate);
    return p;
}

}  // namespace

Recording read_recording(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + ": cannot be read");
    Recording r;
    const std::size_t slash = path.rfind('/');
    r.name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    r.name = r.name.substr(0, r.name.rfind('.'));
    LastOf last_of;
    std::string part, line;
    for (int n = 1; std::getline(file, line); ++n) {
        if (line.rfind("== ", 0) == 0) {
            part = line.substr(3);
        } else if (part == "scenario") {
            r.scenario += line + "\n";
        } else if (part == "compare") {
            std::istringstream words(line);
            for (std::string word; words >> word;) r.compared.push_back(word);
        } else if (part == "packets" || part == "first packets") {
            r.first = part == "first packets";
            try {
                r.packets.push_back(read_packet(line, last_of));
            } catch (const std::exception& e) {
                throw std::runtime_error(path + ":" + std::to_string(n) + ": " + e.what());
            }
        } else {
            throw std::runtime_error(path + ":" + std::to_string(n) + ": no such part: '" + part + "'");
        }
    }
    return r;
}

Scenario scenario_of(const Recording& recording) {
    const Loaded loaded = read_scenario(recording.scenario, recording.name + ".toml");
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(0));
}

std::vector<Packet> simulated_packets(const Scenario& scenario) {
    Tap tap;
    simulate(scenario, &tap);
    std::sort(tap.passages.begin(), tap.passages.end(), [](const Passage& a, const Passage& b) {
        return a.event.entered != b.event.entered ? a.event.entered < b.event.entered : a.event.packet < b.event.packet;
    });
    std::map<std::uint16_t, Handshake> by_port;
    std::vector<Packet> packets;
    for (const Passage& passage : tap.passages) {
        const Segment& s = passage.segment;
        Handshake& h = by_port[passage.event.link == 0 ? s.source.port : s.destination.port];
        if (h.connection == 0) h.connection = static_cast<std::uint32_t>(by_port.size());
        packets.push_back(packet_of(passage, h));
    }
    return packets;
}

}  // namespace tcplab::kernel
