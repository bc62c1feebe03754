#include "cli/join_processes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "cli/options.hpp"
#include "export/output.hpp"
#include "sweep/fields.hpp"

namespace tcplab {
namespace {

std::optional<std::size_t> number_in(const char* variable) {
    const char* text = std::getenv(variable);
    return text ? field_number(text) : std::nullopt;
}

}  // namespace

// Open MPI's mpirun, those with PMI (MPICH, srun --mpi=pmi2), srun --mpi=pmix. Without one of these, srun's tasks have
// nothing to do with each other: they may be a shard each.
StartedTogether started_together() {
    using Names = std::pair<const char*, const char*>;
    for (const auto& [count, rank] : {Names{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
                                      Names{"PMI_SIZE", "PMI_RANK"}, Names{"SLURM_STEP_NUM_TASKS", "PMIX_RANK"}}) {
        const auto processes = number_in(count);
        const auto own = number_in(rank);
        if (processes && own) return {*processes, *own};
    }
    return {};
}

void join_processes(const std::string& name, const std::vector<std::string>& arguments) {
    const StartedTogether started = started_together();
    if (started.count <= 1) return;
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::filesystem::path other = self.parent_path() / "tcplab-mpi";
    std::vector<std::string> words{name};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(other.c_str(), argv.data());
    if (started.rank > 0) std::exit(kSystem);  // the first one says why
    throw OutputError(
        fmt::format("tcplab: error: {} processes were started together, but {} is not there: it is built where Open "
                    "MPI is (libopenmpi-dev)",
                    started.count, other.string()));
}

}  // namespace tcplab
