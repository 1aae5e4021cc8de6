#include "banyan/api/query/page_json.hpp"

#include <algorithm>

#include "banyan/core/record_json.hpp"

namespace banyan::api {
namespace {

using Member = Selection::Member;

void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
}

void append_value(std::string& out, FieldType type, const Value& value) {
  Field field;
  field.type = type;
  append_json(out, field, value);
}

// The common case, without a copy of the value.
const Value* stored_value(const Member& member, const RecordPage& page, std::size_t index) {
  if (member.cast) return nullptr;
  if (member.place) return &page.rows[index][*member.place];
  if (!member.term.path.empty() || member.term.function != Term::Function::none) return nullptr;
  return &page.records[index].values[member.term.field];
}

Result<void> append_values(std::string& out, const Member& member, const RecordPage& page, std::size_t index) {
  if (const Value* stored = stored_value(member, page, index)) {
    append_value(out, member.type, *stored);
    return {};
  }
  const Result<Value> value = shown_value(member, page, index);
  if (!value) return std::unexpected(value.error());
  append_value(out, member.shown_type(), *value);
  return {};
}

EmbeddedPage::Span span_of(const Member& member, const RecordPage& page, std::size_t index) {
  return page.embeds[member.embed].spans[index];
}

// Records that several others refer to are written once for each, so what is written outgrows what was read.
Result<void> bound(const std::string& out) {
  if (out.size() <= answer_bytes_max) return {};
  return fail(answer_too_large());
}

Result<void> append_embedded(std::string& out, const Member& member, const RecordPage& page, std::size_t index) {
  const EmbeddedPage::Span span = span_of(member, page, index);
  const RecordPage& embedded = page.embeds[member.embed].page;
  if (member.single) {
    if (span.begin != span.end) return append_record(out, member.inner.front(), embedded, span.begin);
    out += "null";
    return {};
  }
  out += '[';
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (i != span.begin) out += ',';
    if (Result<void> appended = append_record(out, member.inner.front(), embedded, i); !appended) return appended;
  }
  out += ']';
  return {};
}

Result<void> append_members(std::string& out, const Selection& selection, const RecordPage& page, std::size_t index);

void append_nulls(std::string& out, const Selection& selection) {
  for (const Member& member : selection.members) {
    if (member.kind == Member::Kind::spread) {
      append_nulls(out, member.inner.front());
    } else {
      append_name(out, member.name);
      out += "null";
    }
  }
}

Result<void> append_spread(std::string& out, const Member& member, const RecordPage& page, std::size_t index) {
  const EmbeddedPage::Span span = span_of(member, page, index);
  const RecordPage& embedded = page.embeds[member.embed].page;
  const Selection& inner = member.inner.front();
  if (member.single && span.begin != span.end) return append_members(out, inner, embedded, span.begin);
  if (member.single) {
    append_nulls(out, inner);
    return {};
  }
  for (const Member& each : inner.members) {
    append_name(out, each.name);
    out += '[';
    for (std::size_t i = span.begin; i < span.end; ++i) {
      if (i != span.begin) out += ',';
      if (Result<void> appended = append_member(out, each, embedded, i); !appended) return appended;
    }
    out += ']';
  }
  return {};
}

Result<void> append_members(std::string& out, const Selection& selection, const RecordPage& page, std::size_t index) {
  for (const Member& member : selection.members) {
    if (member.kind == Member::Kind::spread) {
      if (Result<void> appended = append_spread(out, member, page, index); !appended) return appended;
      continue;
    }
    if (is_hidden(member, page, index)) continue;
    append_name(out, member.name);
    if (Result<void> appended = append_member(out, member, page, index); !appended) return appended;
    if (Result<void> bounded = bound(out); !bounded) return bounded;
  }
  return {};
}

}  // namespace

Error answer_too_large() {
  return Error(ErrorCode::too_large, "the answer would hold more than " + std::to_string(answer_bytes_max) + " bytes")
      .with_reason("page_too_large")
      .with_hint("ask for fewer records with limit, or for fewer of their fields with select");
}

bool is_hidden(const Member& member, const RecordPage& page, std::size_t index) {
  if (page.hidden.empty() || member.place || member.kind != Member::Kind::value) return false;
  return std::ranges::find(page.hidden[index], member.term.field) != page.hidden[index].end();
}

Result<Value> shown_value(const Member& member, const RecordPage& page, std::size_t index) {
  if (is_hidden(member, page, index)) return Null();
  Value value = member.place ? page.rows[index][*member.place] : value_of(member.term, page.records[index]);
  if (!member.cast) return value;
  Result<Value> cast = cast_value(*member.cast, member.type, value);
  if (!cast) cast.error().message = member.name + ": " + cast.error().message;
  return cast;
}

Result<void> append_member(std::string& out, const Member& member, const RecordPage& page, std::size_t index) {
  if (member.kind == Member::Kind::embed) return append_embedded(out, member, page, index);
  if (!is_hidden(member, page, index)) return append_values(out, member, page, index);
  out += "null";
  return {};
}

Result<void> append_record(std::string& out, const Selection& selection, const RecordPage& page, std::size_t index) {
  if (selection.whole && (page.hidden.empty() || page.hidden[index].empty())) {
    append_json(out, *selection.collection, page.records[index]);
    return bound(out);
  }
  out += '{';
  Result<void> appended = append_members(out, selection, page, index);
  out += '}';
  return appended ? bound(out) : appended;
}

Result<void> append_page(std::string& out, const Selection& selection, const RecordPage& page) {
  const std::size_t size = std::max(page.records.size(), page.rows.size());
  out += '[';
  for (std::size_t i = 0; i < size; ++i) {
    if (i != 0) out += ',';
    if (Result<void> appended = append_record(out, selection, page, i); !appended) return appended;
  }
  out += ']';
  return {};
}

}  // namespace banyan::api
