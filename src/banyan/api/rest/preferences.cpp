#include "banyan/api/rest/preferences.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <string_view>
#include <utility>

#include "banyan/api/query/scanner.hpp"
#include "banyan/base/numbers.hpp"

namespace banyan::api::rest {
namespace {

constexpr std::string_view max_affected_word = "max-affected=";
constexpr std::string_view utc_words = "timezone=UTC";
/// Of what an error repeats.
constexpr std::size_t unknown_bytes_max = 200;

// The words of each kind, in the order of its enumeration.
constexpr std::string_view resolution_words[] = {"resolution=merge-duplicates", "resolution=ignore-duplicates"};
constexpr std::string_view missing_words[] = {"missing=null", "missing=default"};
constexpr std::string_view returns_words[] = {"return=minimal", "return=headers-only", "return=representation"};
constexpr std::string_view count_words[] = {"count=exact", "count=planned", "count=estimated"};
constexpr std::string_view transaction_words[] = {"tx=commit", "tx=rollback"};
constexpr std::string_view handling_words[] = {"handling=lenient", "handling=strict"};

template <typename Kind, std::size_t Count>
bool take(std::string_view word, const std::string_view (&words)[Count], std::optional<Kind>& slot) {
  for (std::size_t i = 0; i < Count; ++i) {
    if (words[i] != word) continue;
    if (!slot) slot = static_cast<Kind>(i);
    return true;
  }
  return false;
}

bool take_max_affected(std::string_view word, Preferences& preferences) {
  if (!word.starts_with(max_affected_word)) return false;
  word.remove_prefix(max_affected_word.size());
  const std::optional<std::uint64_t> number = parse_whole<std::uint64_t>(word);
  if (!number) return false;
  if (!preferences.max_affected) preferences.max_affected = number;
  return true;
}

bool take_word(std::string_view word, Preferences& preferences) {
  if (word == utc_words) return preferences.utc = true;
  return take(word, resolution_words, preferences.resolution) || take(word, missing_words, preferences.missing) ||
         take(word, returns_words, preferences.returns) || take(word, count_words, preferences.count) ||
         take(word, transaction_words, preferences.transaction) || take(word, handling_words, preferences.handling) ||
         take_max_affected(word, preferences);
}

template <typename Kind, std::size_t Count>
void append(std::string& out, const std::string_view (&words)[Count], const std::optional<Kind>& slot) {
  if (!slot) return;
  if (!out.empty()) out += ", ";
  out += words[static_cast<std::size_t>(*slot)];
}

}  // namespace

Result<Preferences> parse_preferences(std::span<const http::Header> headers) {
  Preferences preferences;
  std::string unknown;
  for (const http::Header& header : headers) {
    if (!boost::algorithm::iequals(header.name, "prefer")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view word = trimmed(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (word.empty() || take_word(word, preferences) || unknown.size() >= unknown_bytes_max) continue;
      unknown += (unknown.empty() ? "" : ", ") + std::string(word.substr(0, unknown_bytes_max));
    }
  }
  if (preferences.strict() && !unknown.empty())
    return fail(Error(ErrorCode::invalid, "Invalid preferences given with handling=strict")
                    .with_reason("invalid_preferences")
                    .with_fields({{.field = "Invalid preferences", .message = std::move(unknown)}}));
  return preferences;
}

std::string applied(const Preferences& preferences) {
  std::string out;
  append(out, resolution_words, preferences.resolution);
  append(out, missing_words, preferences.missing);
  append(out, returns_words, preferences.returns);
  append(out, count_words, preferences.count);
  append(out, transaction_words, preferences.transaction);
  append(out, handling_words, preferences.handling);
  if (preferences.utc) out += (out.empty() ? "" : ", ") + std::string(utc_words);
  if (preferences.strict() && preferences.max_affected)
    out += ", " + std::string(max_affected_word) + std::to_string(*preferences.max_affected);
  return out;
}

}  // namespace banyan::api::rest
