#include "bench/loadgen/requests.hpp"

#include "bench/loadgen/socket.hpp"

namespace arauto::loadgen {

namespace {

/// A JSON object of the wanted size that looks like a message and starts with a marker.
std::string event_content(std::size_t size) {
  auto json = std::string{R"({"lg":")"}.append(marker::blank);
  json += R"(","key":{"remoteJid":"5511999999999@s.whatsapp.net","fromMe":false},"text":")";
  while (json.size() + 2 < size)
    json.push_back(static_cast<char>('a' + json.size() % 26));
  return json += R"("})";
}

} // namespace

request_set::request_set(const options& opts) {
  const auto content = event_content(opts.payload_bytes);
  auto head = " HTTP/1.1\r\n" + host_header(opts) + "Content-Type: application/json\r\n";
  for (const auto& header : opts.headers)
    head += header + "\r\n";
  for (std::uint32_t i = 0; i < opts.instances; ++i) {
    const auto name = expand(opts.instance_name, {{"{m}", std::to_string(i)}});
    const auto body = expand(
        opts.body, {{"{event}", opts.event_name}, {"{inst}", name}, {"{apikey}", opts.api_key}, {"{data}", content}});
    auto text = "POST " + expand(opts.path, {{"{inst}", name}}) + head;
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    const auto marker_at = text.find(marker::tag);
    requests_.push_back({std::move(text), marker_at});
  }
}

void request_set::append_to(std::string& out, const marker& x) const {
  const auto& request = requests_[x.instance];
  const auto start = out.size();
  out += request.text;
  write_marker(out.data() + start + request.marker_at, x);
}

} // namespace arauto::loadgen
