#include "cli/cli.hpp"

int main(int argc, char** argv) {
    if (argc == 0) return tcplab::run_program("tcplab", {});
    return tcplab::run_program(argv[0], {argv + 1, argv + argc});
}
