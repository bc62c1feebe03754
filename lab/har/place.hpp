#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "har/json.hpp"
#include "scenario/diagnostics.hpp"

namespace tcplab::har {

/// A value on the way down from a document's root. Lives on the stack; keeps a pointer to the place that it is in.
class Place {
  public:
    explicit Place(const JsonValue& root) : value_(&root) {}

    /// The member of that name, which may not be there.
    [[nodiscard]] Place member(std::string_view key) const;
    [[nodiscard]] Place item(std::size_t i) const;

    /// Whether there is a value, and no null.
    explicit operator bool() const { return value_ != nullptr; }
    [[nodiscard]] const JsonValue& value() const { return *value_; }
    /// The value if it is there and of that kind, else nullptr.
    [[nodiscard]] const JsonValue* as(JsonValue::Kind kind) const;
    /// "log.entries[12].request.url"
    [[nodiscard]] std::string path() const;
    /// The value itself, or the nearest one around it that is there.
    [[nodiscard]] const JsonValue& nearest() const;

  private:
    Place(const JsonValue* value, const Place* parent, std::string_view key, std::size_t index)
        : value_(value), parent_(parent), key_(key), index_(index) {}

    const JsonValue* value_ = nullptr;
    const Place* parent_ = nullptr;
    std::string_view key_;  // empty: of an array
    std::size_t index_ = 0;
};

/// What is wrong with a file's values.
class Complaints {
  public:
    void add(const Place& place, std::string_view message, std::string_view hint = {});
    void add(std::size_t offset, std::string_view message, std::string_view hint = {});
    [[nodiscard]] std::size_t size() const { return count_; }
    /// For stderr, as scenario files have it; the first 20, and how many more there are.
    [[nodiscard]] std::string render(std::string_view file, std::string_view text) const;

  private:
    struct Complaint {
        const JsonValue* value = nullptr;  // nullptr: at `offset`
        std::size_t offset = 0;
        std::string message, hint;
    };
    std::vector<Complaint> list_;
    std::size_t count_ = 0;
};

}  // namespace tcplab::har
