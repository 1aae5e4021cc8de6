#include "tests/contracts/record_store_show.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace banyan::contracts {
namespace {

constexpr std::size_t text_bytes_max = 80;

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\'';
  for (const char c : text.substr(0, text_bytes_max)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || c == '\'') {
      out += "\\x";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      out += c;
    }
  }
  out += '\'';
  if (text.size() > text_bytes_max) out += "… (" + std::to_string(text.size()) + " bytes)";
}

std::string_view word(CompareOp op) {
  switch (op) {
    case CompareOp::eq: return "=";
    case CompareOp::neq: return "!=";
    case CompareOp::gt: return ">";
    case CompareOp::gte: return ">=";
    case CompareOp::lt: return "<";
    case CompareOp::lte: return "<=";
    case CompareOp::like: return "like";
    case CompareOp::ilike: return "ilike";
    case CompareOp::in: return "in";
    case CompareOp::is_null: return "is null";
    case CompareOp::is_true: return "is true";
    case CompareOp::is_false: return "is false";
    case CompareOp::json_contains: return "contains";
    case CompareOp::json_within: return "within";
    case CompareOp::search: return "search";
  }
  return "?";
}

template <typename Range, typename Each>
std::string joined(const Range& range, std::string_view separator, Each each) {
  std::string out;
  for (const auto& item : range) {
    if (!out.empty()) out += separator;
    out += each(item);
  }
  return out;
}

}  // namespace

std::string show(const Value& value) {
  if (is_null(value)) return "null";
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  std::string out;
  if (const auto* number = std::get_if<double>(&value)) {
    std::array<char, 40> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
    return out.append(digits.data(), end) + "d";
  }
  append_text(out, std::get<std::string>(value));
  return out;
}

std::string show(const std::vector<Value>& row) {
  return "(" + joined(row, ", ", [](const Value& value) { return show(value); }) + ")";
}

std::string show(const Collection& collection, const Term& term) {
  constexpr std::string_view functions[] = {"", "lower ", "upper ", "length "};
  constexpr std::string_view kinds[] = {" as value", " as text", " as number"};
  std::string out(functions[static_cast<std::size_t>(term.function)]);
  out += collection.fields[term.field].name;
  for (const std::string& step : term.path) out += "->" + show(Value(step));
  if (!term.path.empty()) out += kinds[static_cast<std::size_t>(term.json)];
  return out;
}

std::string show(const Collection& collection, const Record& record) {
  std::string out = "{version=" + std::to_string(record.version);
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (is_null(record.values[i])) continue;
    out += ", " + (i < collection.fields.size() ? collection.fields[i].name : "?") + "=" + show(record.values[i]);
  }
  return out + "}";
}

namespace {

std::string show(const Relation& relation) {
  switch (relation.kind) {
    case Relation::Kind::to_one: return relation.target->name + " by field " + std::to_string(relation.field);
    case Relation::Kind::to_many: return relation.target->name + "." + relation.target->fields[relation.field].name;
    case Relation::Kind::through: break;
  }
  const auto& fields = relation.through->fields;
  return relation.target->name + " through " + relation.through->name + "." + fields[relation.field].name + "." +
         fields[relation.through_field].name;
}

std::string show_related(const Filter& filter) {
  std::string out =
      "some " + show(filter.relation) + " where " + contracts::show(*filter.relation.target, filter.children.front());
  if (filter.children.size() > 1)
    out += " between where " + contracts::show(*filter.relation.through, filter.children[1]);
  return "(" + out + ")";
}

std::string show(const Collection& collection, const Aggregate& aggregate) {
  constexpr std::string_view names[] = {"count", "sum", "avg", "min", "max"};
  return std::string(names[static_cast<std::size_t>(aggregate.function)]) + "(" +
         (aggregate.term ? contracts::show(collection, *aggregate.term) : "") + ")";
}

std::string show_order(const Query& query, const OrderTerm& term) {
  const Collection& of = *query.collection;
  std::string out = ", by ";
  if (term.of_reference) {
    out += of.fields[*term.of_reference].name + "'s field " + std::to_string(term.field.field) + " ";
  }
  if (!term.of_reference) out += contracts::show(of, term.field);
  return out + (term.descending ? " desc" : "") + (term.nulls_first ? " nulls first" : " nulls last");
}

}  // namespace

std::string show(const Collection& collection, const Filter& filter) {
  const auto child = [&](const Filter& each) { return show(collection, each); };
  switch (filter.kind) {
    case Filter::Kind::all: return "all(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::any: return "any(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::negation: return "not(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::related: return show_related(filter);
    case Filter::Kind::comparison: break;
  }
  const std::string what = show(collection, filter.term) + " " + std::string(word(filter.op));
  if (filter.other)
    return what + " " +
           (filter.other_is_near ? "near field " + std::to_string(filter.other->field)
                                 : show(collection, *filter.other));
  return what + " [" + joined(filter.operands, ", ", [](const Value& value) { return show(value); }) + "]";
}

std::string show(const Query& query) {
  const Collection& of = *query.collection;
  std::string out = of.name + " where " + show(of, query.filter);
  if (query.grouping) {
    out += ", grouped by (" + joined(query.grouping->by, ", ", [&](const Term& term) { return show(of, term); }) + ") ";
    out += joined(query.grouping->aggregates, ", ", [&](const Aggregate& each) { return show(of, each); });
  }
  for (const OrderTerm& term : query.order) out += show_order(query, term);
  out += ", limit " + std::to_string(query.limit) + ", offset " + std::to_string(query.offset);
  if (query.counted != Counted::no) out += ", counted";
  for (const Embed& embed : query.embeds) {
    out += ", with [" + show(embed.relation) + ": " + show(embed.query);
    if (!embed.through_filter.is_all()) out += ", between where " + show(*embed.relation.through, embed.through_filter);
    out += "]";
  }
  return out;
}

std::string show(const Write& write) {
  std::string out;
  switch (write.kind) {
    case Write::Kind::create: out = "create " + write.collection->name; break;
    case Write::Kind::update: out = "update " + write.collection->name + ":" + show(write.id); break;
    case Write::Kind::update_matches: out = "update matches in " + write.collection->name; break;
    case Write::Kind::remove_matches: out = "remove matches in " + write.collection->name; break;
    case Write::Kind::upsert: out = "upsert " + write.collection->name; break;
    case Write::Kind::remove: out = "remove " + write.collection->name + ":" + show(write.id); break;
  }
  if (write.expected_version) out += " at version " + std::to_string(*write.expected_version);
  for (const FieldChange& change : write.changes) {
    const bool makes = write.kind == Write::Kind::create || write.kind == Write::Kind::upsert;
    if (makes && is_null(change.value)) continue;
    out += " " + write.collection->fields[change.field].name + "=" + show(change.value);
  }
  if (write.kind == Write::Kind::upsert) {
    out += " on conflict in (";
    for (const std::size_t field : write.conflict) out += write.collection->fields[field].name + " ";
    out += ") set";
    for (const FieldChange& change : write.on_conflict)
      out += " " + write.collection->fields[change.field].name + "=" + show(change.value);
  }
  if (!write.filter.is_all()) out += ", where " + show(*write.collection, write.filter);
  if (!write.check.is_all()) out += ", check " + show(*write.collection, write.check);
  if (!write.conflict_check.is_all()) out += ", conflict check " + show(*write.collection, write.conflict_check);
  if (write.matches_max < 10'000) out += ", at most " + std::to_string(write.matches_max);
  return out;
}

std::string show(const WriteBatch& batch) {
  std::string out = batch.rehearsal ? " as a rehearsal" : "";
  for (std::size_t i = 0; i < batch.writes.size(); ++i) {
    out += "\n    [" + std::to_string(i) + "] " + show(batch.writes[i]);
  }
  return out;
}

std::string show(const Changed& changed) {
  const std::string key = to_string(changed.key) + " at " + std::to_string(changed.version);
  return key + (changed.created ? " created" : "") +
         (changed.record ? " " + show(*changed.key.collection, *changed.record) : " gone") +
         (changed.before ? ", was " + show(*changed.key.collection, *changed.before) : "");
}

std::string show(const Error& error) {
  return std::string(to_string(error.code)) + " at [" +
         joined(error.fields, ", ", [](const FieldProblem& problem) { return problem.field; }) + "] (" + error.message +
         (error.detail.empty() ? "" : "; " + error.detail) + ")";
}

}  // namespace banyan::contracts
