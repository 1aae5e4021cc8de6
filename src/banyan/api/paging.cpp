#include "banyan/api/paging.hpp"

#include <boost/algorithm/string/predicate.hpp>

#include <algorithm>
#include <array>
#include <utility>

#include "banyan/api/query/parser.hpp"
#include "banyan/base/words.hpp"

namespace banyan::api {
namespace {

// What the request line that ships lets through, with room for the method and the version.
constexpr std::size_t url_bytes_max = 8'000;

struct CountWord {
  std::string_view word;
  Counted counted;
};
constexpr std::array count_words = {CountWord{"exact", Counted::exact}, CountWord{"planned", Counted::planned},
                                    CountWord{"estimated", Counted::estimated}};

std::optional<Counted> counted_from(std::string_view word) {
  const auto* found = std::ranges::find(count_words, word, &CountWord::word);
  return found == count_words.end() ? std::nullopt : std::optional(found->counted);
}

std::string_view word_of(Counted counted) { return std::ranges::find(count_words, counted, &CountWord::counted)->word; }

std::unexpected<Error> refuse(std::string_view parameter, std::string message, std::string hint) {
  return fail(Error(ErrorCode::invalid, std::string(parameter) + ": " + message)
                  .with_reason("malformed_query")
                  .with_fields({{std::string(parameter), message}})
                  .with_hint(std::move(hint)));
}

// `Prefer: handling=lenient, count=exact` (RFC 7240); what is not known is passed over.
std::optional<Counted> preferred_count(const http::Request& request) {
  for (const http::Header& header : request.headers) {
    if (!boost::algorithm::iequals(header.name, "prefer")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      std::string_view preference = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (preference.starts_with(' ')) preference.remove_prefix(1);
      while (preference.ends_with(' ')) preference.remove_suffix(1);
      constexpr std::string_view count = "count=";
      if (!preference.starts_with(count)) continue;
      if (const auto counted = counted_from(preference.substr(count.size()))) return counted;
    }
  }
  return std::nullopt;
}

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  constexpr std::string_view plain = "-._~*,:()!";
  for (const char c : text) {
    const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_alphanumeric || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
}

// The next page is of the same list, wherever the one before began. All but the cursor itself.
std::string next_url(std::string_view path, const Paging& paging) {
  std::string link = std::string(path) + "?";
  for (const http::QueryParameter& parameter : paging.parameters) {
    if (parameter.name == "offset") continue;
    append_encoded(link, parameter.name);
    link += '=';
    append_encoded(link, parameter.value);
    link += '&';
  }
  return link + "cursor=";
}

std::string content_range(std::uint64_t offset, std::size_t size, std::uint64_t count) {
  std::string shown = "*";
  if (size > 0) shown = std::to_string(offset) + "-" + std::to_string(offset + size - 1);
  return shown + "/" + std::to_string(count);
}

}  // namespace

Result<Paging> parse_paging(const http::Request& request) {
  Paging paging;
  Result<std::vector<http::QueryParameter>> parameters = parameters_of(request.query);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  paging.parameters = std::move(*parameters);
  Result<std::optional<std::string>> cursor = take_parameter(paging.parameters, "cursor");
  if (!cursor) return std::unexpected(std::move(cursor.error()));
  paging.cursor = std::move(*cursor);
  const Result<std::optional<std::string>> count = take_parameter(paging.parameters, "count");
  if (!count) return std::unexpected(count.error());
  const bool has_offset =
      std::ranges::find(paging.parameters, "offset", &http::QueryParameter::name) != paging.parameters.end();
  if (paging.cursor && has_offset) return refuse("cursor", "It stands beside an offset.", "Leave out one of them.");
  if (*count) {
    const auto counted = counted_from(**count);
    if (!counted) {
      constexpr std::string_view words[] = {"exact", "planned", "estimated"};
      const std::string nearest = did_you_mean(**count, words);
      return refuse("count", "It takes exact, planned or estimated" + (nearest.empty() ? "." : nearest),
                    "Write count=exact.");
    }
    if (paging.cursor)
      return refuse("count", "Only the first page of a list is counted.", "Leave out the count, or the cursor.");
    paging.counted = *counted;
  } else if (const auto preferred = preferred_count(request); preferred && !paging.cursor) {
    paging.counted = *preferred;
    paging.count_preferred = true;
  }
  return paging;
}

void append_page_headers(const http::Request& request, const Paging& paging, const PageAsked& asked,
                         const RecordPage& page, http::Response& response) {
  const std::size_t size = std::max(page.records.size(), page.rows.size());
  if (page.count) {
    response.headers.emplace_back("Content-Range", content_range(asked.offset, size, *page.count));
    if (paging.count_preferred)
      response.headers.emplace_back("Preference-Applied", "count=" + std::string(word_of(paging.counted)));
  }
  if (page.records.empty() || page.records.size() < asked.limit) return;
  const std::string url = next_url(request.path, paging);
  const std::size_t left = url.size() < url_bytes_max ? url_bytes_max - url.size() : 0;
  if (const auto cursor = cursor_behind(asked.list, page.records.back(), left))
    response.headers.emplace_back("Link", "<" + url + *cursor + ">; rel=\"next\"");
}

}  // namespace banyan::api
