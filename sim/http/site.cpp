#include "http/site.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "http/message.hpp"

namespace tcplab {

namespace {

/// More bytes than any run can carry.
constexpr std::uint64_t kEndless = std::uint64_t{1} << 60U;
/// Data of a chunk, where write_chunk does not say otherwise: a server's usual buffer.
constexpr std::uint64_t kChunk = 8192;

bool is_chunked(const ServerConfig& c, HttpVersion version) { return c.chunked && version == HttpVersion::http11; }

std::optional<std::uint64_t> content_length(const ServerConfig& c, std::uint64_t body, bool endless) {
    if (endless || c.content_length == LengthField::absent) return std::nullopt;
    return c.content_length == LengthField::wrong ? c.wrong_length : body;
}

std::string natural_head(const ServerConfig& c, std::uint64_t body, bool endless, const Asked& request) {
    ResponseText r;
    r.status = request.status;
    r.chunked = is_chunked(c, request.version);
    if (!r.chunked) r.content_length = content_length(c, body, endless);
    std::string keep_alive;
    if (request.close) {
        r.connection = ConnectionOption::close;
    } else if (request.version == HttpVersion::http10) {  // RFC 2068 19.7.1: the server agrees
        r.connection = ConnectionOption::keep_alive;
        const auto seconds = c.keep_alive_timeout.count() / 1'000'000'000;
        keep_alive = "timeout=" + std::to_string(seconds) + ", max=" + std::to_string(request.left);
        r.keep_alive = keep_alive;
    }
    return write_response_head(r);
}

TextRef padded(std::string head, std::size_t size) {
    const std::size_t at_least = std::max(size, head.size());
    return make_text(*pad_head(std::move(head), at_least));
}

}  // namespace

std::size_t smallest_response_header(const ServerConfig& c, const PageObject& o, bool keep_alive) {
    Asked request;
    request.close = true;
    std::size_t most = natural_head(c, o.size, o.endless, request).size();
    if (keep_alive) {
        request.version = HttpVersion::http10;
        most = std::max(most, natural_head(c, o.size, o.endless, request).size());
        request.close = false;
        request.left = c.keep_alive_max;
        most = std::max(most, natural_head(c, o.size, o.endless, request).size());
    }
    return most;
}

Site::Site(const ServerConfig& config, const Page& page, std::uint32_t host)
    : config_(&config), page_(&page), index_(page) {
    std::map<std::tuple<std::uint64_t, bool, std::uint32_t>, std::uint32_t> known;
    shape_of_.reserve(page.objects.size());
    for (const PageObject& o : page.objects) {
        const auto entry = static_cast<std::uint32_t>(shape_of_.size());
        if (o.host == host && o.number) numbered_[o.path].push_back(entry);
        if (o.host == host && !o.number) objects_.emplace(o.path, index_.first(entry));
        Shape shape;
        shape.body = o.size;
        shape.endless = o.endless;
        shape.header = o.response_header.value_or(config.response_header);
        const auto [at, is_new] =
            known.try_emplace({shape.body, shape.endless, shape.header}, static_cast<std::uint32_t>(shapes_.size()));
        if (is_new) shapes_.push_back(std::move(shape));
        shape_of_.push_back(at->second);
    }
    if (!config.chunked) return;
    const std::uint64_t chunk = config.write_chunk > 0 ? config.write_chunk : kChunk;
    for (Shape& s : shapes_) s.chunked.emplace_back(s.endless ? kEndless : s.body, chunk);
}

std::uint32_t Site::find(std::string_view target) const {
    const std::string_view path = origin_form(target);
    const auto found = objects_.find(path);
    const std::uint32_t object = found == objects_.end() ? Asked::kNothing : found->second;
    return numbered_.empty() ? object : std::min(object, find_numbered(path));
}

std::uint32_t Site::find_numbered(std::string_view path) const {
    const std::size_t digits = path.find_last_not_of("0123456789") + 1;
    const auto found = numbered_.find(path.substr(0, digits));
    const bool written_so = digits + 1 == path.size() || (digits < path.size() && path[digits] != '0');
    if (found == numbered_.end() || !written_so) return Asked::kNothing;
    std::uint32_t number = 0;
    if (std::from_chars(path.data() + digits, path.data() + path.size(), number).ec != std::errc()) {
        return Asked::kNothing;
    }
    for (const std::uint32_t entry : found->second) {
        const PageObject& o = page_->objects[entry];
        if (number >= *o.number && number - *o.number < o.count) return index_.first(entry) + number - *o.number;
    }
    return Asked::kNothing;
}

bool Site::is_delimited(const Asked& r) const {
    if (r.object == Asked::kNothing || r.head_only || is_chunked(*config_, r.version)) return true;
    return config_->content_length != LengthField::absent && !object(r.object).endless;
}

TextRef Site::head(Shape& shape, const Asked& r) const {
    const bool varies = r.version == HttpVersion::http10 && !r.close;  // "max" counts down
    if (varies) return padded(natural_head(*config_, shape.body, shape.endless, r), shape.header);
    const Kind kind = !r.close ? persists : r.version == HttpVersion::http10 ? closes_http10 : closes;
    TextRef& head = shape.heads[kind];
    if (!head) head = padded(natural_head(*config_, shape.body, shape.endless, r), shape.header);
    return head;
}

Outgoing Site::response(const Asked& r) {
    Outgoing out;
    if (r.object == Asked::kNothing) {
        ResponseText text;
        text.status = r.status;
        text.content_length = 0;
        if (r.close) text.connection = ConnectionOption::close;
        out.head = make_text(write_response_head(text));
        return out;
    }
    Shape& shape = shapes_[shape_of_[index_.find(r.object).entry]];
    out.head = head(shape, r);
    if (r.head_only) return out;
    out.body = shape.endless ? kEndless : shape.body;
    if (is_chunked(*config_, r.version)) out.chunked = &shape.chunked.front();
    const CloseAfter& fault = config_->close_after;
    if (fault.body > 0) out.cut = out.head->bytes.size() + fault.body;
    if (fault.in_header) out.cut = out.head->bytes.size() / 2;
    return out;
}

}  // namespace tcplab
