#include "app/banner.hpp"

namespace arauto::app {

std::string local_url(const settings& x, std::uint16_t port) {
  const auto is_any = x.server_host == "::" || x.server_host == "0.0.0.0";
  const auto is_v6 = x.server_host.find(':') != std::string::npos;
  const auto host = is_any ? "localhost" : is_v6 ? "[" + x.server_host + "]" : x.server_host;
  return (x.server_type == server_type::https ? "https://" : "http://") + host + ":" + std::to_string(port);
}

std::string banner(const settings& x, std::uint16_t port, const api_key_outcome& key, std::size_t instances) {
  const auto url = local_url(x, port);
  const auto is_configured = key.source == api_key_source::configured;
  const auto shown_key = is_configured ? std::string{"$AUTHENTICATION_API_KEY"} : key.key;
  const auto curl = std::string{x.server_type == server_type::https ? "curl -k -s " : "curl -s "} +
                    "-H \"apikey: " + shown_key + "\" -H 'Content-Type: application/json' ";
  std::string out = "Arauto is listening on " + url + "\n";
  out += "  data directory  " + x.data_dir + " (" + std::to_string(instances) + " instances)\n";
  out += "  API key         ";
  if (is_configured)
    out += "the configured AUTHENTICATION_API_KEY\n";
  else
    out += key.key + (key.source == api_key_source::fresh ? "  (made just now, " : "  (") + "kept in " +
           key.file.string() + ")\n";
  out += "\nA first event (creates the instance \"first\" and emits to whoever listens on /first):\n\n";
  out += curl + url + "/instance/create -d '{\"instanceName\":\"first\",\"integration\":\"EVOLUTION\"," +
         "\"websocket\":{\"enabled\":true,\"events\":[]}}'; ";
  out += curl + url + "/event/emit/first -d '{\"event\":\"messages.upsert\",\"data\":{\"text\":\"hello\"}}'\n\n";
  out += "Ctrl-C ends it.\n";
  return out;
}

} // namespace arauto::app
