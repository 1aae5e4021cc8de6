#include "banyan/http/request_reader.hpp"

#include <algorithm>

namespace banyan::http {
namespace {

constexpr std::size_t kept_body_bytes_max = 64 * 1024;

}  // namespace

void RequestReader::reset() {
  phase_ = Phase::head;
  fault_ = Fault::none;
  scanner_.reset(HeadScanner::Kind::request);
  request_.headers = {};
  request_.body = {};
  request_.route = {};
  request_.target = {};
  request_.parameters.clear();
  if (body_.capacity() > kept_body_bytes_max) std::string().swap(body_);
  body_.clear();
}

RequestReader::Step RequestReader::refuse(Fault fault) noexcept {
  fault_ = fault;
  return Step{State::refused, 0};
}

RequestReader::Step RequestReader::complete(std::size_t consumed, std::string_view body) noexcept {
  phase_ = Phase::complete;
  request_.body = body;
  return Step{State::complete, consumed};
}

RequestReader::Step RequestReader::advance(std::string_view data, const Limits& limits) {
  switch (phase_) {
    case Phase::head: return read_head(data, limits);
    case Phase::fixed_body: return read_fixed_body(data);
    case Phase::chunked_body: return read_chunked_body(data, limits);
    case Phase::complete: break;
  }
  return Step{State::complete, 0};
}

RequestReader::Step RequestReader::read_head(std::string_view data, const Limits& limits) {
  switch (scanner_.scan(data, limits)) {
    case HeadScanner::State::more: return Step{State::more, 0};
    case HeadScanner::State::refused: return refuse(scanner_.fault());
    case HeadScanner::State::complete: break;
  }
  const std::size_t head_bytes = scanner_.bytes();
  llhttp_t parser;
  const Fault fault = parse_head(data.substr(0, head_bytes), scanner_.lines(), head_, request_, parser);
  if (fault != Fault::none) return refuse(fault);
  if (head_.content_length > limits.body_bytes) return refuse(Fault::body_too_large);

  const std::string_view rest = data.substr(head_bytes);
  if (head_.chunked) {
    phase_ = Phase::chunked_body;
    chunks_.begin(parser);
    Step step = read_chunked_body(rest, limits);
    if (step.state != State::refused) step.consumed += head_bytes;
    return step;
  }
  if (head_.content_length <= rest.size()) {
    return complete(head_bytes + head_.content_length, rest.substr(0, head_.content_length));
  }
  phase_ = Phase::fixed_body;
  Step step = read_fixed_body(rest);
  step.consumed += head_bytes;
  return step;
}

RequestReader::Step RequestReader::read_fixed_body(std::string_view data) {
  const std::size_t wanted = head_.content_length - body_.size();
  const std::size_t taken = std::min(wanted, data.size());
  body_.append(data.substr(0, taken));
  if (taken == wanted) return complete(taken, body_);
  return Step{State::more, taken};
}

RequestReader::Step RequestReader::read_chunked_body(std::string_view data, const Limits& limits) {
  const ChunkDecoder::Step step = chunks_.decode(data, body_, limits);
  switch (step.state) {
    case ChunkDecoder::State::more: return Step{State::more, step.consumed};
    case ChunkDecoder::State::complete: return complete(step.consumed, body_);
    case ChunkDecoder::State::refused: break;
  }
  return refuse(chunks_.fault());
}

}  // namespace banyan::http
