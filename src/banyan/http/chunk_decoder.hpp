#pragma once

#include <llhttp.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/http/fault.hpp"
#include "banyan/http/head_scanner.hpp"

namespace banyan::http {

/// Decodes a chunked body (RFC 9112, section 7.1) while its bytes arrive: llhttp reads chunks, our guard the trailers,
/// which are dropped. Bounds the decoded body, the chunk extensions, the trailers and the bytes of framing.
class ChunkDecoder {
 public:
  enum class State : std::uint8_t { more, complete, refused };
  struct Step {
    State state;
    std::size_t consumed;
  };

  /// `parser` has just read the head of a message with a chunked body.
  void begin(const llhttp_t& parser);

  /// Appends what it decodes to `body`. Takes all of `data` unless it completes or refuses.
  Step decode(std::string_view data, std::string& body, const Limits& limits);
  Fault fault() const noexcept { return fault_; }

 private:
  static int on_body(llhttp_t* parser, const char* at, std::size_t size);
  static int on_extension(llhttp_t* parser, const char* at, std::size_t size);
  static int on_chunk_header(llhttp_t* parser);
  static const llhttp_settings_t settings;

  Step refuse(Fault fault) noexcept;
  Step read_chunks(std::string_view data, std::string& body, const Limits& limits);
  Step read_trailers(std::string_view data, const Limits& limits);

  llhttp_t parser_{};
  HeadScanner scanner_;
  std::string trailers_;
  std::string* body_ = nullptr;
  std::size_t body_bytes_max_ = 0;
  std::uint64_t raw_bytes_ = 0;
  std::size_t extension_bytes_ = 0;
  bool in_trailers_ = false;
  Fault fault_ = Fault::none;
};

}  // namespace banyan::http
