#include "banyan/http/head_parser.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "banyan/http/characters.hpp"

namespace banyan::http {
namespace {

std::optional<Method> method_named(std::string_view name) noexcept {
  switch (name.size()) {
    case 3:
      if (name == "GET") return Method::get;
      if (name == "PUT") return Method::put;
      break;
    case 4:
      if (name == "POST") return Method::post;
      if (name == "HEAD") return Method::head;
      break;
    case 5:
      if (name == "PATCH") return Method::patch;
      break;
    case 6:
      if (name == "DELETE") return Method::remove;
      break;
    case 7:
      if (name == "OPTIONS") return Method::options;
      break;
    default: break;
  }
  return std::nullopt;
}

// The path and the query of an origin-form, or of what follows the authority in an absolute-form.
bool split_target(std::string_view text, Request& request) noexcept {
  std::size_t at = 0;
  while (at < text.size() && is(text[at], path_character)) ++at;
  request.path = text.substr(0, at);
  request.query = {};
  if (at == text.size()) return true;
  if (text[at] != '?') return false;
  request.query = text.substr(at + 1);
  for (const char c : request.query) {
    if (c != '?' && !is(c, path_character)) return false;
  }
  return true;
}

// RFC 9112, section 3.2.2. Without user information: RFC 9110, section 4.2.4, calls that an error.
bool split_absolute(std::string_view target, Request& request) noexcept {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return false;
  const std::string_view rest = target.substr(colon + 3);
  const std::size_t authority = std::min(rest.find_first_of("/?"), rest.size());
  if (authority == 0 || !all_are(rest.substr(0, authority), host_character)) return false;
  if (!split_target(rest.substr(authority), request)) return false;
  if (request.path.empty()) request.path = "/";
  return true;
}

Fault parse_version(std::string_view text, Head& head) noexcept {
  if (text == "HTTP/1.1") return head.http_1_0 = false, Fault::none;
  if (text == "HTTP/1.0") return head.http_1_0 = true, Fault::none;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool well_formed =
      text.size() == 8 && text.starts_with("HTTP/") && digit(text[5]) && text[6] == '.' && digit(text[7]);
  return well_formed ? Fault::version : Fault::request_line;
}

Fault parse_request_line(std::string_view line, Head& head, Request& request) noexcept {
  std::size_t method_end = 0;
  while (method_end < line.size() && is(line[method_end], token_character)) ++method_end;
  // Before the eight bytes of the version; whatever else is there, is looked for.
  const std::size_t usual_end = line.size() - std::min<std::size_t>(line.size(), 9);
  const std::size_t target_end = line[usual_end] == ' ' ? usual_end : line.rfind(' ');
  if (method_end == 0 || method_end == line.size() || line[method_end] != ' ') return Fault::request_line;
  if (target_end <= method_end + 1) return Fault::request_line;

  if (const Fault fault = parse_version(line.substr(target_end + 1), head); fault != Fault::none) return fault;
  const std::optional<Method> method = method_named(line.substr(0, method_end));
  if (!method) return Fault::method;
  request.method = *method;

  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  request.target = target;
  if (target[0] == '/') return split_target(target, request) ? Fault::none : Fault::target;
  if (target == "*" && *method == Method::options) {
    request.path = target;
    request.query = {};
    return Fault::none;
  }
  return split_absolute(target, request) ? Fault::none : Fault::target;
}

// What the guard counts while it goes through the headers.
struct Seen {
  int hosts = 0;
  int transfer_encodings = 0;
  int content_lengths = 0;
  bool framing = false;  // a header that llhttp draws conclusions from
};

Fault note_header(const Header& header, Head& head, Seen& seen) noexcept {
  const auto named = [&](std::string_view name) { return equals_ignoring_case(header.name, name); };
  switch (header.name.size()) {
    case 4:
      if (!named("host")) break;
      if (++seen.hosts > 1) return Fault::repeated_host;
      if (!all_are(header.value, host_character)) return Fault::host;
      break;
    case 6:
      if (named("origin")) head.origin = header.value;
      if (!named("expect")) break;
      if (!equals_ignoring_case(header.value, "100-continue")) return Fault::expectation;
      head.expects_continue = true;
      break;
    case 7:
      if (named("upgrade")) seen.framing = true;
      break;
    case 10:
      if (named("connection")) seen.framing = true;
      break;
    case 12:
      if (named("x-request-id") && !header.value.empty() && header.value.size() <= 64 &&
          all_are(header.value, request_id_character)) {
        head.request_id = header.value;
      }
      break;
    case 14:
      if (!named("content-length")) break;
      seen.framing = true;
      if (++seen.content_lengths > 1) return Fault::content_length;
      break;
    case 16:
      if (named("proxy-connection")) seen.framing = true;
      break;
    case 17:
      if (!named("transfer-encoding")) break;
      seen.framing = true;
      if (++seen.transfer_encodings > 1 || !equals_ignoring_case(header.value, "chunked")) {
        return Fault::transfer_encoding;
      }
      break;
    default: break;
  }
  return Fault::none;
}

Fault find_fault(std::string_view value) noexcept {  // a tab is none
  for (const char c : value) {
    if (is(c, value_character)) continue;
    return c == '\0' ? Fault::nul : c == '\r' ? Fault::bare_cr : Fault::control_character;
  }
  return Fault::none;
}

[[gnu::always_inline]] inline Fault split_header(std::string_view line, Header& header) noexcept {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* colon = begin;
  while (is(*colon, token_character)) ++colon;  // the CR behind the line is none
  if (*colon != ':') {
    if (colon == begin && (*colon == ' ' || *colon == '\t')) return Fault::folded_header;
    if (*colon == ' ' || *colon == '\t') return Fault::space_before_colon;
    return *colon == '\0' ? Fault::nul : Fault::header_name;
  }
  if (colon == begin) return Fault::empty_header_name;
  header.name = std::string_view(begin, static_cast<std::size_t>(colon - begin));
  const char* first = colon + 1;
  const char* last = end;
  while (first < last && (*first == ' ' || *first == '\t')) ++first;
  while (last > first && (last[-1] == ' ' || last[-1] == '\t')) --last;
  header.value = std::string_view(first, static_cast<std::size_t>(last - first));
  return may_hold_control(header.value) ? find_fault(header.value) : Fault::none;
}

// An expectation is refused only when nothing worse is wrong, for 417 says that all else was understood.
Fault parse_headers(std::string_view data, std::span<const HeadScanner::Line> lines, Head& head, Seen& seen) {
  Fault expectation = Fault::none;
  for (const HeadScanner::Line line : lines) {
    Header& header = head.headers.emplace_back();
    Fault fault = split_header(data.substr(line.begin, line.end - line.begin), header);
    if (fault == Fault::none) fault = note_header(header, head, seen);
    if (fault == Fault::expectation) {
      expectation = fault;
    } else if (fault != Fault::none) {
      return fault;
    }
  }
  if (head.http_1_0 && seen.transfer_encodings) return Fault::chunked_in_http_1_0;
  if (seen.content_lengths && seen.transfer_encodings) return Fault::length_and_encoding;
  if (!head.http_1_0 && !seen.hosts) return Fault::missing_host;
  return expectation;
}

// Runs when llhttp has seen the last header and set its flags, before it chooses how the body is framed.
int on_headers_complete(llhttp_t* parser) {
  Head& head = *static_cast<Head*>(parser->data);
  parser->upgrade = 0;  // an offer to change the protocol is not taken up
  head.chunked = (parser->flags & F_CHUNKED) != 0;
  head.content_length = (parser->flags & F_CONTENT_LENGTH) ? parser->content_length : 0;
  head.keep_alive = llhttp_should_keep_alive(parser) != 0;
  return 0;
}

constexpr llhttp_settings_t head_settings = [] {
  llhttp_settings_t settings{};
  settings.on_headers_complete = on_headers_complete;
  return settings;
}();

Fault fault_of(llhttp_errno_t error) noexcept {
  switch (error) {
    case HPE_OK: return Fault::none;
    case HPE_INVALID_METHOD: return Fault::method;
    case HPE_INVALID_URL: return Fault::target;
    case HPE_INVALID_VERSION: return Fault::request_line;
    case HPE_INVALID_HEADER_TOKEN: return Fault::header_value;
    case HPE_INVALID_CONTENT_LENGTH: return Fault::content_length;
    case HPE_UNEXPECTED_CONTENT_LENGTH: return Fault::length_and_encoding;
    case HPE_INVALID_TRANSFER_ENCODING: return Fault::transfer_encoding;
    default: return Fault::malformed;
  }
}

Fault judge_framing(std::string_view data, Head& head, llhttp_t& parser) {
  llhttp_init(&parser, HTTP_REQUEST, &head_settings);
  parser.data = &head;
  const Fault fault = fault_of(llhttp_execute(&parser, data.data(), data.size()));
  return fault == Fault::none && head.content_length > length_max ? Fault::content_length : fault;
}

}  // namespace

Fault parse_header_line(std::string_view line, Header& header) noexcept { return split_header(line, header); }

Fault parse_head(std::string_view data, std::span<const HeadScanner::Line> lines, Head& head, Request& request,
                 llhttp_t& parser) {
  head.headers.clear();
  head.expects_continue = false;
  head.request_id = {};
  head.origin = {};
  const HeadScanner::Line first = lines.front();
  Seen seen;
  Fault fault = parse_request_line(data.substr(first.begin, first.end - first.begin), head, request);
  if (fault == Fault::none) fault = parse_headers(data, lines.subspan(1), head, seen);
  if (fault != Fault::none) return fault;
  request.headers = head.headers;
  if (seen.framing) return judge_framing(data.substr(first.begin), head, parser);
  head.chunked = false;
  head.content_length = 0;
  head.keep_alive = !head.http_1_0;
  return Fault::none;
}

}  // namespace banyan::http
