#include "cli/commands.hpp"
#include "cli/conclusion.hpp"
#include "cli/printer.hpp"
#include "export/result_files.hpp"
#include "sweep/part.hpp"

namespace tcplab {

namespace {

int merge(const MergeOptions& options, const std::vector<std::string>& command_line) {
    const std::vector<SweepPart> parts = read_parts(options.parts, options.out);
    SweepHeader header = parts.front().header;
    header.shard.reset();
    header.command_line = command_line;
    SweepFolder folder(options.out, header, label_of(parts.front()), SweepFolder::Begin::anew);
    for (const SweepPart& part : parts) append_part(folder, part);
    folder.checkpoint();
    const Conclusion end = conclude(expects_of(header.text, header.variants), folder);
    Manifest manifest{header.version, header.file, header.text, "fnv1a64:" + header.hash, command_line};
    manifest.runs = manifest.complete = static_cast<std::size_t>(header.runs);
    for (const SweepPart& part : parts) manifest.parts.push_back(part.header.command_line);
    folder.finish(manifest_json(manifest), "");
    print_warnings(end, options.quiet);
    Printer printer({options.format, options.quiet, options.color});
    printer.sweep(folder, end, options.out);
    const bool met = printer.finish();
    folder.forget();
    return met ? kDone : kNotMet;
}

}  // namespace

int merge_command(const MergeOptions& options, const std::vector<std::string>& command_line) {
    try {
        return merge(options, command_line);
    } catch (const SweepMismatch& e) {
        throw UsageError(e.what());
    }
}

}  // namespace tcplab
