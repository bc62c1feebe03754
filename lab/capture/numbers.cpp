#include "capture/numbers.hpp"

namespace tcplab::capture {

void RelativeNumbers::see(const Segment& s) {
    if (!s.has(flag::syn)) return;
    senders_[{s.source, s.destination}] = {s.seq, s.window_scale, s.has_window_scale};
}

const RelativeNumbers::Sender* RelativeNumbers::find(const Endpoint& from, const Endpoint& to) const {
    const auto it = senders_.find({from, to});
    return it == senders_.end() ? nullptr : &it->second;
}

InitialNumbers RelativeNumbers::initial(const Segment& s) const {
    InitialNumbers numbers;
    if (const Sender* sender = find(s.source, s.destination)) numbers.sender = sender->initial;
    if (const Sender* receiver = find(s.destination, s.source)) numbers.receiver = receiver->initial;
    return numbers;
}

std::uint32_t RelativeNumbers::window(const Segment& s) const {
    if (s.has(flag::syn)) return s.window;  // RFC 7323 2.2
    const Sender* sender = find(s.source, s.destination);
    const Sender* receiver = find(s.destination, s.source);
    const bool scaled = sender != nullptr && receiver != nullptr && sender->scales && receiver->scales;
    return scaled ? std::uint32_t{s.window} << sender->scale : s.window;
}

}  // namespace tcplab::capture
