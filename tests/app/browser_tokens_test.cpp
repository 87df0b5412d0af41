#include "actors/identifiers.hpp"
#include "app/browser_tokens.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

namespace arauto::app {
namespace {

const std::string secret = "the secret of this installation";

std::string base64url(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const auto size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  std::replace(out.begin(), out.end(), '+', '-');
  std::replace(out.begin(), out.end(), '/', '_');
  out.erase(out.find_last_not_of('=') + 1);
  return out;
}

/// A token made by hand: RFC 7515 with whatever header, claims and key.
std::string made_by_hand(const std::string& header, const std::string& claims, const std::string& key) {
  const auto text = base64url(header) + "." + base64url(claims);
  unsigned char mac[32];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac, &size);
  return text + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

constexpr auto hs256 = R"({"alg":"HS256","typ":"JWT"})";

std::string claims(const std::string& more, std::int64_t expires_in_s = 60) {
  return R"({"iss":"arauto","sub":"acme","iid":"id","gen":3,"exp":)" + std::to_string(unix_ms() / 1000 + expires_in_s) +
         more + "}";
}

browser_token wish() {
  return {"id-of-acme", "acme \"quoted\" çã", 7, unix_ms() + 60000, {"call", "messages.upsert"}};
}

TEST(BrowserTokens, SayWhatTheyWereMadeOf) {
  const browser_tokens tokens{secret};
  const auto read = tokens.read(tokens.sign(wish()));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance_id, wish().instance_id);
  EXPECT_EQ(read->instance_name, wish().instance_name);
  EXPECT_EQ(read->generation, 7U);
  EXPECT_EQ(read->events, wish().events);
  EXPECT_NEAR(static_cast<double>(read->expires_at_ms), static_cast<double>(wish().expires_at_ms), 2000);
}

TEST(BrowserTokens, CanTravelInAUrl) {
  const auto text = browser_tokens{secret}.sign(wish());
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  })) << text;
}

TEST(BrowserTokens, AreReadByTheirSecretOnly) {
  const auto text = browser_tokens{"another secret"}.sign(wish());
  EXPECT_FALSE(browser_tokens{secret}.read(text));
}

TEST(BrowserTokens, AreStandardTokens) {
  const auto read = browser_tokens{secret}.read(made_by_hand(hs256, claims(R"(,"events":["call"])"), secret));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->instance_name, "acme");
  EXPECT_EQ(read->generation, 3U);
}

TEST(BrowserTokens, ThatExpiredAreNone) {
  EXPECT_FALSE(browser_tokens{secret}.read(made_by_hand(hs256, claims("", -1), secret)));
  EXPECT_FALSE(browser_tokens{secret}.read(made_by_hand(hs256, claims("", 0), secret)));
  EXPECT_FALSE(
      browser_tokens{secret}.read(made_by_hand(hs256, R"({"iss":"arauto","sub":"acme","iid":"id","gen":3})", secret)))
      << "without an end";
}

TEST(BrowserTokens, ThatSomebodyForgedAreNone) {
  const browser_tokens tokens{secret};
  const auto good = tokens.sign(wish());
  for (std::size_t i = 0; i < good.size(); i += 7) {
    auto bad = good;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    const auto read = tokens.read(bad); // The last character may carry unused bits.
    EXPECT_TRUE(!read || read->instance_id == wish().instance_id) << i;
  }
  EXPECT_FALSE(tokens.read(good.substr(0, good.rfind('.') + 1))) << "without a signature";
  for (const auto* header : {R"({"alg":"none","typ":"JWT"})", R"({"alg":"HS512","typ":"JWT"})",
                             R"({"alg":"RS256","typ":"JWT"})", R"({"typ":"JWT"})", R"({})"}) {
    const auto text = made_by_hand(header, claims(""), secret);
    EXPECT_FALSE(tokens.read(text)) << header;
    EXPECT_FALSE(tokens.read(text.substr(0, text.rfind('.') + 1))) << header;
  }
  EXPECT_FALSE(tokens.read(
      made_by_hand(hs256, R"({"iss":"somebody","sub":"acme","iid":"id","gen":3,"exp":99999999999})", secret)));
}

TEST(BrowserTokens, OtherTextsAreNone) {
  const browser_tokens tokens{secret};
  for (const auto* text : {"", ".", "..", "a.b.c", "429683C4", "ey.ey.ey", "\xff.\xff.\xff"})
    EXPECT_FALSE(tokens.read(text)) << text;
  EXPECT_FALSE(tokens.read(std::string(1000000, 'a') + ".b.c"));
  EXPECT_FALSE(tokens.read(made_by_hand(std::string(2000, '['), claims(""), secret)));
  EXPECT_FALSE(tokens.read(std::string{"a\0.b.c", 7}));
}

TEST(WebhookSignature, IsTheOneThatEvolutionMakes) {
  const auto signed_with = [](const std::string& key, const std::string& more) {
    return made_by_hand(hs256, R"({"iat":1,"exp":)" + std::to_string(unix_ms() / 1000 + 600) + more + "}", key);
  };
  const std::string ours = R"(,"app":"evolution","action":"webhook")";
  EXPECT_TRUE(is_webhook_signature(signed_with("k", ours), "k"));
  EXPECT_FALSE(is_webhook_signature(signed_with("other", ours), "k"));
  EXPECT_FALSE(is_webhook_signature(signed_with("k", R"(,"app":"evolution","action":"login")"), "k"));
  EXPECT_FALSE(is_webhook_signature(signed_with("k", ""), "k"));
  EXPECT_FALSE(
      is_webhook_signature(made_by_hand(hs256, R"({"exp":1,"app":"evolution","action":"webhook"})", "k"), "k"));
}

} // namespace
} // namespace arauto::app
