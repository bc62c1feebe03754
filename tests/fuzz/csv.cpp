// Any text as CSV: the reader neither throws nor crashes, every record is as wide as the first, an error lies within
// the text, and what was read comes back when it is written again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "export/csv.hpp"
#include "export/text.hpp"

using tcplab::CsvReader;

namespace {

using Records = std::vector<std::vector<std::string>>;

Records read(std::string_view text, bool& right) {
    CsvReader reader(text);
    Records records;
    while (reader.next()) records.push_back(reader.fields());
    right = !reader.error();
    if (right) return records;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    if (reader.error()->line > lines || reader.error()->column > text.size() + 1) std::abort();
    return records;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    bool right = false;
    const Records records = read({reinterpret_cast<const char*>(data), size}, right);
    if (!right) return 0;
    std::string written = "\xef\xbb\xbf";  // so that one in the first field is kept
    for (const auto& record : records) {
        if (record.size() != records.front().size()) std::abort();
        for (std::size_t i = 0; i < record.size(); ++i) {
            if (i > 0) written += ',';
            tcplab::append_csv_field(written, record[i]);
        }
        written += '\n';
    }
    bool again = false;
    if (read(written, again) != records || !again) std::abort();
    return 0;
}
