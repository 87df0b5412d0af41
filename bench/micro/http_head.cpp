#include "bench/micro/samples.hpp"
#include "net/io/http_parser.hpp"

#include <benchmark/benchmark.h>

#include <limits>

/// Requests that a producer has pipelined, as the peer reads them: a parser for each, bodies included.
namespace arauto::micro {
namespace {

constexpr std::int64_t pipelined = 64;

std::string one_request() {
  const auto body = emit_body(data_bytes);
  return "POST /event/emit/sales HTTP/1.1\r\nHost: arauto.example:8080\r\nUser-Agent: axios/1.7.9\r\n"
         "Accept: application/json, text/plain, */*\r\nContent-Type: application/json\r\n"
         "apikey: 0123456789abcdef0123456789abcdef\r\nAccept-Encoding: gzip, deflate\r\nConnection: keep-alive\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

void parse(benchmark::State& state) {
  std::string bytes;
  for (std::int64_t i = 0; i < pipelined; ++i)
    bytes += one_request();
  const io::http_limits limits;
  const io::http_parser::head_judge judge = [](const http::request&) {
    return std::numeric_limits<std::size_t>::max();
  };
  const io::http_parser::body_budget budget = [](std::size_t) { return true; };
  for (auto _ : state)
    for (std::string_view rest = bytes; !rest.empty();) {
      io::http_parser parser{limits, judge, budget};
      boost::system::error_code ec;
      while (!parser.is_done()) {
        const auto used = parser.feed(rest, ec);
        rest.remove_prefix(used);
        if (ec || used == 0)
          return state.SkipWithError("the request was refused");
      }
      benchmark::DoNotOptimize(parser.take());
    }
  state.SetItemsProcessed(state.iterations() * pipelined);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(parse)->Name("http/parse/emit_x64");

} // namespace
} // namespace arauto::micro
