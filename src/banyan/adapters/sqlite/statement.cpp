#include "banyan/adapters/sqlite/statement.hpp"

#include <cmath>

#include "banyan/base/utf8.hpp"

namespace banyan::sqlite {

void Statement::bind(int number, const Value& value) {
  switch (value.index()) {
    case 1: sqlite3_bind_int(get(), number, std::get<bool>(value) ? 1 : 0); break;
    case 2: sqlite3_bind_int64(get(), number, std::get<std::int64_t>(value)); break;
    case 3: sqlite3_bind_double(get(), number, std::get<double>(value)); break;
    case 4: bind(number, std::string_view(std::get<std::string>(value))); break;
    default: sqlite3_bind_null(get(), number); break;
  }
}

void Statement::bind(int number, std::string_view text) {
  sqlite3_bind_text64(get(), number, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}

std::string_view Statement::text(int column) {
  const auto* bytes = static_cast<const char*>(static_cast<const void*>(sqlite3_column_text(get(), column)));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(bytes, static_cast<std::size_t>(sqlite3_column_bytes(get(), column)));
}

bool read_value(Statement& statement, int column, Field::Storage storage, Value& value) {
  const int type = sqlite3_column_type(statement.get(), column);
  if (type == SQLITE_NULL) return value = Null{}, true;
  switch (storage) {
    case Field::Storage::boolean:
      if (type != SQLITE_INTEGER) return false;
      value = statement.integer(column) != 0;
      return true;
    case Field::Storage::integer:
      if (type != SQLITE_INTEGER) return false;
      value = statement.integer(column);
      return true;
    case Field::Storage::number: {
      const double number = sqlite3_column_double(statement.get(), column);
      if ((type != SQLITE_FLOAT && type != SQLITE_INTEGER) || !std::isfinite(number)) return false;
      value = number + 0.0;  // -0.0, as another program may have it, becomes 0.0
      return true;
    }
    case Field::Storage::text:
      if (type != SQLITE_TEXT) return false;
      value.emplace<std::string>(statement.text(column));
      return is_valid_utf8(std::get<std::string>(value));
  }
  return false;
}

bool read_record(Statement& statement, const Collection& collection, Record& record) {
  const std::size_t count = collection.fields.size();
  record.values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!read_value(statement, static_cast<int>(i), collection.fields[i].storage, record.values[i])) return false;
  }
  const std::int64_t version = statement.integer(static_cast<int>(count));
  record.version = static_cast<Version>(version);
  return version >= 1;  // 0 says "not there", and what is negative would be above all that ever comes
}

}  // namespace banyan::sqlite
