#pragma once

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "trace/recorder.hpp"

namespace tcplab {

/// What came out of a run, and every packet of it.
struct RecordedRun {
    Results results;
    Recording recording;
};

/// simulate(), recorded.
RecordedRun record(const Scenario& scenario, Recorder::Keep keep = Recorder::Keep::headers);

}  // namespace tcplab
