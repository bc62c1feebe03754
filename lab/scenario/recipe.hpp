#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "scenario/axes.hpp"
#include "scenario/scenario_file.hpp"
#include "scenario/settings.hpp"

namespace tcplab {

/// What runs are made of. Immutable once read.
struct Recipe {
    std::vector<Setting> file;
    std::vector<std::vector<Setting>> variants;  ///< at least one
    std::vector<AxisValues> axes;
    std::vector<Setting> options;  ///< --set
    std::uint64_t seed = 1;
    std::uint64_t repeat = 1;
    std::vector<std::uint32_t> chosen;  ///< the variants that are selected, in their order
    std::optional<std::uint64_t> only;  ///< the run that is selected, from 1

    /// How many runs a variant has: axes x repetitions.
    [[nodiscard]] std::uint64_t runs_per_variant() const;
};

/// The settings of one run in the order in which they apply: the file, the variant and the file's axes, the general
/// tables before the specific ones; then those of the command line in the same way. What page.har's recording sets
/// comes before all of them.
std::vector<const Setting*> settings_of(const Recipe& recipe, std::uint32_t variant,
                                        const std::vector<std::uint32_t>& positions);

}  // namespace tcplab
