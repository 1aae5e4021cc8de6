#include "banyan/api/rest/shown.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "banyan/api/query/page_json.hpp"
#include "banyan/api/rest/csv.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::api::rest {
namespace {

using Member = Selection::Member;

constexpr std::string_view null_member = ":null";

// The length of the string that begins there, quotes included.
std::size_t string_length(std::string_view json) {
  std::size_t end = 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return std::min(end + 1, json.size());
}

// The names of columns, those of what is spread among them.
void append_names(std::vector<std::string_view>& names, const Selection& selection) {
  for (const Member& member : selection.members) {
    if (member.kind == Member::Kind::spread) {
      append_names(names, member.inner.front());
    } else {
      names.push_back(member.name);
    }
  }
}

// A text as it is, without quotes and escapes; all else as JSON has it, and null as nothing.
Result<void> append_cell(std::string& out, const Member& member, const RecordPage& page, std::size_t index) {
  if (member.kind == Member::Kind::value && member.shown_type() != FieldType::json) {
    const Result<Value> value = shown_value(member, page, index);
    if (!value) return std::unexpected(value.error());
    if (const std::string* text = std::get_if<std::string>(&*value)) {
      append_csv_field(out, *text);
      return {};
    }
  }
  std::string json;
  if (Result<void> appended = append_member(json, member, page, index); !appended) return appended;
  if (json != "null") append_csv_field(out, json);
  return {};
}

Result<void> append_cells(std::string& out, bool& first, const Selection& selection, const RecordPage& page,
                          std::size_t index) {
  for (const Member& member : selection.members) {
    if (member.kind == Member::Kind::spread) {
      const RecordPage& inner = page.embeds[member.embed].page;
      const EmbeddedPage::Span span = page.embeds[member.embed].spans[index];
      if (!member.single)
        return fail(Error(ErrorCode::unsupported, "Many records cannot be spread over the columns of CSV.")
                        .with_hint("Embed them without '...', or ask for JSON."));
      if (span.begin != span.end) {
        if (Result<void> appended = append_cells(out, first, member.inner.front(), inner, span.begin); !appended)
          return appended;
        continue;
      }
      std::vector<std::string_view> missing;
      append_names(missing, member.inner.front());
      const std::size_t commas = missing.size() - (first && !missing.empty() ? 1 : 0);
      out.append(commas, ',');
      first = first && missing.empty();
      continue;
    }
    if (!std::exchange(first, false)) out += ',';
    if (Result<void> appended = append_cell(out, member, page, index); !appended) return appended;
    if (out.size() > answer_bytes_max) return fail(answer_too_large());
  }
  return {};
}

Result<std::string> csv_of(const Selection& selection, const RecordPage& page) {
  std::string out;
  std::vector<std::string_view> names;
  append_names(names, selection);
  for (const std::string_view& name : names) {
    if (&name != &names.front()) out += ',';
    append_csv_field(out, name);
  }
  for (std::size_t i = 0; i < size_of(page); ++i) {
    out += '\n';
    bool first = true;
    if (Result<void> appended = append_cells(out, first, selection, page, i); !appended)
      return std::unexpected(std::move(appended.error()));
  }
  return out;
}

}  // namespace

std::size_t size_of(const RecordPage& page) noexcept { return std::max(page.records.size(), page.rows.size()); }

Error not_single(std::size_t count) {
  return Error(ErrorCode::invalid, "Cannot coerce the result to a single JSON object")
      .with_reason("not_single")
      .with_fields({{.field = "", .message = "The result contains " + std::to_string(count) + " rows"}});
}

std::string without_nulls(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    if (json.front() != '"') {
      out += json.front();
      json.remove_prefix(1);
      continue;
    }
    const std::size_t length = string_length(json);
    if (!json.substr(length).starts_with(null_member)) {
      out += json.substr(0, length);
      json.remove_prefix(length);
      continue;
    }
    json.remove_prefix(length + null_member.size());
    if (out.ends_with(',')) {
      out.pop_back();
    } else if (json.starts_with(',')) {
      json.remove_prefix(1);
    }
  }
  return out;
}

Result<std::string> shown(const Representation& representation, const Selection& selection, const RecordPage& page) {
  if (representation.form == Representation::Form::csv) return csv_of(selection, page);
  if (representation.single() && size_of(page) != 1) return fail(not_single(size_of(page)));
  std::string body;
  Result<void> appended =
      representation.single() ? append_record(body, selection, page, 0) : append_page(body, selection, page);
  if (!appended) return std::unexpected(std::move(appended.error()));
  if (representation.nulls_stripped) return without_nulls(body);
  return body;
}

}  // namespace banyan::api::rest
