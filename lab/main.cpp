#include "cli/cli.hpp"

int main(int argc, char** argv) { return tcplab::run_program({argv + (argc > 0 ? 1 : 0), argv + argc}); }
