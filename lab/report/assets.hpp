#pragma once

#include <string_view>

namespace tcplab::report {

// The files beside this one that every report carries, as they are.
std::string_view report_css();
std::string_view tools_js();
std::string_view sequence_js();
std::string_view charts_js();
std::string_view sweep_js();
std::string_view report_js();
std::string_view license();  ///< uPlot's
std::string_view uplot_iife_min_js();
std::string_view uplot_min_css();

}  // namespace tcplab::report
