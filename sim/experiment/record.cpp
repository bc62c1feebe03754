#include "experiment/record.hpp"

#include "experiment/topology.hpp"
#include "experiment/world.hpp"

namespace tcplab {

RecordedRun record(const Scenario& scenario, Recorder::Keep keep) {
    Recorder recorder(keep);
    RecordedRun run;
    run.results = simulate(scenario, &recorder);
    run.recording = recorder.take();
    name_parts(scenario, run.recording);
    return run;
}

}  // namespace tcplab
