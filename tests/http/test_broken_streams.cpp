// Multiplexed responses that break off: what each row says of it, what is asked for again, and what is read before it.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http2/frame.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

std::string frame(FrameType type, std::uint8_t flags, std::uint32_t stream, const std::string& payload) {
    std::string out;
    append_frame_header(out, {static_cast<std::uint32_t>(payload.size()), type, flags, stream});
    return out + payload;
}

const std::string kNoSettings = frame(FrameType::settings, 0, 0, "");

/// Status 200; RFC 7541: a static entry, and a literal whose name is one.
std::string head(std::uint32_t stream, const std::string& content_length = "", bool ended = false) {
    std::string block = "\x88";
    if (!content_length.empty()) {
        block += "\x0f\x0d";
        block += static_cast<char>(content_length.size());
        block += content_length;
    }
    const std::uint8_t end = ended ? frame_flag::end_stream : std::uint8_t{0};
    return frame(FrameType::headers, frame_flag::end_headers | end, stream, block);
}

std::string data(std::uint32_t stream, std::size_t bytes) {
    return frame(FrameType::data, 0, stream, std::string(bytes, 'x'));
}

std::string reset(std::uint32_t stream, Http2Error code) {
    std::string out;
    append_rst_stream(out, stream, code);
    return out;
}

std::string go_away(std::uint32_t last) {
    std::string out;
    append_go_away(out, last, Http2Error::no_error);
    return out;
}

/// What a server says on a connection, without a look at what it is asked.
struct Line {
    enum class Then { goes_on, closes, aborts };
    Duration at;  ///< after the first request has come
    std::string text;
    Then then = Then::goes_on;
};

/// Follows a script for each connection.
class Script : public Application {
  public:
    Script(Stack& stack, std::vector<std::vector<Line>> scripts) : stack_(&stack), scripts_(std::move(scripts)) {}

    void start(Time) override {
        listener_ = stack_->socket();
        stack_->bind(listener_, {kServerAddress, 80});
        stack_->listen(listener_, 10);
    }
    void on_socket(Time now, const SocketEvent& e) override {
        if (e.socket != listener_) return;
        const Result<SocketId> r = stack_->accept(now, listener_);
        REQUIRE(r.ok());
        REQUIRE(accepted_ < scripts_.size());
        for (const Line& line : scripts_[accepted_]) due_.push_back({now + line.at, r.value, line});
        ++accepted_;
    }
    void on_deadline(Time now) override {
        while (next_deadline() <= now) {
            const Due due = due_.front();
            due_.erase(due_.begin());
            // What was asked is read, as a close would be a reset else.
            while (stack_->read(now, due.socket, 1U << 20U).value.length > 0) {
            }
            stack_->write(now, due.socket, Piece::of(make_text(due.line.text)));
            if (due.line.then == Line::Then::goes_on) continue;
            if (due.line.then == Line::Then::aborts) {
                stack_->set_option(now, due.socket, SocketOption::linger_ns, 0);
            }
            stack_->close(now, due.socket);
        }
    }
    [[nodiscard]] Time next_deadline() const override { return due_.empty() ? kNever : due_.front().at; }

  private:
    struct Due {
        Time at;
        SocketId socket;
        Line line;
    };
    Stack* stack_;
    std::vector<std::vector<Line>> scripts_;
    std::size_t accepted_ = 0;
    SocketId listener_ = kNoSocket;
    std::vector<Due> due_;
};

/// Loads the page from such a server.
void run(Load& load, const std::vector<std::vector<Line>>& scripts) {
    load.client.strategy = Strategy::multiplexed;
    load.serve = [&scripts](Stack& stack) { return std::make_unique<Script>(stack, scripts); };
    load.run();
}

constexpr auto kCloses = Line::Then::closes;
constexpr auto kAborts = Line::Then::aborts;

const std::string kTwoBegun = kNoSettings + head(1, "5000") + data(1, 2000) + head(3) + data(3, 300);
/// Answers of one connection's first streams, without a body.
const std::vector<Line> kAnswersOne{{0ms, kNoSettings + head(1, "", true)}};
const std::vector<Line> kAnswersThree{{0ms, kNoSettings + head(1, "", true) + head(3, "", true) + head(5, "", true)}};

}  // namespace

TEST_CASE("the connection ends: each row says where, and what was not answered at all is asked for again") {
    const Page page = make_page({}, {1, 1, 1});
    Load closed(page);
    run(closed, {{{0ms, kTwoBegun, kCloses}}, kAnswersOne});
    CHECK(errors(closed) == Errors{"truncated: 2000 of 5000 bytes", "truncated after 300 bytes", ""});
    CHECK(retries(closed) == Retries{0, 0, 1});
    CHECK(closed.rows[2].done == kStart + 400ms);

    Load aborted(page);
    run(aborted, {{{0ms, kTwoBegun, kAborts}}, kAnswersOne});
    CHECK(errors(aborted) == Errors{"ECONNRESET", "ECONNRESET", ""});
    CHECK(retries(aborted) == Retries{0, 0, 1});
    CHECK(aborted.rows[0].response_bytes > 2000);

    Load posts(page);
    posts.client.request_body = 10;
    run(posts, {{{0ms, kTwoBegun, kCloses}}});
    CHECK(errors(posts).back() == "closed before the response");
    CHECK(retries(posts) == Retries{0, 0, 0});
}

TEST_CASE("a stream is reset: it says where, and is asked for again if it was not answered") {
    Load load(make_page({}, {1, 1, 1, 1}));
    load.page.objects[2].request_body = 10;
    run(load, {{{0ms, kNoSettings + head(1, "5000") + data(1, 2000) + reset(1, Http2Error::internal_error) +
                          reset(3, Http2Error::internal_error) + reset(5, Http2Error::internal_error) +
                          reset(7, Http2Error::refused_stream)},
                {100ms, head(9, "", true) + head(11, "", true)}}});
    CHECK(errors(load) == Errors{"stream reset: 2000 of 5000 bytes", "", "stream reset", ""});
    CHECK(retries(load) == Retries{0, 1, 0, 0});
    CHECK(load.world->connects == 1);
}

TEST_CASE("GOAWAY: streams above the last one are safe to ask for again, those below as any other") {
    Load load(make_page({}, {1, 1, 1, 1}));
    load.client.request_body = 10;  // POST
    load.client.retry = false;
    const std::string first = kNoSettings + head(1, "5000") + data(1, 2000) + go_away(3);
    SUBCASE("and then the connection ends") { run(load, {{{0ms, first, kCloses}}, kAnswersThree}); }
    SUBCASE("later") {
        run(load, {{{0ms, first}, {1s, "", kCloses}}, kAnswersThree});
        CHECK(load.rows[0].done == kStart + 1200ms);
    }
    CHECK(errors(load) == Errors{"truncated: 2000 of 5000 bytes", "closed before the response", "", ""});
    CHECK(retries(load) == Retries{0, 0, 0, 0});
    CHECK(load.world->connects == 2);
}

TEST_CASE("GOAWAY: what has no stream yet does not wait for the server to close") {
    const std::string one_at_a_time = frame(FrameType::settings, 0, 0, std::string("\0\x03\0\0\0\x01", 6));
    const std::vector<Line> dying{
        {0ms, one_at_a_time + head(1, "", true)}, {100ms, go_away(3)}, {200ms, head(3, "", true)}};
    Load load(make_page(0, {0, 0}));
    run(load, {dying, kAnswersOne});
    CHECK(errors(load) == Errors(3));
    CHECK(done_times(load) == Times{200, 400, 600});
    CHECK(load.world->connects == 2);
}

TEST_CASE("GOAWAY on a connection without streams: it is not used again") {
    Load load(make_page(0, {0}));
    load.page.objects[1].delay = 1s;
    run(load, {{{0ms, kNoSettings + head(1, "", true)}, {500ms, go_away(1)}}, kAnswersOne});
    CHECK(errors(load) == Errors(2));
    CHECK(done_times(load) == Times{200, 1400});
    CHECK(load.world->connects == 2);
}

TEST_CASE("a server that breaks a rule: it is told so, and what was not answered is asked for again") {
    const std::string nothing_more = frame(FrameType::window_update, 0, 0, std::string(4, '\0'));
    const std::string its_header = frame(FrameType::go_away, 0, 0, std::string(8, '\0')).substr(0, kFrameHeaderSize);
    Load load(make_page({}, {1, 1}));
    bool told = false;
    load.filter = [&](const Segment& s, bool to_server) {
        told = told || (to_server && s.payload.bytes().find(its_header) != std::string::npos);
        return true;
    };
    run(load, {{{0ms, kNoSettings + head(1) + nothing_more}}, kAnswersOne});
    CHECK(errors(load) == Errors{"WINDOW_UPDATE of 0 bytes", ""});
    CHECK(retries(load) == Retries{0, 1});
    CHECK(told);
}

TEST_CASE("what had arrived before a reset is read in its order, also when something is to be written meanwhile") {
    Load load(make_page({}, {100'000, 1500}));
    load.client.strategy = Strategy::multiplexed;
    load.client.multiplexed.frame = 1000;
    load.client.cancel_after.bytes = 2000;  // RST_STREAM is written when the reset is here, and not all is read
    load.server.how = HowToClose::abort;
    load.server.close_after.body = 6000;
    load.polls_late = true;
    load.run();
    CHECK(errors(load) == Errors{"cancelled", ""});
}

TEST_CASE("a slow reader reads what had arrived before a reset, and then says that there was one") {
    Load load(make_page({}, {100'000}));
    load.client.strategy = Strategy::multiplexed;
    load.client.multiplexed.window = 20'000;
    load.client.read_rate = BitRate{800'000};
    load.server.how = HowToClose::abort;
    load.server.close_after.body = 15'000;
    load.server_tcp.initial_window = 100;
    load.run();
    // Half of the window is free again when 10,000 bytes are read: what then is written meets the reset.
    CHECK(errors(load) == Errors{"ECONNRESET"});
    CHECK(load.rows[0].response_bytes > 14'000);  // all but the last segment, which is destroyed at the server
    CHECK(load.done(0) > 300);
}
