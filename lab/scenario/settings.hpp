#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/document.hpp"
#include "scenario/draft.hpp"
#include "scenario/key.hpp"

namespace tcplab {

/// A key that was given a value.
struct Setting {
    FoundKey key;
    Value value;
    Mark mark;              ///< of the value
    std::string written;    ///< as a table shows it: a string without its quotes
    bool good = true;       ///< false: the value was refused, and changes nothing
    bool recorded = false;  ///< from the recording that page.har names; `mark` is that key's
};

/// An entry of [[host]] or [[proxy]].
struct Entry {
    std::vector<Setting> settings;
    Mark mark;
};

/// Whose settings are read; it decides which keys may stand there.
enum class Layer : std::uint8_t { file, variant, option, entry };

/// Reads every setting of a table and of the tables inside it. At the top of a file the tables that are no settings
/// ([[variant]], [vary], [[expect]]) are passed over, in a variant its name.
void read_settings(const Node& table, Layer layer, std::vector<Setting>& to, Diagnostics& out);

/// Reads one setting of a full dotted name. `key_mark` is where the name stands.
void read_setting(std::string_view name, Mark key_mark, const Node& value, Layer layer, std::vector<Setting>& to,
                  Diagnostics& out);

/// Complains of a name that find_key() does not know, or that names a key inside a list's entries.
void report_unknown(std::string_view name, Mark mark, Diagnostics& out);

/// The last of the settings with that full name, or nullptr.
const Setting* last_of(const std::vector<const Setting*>& settings, std::string_view name);

}  // namespace tcplab
