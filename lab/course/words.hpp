#pragma once

#include <array>
#include <string_view>

#include "course/exercise.hpp"

namespace tcplab::course {

/// What the course says by itself, in one language. Those with {} are formats of fmt.
struct Words {
    std::string_view exercise;                 ///< "Exercise {}"
    std::string_view minutes;                  ///< "{} min"
    std::string_view your_numbers;             ///< before "rtt 84 ms"
    std::string_view student;                  ///< before an ID
    std::string_view nobody;                   ///< in its place
    std::string_view fill_in;                  ///< what to do with a sheet of answers
    std::string_view prediction_first;         ///< before what is to be predicted
    std::string_view questions;                ///< a heading
    std::string_view type_prediction;          ///< the prompt
    std::string_view try_again;                ///< a prediction that cannot be read
    std::string_view wrote;                    ///< "{} is written"
    std::string_view kept;                     ///< "{} was there already and is kept"
    std::string_view next;                     ///< what to do then, with the command that checks
    std::string_view differs;                  ///< the scenario is not the exercise's any more
    std::array<std::string_view, 5> verdicts;  ///< as Verdict
    std::string_view other_unit;
    std::string_view summary;    ///< "{} of {} right"
    std::string_view points;     ///< "{} of {} points"
    std::string_view predicted;  ///< "You predicted {}; it is {}."
    std::string_view explanation_later;
    std::string_view other_version;  ///< with the command that shows one's numbers
};
const Words& words_in(Language language);

}  // namespace tcplab::course
