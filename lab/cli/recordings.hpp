#pragma once

#include <string>

#include "scenario/scenario_file.hpp"

namespace tcplab {

/// A browser's recording as the scenario that `import-har` prints and `page.har` runs.
RecordedScenario read_recorded_page(const std::string& path);

}  // namespace tcplab
