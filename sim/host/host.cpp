#include "host/host.hpp"

#include <algorithm>

namespace tcplab {

Host::Host(Network& network, EventQueue& events, Stack& stack, Application& application)
    : network_(network),
      events_(events),
      stack_(stack),
      application_(application),
      node_(network.add_host(*this, stack.address())),
      handler_(events.add_handler(*this)) {}

void Host::start(Time now) {
    application_.start(now);
    drain(now);
}

void Host::on_packet(Time now, const Segment& segment) {
    stack_.on_segment(now, segment);
    drain(now);
}

void Host::on_event(Time now) {
    wakes_.pop_back();
    const bool stack_is_due = stack_.next_deadline() <= now;
    const bool application_is_due = application_.next_deadline() <= now;
    if (stack_is_due) stack_.on_deadline(now);
    if (application_is_due) {
        ++application_calls_;
        application_.on_deadline(now);
    }
    if (stack_is_due || application_is_due) {
        drain(now);
    } else {
        wake_at(std::min(stack_.next_deadline(), application_.next_deadline()));
    }
}

void Host::drain(Time now) {
    SocketEvent event;
    for (;;) {
        while (stack_.poll_segment(now, network_.begin_send())) network_.finish_send(now, node_);
        if (!stack_.poll_event(event)) break;
        ++application_calls_;
        application_.on_socket(now, event);
    }
    if (stack_.has_finished()) poll_finished();
    wake_at(std::max(now, std::min(stack_.next_deadline(), application_.next_deadline())));
}

void Host::poll_finished() {
    Stack::Finished row;
    while (stack_.poll_finished(row)) finished_.push_back(row);
}

void Host::wake_at(Time at) {
    if (at == kNever || (!wakes_.empty() && wakes_.back() <= at)) return;
    wakes_.push_back(at);
    events_.schedule(at, handler_);
}

}  // namespace tcplab
