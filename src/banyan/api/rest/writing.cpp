#include "banyan/api/rest/writing.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api::rest {
namespace {

Error not_readable() {
  return Error(ErrorCode::internal, "The change was made, but cannot be shown.")
      .with_detail("a record as it was written cannot be read back");
}

Result<void> append_record(RecordPage& page, const Collection& collection, const services::Written& written) {
  const Result<boost::json::value> body = parse_json(written.record->body);
  if (!body || !body->is_object()) return fail(not_readable());
  Record record{.version = written.version, .values = std::vector<Value>(collection.fields.size())};
  std::vector<std::size_t> hidden;
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    const boost::json::value* member = body->get_object().if_contains(collection.fields[i].name);
    if (member == nullptr) {
      hidden.push_back(i);
      continue;
    }
    Result<Value> value = value_from_json(collection.fields[i], *member);
    if (!value) return fail(not_readable());
    record.values[i] = std::move(*value);
  }
  page.records.push_back(std::move(record));
  page.hidden.push_back(std::move(hidden));
  return {};
}

// Negative, 0 or positive, as `a` comes before `b`, with it, or after it.
int compare(const OrderTerm& term, const Record& a, const Record& b) {
  const Value left = value_of(term.field, a);
  const Value right = value_of(term.field, b);
  if (is_null(left) || is_null(right)) {
    if (is_null(left) && is_null(right)) return 0;
    return is_null(left) == term.nulls_first ? -1 : 1;
  }
  return term.descending ? -compare_values(left, right) : compare_values(left, right);
}

}  // namespace

Result<RecordPage> page_of(const Collection& collection, const std::vector<services::Written>& written) {
  RecordPage page;
  for (const services::Written& each : written) {
    if (!each.record || each.record->absent()) continue;
    if (Result<void> appended = append_record(page, collection, each); !appended)
      return std::unexpected(std::move(appended.error()));
  }
  return page;
}

Result<void> sort(RecordPage& page, const std::vector<OrderTerm>& order) {
  if (order.empty()) return {};
  if (std::ranges::any_of(order, [](const OrderTerm& term) { return term.of_reference.has_value(); }))
    return fail(Error(ErrorCode::unsupported, "What a write answers is ordered by its own fields only.")
                    .with_hint("Read it in that order afterwards."));
  std::vector<std::size_t> places(page.records.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::ranges::sort(places, [&](std::size_t a, std::size_t b) {
    for (const OrderTerm& term : order)
      if (const int result = compare(term, page.records[a], page.records[b]); result != 0) return result < 0;
    return a < b;
  });
  RecordPage sorted;
  for (const std::size_t place : places) {
    sorted.records.push_back(std::move(page.records[place]));
    sorted.hidden.push_back(std::move(page.hidden[place]));
  }
  page = std::move(sorted);
  return {};
}

bool has_embeds(const Selection& selection) noexcept {
  return std::ranges::any_of(
      selection.members, [](const Selection::Member& member) { return member.kind != Selection::Member::Kind::value; });
}

std::string content_range(const Preferences& preferences, std::size_t count) {
  return "*/" + (preferences.count ? std::to_string(count) : std::string("*"));
}

}  // namespace banyan::api::rest
