#include "script/info_fields.hpp"

#include <algorithm>

namespace tcplab::script {

namespace {

template <auto Member>
std::int64_t field(const TcpInfo& info) {
    return static_cast<std::int64_t>(info.*Member);
}

}  // namespace

const std::vector<InfoField>& info_fields() {
    static const std::vector<InfoField> all{
        {"tcpi_state", field<&TcpInfo::state>},
        {"tcpi_ca_state", field<&TcpInfo::ca_state>},
        {"tcpi_retransmits", field<&TcpInfo::retransmits>},
        {"tcpi_probes", field<&TcpInfo::probes>},
        {"tcpi_backoff", field<&TcpInfo::backoff>},
        {"tcpi_options", field<&TcpInfo::options>},
        {"tcpi_snd_wscale", field<&TcpInfo::snd_wscale>},
        {"tcpi_rcv_wscale", field<&TcpInfo::rcv_wscale>},
        {"tcpi_rto", field<&TcpInfo::rto>},
        {"tcpi_ato", field<&TcpInfo::ato>},
        {"tcpi_snd_mss", field<&TcpInfo::snd_mss>},
        {"tcpi_rcv_mss", field<&TcpInfo::rcv_mss>},
        {"tcpi_unacked", field<&TcpInfo::unacked>},
        {"tcpi_sacked", field<&TcpInfo::sacked>},
        {"tcpi_lost", field<&TcpInfo::lost>},
        {"tcpi_retrans", field<&TcpInfo::retrans>},
        {"tcpi_reordering", field<&TcpInfo::reordering>},
        {"tcpi_reord_seen", field<&TcpInfo::reord_seen>},
        {"tcpi_delivered", field<&TcpInfo::delivered>},
        {"tcpi_dsack_dups", field<&TcpInfo::dsack_dups>},
        {"tcpi_last_data_sent", field<&TcpInfo::last_data_sent>},
        {"tcpi_last_data_recv", field<&TcpInfo::last_data_recv>},
        {"tcpi_rcv_ssthresh", field<&TcpInfo::rcv_ssthresh>},
        {"tcpi_rtt", field<&TcpInfo::rtt>},
        {"tcpi_rttvar", field<&TcpInfo::rttvar>},
        {"tcpi_snd_ssthresh", field<&TcpInfo::snd_ssthresh>},
        {"tcpi_snd_cwnd", field<&TcpInfo::snd_cwnd>},
        {"tcpi_advmss", field<&TcpInfo::advmss>},
        {"tcpi_rcv_rtt", field<&TcpInfo::rcv_rtt>},
        {"tcpi_rcv_space", field<&TcpInfo::rcv_space>},
        {"tcpi_total_retrans", field<&TcpInfo::total_retrans>},
        {"tcpi_bytes_acked", field<&TcpInfo::bytes_acked>},
        {"tcpi_bytes_received", field<&TcpInfo::bytes_received>},
        {"tcpi_notsent_bytes", field<&TcpInfo::notsent_bytes>},
        {"tcpi_min_rtt", field<&TcpInfo::min_rtt>},
        {"tcpi_data_segs_out", field<&TcpInfo::data_segs_out>},
        {"tcpi_snd_wnd", field<&TcpInfo::snd_wnd>},
        {"tcpi_rcv_wnd", field<&TcpInfo::rcv_wnd>},
    };
    return all;
}

const InfoField* find_info_field(std::string_view name) {
    const auto it =
        std::find_if(info_fields().begin(), info_fields().end(), [&](const InfoField& f) { return f.name == name; });
    return it == info_fields().end() ? nullptr : &*it;
}

}  // namespace tcplab::script
