// Any text as a recording: the reader neither throws nor crashes, an error lies within the file, and a scenario made of
// what is accepted is TOML whose objects wait for what stands before them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_set>

#include "har/import.hpp"
#include "har/recording.hpp"
#include "scenario/document.hpp"

using namespace tcplab;

namespace {

void check_page(const har::Import& page) {
    std::unordered_set<std::string> seen{"start"};
    if (page.html) seen.insert("html");
    for (const ObjectSpec& o : page.objects) {
        if (o.after->size() != 1 || seen.count(o.after->front()) == 0 || !seen.insert(o.name).second) std::abort();
        if (o.delay && *o.delay < Duration{0}) std::abort();
        if (o.think_time && *o.think_time < Duration{0}) std::abort();
    }
    if (page.urls.size() != page.objects.size() || page.rtt < Duration{0}) std::abort();
    Diagnostics errors;
    if (!parse_document(har::to_toml(page), errors)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const har::LoadedRecording loaded = har::read_har(text, "x.har");
    if (loaded.recording.has_value() != (loaded.error_count == 0)) std::abort();
    if (loaded.errors.empty() != (loaded.error_count == 0)) std::abort();
    if (!loaded.recording) return 0;
    for (const har::Exchange& e : loaded.recording->exchanges) {
        if (e.start < Duration{0} || e.time < Duration{0} || e.first_byte() < e.start) std::abort();
    }
    const har::Imported imported = har::import_page(*loaded.recording);
    if (imported.page.has_value() == !imported.error.empty()) std::abort();
    if (imported.page) check_page(*imported.page);
    return 0;
}
