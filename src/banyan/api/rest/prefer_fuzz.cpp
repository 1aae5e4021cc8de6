#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/api/rest/media_type.hpp"
#include "banyan/api/rest/page_range.hpp"
#include "banyan/api/rest/preferences.hpp"

// A header's value a line, as Prefer, Accept, Content-Type and Range: what is understood of them stays within bounds,
// and what was applied is understood as the same again.
namespace {

using namespace banyan;
using namespace banyan::api::rest;

void require(bool held) {
  if (!held) std::abort();
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::invalid || error.code == ErrorCode::unsupported);
  require(!error.message.empty() && error.message.size() < 2000);
  for (const FieldProblem& field : error.fields) require(field.message.size() < 2000);
}

void check_preferences(const std::vector<http::Header>& headers) {
  const auto preferences = parse_preferences(headers);
  if (!preferences) return check_error(preferences.error());
  const std::string text = applied(*preferences);
  if (text.empty()) return;
  const http::Header header{"Prefer", text};
  const auto again = parse_preferences({&header, 1});
  require(again && applied(*again) == text);
}

void check_headers(const http::Request& request) {
  if (const auto representation = negotiate(request)) {
    require(!representation->content_type().empty());
  } else {
    check_error(representation.error());
  }
  accepts_document(request);
  if (const auto type = body_type_of(request); !type) check_error(type.error());
  const PageRange page{.offset = 10, .limit = 1000};
  if (const auto narrowed = narrowed_by_header(request, page)) {
    require(narrowed->offset >= page.offset && narrowed->offset + narrowed->limit <= page.offset + page.limit);
  } else {
    check_error(narrowed.error());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<http::Header> prefer;
  for (std::size_t lines = 0; !rest.empty() && lines < 8; ++lines) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    prefer.push_back({"Prefer", line});
    const http::Header headers[] = {{"Accept", line}, {"Content-Type", line}, {"Range", line}};
    http::Request request;
    request.headers = headers;
    check_headers(request);
  }
  check_preferences(prefer);
  return 0;
}
