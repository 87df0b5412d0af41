#include "net/http/upgrade.hpp"

#include <gtest/gtest.h>

namespace arauto::http {
namespace {

std::string fault(const std::string& method, const std::string& upgrade, const std::string& key,
                  const std::string& version) {
  request x;
  x.method = method;
  x.fields = {{"Upgrade", upgrade}, {"Sec-WebSocket-Key", key}, {"Sec-WebSocket-Version", version}};
  const auto found = find_upgrade_fault(x);
  return found ? std::to_string(found->status) + " " + std::string{found->text} : "";
}

const std::string good_key = "dGhlIHNhbXBsZSBub25jZQ==";

TEST(HttpUpgrade, LetsGoodRequestsPass) {
  EXPECT_EQ(fault("GET", "websocket", good_key, "13"), "");
  EXPECT_EQ(fault("GET", "WebSocket", "+/AZaz09+/AZaz09+/AZaz==", "8"), "");
}

TEST(HttpUpgrade, JudgesInTheOrderOfTheReferenceServer) {
  EXPECT_EQ(fault("POST", "h2c", "", ""), "405 Invalid HTTP method");
  EXPECT_EQ(fault("GET", "h2c", "", ""), "400 Invalid Upgrade header");
  EXPECT_EQ(fault("GET", "websocket", "", ""), "400 Missing or invalid Sec-WebSocket-Key header");
  EXPECT_EQ(fault("GET", "websocket", good_key, ""), "400 Missing or invalid Sec-WebSocket-Version header");
}

TEST(HttpUpgrade, WantsAKeyOfSixteenBytes) {
  for (const auto* key : {"short", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQAA",
                          "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25j====", "==dGhlIHNhbXBsZSBub25jZQ"})
    EXPECT_EQ(fault("GET", "websocket", key, "13"), "400 Missing or invalid Sec-WebSocket-Key header") << key;
}

TEST(HttpUpgrade, SpeaksTwoVersions) {
  for (const auto* version : {"12", "14", "013", "13, 8", "a"})
    EXPECT_EQ(fault("GET", "websocket", good_key, version), "400 Missing or invalid Sec-WebSocket-Version header");
}

} // namespace
} // namespace arauto::http
