#pragma once

#include <functional>
#include <string_view>

#include "scenario/draft.hpp"
#include "scenario/key.hpp"

namespace tcplab {

/// Reads the list of a page's objects, or of requests: `table` says which keys its entries have. nullptr when
/// anything in it is wrong.
ObjectList read_objects(const Table& table, const Node& list, Diagnostics& out);

/// Whether a request may carry a body: of RFC 9110 section 9.3, those methods that have a use for one. An empty name
/// stands for GET or POST, whichever fits.
bool may_have_body(std::string_view method);

/// Where the value of a key such as "client.strategy" stands; the whole file when nobody gave one.
using Where = std::function<Mark(std::string_view)>;

/// What a page cannot be: two objects of one name, waiting in a circle, headers longer than their size ...
void check_page(const Draft& draft, const Where& where, Diagnostics& out);

/// The page of a draft that check_page() has nothing to say about.
Page make_page(const Draft& draft);

}  // namespace tcplab
