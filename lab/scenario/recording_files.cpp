#include "scenario/recording_files.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "scenario/text.hpp"

namespace tcplab {

namespace {

/// Everything in the document stands where the recording is named: that is what the user wrote.
void stand_at(Mark mark, Node& node) {
    node.mark = mark;
    for (Node& item : node.items) stand_at(mark, item);
    for (Member& member : node.members) {
        member.mark = mark;
        stand_at(mark, member.value);
    }
}

}  // namespace

void RecordingFiles::read_into(Setting& setting, Diagnostics& out) {
    if (setting.key.key->type != Type::recording || !setting.good) return;
    if (reader_ == nullptr) {
        out.add(setting.mark, "[page] har: recordings cannot be read here");
        setting.good = false;
        return;
    }
    const std::string& name = setting.value.text;
    auto found = known_.find(name);
    if (found == known_.end()) found = known_.emplace(name, read(name, setting.mark, out)).first;
    const Known& known = found->second;
    setting.value.recorded = known.settings;
    if (known.settings != nullptr) return;
    setting.good = false;
    if (known.unreadable) ++unreadable_;
    out.add(setting.mark, fmt::format("[page] har: no page could be taken from {}", cited(name)));
}

RecordingFiles::Known RecordingFiles::read(const std::string& name, Mark mark, Diagnostics& out) {
    const RecordedScenario page = reader_((folder_ / name).string());
    errors_ += page.errors;
    error_count_ += page.error_count;
    std::optional<Node> root;
    if (page.text) root = parse_document(*page.text, out);
    if (page.text) inputs_ += name + " " + hash_of(*page.text) + "\n";
    if (!root) return {nullptr, page.unreadable};
    stand_at(mark, *root);
    std::vector<Setting> settings;
    read_settings(*root, Layer::file, settings, out);
    auto recorded = std::make_shared<std::vector<Setting>>();
    for (Setting& s : settings) {
        if (s.key.key->file_only) continue;  // its title: variants may have other recordings
        s.recorded = true;
        recorded->push_back(std::move(s));
    }
    return {std::move(recorded), false};
}

}  // namespace tcplab
