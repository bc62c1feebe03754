# W1 in ns-2: endless transfers that share 100 Mbit/s, 20 ms and a queue of 250 packets for a minute.
# Each has a sender and a receiver of its own, with 1 Gbit/s and 1 ms to the routers.
# Usage: ns w1.tcl N
if {$argc != 1 || ![string is integer -strict [lindex $argv 0]] || [lindex $argv 0] < 1} {
    puts stderr "usage: ns w1.tcl N"
    exit 1
}
set n [lindex $argv 0]
set start 1.0
set duration 60

set ns [new Simulator]
$ns rtproto Manual
remove-all-packet-headers
add-packet-header IP TCP Flags

proc link_nodes {a b rate delay packets} {
    global ns
    $ns duplex-link $a $b $rate $delay DropTail
    $ns queue-limit $a $b $packets
    $ns queue-limit $b $a $packets
}

# `to` is reached over the link from `at` to `next`.
proc route {at to next} {
    global ns
    [$at get-module "Manual"] add-route [$to id] [[$ns link $at $next] head]
}

proc new_agent {node} {
    global ns
    set agent [new Agent/TCP/FullTcp/Sack]
    $agent set segsize_ 1460
    $agent set segsperack_ 2
    $agent set interval_ 0.2
    $agent set minrto_ 1
    $agent set window_ 100000
    $agent set windowInit_ 10
    $agent set maxcwnd_ 0
    $ns attach-agent $node $agent
    return $agent
}

set left [$ns node]
set right [$ns node]
link_nodes $left $right 100Mb 20ms 250
set bottleneck [$ns monitor-queue $left $right ""]
for {set i 0} {$i < $n} {incr i} {
    set sender [$ns node]
    set receiver [$ns node]
    link_nodes $sender $left 1Gb 1ms 10000
    link_nodes $right $receiver 1Gb 1ms 10000
    [$sender get-module "Manual"] add-route-to-adj-node -default $left
    [$receiver get-module "Manual"] add-route-to-adj-node -default $right
    route $left $sender $sender
    route $left $receiver $right
    route $right $receiver $receiver
    route $right $sender $left

    set from($i) [new_agent $sender]
    set to [new_agent $receiver]
    $from($i) set fid_ $i
    $to set fid_ $i
    $ns connect $from($i) $to
    $to listen
    set transfer [new Application/FTP]
    $transfer attach-agent $from($i)
    $ns at [expr $start + min(0.01, 10.0 / $n) * $i] "$transfer start"
}

# What left the bottleneck's queue is full segments, and handshakes without payload.
proc finish {} {
    global bottleneck
    set payload [expr [$bottleneck set bdepartures_] - 40 * [$bottleneck set pdepartures_]]
    set data [expr $payload / 1460]
    regexp {VmHWM:\s+(\d+)} [read [open /proc/self/status]] -> kilobytes
    puts "{\"data_packets\": $data, \"transactions\": 0, \"peak_rss_bytes\": [expr $kilobytes * 1024]}"
    exit 0
}
$ns at [expr $start + $duration] finish
$ns run
