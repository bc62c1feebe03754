#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "scenario/diagnostics.hpp"
#include "scenario/draft.hpp"
#include "scenario/settings.hpp"

namespace tcplab {

/// Why a value does nothing. Without a `why` it does something.
struct IdleReason {
    std::string_view why{};
    std::string_view instead{};                ///< what else to set
    std::string_view effect = "does nothing";  ///< or as good as nothing
};

/// Finds settings that are right and do nothing in any run, as something else would have to be set as well. A value
/// that is the default is none of them.
class IdleSettings {
  public:
    /// Looks at the settings of one run and the draft that they make. `chosen`: it is one of those to be simulated.
    void see(const Draft& draft, const std::vector<const Setting*>& settings, bool chosen);

    /// Those that belong to a chosen run and did nothing in every run that was seen. To be believed when all were.
    [[nodiscard]] Diagnostics hints() const;

  private:
    struct Finding {
        Mark mark;
        std::string text, instead;
        bool idle = true;
        bool chosen = false;
    };
    using Place = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::string>;  // and what stands there

    void see_hosts(const Draft& draft, const std::vector<const Setting*>& settings, bool chosen);
    void note(Mark mark, std::string what, const IdleReason& reason, bool chosen);

    std::map<Place, Finding> findings_;
};

}  // namespace tcplab
