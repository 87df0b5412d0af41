#include "app/client_bundle.hpp"

#include "app/api/respond.hpp"
#include "net/http/accept_encoding.hpp"
#include "net/http/conditional.hpp"

#include <algorithm>
#include <array>

namespace arauto::app {

namespace {

constexpr std::string_view folder = "/socket.io/";
constexpr std::array<std::string_view, 8> names = {
    "socket.io.js",         "socket.io.js.map",         "socket.io.min.js",         "socket.io.min.js.map",
    "socket.io.esm.min.js", "socket.io.esm.min.js.map", "socket.io.msgpack.min.js", "socket.io.msgpack.min.js.map"};

http::response missing_answer(const http::request& asked) {
  return error_answer(404,
                      "Cannot GET " + std::string{asked.path()} +
                          ": this server was built without npm, so it has no client bundle; build it where npm is, "
                          "or load socket.io-client from elsewhere");
}

http::response file_answer(const http::request& asked, const client_file& file) {
  http::response x;
  const auto tag = '"' + std::string{client_version()} + '"';
  if (http::is_fresh(asked, tag)) {
    x.status = 304;
    return x;
  }
  x.set("Cache-Control", "public, max-age=0");
  x.set("Content-Type",
        file.name.ends_with(".map") ? "application/json; charset=utf-8" : "application/javascript; charset=utf-8");
  x.set("ETag", tag);
  const auto is_zipped = http::accepts_gzip(asked.joined_field("accept-encoding"));
  if (is_zipped)
    x.set("Content-Encoding", "gzip");
  x.body = is_zipped ? file.zipped : file.plain;
  return x;
}

} // namespace

std::optional<http::response> bundle_answer(const http::request& asked, const http::cors_policy& cors) {
  auto name = asked.path();
  if (!name.starts_with(folder) || (asked.method != "GET" && asked.method != "HEAD"))
    return std::nullopt;
  name.remove_prefix(folder.size());
  if (std::find(names.begin(), names.end(), name) == names.end())
    return std::nullopt;
  const auto files = client_files();
  const auto at = std::find_if(files.begin(), files.end(), [name](const client_file& x) { return x.name == name; });
  auto answer = at == files.end() ? missing_answer(asked) : file_answer(asked, *at);
  http::add_engine_cors(cors, asked, answer);
  return answer;
}

} // namespace arauto::app
