#include "net/http/accept_encoding.hpp"
#include "net/http/gzip.hpp"
#include "net/http/list_field.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>
#include <zlib.h>

namespace arauto::http {
namespace {

TEST(HttpAcceptEncoding, KnowsWhoTakesGzip) {
  const std::pair<const char*, bool> table[] = {
      {"", false},
      {"gzip", true},
      {"GZip", true},
      {"x-gzip", true},
      {"gzip, deflate, br, zstd", true},
      {"deflate,\tgzip", true},
      {"*", true},
      {"br, *;q=0.1", true},
      {"deflate", false},
      {"identity", false},
      {"gzipped", false},
      {"br;q=1, xgzip", false},
      {"gzip;q=0", false},
      {"gzip;q=0.000", false},
      {"*, gzip;q=0", false},
      {"gzip;q=0.001", true},
      {"gzip ; Q=1.000", true},
      {"gzip;level=9;q=0", false},
      {"gzip;q=0;q=1", false},
      // An unchanged body is liked better.
      {"gzip;q=0.5, identity", false},
      {"identity;q=0.6, gzip;q=0.5", false},
      {"*, gzip;q=0.5", false},
      {"gzip;q=0.5", true},
      {"gzip;q=0.5, identity;q=0.5", true},
      {"gzip;q=0.5, *;q=0", true},
      {"gzip;q=0, gzip;q=0.4", true},
      // Nothing is acceptable, or gzip alone.
      {"identity;q=0", false},
      {"*;q=0", false},
      {"identity;q=0, *", true},
      {"identity;q=0, gzip;q=0.001", true},
      // Weights that are none.
      {"gzip;q=", false},
      {"gzip;q", false},
      {"gzip;q=2", false},
      {"gzip;q=1.001", false},
      {"gzip;q=0.1234", false},
      {"gzip;q=05", false},
      {"gzip;q=-1", false},
      {"gzip;q=0,5", false},
      {"gzip;q=1.", true},
      {"gzip;q=0.x", false},
      {",;,=;q,", false},
  };
  for (const auto& [field, expected] : table)
    EXPECT_EQ(accepts_gzip(field), expected) << field;
}

TEST(HttpListField, CutsItemsOffAList) {
  std::string_view rest = " a ,b\t,, c d ,";
  std::vector<std::string> items;
  while (!rest.empty())
    items.emplace_back(next_item(rest, ','));
  EXPECT_EQ(items, (std::vector<std::string>{"a", "b", "", "c d"}));
  std::string_view blank = "  ";
  EXPECT_EQ(next_item(blank, ','), "");
}

TEST(HttpListField, FindsADirective) {
  EXPECT_TRUE(has_directive("public, No-Transform", "no-transform"));
  EXPECT_FALSE(has_directive("no-transforms,x no-transform", "no-transform"));
  EXPECT_FALSE(has_directive("", "no-transform"));
}

/// What gunzip makes of it; empty when it is not one whole gzip text.
std::string unzipped(std::string zipped) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(gzip_bytes_max + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(zipped.data());
  stream.avail_in = static_cast<uInt>(zipped.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const auto end = inflate(&stream, Z_FINISH);
  const auto is_whole = end == Z_STREAM_END && stream.avail_in == 0;
  out.resize(is_whole ? stream.total_out : 0);
  inflateEnd(&stream);
  return out;
}

TEST(HttpGzip, PacksWhatGunzipUnpacks) {
  std::mt19937 random{1};
  std::string noise(gzip_bytes_max, '\0');
  for (auto& x : noise)
    x = static_cast<char>(random());
  for (const auto& text : {std::string{"x"}, std::string(1024, 'x'), std::string(gzip_bytes_max, '['), noise})
    EXPECT_TRUE(unzipped(gzip(text)) == text) << text.size() << " bytes";
  EXPECT_LT(gzip(std::string(gzip_bytes_max, '[')).size(), 2000U);
  EXPECT_EQ(unzipped(gzip("")), "");
}

} // namespace
} // namespace arauto::http
