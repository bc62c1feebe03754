#include "scenario/scenario_file.hpp"

namespace tcplab {

std::string_view starter_scenario() {
    return R"(# A page of eleven objects, fetched in four ways over a home connection.
#   tcplab run FILE        simulates it and prints the table
#   tcplab keys            lists everything that can be set here

title = "My first page"

[link]                      # the path between client and server
rtt   = "100 ms"            # there and back
rate  = "1.5 Mbit/s"        # leave it out for an infinitely fast link
queue = "100 packets"       # what waits beyond this is dropped
# loss = "1 %"              # packets lost at random
# drop = ["data 3"]         # or exactly these

[tcp]                       # both ends; [client.tcp] and [server.tcp] change one
profile = "linux"           # linux | rfc | classic
# initial_window = 3
# nagle = false

[client]
request_header = "300 B"

[server]
response_header = "250 B"
think_time = "10 ms"

[page]
html = "10 kB"                                  # fetched first, then the rest
objects = [ { count = 8, size = "10 kB" },
            { name = "photo", size = "60 kB" },
            { name = "caption", size = "1 kB", after = "photo" } ]

# What the table compares. Any key of any table, dotted.
[[variant]]
name = "serial"             # one object, one connection, one after the other
client.strategy = "serial"

[[variant]]
name = "parallel"           # several connections at once
client.strategy = "parallel"
client.connections = 6

[[variant]]
name = "persistent"         # one connection for all of them
client.strategy = "persistent"

[[variant]]
name = "pipelined"          # and without waiting for each response
client.strategy = "pipelined"

# Every variant with every value:
# [vary]
# "link.rtt" = ["20 ms", "100 ms", "200 ms"]

[[expect]]                  # what must come out
metric  = "page_ms"
variant = "persistent"
times   = [0.1, 1]          # of the time that "serial" takes
than    = "serial"
)";
}

}  // namespace tcplab
