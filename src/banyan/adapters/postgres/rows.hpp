#pragma once

#include <string>
#include <vector>

#include "banyan/adapters/postgres/libpq.hpp"
#include "banyan/base/result.hpp"
#include "banyan/core/record.hpp"
#include "banyan/core/schema.hpp"

namespace banyan::postgres {

/// The field's canonical value from a text result, by the type that the result says its column has. False where it
/// holds what the field does not allow (another program wrote it: infinity, a year 10000, a number that no double
/// holds).
bool read_value(const PGresult* result, int row, int column, const Field& field, Value& value);
/// The collection's fields in order, then the version.
bool read_record(const PGresult* result, int row, const Collection& collection, Record& record);

/// What to say of a row that read_record() did not take.
Error damaged_record(const PGresult* result, int row, const Collection& collection);

/// Parameters of a statement in text, as libpq takes them.
class Parameters {
 public:
  void add(const Value& value);
  void add(std::int64_t number);
  void add_text(std::string_view text);
  void clear() noexcept { values_.clear(), bytes_.clear(); }
  int size() const noexcept { return static_cast<int>(values_.size()); }
  /// Valid until the next add().
  const char* const* values();

 private:
  struct Place {
    std::size_t begin;
    bool is_null;
  };
  std::vector<Place> values_;
  std::string bytes_;  ///< Each value and its terminator.
  std::vector<const char*> pointers_;
};

}  // namespace banyan::postgres
