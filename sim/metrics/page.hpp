#pragma once

#include <optional>
#include <vector>

#include "http/transaction.hpp"

namespace tcplab {

/// The page columns of summary.csv: instants from the run's start, kNever for what did not happen.
struct PageMetrics {
    Time page = kNever;                   ///< last byte of the last object read; kNever unless every page is complete
    Time first_byte = kNever;             ///< the first byte of any response
    Time html = kNever;                   ///< the (last) html complete
    Time first_object = kNever;           ///< the first object beside the html that is complete
    Time layout = kNever;                 ///< the sizes of all objects of all pages known; kNever unless they are
    std::optional<Duration> mean_object;  ///< over pages, from each page's start; absent unless every page is complete
    std::optional<Duration> speed_index;  ///< the same
    std::optional<Duration> mean_page;    ///< the same, of (its last byte - the page's start)
    std::optional<Duration> slowest_page;
};

PageMetrics summarise_pages(const std::vector<PageResult>& pages);

/// The page that is done last, of several the first; before all others one that is not complete. Null: there is none.
const PageResult* last_page(const std::vector<PageResult>& pages);

/// The critical path to the last byte of all, from the run's start: that of the page that is done last, and of its
/// user's pages before it, with the time before and between them as `blocked`. Nothing unless every page is complete.
std::optional<Causes> critical_path(const std::vector<PageResult>& pages);

}  // namespace tcplab
