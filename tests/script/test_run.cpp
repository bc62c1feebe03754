// The runner: what passes, what fails and what it says then.
#include "scripts.hpp"

namespace tcplab::script {

TEST_CASE("a script passes in virtual time") {
    const RunResult r = run_script(
        readable(kAccepted + "+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+100 < . 1:1(0) ack 11 win 5\n"));
    CHECK(r.failure == "");
    CHECK(r.passed);
    CHECK(r.steps == 10);
    // The segment goes again and again meanwhile; nobody asks for that.
    CHECK(r.elapsed == 100'100ms);
}

TEST_CASE("a time may be off by 4 ms, or an eighth of the time since the step before") {
    // The delayed acknowledgement leaves after 40 ms: 5 ms are allowed.
    const std::string slow =
        kAccepted + "+0 setsockopt(4, SOL_TCP, TCP_QUICKACK, [0], 4) = 0\n+.1 < . 1:1001(1000) ack 1 win 257\n";
    CHECK(failure_of(slow + "+.044 > . 1:1(0) ack 1001\n") == "");
    CHECK(failure_of(slow + "+.036 > . 1:1(0) ack 1001\n") == "");
    CHECK(contains(failure_of(slow + "+.05 > . 1:1(0) ack 1001\n"), "it came 0.010000 s early (tolerance 0.006250 s)"));
    CHECK(contains(failure_of(slow + "+.03 > . 1:1(0) ack 1001\n"), "it came 0.010000 s late (tolerance 0.004000 s)"));
    CHECK(failure_of(slow + "+.01~+.03 > . 1:1(0) ack 1001\n") != "");
    CHECK(failure_of(slow + "+.01~+.037 > . 1:1(0) ack 1001\n") == "");
    CHECK(failure_of(slow + "* > . 1:1(0) ack 1001\n") == "");
    CHECK(failure_of("--tolerance_usecs=20000\n" + slow + "+.03 > . 1:1(0) ack 1001\n") == "");
    // A later step cannot be made before the late one.
    CHECK(contains(failure_of("--tolerance_usecs=10000\n" + slow + ".21 > . 1:1(0) ack 1001\n"), "0.030000 s late"));
}

TEST_CASE("relative times count from now, between segments of the peer from when they were due") {
    const std::string slow =
        kAccepted + "+0 setsockopt(4, SOL_TCP, TCP_QUICKACK, [0], 4) = 0\n+.1 < . 1:1001(1000) ack 1 win 257\n";
    // The acknowledgement comes at 0.240; 0.1 s later is 0.340.
    CHECK(failure_of(slow + "+.037 > . 1:1(0) ack 1001\n+.1 close(4) = 0\n0.340 > R. 1:1(0) ack 1001\n") == "");
}

TEST_CASE("one that is missing, and one that nobody expects") {
    const std::string missing = failure_of(kAccepted + "+0 > . 1:1(0) ack 1\n");
    CAPTURE(missing);
    CHECK(contains(missing, "x.pkt:8:1: error: the stack sent no segment"));
    CHECK(contains(missing, "no timer of the stack is running"));
    const std::string extra = failure_of(kAccepted +
                                         "+0 write(4, ..., 10) = 10\n"
                                         "+.1 < . 1:1(0) ack 11 win 257\n"
                                         "+0 close(4) = 0\n"
                                         "+0 > F. 11:11(0) ack 1\n");
    CAPTURE(extra);
    CHECK(contains(extra, "x.pkt:11:1: error: the segment is not the expected one"));
    CHECK(contains(extra, "flags: expected F., was P."));
    CHECK(contains(extra, "expected     0.200000  > F. 11:11(0) ack 1\n"));
    CHECK(contains(extra, "actual       0.100000  > P. 1:11(10) ack 1 win 63\n"));
    CHECK(contains(extra, "what happened:\n     0.000000  socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"));
    CHECK(contains(extra, "> F. 11:11(0) ack 1 win 63    (no step was for it yet)"));
    // At the end nobody asks.
    CHECK(failure_of(kAccepted + "+0 write(4, ..., 10) = 10\n") == "");
}

TEST_CASE("each field is compared") {
    const std::string written = kAccepted + "+0 write(4, ..., 10) = 10\n";
    CHECK(failure_of(written + "+0 > P. 1:11(10) ack 1 win 63\n") == "");
    CHECK(contains(failure_of(written + "+0 > . 1:11(10) ack 1\n"), "flags: expected ., was P."));
    CHECK(contains(failure_of(written + "+0 > P. 2:12(10) ack 1\n"), "sequence number: expected 2, was 1"));
    CHECK(contains(failure_of(written + "+0 > P. 1:10(9) ack 1\n"), "payload: expected 9, was 10"));
    CHECK(contains(failure_of(written + "+0 > P. 1:11(10) ack 2\n"), "ack: expected 2, was 1"));
    CHECK(contains(failure_of(written + "+0 > P. 1:11(10) ack 1 win 65\n"), "window: expected 65, was 63"));
    CHECK(contains(failure_of(written + "+0 > [ect0] P. 1:11(10) ack 1\n"), "ECN: expected ect0, was noecn"));
    CHECK(contains(failure_of(written + "+0 > [ect01] P. 1:11(10) ack 1\n"), "ECN: expected ect01, was noecn"));
    CHECK(failure_of(written + "+0 > [noecn] P. 1:11(10) ack 1 <...>\n") == "");
    CHECK(contains(failure_of(written + "+0 > P. 1:11(10) ack 1 <nop,nop,sack 1:2>\n"),
                   "options: expected <nop,nop,sack 1:2>, was none"));
}

TEST_CASE("segments of a burst are one larger segment to the script") {
    const std::string written = kAccepted + "+0 write(4, ..., 3500) = 3500\n";
    CHECK(failure_of(written + "+0 > P. 1:3501(3500) ack 1\n") == "");
    CHECK(failure_of(written + "+0 > . 1:1001(1000) ack 1\n+0 > P. 1001:3501(2500) ack 1\n") == "");
    const std::string beyond = failure_of(written + "+0 > P. 1:1501(1500) ack 1\n");
    CAPTURE(beyond);
    CHECK(contains(beyond, "payload: expected 1500, was 2000"));
    CHECK(contains(failure_of(written + "+0 > P. 1:4501(4500) ack 1\n"), "the next segment has another size"));
    CHECK(contains(failure_of("--strict_segments\n" + written + "+0 > P. 1:3501(3500) ack 1\n"),
                   "payload: expected 3500, was 1000"));
    CHECK(
        contains(failure_of(kAccepted +
                            "+0 write(4, ..., 500) = 500\n+.1 < . 1:1(0) ack 501 win 257\n+0 write(4, ..., 900) = 900\n"
                            "+0 > P. 1:1601(1600) ack 1\n"),
                 "the next segment has another size"));
}

TEST_CASE("a blocking call returns when it should") {
    const std::string blocked = kAccepted + "+0...0.2 read(4, ..., 100) = 100\n";
    CHECK(failure_of(blocked + "+.2 < P. 1:101(100) ack 1 win 257\n+0 > . 1:1(0) ack 101\n") == "");
    CHECK(contains(failure_of(blocked + "+.1 < P. 1:101(100) ack 1 win 257\n"),
                   "read() returned 0.100000 s early (tolerance 0.025000 s)"));
    CHECK(contains(failure_of(blocked + "+.25 < P. 1:101(100) ack 1 win 257\n"), "read() returned 0.050000 s late"));
    CHECK(contains(failure_of(blocked), "read() should have returned at 0.300000 and has not"));
    CHECK(contains(failure_of(blocked + "+.2 < P. 1:51(50) ack 1 win 257\n"), "read() gave 50, expected 100"));
    CHECK(contains(failure_of(kAccepted + "+0 read(4, ..., 100) = 100\n"), "x.pkt:8:1: error: the call blocks"));
    // A write waits for room, and takes up where it was.
    CHECK(failure_of("`tcp.send_buffer = \"2 kB\"`\n" + kAccepted +
                     "+0...0.1 write(4, ..., 4000) = 4000\n"
                     "+0 > P. 1:2001(2000) ack 1\n"
                     "+.1 < . 1:1(0) ack 2001 win 257\n"
                     "+0 > P. 2001:4001(2000) ack 1\n") == "");
    // A call waits for the one before it: this close() comes at 0.3.
    CHECK(failure_of(
              blocked +
              "+.2 < P. 1:101(100) ack 1 win 257\n+0 > . 1:1(0) ack 101\n+0 close(4) = 0\n0.3 > F. 1:1(0) ack 101\n") ==
          "");
}

TEST_CASE("results and errors of calls") {
    CHECK(contains(failure_of(kAccepted + "+0 write(4, ..., 10) = 11\n"),
                   "x.pkt:8:24: error: write() gave 10, expected 11"));
    CHECK(contains(failure_of(kAccepted + "+0 close(5) = 0\n"), "close() gave -1 EBADF, expected 0"));
    CHECK(contains(failure_of(kAccepted + "+0 bind(4, ..., ...) = -1 EBADF\n"),
                   "bind() gave -1 EINVAL, expected -1 EBADF"));
    CHECK(failure_of(kAccepted + "+0 bind(4, ..., ...) = -1\n") == "");
    CHECK(contains(failure_of(kAccepted + "+0 poll([{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}], 1, 0) = 1\n"),
                   "revents of 4: expected 0x1, was 0x4"));
    CHECK(contains(failure_of(kAccepted + "+0 getsockopt(4, SOL_TCP, TCP_NODELAY, [1], [4]) = 0\n"),
                   "TCP_NODELAY: expected 1, was 0"));
    CHECK(contains(failure_of(kAccepted + "+0 getsockopt(4, SOL_SOCKET, SO_ERROR, [EPIPE], [4]) = 0\n"),
                   "SO_ERROR: expected EPIPE, was 0"));
    CHECK(contains(failure_of(kAccepted + "+0 getsockopt(4, SOL_TCP, TCP_CONGESTION, [\"reno\"], [4]) = 0\n"),
                   "TCP_CONGESTION: was \"cubic\""));
    CHECK(contains(failure_of(kAccepted + "+0 ioctl(4, SIOCINQ, [1]) = 0\n"), "bytes: expected 1, was 0"));
}

TEST_CASE("an assertion that does not hold shows the values") {
    const std::string failure =
        failure_of(kAccepted + "+0 %{ assert tcpi_rtt == 100000\n  assert tcpi_snd_cwnd == 9, 'cwnd' }%\n");
    CAPTURE(failure);
    CHECK(contains(failure, "x.pkt:9:3: error: tcpi_snd_cwnd == 9 does not hold: cwnd"));
    CHECK(contains(failure, "tcpi_snd_cwnd is 10"));
    CHECK(run_script(readable(kAccepted + "+0 %{ print tcpi_snd_cwnd }%\n")).printed == "10\n");
}

TEST_CASE("ports tell several connections apart; a line without them means the current one") {
    const std::string two =
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 bind(3, ..., ...) = 0\n"
        "+0 listen(3, 5) = 0\n"
        "+0 < 40001 > 8080 S 100:100(0) win 5000 <mss 1000>\n"
        "+0 > 8080 > 40001 S. 0:0(0) ack 101 <mss 1460>\n"
        "+0 < 40002 > 8080 S 500:500(0) win 5000 <mss 1000>\n"
        "+0 > 8080 > 40002 S. 7:7(0) ack 501 <mss 1460>\n"
        "+0 < . 1:1(0) ack 8 win 5000\n"
        "+0 < 40001 > 8080 . 1:1(0) ack 1 win 5000\n"
        "+0 accept(3, ..., ...) = 4\n"
        "+0 accept(3, ..., ...) = 5\n"
        "+0 write(4, ..., 10) = 10\n";
    CHECK(failure_of(two + "+0 > 8080 > 40002 P. 8:18(10) ack 1\n") == "");
    const std::string other = failure_of(two + "+0 > 8080 > 40001 P. 8:18(10) ack 1\n");
    CHECK(contains(other, "the segment is of another connection: 8080 > 40002"));
}

TEST_CASE("timestamps: the peer's are as written, the stack's count from the first that is expected") {
    const std::string open =
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 bind(3, ..., ...) = 0\n"
        "+0 listen(3, 1) = 0\n"
        "+0 < S 0:0(0) win 5000 <mss 1000,nop,nop,TS val 70 ecr 0>\n"
        "+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 5000 ecr 70>\n";
    CHECK(failure_of(open + "+.1 < . 1:1(0) ack 1 win 5000 <nop,nop,TS val 170 ecr 5000>\n+0 %{ assert 0 }%\n")
              .find("TCP_INFO") != std::string::npos);
    const std::string written =
        open +
        "+.1 < . 1:1(0) ack 1 win 5000 <nop,nop,TS val 170 ecr 5000>\n+0 accept(3, ..., ...) = 4\n"
        "+0 %{ assert tcpi_rtt == 100000, tcpi_rtt }%\n+0 write(4, ..., 10) = 10\n";
    CHECK(failure_of(written + "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 5100 ecr 170>\n") == "");
    // Without a tick the stack's own is not checked, what it echoes is.
    CHECK(failure_of(written + "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 9 ecr 170>\n") == "");
    CHECK(contains(failure_of(written + "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 5100 ecr 171>\n"),
                   "TS ecr: expected 171, was 170"));
    CHECK(contains(
        failure_of("--tcp_ts_tick_usecs=1000\n" + written + "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 9 ecr 170>\n"),
        "TS val: expected 9, was 5100"));
    CHECK(failure_of("--tcp_ts_tick_usecs=1000\n" + written +
                     "+0 > P. 1:11(10) ack 1 <nop,nop,TS val 5103 ecr 170>\n") == "");
}

TEST_CASE("an echo of a timestamp that no step saw cannot be sent") {
    const std::string failure = failure_of(
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 bind(3, ..., ...) = 0\n"
        "+0 listen(3, 1) = 0\n"
        "+0 < S 0:0(0) win 5000 <mss 1000,nop,nop,TS val 70 ecr 0>\n"
        "+0 > S. 0:0(0) ack 1 <...>\n"
        "+.1 < . 1:1(0) ack 1 win 5000 <nop,nop,TS val 170 ecr 5000>\n");
    CHECK(contains(failure, "TS ecr 5000 echoes no timestamp"));
}

}  // namespace tcplab::script
