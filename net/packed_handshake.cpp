#include "net/packed_handshake.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace arauto {

namespace {

constexpr std::array texts{&handshake::sid,           &handshake::target,     &handshake::api_key,
                           &handshake::origin,        &handshake::user_agent, &handshake::last_event_id,
                           &handshake::remote_address};

using length = std::uint32_t; // A request head has 16 KB at most.

void put(char*& out, std::string_view text) {
  const auto size = static_cast<length>(text.size());
  std::memcpy(out, &size, sizeof size);
  out = std::copy(text.begin(), text.end(), out + sizeof size);
}

std::string take(std::string_view& from) {
  length size = 0;
  std::memcpy(&size, from.data(), sizeof size);
  std::string text{from.substr(sizeof size, size)};
  from.remove_prefix(sizeof size + size);
  return text;
}

} // namespace

packed_handshake::packed_handshake(const handshake& x)
    : version_{x.version}, is_secure_{x.is_secure}, is_websocket_{x.is_websocket}, is_forwarded_{x.is_forwarded} {
  const auto add = [this](std::string_view text) { size_ += static_cast<length>(sizeof(length) + text.size()); };
  for (const auto text : texts)
    add(x.*text);
  for (const auto& [name, value] : x.fields) {
    add(name);
    add(value);
  }
  bytes_ = std::make_unique<char[]>(size_);
  auto* out = bytes_.get();
  for (const auto text : texts)
    put(out, x.*text);
  for (const auto& [name, value] : x.fields) {
    put(out, name);
    put(out, value);
  }
}

handshake packed_handshake::unpack() const {
  handshake x;
  x.version = version_;
  x.is_secure = is_secure_;
  x.is_websocket = is_websocket_;
  x.is_forwarded = is_forwarded_;
  std::string_view rest{bytes_.get(), size_};
  for (const auto text : texts)
    x.*text = take(rest);
  while (!rest.empty()) {
    auto name = take(rest);
    x.fields.push_back({std::move(name), take(rest)});
  }
  return x;
}

} // namespace arauto
