#pragma once

#include <string>

namespace tcplab {

/// A word of a command line that can be pasted into a POSIX shell: in single quotes where its characters ask for that.
std::string shell_word(const std::string& word);

}  // namespace tcplab
