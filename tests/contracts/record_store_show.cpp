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

std::string show(const Collection& collection, const Record& record) {
  std::string out = "{version=" + std::to_string(record.version);
  for (std::size_t i = 0; i < record.values.size(); ++i) {
    if (is_null(record.values[i])) continue;
    out += ", " + (i < collection.fields.size() ? collection.fields[i].name : "?") + "=" + show(record.values[i]);
  }
  return out + "}";
}

std::string show(const Collection& collection, const Filter& filter) {
  const auto child = [&](const Filter& each) { return show(collection, each); };
  switch (filter.kind) {
    case Filter::Kind::all: return "all(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::any: return "any(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::negation: return "not(" + joined(filter.children, ", ", child) + ")";
    case Filter::Kind::related: return "related(…)";
    case Filter::Kind::comparison: break;
  }
  const std::string operands = joined(filter.operands, ", ", [](const Value& value) { return show(value); });
  return collection.fields[filter.term.field].name + " " + std::string(word(filter.op)) + " [" + operands + "]";
}

std::string show(const Query& query) {
  std::string out = query.collection->name + " where " + show(*query.collection, query.filter);
  for (const OrderTerm& term : query.order) {
    out += ", by " + query.collection->fields[term.field.field].name + (term.descending ? " desc" : "") +
           (term.nulls_first ? " nulls first" : " nulls last");
  }
  return out + ", limit " + std::to_string(query.limit) + ", offset " + std::to_string(query.offset);
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
    if (write.kind == Write::Kind::create && is_null(change.value)) continue;
    out += " " + write.collection->fields[change.field].name + "=" + show(change.value);
  }
  return out;
}

std::string show(const WriteBatch& batch) {
  std::string out;
  for (std::size_t i = 0; i < batch.writes.size(); ++i) {
    out += "\n    [" + std::to_string(i) + "] " + show(batch.writes[i]);
  }
  return out;
}

std::string show(const Changed& changed) {
  const std::string key = to_string(changed.key) + " at " + std::to_string(changed.version);
  return key + (changed.record ? " " + show(*changed.key.collection, *changed.record) : " gone");
}

std::string show(const Error& error) {
  return std::string(to_string(error.code)) + " at [" +
         joined(error.fields, ", ", [](const FieldProblem& problem) { return problem.field; }) + "] (" + error.message +
         (error.detail.empty() ? "" : "; " + error.detail) + ")";
}

}  // namespace banyan::contracts
