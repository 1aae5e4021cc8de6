#include <cstdlib>
#include <string>
#include <string_view>

#include "banyan/api/rest/csv.hpp"

// Any bytes: either a table that reads back the same when it is written, or an error that says something.
namespace {

using namespace banyan::api::rest;

void require(bool held) {
  if (!held) std::abort();
}

void append_line(std::string& out, const std::vector<CsvField>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    if (fields[i]) {
      append_csv_field(out, *fields[i]);
    } else {
      out += "NULL";  // Nothing would read as well, except alone in the last line, which is then a blank one.
    }
  }
  out += '\n';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::size_t rows_max = 50;
  const auto table = parse_csv({reinterpret_cast<const char*>(data), size}, rows_max);
  if (!table) {
    require(!table.error().message.empty() && table.error().message.size() < 1000);
    return 0;
  }
  require(!table->columns.empty() && table->rows.size() <= rows_max);
  std::string text;
  append_line(text, {table->columns.begin(), table->columns.end()});
  for (const auto& row : table->rows) {
    require(row.size() == table->columns.size());
    append_line(text, row);
  }
  const auto again = parse_csv(text, rows_max);
  require(again && again->columns == table->columns && again->rows == table->rows);
  return 0;
}
