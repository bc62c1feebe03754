#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "har/recording.hpp"

namespace tcplab::har {

/// The exchanges of a recording's first page, and which of them a scenario has.
struct Selection {
    const RecordedPage* page = nullptr;      ///< nullptr: the recording knows no pages
    std::vector<const Exchange*> exchanges;  ///< of this page, by start
    std::vector<bool> kept;
    std::optional<std::size_t> html;    ///< index of the page's first exchange, if that is kept; it may be a redirect
    std::size_t main = 0;               ///< index of the exchange that has the page's URL
    std::vector<std::string> left_out;  ///< "3 from the cache"
    std::vector<std::string> other_pages;  ///< their titles

    [[nodiscard]] std::size_t count() const;
    /// Those that are kept.
    [[nodiscard]] std::vector<const Exchange*> fetched() const;
};

Selection select(const Recording& recording);

}  // namespace tcplab::har
