// Hosts, a router and links with every impairment: what many connections carry arrives whole, in order and unchanged,
// or one of its ends is told; and no packet is lost in the counting.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <string>

#include "host/host.hpp"
#include "property/random_queue.hpp"
#include "property/talker.hpp"
#include "wire/segment_text.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

constexpr Ipv4Address kServer{0x0a000064};
constexpr std::uint64_t kMostEvents = 3'000'000;

LinkConfig random_link(Draw& draw) {
    LinkConfig c;
    c.delay = draw.pick<Duration>({0ms, 100us, 10ms, 100ms});
    c.rate = BitRate{draw.pick<std::uint64_t>({0, 256'000, 5'000'000, 100'000'000})};
    c.overhead = draw.pick({0U, 18U});
    if (draw.chance(30)) c.queue = draw.pick<std::uint64_t>({1, 5, 50});
    if (draw.chance(20)) c.queue_bytes = draw.pick<std::uint64_t>({3000, 20'000});
    c.mtu = draw.pick({1500U, 1500U, 576U, 9000U});
    if (draw.chance(40)) c.loss = draw.pick({0.001, 0.01, 0.05});
    if (draw.chance(20)) c.duplicate = draw.pick({0.01, 0.1});
    if (draw.chance(20)) c.corrupt = draw.pick({0.001, 0.02});
    if (draw.chance(20)) c.reorder = draw.pick({0.01, 0.2});
    if (draw.chance(20)) c.jitter = draw.pick<Duration>({1ms, 30ms});
    random_queue(draw, c);
    return c;
}

/// Counts the fates of packets by link direction, and keeps the last as text.
class Watch final : public Observer {
  public:
    void on_packet(const PacketEvent& event, const Segment& s) override {
        if (fates.size() <= event.link) fates.resize(event.link + 1);
        ++fates[event.link].at(static_cast<std::size_t>(event.fate));
        constexpr std::array<const char*, 5> words{"", " lost", " queue full", " corrupted", " moving"};
        last_.push_back(std::to_string(to_ms(event.entered)) + " link " + std::to_string(event.link) + " " +
                        to_string(s.source) + " > " + to_string(s.destination) + " " + to_text(s, {}) +
                        words.at(static_cast<std::size_t>(event.fate)) + "\n");
        if (last_.size() > 60) last_.pop_front();
    }
    [[nodiscard]] std::string story() const {
        std::string out;
        for (const std::string& line : last_) out += line;
        return out;
    }
    std::vector<std::array<std::uint64_t, 5>> fates;

  private:
    std::deque<std::string> last_;
};

class HostileNetwork {
  public:
    explicit HostileNetwork(std::uint64_t seed) : draw_(seed), network_(events_, {seed, 1}) {
        network_.set_observer(&watch_);
        config_ = random_config(draw_);
        config_.keepalive = 30s;  // so that no end waits for ever for one that has given up
        const auto clients = static_cast<std::uint32_t>(draw_.between(1, 4));
        const NodeId router = network_.add_router();
        std::vector<LinkConfig> links(2 * (clients + 1));
        for (LinkConfig& l : links) l = random_link(draw_);
        for (const LinkConfig& l : links)
            config_.mss = static_cast<std::uint16_t>(std::min<std::uint32_t>(config_.mss, l.mtu - 40));
        stacks_.emplace_back(kServer, config_, StackSeeds{seed, seed + 1});
        programs_.emplace_back(stacks_.back(), Endpoint{kServer, 80}, talks_, seed);
        for (std::uint32_t i = 0; i < clients; ++i) {
            stacks_.emplace_back(Ipv4Address{0x0a000001 + i}, config_, StackSeeds{seed + 10 + i, seed + 20 + i});
            programs_.emplace_back(stacks_.back(), Endpoint{kServer, 80}, random_calls(), talks_, seed + i);
        }
        for (std::size_t i = 0; i < stacks_.size(); ++i) {
            hosts_.emplace_back(network_, events_, stacks_[i], programs_[i]);
            network_.connect(hosts_.back().node(), router, links[2 * i], links[2 * i + 1]);
        }
        network_.build();
    }

    void run() {
        for (Host& h : hosts_) h.start(kStart);
        while (events_.run_one()) {
            expect(events_.events() < kMostEvents, "it does not end");
            expect(events_.now() < kStart + 3600s * 24, "it takes more than a day");
        }
        network_.report_moving();
    }

    void check() {
        expect(network_.idle(), "packets move and nothing happens");
        expect(network_.unroutable() == 0, "a packet for nobody");
        for (std::uint32_t link = 0; link < stacks_.size(); ++link) {
            check_counters(network_.counters(link, Way::a_to_b), watch_.fates.at(2 * link));
            check_counters(network_.counters(link, Way::b_to_a), watch_.fates.at(2 * link + 1));
        }
        for (const Stack& s : stacks_) {
            expect(s.open_connections() == 0 && s.time_wait_count() == 0, "a connection is left");
        }
        for (Host& h : hosts_) {
            for (const Stack::Finished& f : h.take_finished()) {
                expect(f.info.bytes_acknowledged <= f.info.bytes_written, "SND.UNA beyond what was written");
                expect(f.info.bytes_read <= f.info.bytes_received, "read more than arrived");
            }
        }
        for (const TalkRef& t : all_) expect(t->complete() || !t->error.empty(), "neither complete nor failed");
    }

    [[nodiscard]] std::size_t talks() const { return all_.size(); }
    [[nodiscard]] std::size_t complete() const {
        return static_cast<std::size_t>(
            std::count_if(all_.begin(), all_.end(), [](const TalkRef& t) { return t->complete(); }));
    }
    [[nodiscard]] std::string story() const {
        std::string out = watch_.story();
        for (const TalkRef& t : all_) {
            if (t->complete()) continue;
            for (const Stream* s : {&t->up, &t->down}) {
                out += std::to_string(s->written) + " of " + std::to_string(s->bytes) + " written, " +
                       std::to_string(s->read) + " read" + (s->ended ? " and the end  " : "  ");
            }
            out += t->error + "\n";
        }
        return out + "now " + std::to_string(to_ms(events_.now())) + " ms\n";
    }

  private:
    std::vector<Talker::Call> random_calls() {
        std::vector<Talker::Call> calls(draw_.between(1, 6));
        for (Talker::Call& c : calls) {
            c.at = kStart + draw_.up_to(2s);
            c.talk = std::make_shared<Talk>();
            for (Stream* s : {&c.talk->up, &c.talk->down}) {
                s->begin = draw_.below(1'000'000);
                s->bytes = draw_.chance(10) ? 0 : draw_.size(100'000);
            }
            c.talk->in_turn = draw_.chance(50);
            c.talk->chunk = draw_.pick({300U, 5000U, 100'000U});
            if (draw_.chance(20)) c.talk->read_gap = draw_.pick<Duration>({1ms, 20ms});
            all_.push_back(c.talk);
        }
        std::sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
        return calls;
    }

    static void check_counters(const LinkCounters& c, const std::array<std::uint64_t, 5>& fates) {
        const auto count = [&](PacketFate f) { return fates.at(static_cast<std::size_t>(f)); };
        expect(count(PacketFate::lost) == c.dropped_loss, "counts other losses than there were");
        expect(count(PacketFate::queue_full) == c.dropped_queue + c.too_big, "counts other drops than there were");
        expect(count(PacketFate::corrupted) == c.corrupted, "counts other damage than there was");
        expect(count(PacketFate::still_moving) == 0, "a packet has not arrived");
        expect(c.too_big == 0, "a packet was larger than the path bears");
        expect(c.packets + c.duplicated ==
                   count(PacketFate::delivered) + c.dropped_loss + c.dropped_queue + c.too_big + c.corrupted,
               "a packet got lost in the counting");
    }

    Watch watch_;
    Draw draw_;
    EventQueue events_;
    Network network_;
    Config config_;
    Talks talks_;
    std::vector<TalkRef> all_;
    std::deque<Stack> stacks_;
    std::deque<Talker> programs_;
    std::deque<Host> hosts_;
};

}  // namespace

TEST_CASE("hosts on a hostile network: every stream arrives whole, or its talk has an error; packets are conserved") {
    const Seeds seeds(600);
    std::size_t talks = 0;
    std::size_t complete = 0;
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        HostileNetwork world(seed);
        try {
            world.run();
            world.check();
        } catch (const Broken& broken) {
            FAIL((std::string("seed ") + std::to_string(seed) + ": " + broken.what() + "\n" + world.story()));
        }
        talks += world.talks();
        complete += world.complete();
    }
    if (seeds.many()) CHECK(complete * 100 >= talks * 97);
}
