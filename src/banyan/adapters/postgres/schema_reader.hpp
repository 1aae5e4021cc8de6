#pragma once

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/sql/database_shape.hpp"

namespace banyan::postgres {

/// What the schema that new tables go to has: its tables without Banyan's own. A column's type is as format_type() has
/// it; `enum name` for enums; with a COLLATE clause where it is not the database's own.
Result<sql::DatabaseShape> read_shape(Connection& connection);

/// Looks at the rows of a database. Thread safety and lifetime: those of the connection.
class PostgresProbe final : public sql::DataProbe {
 public:
  explicit PostgresProbe(Connection& connection) : connection_(connection) {}
  Result<bool> has_rows(const std::string& table) override;
  Result<std::optional<std::string>> row_without_value(const std::string& table, const std::string& column) override;
  Result<std::optional<std::string>> row_where(const std::string& table, const std::string& condition) override;
  Result<std::optional<std::string>> duplicate(const std::string& table,
                                               const std::vector<std::string>& columns) override;

 private:
  Connection& connection_;
};

}  // namespace banyan::postgres
