#include "banyan/api/rest/csv.hpp"

#include <algorithm>
#include <utility>

#include "banyan/base/utf8.hpp"

namespace banyan::api::rest {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view null_word = "NULL";

Error malformed(std::string message) {
  return Error(ErrorCode::invalid, std::move(message))
      .with_reason("malformed_csv")
      .with_hint(
          "Send lines of fields between commas, the names of the fields first; fields with commas, quotes or "
          "line breaks stand in double quotes, and a quote in them is doubled.");
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  std::size_t line() const { return line_; }

  Result<std::vector<CsvField>> take_line() {
    std::vector<CsvField> fields;
    ++line_;
    while (true) {
      Result<CsvField> field = rest_.starts_with('"') ? take_quoted() : take_plain();
      if (!field) return std::unexpected(std::move(field.error()));
      fields.push_back(std::move(*field));
      if (rest_.starts_with(',')) {
        rest_.remove_prefix(1);
        continue;
      }
      if (rest_.starts_with("\r\n")) rest_.remove_prefix(1);
      if (rest_.starts_with('\n')) rest_.remove_prefix(1);
      return fields;
    }
  }

 private:
  Result<CsvField> take_plain() {
    const std::size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
    std::string_view text = rest_.substr(0, end);
    if (end < rest_.size() && rest_[end] == '\n' && text.ends_with('\r')) text.remove_suffix(1);
    if (text.contains('"') || text.contains('\r'))
      return fail(malformed("Line " + std::to_string(line_) +
                            ": a field with quotes or line breaks in it must stand "
                            "in double quotes."));
    rest_.remove_prefix(text.size());
    if (text.empty() || text == null_word) return CsvField();
    return CsvField(text);
  }

  Result<CsvField> take_quoted() {
    const std::size_t began_at = line_;
    std::string text;
    rest_.remove_prefix(1);
    while (true) {
      const std::size_t quote = rest_.find('"');
      if (quote == std::string_view::npos)
        return fail(malformed("Line " + std::to_string(began_at) + ": the quotes of a field do not end."));
      line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, quote), '\n'));
      text += rest_.substr(0, quote);
      rest_.remove_prefix(quote + 1);
      if (!rest_.starts_with('"')) break;
      text += '"';
      rest_.remove_prefix(1);
    }
    if (rest_.empty() || rest_.starts_with(',') || rest_.starts_with('\n') || rest_.starts_with("\r\n"))
      return CsvField(std::move(text));
    return fail(malformed("Line " + std::to_string(line_) + ": something follows the quotes of a field."));
  }

  std::string_view rest_;
  std::size_t line_ = 0;
};

Result<std::vector<std::string>> names_of(std::vector<CsvField> fields) {
  std::vector<std::string> names;
  for (CsvField& field : fields) {
    if (!field || field->empty()) return fail(malformed("The first line must name every column."));
    names.push_back(std::move(*field));
  }
  std::vector<std::string> sorted = names;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    return fail(malformed("The first line names a column twice."));
  return names;
}

}  // namespace

Result<CsvTable> parse_csv(std::string_view text, std::size_t rows_max) {
  if (!is_valid_utf8(text)) return fail(malformed("The body is not UTF-8."));
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.empty()) return fail(malformed("The body is empty."));
  // What ends with a blank line has no record of nulls there.
  while (text.ends_with("\n\n") || text.ends_with("\n\r\n")) text.remove_suffix(text.ends_with("\r\n") ? 2 : 1);
  Reader reader(text);
  CsvTable table;
  Result<std::vector<CsvField>> first = reader.take_line();
  if (!first) return std::unexpected(std::move(first.error()));
  Result<std::vector<std::string>> names = names_of(std::move(*first));
  if (!names) return std::unexpected(std::move(names.error()));
  table.columns = std::move(*names);
  while (!reader.at_end()) {
    Result<std::vector<CsvField>> row = reader.take_line();
    if (!row) return std::unexpected(std::move(row.error()));
    if (row->size() != table.columns.size())
      return fail(malformed("All lines must have same number of fields")
                      .with_hint("Line " + std::to_string(reader.line()) + " has " + std::to_string(row->size()) +
                                 ", the first line " + std::to_string(table.columns.size()) + "."));
    if (table.rows.size() == rows_max)
      return fail(Error(ErrorCode::too_large, "More than " + std::to_string(rows_max) + " lines.")
                      .with_hint("Send them in several requests."));
    table.rows.push_back(std::move(*row));
  }
  return table;
}

void append_csv_field(std::string& out, std::string_view text) {
  const bool quoted = text.empty() || text == null_word || text.starts_with(byte_order_mark) ||
                      text.find_first_of("\",\r\n") != std::string_view::npos;
  if (!quoted) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace banyan::api::rest
