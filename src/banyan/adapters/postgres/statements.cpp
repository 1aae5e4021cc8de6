#include "banyan/adapters/postgres/statements.hpp"

namespace banyan::postgres {

Oid parameter_type(sql::ParameterType type) noexcept {
  switch (type) {
    case sql::ParameterType::boolean: return boolean_type;
    case sql::ParameterType::integer: return bigint_type;
    case sql::ParameterType::number: return double_type;
    case sql::ParameterType::integers: return bigint_array_type;
    case sql::ParameterType::placed: return 0;
  }
  return 0;
}

Oid parameter_type(const Field& field) noexcept { return parameter_type(sql::parameter_type(field.storage)); }

Oid array_parameter_type(const Field& field) noexcept {
  return field.storage == Field::Storage::integer ? bigint_array_type : 0;
}

}  // namespace banyan::postgres
