// packetdrill's helpers in backquotes become settings.
#include "script/shell.hpp"

#include <doctest/doctest.h>

namespace tcplab::script {

namespace {

std::optional<std::string> read(const std::string& path) {
    if (path != "../common/defaults.sh") return std::nullopt;
    return "#!/bin/bash\n"
           "# The machine's own.\n"
           "ip tcp_metrics flush all > /dev/null 2>&1\n"
           "tc qdisc add dev tun0 root pfifo\n"
           "\n"
           "sysctl -q net.ipv4.tcp_rmem=\"4096 540000 $((15*1024*1024))\"\n"
           "sysctl -q net.ipv4.tcp_ecn=0 > /dev/null 2>&1\n";
}

}  // namespace

TEST_CASE("a shell script's sysctls take its place") {
    CHECK(with_helpers("`../common/defaults.sh`\n0 close(3) = 0\n", read) ==
          "`sysctl -q net.ipv4.tcp_rmem=\"4096 540000 15728640\"; sysctl -q net.ipv4.tcp_ecn=0`\n0 close(3) = 0\n");
}

TEST_CASE("other commands beside it stay, and so do the lines") {
    CHECK(with_helpers("`../common/defaults.sh\n sysctl -q net.ipv4.tcp_sack=0`\n", read) ==
          "`sysctl -q net.ipv4.tcp_rmem=\"4096 540000 15728640\"; sysctl -q net.ipv4.tcp_ecn=0\n"
          " sysctl -q net.ipv4.tcp_sack=0`\n");
    CHECK(with_helpers("`../common/set_sysctls.py /proc/sys/net/ipv4/tcp_sack=0 \\\n  /proc/sys/net/ipv4/tcp_frto=0`\n",
                       read) == "`sysctl -q net.ipv4.tcp_sack=0 net.ipv4.tcp_frto=0\n`\n");
}

TEST_CASE("putting a machine's settings back is nothing") {
    CHECK(with_helpers("0 close(3) = 0\n`/tmp/sysctl_restore_${PPID}.sh`\n", read) == "0 close(3) = 0\n\n");
}

TEST_CASE("what is not known stays as it is") {
    for (const char* const text : {"`sysctl -q net.ipv4.tcp_sack=0`\n", "`../other.sh`\n",
                                   "// `../common/defaults.sh`\n", "`../common/defaults.sh\n", "", "`"}) {
        CHECK(with_helpers(text, read) == text);
    }
}

}  // namespace tcplab::script
