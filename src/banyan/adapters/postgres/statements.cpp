#include "banyan/adapters/postgres/statements.hpp"

namespace banyan::postgres {

Oid parameter_type(const Field& field) noexcept {
  switch (field.storage) {
    case Field::Storage::boolean: return boolean_type;
    case Field::Storage::integer: return bigint_type;
    case Field::Storage::number: return double_type;
    case Field::Storage::text: return 0;
  }
  return 0;
}

Oid array_parameter_type(const Field& field) noexcept {
  return field.storage == Field::Storage::integer ? bigint_array_type : 0;
}

}  // namespace banyan::postgres
