#include "record_finder.hpp"

#include <limits>
#include <utility>

namespace banyan::app {
namespace {

constexpr std::string_view hexadecimal = "0123456789abcdef";

// The id just before that one in the order of ids; nothing before the first.
std::optional<Value> id_before(const Value& id) {
  if (const auto* integer = std::get_if<std::int64_t>(&id)) {
    if (*integer == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    return *integer - 1;
  }
  std::string text = std::get<std::string>(id);
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    if (*c == '-') continue;
    if (*c != '0') return *c = hexadecimal[hexadecimal.find(*c) - 1], Value(text);
    *c = 'f';
  }
  return std::nullopt;
}

}  // namespace

Result<Record> find_record(BulkSource& source, const Collection& collection, const Value& id) {
  auto records = source.read(collection, id_before(id), 1);
  if (!records) return std::unexpected(std::move(records.error()));
  if (!records->empty() && records->front().values.front() == id) return std::move(records->front());
  return fail(Error(ErrorCode::not_found, "There is no such record in " + collection.name + "."));
}

Result<void> FetchedRecord::fetch_behind(BulkSource& source, const Rule& rule) {
  for (const Rule::Hop& hop : rule.hops()) {
    const Value& id = record_.values[hop.reference];
    if (is_null(id) || behind_.contains(hop.reference)) continue;
    const Collection& target = schema_.collections[collection_.fields[hop.reference].reference_index];
    auto found = find_record(source, target, id);
    if (found)
      behind_.emplace(hop.reference, std::move(*found));
    else if (found.error().code != ErrorCode::not_found)
      return std::unexpected(std::move(found.error()));
  }
  return {};
}

const Value& FetchedRecord::related(std::size_t reference, std::size_t field) const {
  const auto found = behind_.find(reference);
  return found == behind_.end() ? null_ : found->second.values[field];
}

}  // namespace banyan::app
