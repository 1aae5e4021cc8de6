#include "banyan/api/query_parser.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "banyan/api/filter_parser.hpp"
#include "banyan/base/words.hpp"
#include "banyan/http/request.hpp"

namespace banyan::api {
namespace {

constexpr std::string_view select_word = "select";
constexpr std::string_view order_word = "order";
constexpr std::string_view limit_word = "limit";
constexpr std::string_view offset_word = "offset";

std::unexpected<Error> malformed(std::string message, std::string hint, std::string reason = "malformed_query") {
  return fail(Error(ErrorCode::invalid, std::move(message)).with_reason(std::move(reason)).with_hint(std::move(hint)));
}

std::string quoted(std::string_view text) { return "'" + std::string(text.substr(0, 64)) + "'"; }

Result<std::size_t> place_of(const Collection& collection, std::string_view name, bool parameter) {
  if (const auto place = collection.find_field(name)) return *place;
  std::vector<std::string_view> words = collection.field_names();
  if (parameter) words.insert(words.end(), {select_word, order_word, limit_word, offset_word});
  const std::string nearest = did_you_mean(name, words);
  std::string known;
  for (const std::string_view word : words) known += (known.empty() ? "" : ", ") + std::string(word);
  return malformed(quoted(name) + " is not a field of " + collection.name + (nearest.empty() ? "." : nearest),
                   "Known here: " + known + ".", "unknown_field");
}

// Says which parameter the error is about: every error names one.
std::unexpected<Error> of_parameter(std::string_view parameter, Error error) {
  const std::string name(parameter.substr(0, 64));
  error.fields = {FieldProblem{name, error.message}};
  if (!error.message.starts_with("'" + name + "'")) error.message = name + ": " + error.message;
  return std::unexpected(std::move(error));
}

// Calls `take` with each part between commas; stops at the first error.
template <typename Take>
Result<void> for_each_part(std::string_view list, Take take) {
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (Result<void> taken = take(list.substr(0, comma)); !taken) return taken;
    if (comma == list.size()) return {};
    list.remove_prefix(comma + 1);
  }
}

Result<std::vector<std::size_t>> parse_select(const Collection& collection, std::string_view text) {
  std::vector<std::size_t> places;
  Result<void> parsed = for_each_part(text, [&](std::string_view name) -> Result<void> {
    if (name == "*") {
      for (std::size_t i = 0; i < collection.fields.size(); ++i) places.push_back(i);
      return {};
    }
    Result<std::size_t> place = place_of(collection, name, false);
    if (!place) return std::unexpected(std::move(place.error()));
    places.push_back(*place);
    return {};
  });
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  std::vector<std::size_t> sorted = places;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end())
    return malformed(quoted(collection.fields[*twice].name) + " is named twice.", "Name each field once.");
  return places;
}

Result<OrderTerm> parse_order_term(const Collection& collection, std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  Result<std::size_t> place = place_of(collection, text.substr(0, dot), false);
  if (!place) return std::unexpected(std::move(place.error()));
  if (collection.fields[*place].type == FieldType::json)
    return malformed("A json field has no order.", "Order by another field.");
  OrderTerm term{*place, false, false};
  std::optional<bool> nulls_first;
  bool direction_seen = false;
  std::string_view rest = text.substr(dot);
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view word = rest.substr(0, rest.find('.'));
    rest.remove_prefix(word.size());
    if ((word == "asc" || word == "desc") && !direction_seen && !nulls_first) {
      term.descending = word == "desc";
      direction_seen = true;
    } else if ((word == "nullsfirst" || word == "nullslast") && !nulls_first) {
      nulls_first = word == "nullsfirst";
    } else {
      constexpr std::string_view words[] = {"asc", "desc", "nullsfirst", "nullslast"};
      const std::string nearest = did_you_mean(word, words);
      return malformed(quoted(word) + " does not belong there" + (nearest.empty() ? "." : nearest),
                       "Write order=field.desc.nullslast,other; both words may be left out.");
    }
  }
  term.nulls_first = nulls_first.value_or(term.descending);
  return term;
}

Result<std::vector<OrderTerm>> parse_order(const Collection& collection, std::string_view text) {
  std::vector<OrderTerm> terms;
  Result<void> parsed = for_each_part(text, [&](std::string_view part) -> Result<void> {
    Result<OrderTerm> term = parse_order_term(collection, part);
    if (!term) return std::unexpected(std::move(term.error()));
    const bool twice = std::ranges::any_of(terms, [&](const OrderTerm& known) { return known.field == term->field; });
    if (twice)
      return malformed(quoted(collection.fields[term->field.field].name) + " is named twice.", "Name each field once.");
    terms.push_back(*term);
    return {};
  });
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  return terms;
}

Result<std::uint64_t> parse_count(std::string_view name, std::string_view text, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || number > max)
    return malformed("'" + std::string(name) + "' takes a whole number from 0 to " + std::to_string(max) + ".",
                     "Ask for pages with limit and offset.");
  return number;
}

Result<std::vector<http::QueryParameter>> parameters_of(std::string_view raw) {
  auto parameters = http::parse_query(raw);
  if (!parameters)
    return malformed("The query string is not properly percent-encoded UTF-8.",
                     "Encode reserved characters, as curl does with -G --data-urlencode.");
  return std::move(*parameters);
}

class ListQueryParser {
 public:
  ListQueryParser(const Collection& collection, const QueryLimits& limits) : collection_(collection), limits_(limits) {
    parsed_.query.collection = &collection;
    parsed_.query.limit = limits.default_limit;
  }

  Result<void> take(const http::QueryParameter& parameter) {
    Result<void> taken = take_by_name(parameter);
    if (!taken) return of_parameter(parameter.name, std::move(taken.error()));
    return taken;
  }

  FlatQuery finish() && { return std::move(parsed_); }

 private:
  Result<void> take_by_name(const http::QueryParameter& parameter) {
    if (parameter.name == select_word) return once(select_word, [&] { return take_select(parameter.value); });
    if (parameter.name == order_word) return once(order_word, [&] { return take_order(parameter.value); });
    if (parameter.name == limit_word) return once(limit_word, [&] { return take_limit(parameter.value); });
    if (parameter.name == offset_word) return once(offset_word, [&] { return take_offset(parameter.value); });
    return take_filter(parameter);
  }

  template <typename Take>
  Result<void> once(std::string_view word, Take take) {
    if (std::ranges::find(seen_, word) != seen_.end())
      return malformed("'" + std::string(word) + "' is given twice.", "Give it once.");
    seen_.push_back(word);
    return take();
  }

  Result<void> take_select(std::string_view text) {
    auto select = parse_select(collection_, text);
    if (!select) return std::unexpected(std::move(select.error()));
    parsed_.select = std::move(*select);
    return {};
  }

  Result<void> take_order(std::string_view text) {
    auto order = parse_order(collection_, text);
    if (!order) return std::unexpected(std::move(order.error()));
    parsed_.query.order = std::move(*order);
    return {};
  }

  Result<void> take_limit(std::string_view text) {
    const auto count = parse_count(limit_word, text, limits_.max_limit);
    if (!count) return std::unexpected(count.error());
    parsed_.query.limit = static_cast<std::uint32_t>(*count);
    return {};
  }

  Result<void> take_offset(std::string_view text) {
    const auto count = parse_count(offset_word, text, 1'000'000'000'000);
    if (!count) return std::unexpected(count.error());
    parsed_.query.offset = *count;
    return {};
  }

  Result<void> take_filter(const http::QueryParameter& parameter) {
    constexpr std::string_view later[] = {"and",    "or",    "not.and", "not.or",
                                          "cursor", "count", "columns", "on_conflict"};
    if (std::ranges::find(later, parameter.name) != std::end(later))
      return fail(Error(ErrorCode::unsupported, quoted(parameter.name) + " is not offered by this version.")
                      .with_hint("Filters are joined by 'and'; page with limit and offset."));
    Result<std::size_t> place = place_of(collection_, parameter.name, true);
    if (!place) return std::unexpected(std::move(place.error()));
    std::vector<Filter>& filters = parsed_.query.filter.children;
    if (filters.size() == limits_.filter_count_max)
      return malformed("A query takes at most " + std::to_string(limits_.filter_count_max) + " filters.",
                       "Use 'in' for many values of one field.");
    Result<Filter> filter = parse_filter(collection_, *place, parameter.value, limits_.in_operands_max);
    if (!filter) {
      if (filter.error().reason.empty()) filter.error().reason = "malformed_query";
      if (filter.error().hint.empty())
        filter.error().hint = "Give a value of the field's type, " + type_of(*place) + ".";
      return std::unexpected(std::move(filter.error()));
    }
    filters.push_back(std::move(*filter));
    return {};
  }

  std::string type_of(std::size_t place) const { return std::string(to_string(collection_.fields[place].type)); }

  const Collection& collection_;
  const QueryLimits& limits_;
  FlatQuery parsed_;
  std::vector<std::string_view> seen_;
};

}  // namespace

Result<FlatQuery> parse_list_query(std::string_view raw, const Collection& collection, const QueryLimits& limits) {
  auto parameters = parameters_of(raw);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  ListQueryParser parser(collection, limits);
  for (const http::QueryParameter& parameter : *parameters) {
    if (Result<void> taken = parser.take(parameter); !taken) return std::unexpected(std::move(taken.error()));
  }
  return std::move(parser).finish();
}

Result<std::optional<std::vector<std::size_t>>> parse_record_query(std::string_view raw, const Collection& collection) {
  std::optional<std::vector<std::size_t>> select;
  if (raw.empty()) return select;
  auto parameters = parameters_of(raw);
  if (!parameters) return std::unexpected(std::move(parameters.error()));
  for (const http::QueryParameter& parameter : *parameters) {
    if (parameter.name != select_word || select) {
      const std::string name = quoted(parameter.name);
      auto refused = malformed(name + " is one too many: a single record takes one 'select' and no other parameter.",
                               "Filter on the collection instead: /" + collection.name + "?id=eq.1.");
      return of_parameter(parameter.name, std::move(refused.error()));
    }
    auto places = parse_select(collection, parameter.value);
    if (!places) return of_parameter(select_word, std::move(places.error()));
    select = std::move(*places);
  }
  return select;
}

}  // namespace banyan::api
