#pragma once

#include <string>

#include "folder.hpp"

/// Two variants, each with two repetitions at 20 ms and at 200 ms; the last run failed. What charts do not read is
/// left out of the files.
inline void write_sweep(const Folder& folder) {
    folder.write("summary.csv",
                 "scenario,variant,run,seed,link.rtt,page_ms,transactions,pages,mean_page_ms,a_dns,a_loss,a_other\n"
                 "s,serial,1,1,20 ms,100,2,1,100,10,90,0\n"
                 "s,serial,2,1,20 ms,300,2,1,300,30,270,0\n"
                 "s,serial,3,1,200 ms,1000,2,1,1000,0,1000,0\n"
                 "s,serial,4,1,200 ms,1000.5,2,1,1000.5,0.5,1000,0\n"
                 "s,\"it's \"\"fast\"\", yes\",5,1,20 ms,50,2,1,50,50,0,0\n"
                 "s,\"it's \"\"fast\"\", yes\",6,1,20 ms,50,2,1,50,50,0,0\n"
                 "s,\"it's \"\"fast\"\", yes\",7,1,200 ms,400,2,1,400,50,350,0\n"
                 "s,\"it's \"\"fast\"\", yes\",8,1,200 ms,,2,1,,,,\n");
    folder.write("manifest.json", "{\"version\": \"1\", \"scenario\": \"title = \\\"A title\\\"\\n\"}\n");
}

/// One run of one download, which lost a segment.
inline void write_traced_run(const Folder& folder) {
    folder.write("summary.csv",
                 "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\n"
                 "d,,1,1,90,2,1,90\n");
    folder.write("transactions.csv",
                 "scenario,variant,run,seed,id,connection,user,load,host,method,path,status,retries,start_ms,"
                 "blocked_ms,dns_ms,connect_ms,tls_ms,send_ms,wait_ms,receive_ms,total_ms,error\n"
                 "d,,1,1,1,1,1,1,h,GET,/a,200,0,0,0,,20,,0,25,5,50,\n"
                 "d,,1,1,2,1,1,1,h,GET,/b,,0,50,10,,,,0,30,,40,ECONNRESET\n");
    folder.write("connections.csv",
                 "scenario,variant,run,seed,id,bytes_up,bytes_down\n"
                 "d,,1,1,1,300,4000\n"
                 "d,,1,1,2,300,10\n");
    folder.write("run-001/tcp.csv",
                 "scenario,variant,run,seed,time_ms,connection,end,state,cwnd,ssthresh,in_flight,rwnd,srtt_ms,rto_ms,"
                 "ca_state,mss\n"
                 "d,,1,1,0,1,client,SYN-SENT,10,,1,0,,1000,open,1460\n"
                 "d,,1,1,10,1,server,SYN-RECEIVED,10,,1,64240,,1000,open,1448\n"
                 "d,,1,1,20,2,server,ESTABLISHED,10,,9,64240,20,220,open,1448\n"
                 "d,,1,1,30,1,server,ESTABLISHED,10,,3,64240,20,220,open,1448\n"
                 "d,,1,1,60,1,server,ESTABLISHED,7,5,1,64240,22.5,222.5,recovery,1448\n");
    folder.write("run-001/packets.csv",
                 "scenario,variant,run,seed,packet,copy_of,connection,direction,sent_ms,arrived_ms,seq,ack,length,"
                 "window,fate\n"
                 "d,,1,1,1,,1,up,0,10,0,,0,64240,delivered\n"
                 "d,,1,1,2,,1,down,10,20,0,1,0,65160,delivered\n"
                 "d,,1,1,3,,1,up,20,30,1,1,300,64240,delivered\n"
                 "d,,1,1,4,,1,down,30,,1,301,1448,65160,lost\n"
                 "d,,1,1,5,,1,down,31,41,1449,301,1448,65160,delivered\n"
                 "d,,1,1,6,,2,down,32,42,1,301,10,65160,delivered\n"
                 "d,,1,1,7,,1,up,41,51,301,1,0,64240,delivered\n"
                 "d,,1,1,8,,1,down,60,70,1,301,1448,65160,delivered\n"
                 "d,,1,1,9,8,1,down,61,71,1,301,1448,65160,delivered\n"
                 "d,,1,1,10,,1,up,70,80,301,2897,0,64240,delivered\n");
}
