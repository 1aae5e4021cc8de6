// Feeds a stream of requests whole and in pieces: the outcome must be the same, and what we accept without asking
// llhttp must be what llhttp accepts. The first byte seeds how the rest is split.
#include <llhttp.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "banyan/http/reader_driver.hpp"

namespace {

using namespace banyan::http;

// A head with nothing about its body, as llhttp sees it.
void check_against_llhttp(std::string_view bytes) {
  RequestReader reader;
  reader.reset();
  const RequestReader::Step step = reader.advance(bytes, Limits());
  if (step.state != RequestReader::State::complete) return;
  for (const char* name : {"content-length", "transfer-encoding"}) {
    if (reader.request().header(name)) return;
  }
  struct Seen {
    bool complete = false;
    bool keep_alive = false;
  } seen;
  llhttp_settings_t settings;
  llhttp_settings_init(&settings);
  settings.on_headers_complete = [](llhttp_t* parser) {
    static_cast<Seen*>(parser->data)->keep_alive = llhttp_should_keep_alive(parser) != 0;
    parser->upgrade = 0;
    return 0;
  };
  settings.on_message_complete = [](llhttp_t* parser) {
    static_cast<Seen*>(parser->data)->complete = true;
    return 0;
  };
  llhttp_t parser;
  llhttp_init(&parser, HTTP_REQUEST, &settings);
  parser.data = &seen;
  const llhttp_errno_t error = llhttp_execute(&parser, bytes.data(), step.consumed);
  if (error != HPE_OK || !seen.complete || seen.keep_alive != reader.head().keep_alive) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_against_llhttp(bytes);

  banyan::http::Limits limits;
  limits.request_line_bytes = 200;
  limits.header_bytes = 300;
  limits.header_count = 10;
  limits.body_bytes = 100;
  ReaderDriver pieces(limits);
  std::uint32_t state = data[0] + 1U;
  for (std::size_t at = 0; at < bytes.size();) {
    state = state * 1664525U + 1013904223U;
    const std::size_t count = 1 + (state >> 24) % (data[0] % 32U + 1U);
    pieces.feed(std::string_view(bytes).substr(at, count));
    at += count;
  }
  if (pieces.outcomes() != read_whole(bytes, limits)) std::abort();
  return 0;
}
