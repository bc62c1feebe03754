#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ladder/ladder.hpp"
#include "terminal/table.hpp"

namespace tcplab::ladder {

/// Text between the two rails, with its colours, whose width is known.
class Strip {
  public:
    Strip& add(std::string_view text, Accent accent = Accent::none);
    Strip& add(const Strip& other);
    /// `text` of one column, as often as it takes to be `width` columns wide.
    Strip& fill_to(std::size_t width, std::string_view text, Accent accent = Accent::none);
    [[nodiscard]] std::size_t width() const { return width_; }
    [[nodiscard]] std::string text(bool color) const;

  private:
    struct Piece {
        std::string text;
        Accent accent;
    };
    std::vector<Piece> pieces_;
    std::size_t width_ = 0;
};

/// What one step's rows hold between the rails.
struct Arrow {
    Strip strip;
    std::vector<LabelPart> below;  ///< what the arrow had no room for
};

/// The arrow of a packet, a departure or an arrival, `width` columns wide.
Arrow draw_arrow(const Step& step, std::size_t width);

}  // namespace tcplab::ladder
