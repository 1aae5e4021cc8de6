#include "banyan/http/chunk_decoder.hpp"

#include <algorithm>

#include "banyan/http/head_parser.hpp"

namespace banyan::http {
namespace {

constexpr std::size_t extension_bytes_max = 4096;
// Chunks of one byte cost six bytes each; leading zeros and the like may not cost much more.
constexpr std::uint64_t raw_bytes_max(std::size_t body_bytes_max) { return 65536 + std::uint64_t{8} * body_bytes_max; }

ChunkDecoder& decoder_of(llhttp_t* parser) { return *static_cast<ChunkDecoder*>(parser->data); }

}  // namespace

const llhttp_settings_t ChunkDecoder::settings = [] {
  llhttp_settings_t made{};
  made.on_body = &ChunkDecoder::on_body;
  made.on_chunk_extension_name = &ChunkDecoder::on_extension;
  made.on_chunk_extension_value = &ChunkDecoder::on_extension;
  made.on_chunk_header = &ChunkDecoder::on_chunk_header;
  return made;
}();

void ChunkDecoder::begin(const llhttp_t& parser) {
  parser_ = parser;
  parser_.settings = const_cast<llhttp_settings_t*>(&settings);
  scanner_.reset(HeadScanner::Kind::trailers);
  trailers_.clear();
  raw_bytes_ = 0;
  extension_bytes_ = 0;
  in_trailers_ = false;
  fault_ = Fault::none;
}

int ChunkDecoder::on_body(llhttp_t* parser, const char* at, std::size_t size) {
  decoder_of(parser).body_->append(at, size);
  return 0;
}

int ChunkDecoder::on_extension(llhttp_t* parser, const char*, std::size_t size) {
  ChunkDecoder& self = decoder_of(parser);
  self.extension_bytes_ += size;
  if (self.extension_bytes_ <= extension_bytes_max) return 0;
  self.fault_ = Fault::chunk_extension;
  return HPE_USER;
}

int ChunkDecoder::on_chunk_header(llhttp_t* parser) {
  ChunkDecoder& self = decoder_of(parser);
  if (parser->content_length == 0) {
    self.in_trailers_ = true;
    return HPE_PAUSED;
  }
  if (parser->content_length <= self.body_bytes_max_ - self.body_->size()) return 0;
  self.fault_ = parser->content_length > length_max ? Fault::chunk : Fault::body_too_large;
  return HPE_USER;
}

ChunkDecoder::Step ChunkDecoder::refuse(Fault fault) noexcept {
  fault_ = fault;
  return Step{State::refused, 0};
}

ChunkDecoder::Step ChunkDecoder::decode(std::string_view data, std::string& body, const Limits& limits) {
  if (in_trailers_) return read_trailers(data, limits);
  const Step chunks = read_chunks(data, body, limits);
  if (chunks.state == State::refused || !in_trailers_) return chunks;
  Step trailers = read_trailers(data.substr(chunks.consumed), limits);
  trailers.consumed += chunks.consumed;
  return trailers;
}

ChunkDecoder::Step ChunkDecoder::read_chunks(std::string_view data, std::string& body, const Limits& limits) {
  // Never lets llhttp see beyond the bound, so that the answer does not depend on how the bytes were split.
  const std::uint64_t left = raw_bytes_max(limits.body_bytes) - raw_bytes_;
  const std::string_view part = data.substr(0, std::min<std::uint64_t>(left, data.size()));
  body_ = &body;
  body_bytes_max_ = limits.body_bytes;
  parser_.data = this;
  const llhttp_errno_t error = llhttp_execute(&parser_, part.data(), part.size());
  if (error == HPE_PAUSED && in_trailers_) {
    return Step{State::more, static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - part.data())};
  }
  if (error != HPE_OK) return refuse(fault_ == Fault::none ? Fault::chunk : fault_);
  raw_bytes_ += part.size();
  if (part.size() < data.size()) return refuse(Fault::body_too_large);
  return Step{State::more, data.size()};
}

ChunkDecoder::Step ChunkDecoder::read_trailers(std::string_view data, const Limits& limits) {
  const std::size_t before = trailers_.size();
  // By this many bytes the scanner has found their end or refused them.
  const std::size_t bytes_max = limits.header_bytes + 4;
  trailers_.append(data.substr(0, bytes_max - before));
  switch (scanner_.scan(trailers_, limits)) {
    case HeadScanner::State::more: return Step{State::more, data.size()};
    case HeadScanner::State::refused: return refuse(scanner_.fault());
    case HeadScanner::State::complete: break;
  }
  for (const HeadScanner::Line line : scanner_.lines()) {
    Header trailer;
    const std::string_view text(trailers_.data() + line.begin, line.end - line.begin);
    if (parse_header_line(text, trailer) != Fault::none) return refuse(Fault::trailer);
  }
  return Step{State::complete, scanner_.bytes() - before};
}

}  // namespace banyan::http
