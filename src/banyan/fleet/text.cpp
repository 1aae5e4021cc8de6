#include "banyan/fleet/text.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <sstream>

namespace banyan::fleet {
namespace {

constexpr std::array<OwnAnswer, 9> answers{{
    {400, "Bad Request", "malformed_request", "malformed_request", "The request is malformed.",
     "See RFC 9112 for how a request is written."},
    {408, "Request Timeout", "header_timeout", "header_timeout", "The request did not arrive in time.",
     "Send the whole request without pauses."},
    {413, "Content Too Large", "body_too_large", "body_too_large", "The body is too large.",
     "Send less in one request."},
    {414, "URI Too Long", "request_line_too_long", "request_line_too_long", "The request line is too long.",
     "Shorten the URL."},
    {431, "Request Header Fields Too Large", "header_too_large", "header_too_large", "The header is too large.",
     "Send fewer or shorter headers, or fewer cookies."},
    {500, "Internal Server Error", "internal", "XX000", "Something went wrong before an instance was asked.",
     "Tell the operator the X-Request-Id of this answer; the log of the balancer has the detail."},
    {502, "Bad Gateway", "outcome_unknown", "40003", "The instance that was asked went away before it had answered.",
     "A read can be repeated as it is. Before a write is repeated, look whether it was done."},
    {503, "Service Unavailable", "unavailable", "57P03", "No instance can answer now; nothing was done.",
     "Try again in a moment."},
    {504, "Gateway Timeout", "outcome_unknown", "40003", "The instance that was asked did not answer in time.",
     "A read can be repeated as it is. Before a write is repeated, look whether it was done."},
}};

std::string filled_line(std::string_view line, std::span<const Filling> fillings) {
  std::string out;
  for (std::size_t at = line.find('@'); at != std::string_view::npos; at = line.find('@')) {
    const std::size_t end = line.find('@', at + 1);
    const auto found = std::ranges::find(fillings, line.substr(at + 1, end - at - 1), &Filling::name);
    assert(end != std::string_view::npos && found != fillings.end());
    out += line.substr(0, at);
    out += found->text;
    line.remove_prefix(end + 1);
  }
  return out.append(line);
}

// The filling that a line consists of, if it is such a line.
const Filling* whole_line(std::string_view line, std::span<const Filling> fillings) {
  if (line.size() < 3 || line.front() != '@' || line.find('@', 1) != line.size() - 1) return nullptr;
  const auto found = std::ranges::find(fillings, line.substr(1, line.size() - 2), &Filling::name);
  return found == fillings.end() ? nullptr : &*found;
}

}  // namespace

std::string fill(std::string_view text, std::span<const Filling> fillings) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view indent = line.substr(0, std::min(line.find_first_not_of('\t'), line.size()));
    const Filling* whole = whole_line(line.substr(indent.size()), fillings);
    if (whole == nullptr) {
      out += filled_line(line, fillings) + "\n";
      continue;
    }
    std::istringstream lines(whole->text);
    for (std::string part; std::getline(lines, part);) out += std::string(indent) + part + "\n";
  }
  return out;
}

std::string duration(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  return seconds == time ? std::to_string(seconds.count()) + "s" : std::to_string(time.count()) + "ms";
}

std::span<const OwnAnswer> own_answers() { return answers; }

const OwnAnswer& own_answer(int status) { return *std::ranges::find(answers, status, &OwnAnswer::status); }

std::string problem_json(const OwnAnswer& answer) {
  const Filling fillings[] = {{"slug", std::string(answer.slug)},        {"title", std::string(answer.title)},
                              {"status", std::to_string(answer.status)}, {"code", std::string(answer.code)},
                              {"message", std::string(answer.message)},  {"hint", std::string(answer.hint)}};
  return filled_line(R"({"type":"urn:banyan:error:@slug@","title":"@title@","status":@status@,"detail":"@message@",)"
                     R"("code":"@code@","message":"@message@","details":null,"hint":"@hint@"})",
                     fillings);
}

Result<> check_renderable(const config::Config& config) {
  if (config.fleet.instances.empty())
    return fail(Error(ErrorCode::invalid, "no fleet is described")
                    .with_hint("Say in [fleet] how many instances there are, or where: instances = 3, or instances = "
                               "[\"10.0.0.11:8080\"]."));
  return {};
}

}  // namespace banyan::fleet
