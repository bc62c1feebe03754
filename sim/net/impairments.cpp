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

std::vector<DropRule> packets_of(const std::vector<HoldRule>& rules) {
    std::vector<DropRule> packets;
    for (const HoldRule& rule : rules) packets.push_back(rule.packets);
    return packets;
}

std::vector<Duration> delays_of(const std::vector<HoldRule>& rules) {
    std::vector<Duration> delays;
    for (const HoldRule& rule : rules) delays.push_back(rule.by);
    return delays;
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

Impairments::Bursts::Bursts(const GilbertElliott& model, RunSeed seed, std::uint32_t direction)
    : to_bad_(model.p.value_or(0)),
      to_good_(model.r.value_or(1 - to_bad_)),
      lost_good_(model.good),
      lost_bad_(model.bad),
      stream_(make_stream(seed.seed, seed.repetition, Purpose::link_loss, direction)) {}

bool Impairments::Bursts::lose() {
    constexpr double two_to_32 = 4294967296.0;
    const bool lost = stream_() / two_to_32 < (bad_ ? lost_bad_ : lost_good_);
    const bool changes = stream_() / two_to_32 < (bad_ ? to_good_ : to_bad_);
    bad_ = bad_ != changes;
    return lost;
}

Impairments::Impairments(const LinkConfig& config, RunSeed seed, std::uint32_t direction, FinLog* fins)
    : script_(config.drop, fins),
      hold_(packets_of(config.hold), fins),
      hold_by_(delays_of(config.hold)),
      duplicate_data_(config.duplicate_data, fins),
      bursts_(config.bursts ? std::make_unique<Bursts>(*config.bursts, seed, direction) : nullptr),
      loss_(config.loss, seed, Purpose::link_loss, direction),
      reorder_(config.reorder, seed, Purpose::link_reorder, direction),
      duplicate_(config.duplicate, seed, Purpose::link_duplicate, direction),
      corrupt_(config.corrupt, seed, Purpose::link_corrupt, direction),
      reorder_delay_(config.reorder_delay),
      jitter_(config.jitter),
      jitter_stream_(make_stream_if(jitter_ > Duration::zero(), seed, Purpose::link_jitter, direction)) {}

bool Impairments::needed_by(const LinkConfig& config) {
    return config.loss > 0 || config.bursts || !config.drop.empty() || !config.hold.empty() ||
           !config.duplicate_data.empty() || config.reorder > 0 || config.duplicate > 0 || config.corrupt > 0 ||
           config.jitter > Duration::zero();
}

bool Impairments::duplicates(const Segment& segment) {
    const bool scripted = duplicate_data_.drops(segment);
    return duplicate_.happens() || scripted;
}

Treatment Impairments::treat(const Segment& segment) {
    const bool scripted = script_.drops(segment);
    const std::optional<std::size_t> hold = hold_.find(segment);
    Treatment treatment = treat_copy();
    treatment.lost = treatment.lost || scripted;
    if (hold) treatment.extra_delay += hold_by_[*hold];
    return treatment;
}

Treatment Impairments::treat_copy() {
    Treatment treatment;
    treatment.lost = bursts_ != nullptr ? bursts_->lose() : loss_.happens();
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
