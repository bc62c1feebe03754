#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/content.hpp"
#include "http/config.hpp"
#include "http/object_index.hpp"
#include "http/outgoing.hpp"

namespace tcplab {

/// A request as far as its response depends on it.
struct Asked {
    static constexpr std::uint32_t kNothing = 0xffffffff;

    std::uint32_t object = kNothing;  ///< of the page; kNothing: `status` is the whole answer
    std::uint16_t status = 200;
    HttpVersion version = HttpVersion::http11;
    bool head_only = false;  ///< HEAD
    bool close = false;      ///< the connection ends with the response
    std::uint32_t left = 0;  ///< requests that the connection will answer after this one (Keep-Alive: max)
};

/// What one server has: those of the page's objects that are its own, under their paths (of two with one path the first
/// counts), and its responses to requests for them. Keeps references to both tables.
class Site {
  public:
    /// `host`: 0 for the page's own server, else the number of the [[host]].
    Site(const ServerConfig& config, const Page& page, std::uint32_t host);

    /// Objects on the page, whoever has them.
    [[nodiscard]] std::uint32_t size() const { return index_.size(); }
    /// What is known of one of them.
    [[nodiscard]] const PageObject& object(std::uint32_t i) const { return page_->objects[index_.find(i).entry]; }
    /// The object of a request's target; Asked::kNothing: there is none.
    [[nodiscard]] std::uint32_t find(std::string_view target) const;
    /// Whether the end of the response can be told without the end of the connection.
    [[nodiscard]] bool is_delimited(const Asked& request) const;
    [[nodiscard]] Outgoing response(const Asked& request);

  private:
    enum Kind : std::uint8_t { persists, closes, closes_http10 };
    /// The responses to objects of one size.
    struct Shape {
        std::uint64_t body = 0;
        bool endless = false;
        std::uint32_t header = 0;
        std::array<TextRef, 3> heads;      // by Kind, made when they are needed
        std::vector<ChunkedBody> chunked;  // one, or none
    };
    [[nodiscard]] std::uint32_t find_numbered(std::string_view path) const;
    [[nodiscard]] TextRef head(Shape& shape, const Asked& request) const;

    const ServerConfig* config_;
    const Page* page_;
    ObjectIndex index_;
    // Objects without a number by path; entries with one by what is before it.
    std::unordered_map<std::string_view, std::uint32_t> objects_;
    std::unordered_map<std::string_view, std::vector<std::uint32_t>> numbered_;
    std::vector<Shape> shapes_;
    std::vector<std::uint32_t> shape_of_;  // by entry, an index into shapes_
};

/// Bytes of the longest head that a response with `object` can have by itself: a smaller response_header cannot be met,
/// and the server then uses this one. `keep_alive`: clients may be HTTP/1.0+.
std::size_t smallest_response_header(const ServerConfig& config, const PageObject& object, bool keep_alive);

}  // namespace tcplab
