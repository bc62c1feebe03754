#include "net/impairments.hpp"

#include <boost/random/bernoulli_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>

#include "wire/packet_bytes.hpp"

namespace tcplab {

namespace {

std::unique_ptr<RandomStream> make_stream_if(bool needed, RunSeed seed, Purpose purpose, std::uint32_t direction) {
    if (!needed) return nullptr;
    return std::make_unique<RandomStream>(make_stream(seed.seed, seed.repetition, purpose, direction));
}

}  // namespace

Impairments::Chance::Chance(double probability, RunSeed seed, Purpose purpose, std::uint32_t direction)
    : probability_(probability), stream_(make_stream_if(probability > 0, seed, purpose, direction)) {}

bool Impairments::Chance::happens() {
    return possible() && boost::random::bernoulli_distribution<double>(probability_)(*stream_);
}

std::uint32_t Impairments::Chance::draw() {
    return boost::random::uniform_int_distribution<std::uint32_t>(1, 0xffffffffU)(*stream_);
}

Impairments::Impairments(const LinkConfig& config, RunSeed seed, std::uint32_t direction, FinLog* fins)
    : script_(config.drop, fins),
      loss_(config.loss, seed, Purpose::link_loss, direction),
      reorder_(config.reorder, seed, Purpose::link_reorder, direction),
      duplicate_(config.duplicate, seed, Purpose::link_duplicate, direction),
      corrupt_(config.corrupt, seed, Purpose::link_corrupt, direction),
      reorder_delay_(config.reorder_delay),
      jitter_(config.jitter),
      jitter_stream_(make_stream_if(jitter_ > Duration::zero(), seed, Purpose::link_jitter, direction)) {}

bool Impairments::needed_by(const LinkConfig& config) {
    return config.loss > 0 || !config.drop.empty() || config.reorder > 0 || config.duplicate > 0 ||
           config.corrupt > 0 || config.jitter > Duration::zero();
}

Treatment Impairments::treat(const Segment& segment) {
    const bool scripted = script_.drops(segment);
    Treatment treatment = treat_copy();
    treatment.lost = treatment.lost || scripted;
    return treatment;
}

Treatment Impairments::treat_copy() {
    Treatment treatment;
    treatment.lost = loss_.happens();
    if (corrupt_.happens()) treatment.damage = corrupt_.draw();
    if (reorder_.happens()) treatment.extra_delay += reorder_delay_;
    if (jitter_stream_ != nullptr) {
        boost::random::uniform_int_distribution<std::int64_t> up_to_jitter(0, jitter_.count());
        treatment.extra_delay += Duration(up_to_jitter(*jitter_stream_));
    }
    return treatment;
}

bool Impairments::damage_is_found(const Segment& segment, std::uint32_t damage) {
    write_packet(segment, bytes_);
    const auto bit = static_cast<std::size_t>((std::uint64_t{damage} * (bytes_.size() * 8)) >> 32U);
    bytes_[bit / 8] = static_cast<std::uint8_t>(bytes_[bit / 8] ^ (1U << bit % 8));
    return !parse_packet(bytes_).ok();
}

}  // namespace tcplab
