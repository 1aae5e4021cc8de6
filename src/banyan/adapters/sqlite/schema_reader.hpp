#pragma once

#include "banyan/adapters/sqlite/connection.hpp"
#include "banyan/sql/database_shape.hpp"

namespace banyan::sqlite {

/// What the database file has.
Result<sql::DatabaseShape> read_shape(Connection& connection);

/// Looks at the rows of a database. Thread safety and lifetime: those of the connection.
class SqliteProbe final : public sql::DataProbe {
 public:
  explicit SqliteProbe(Connection& connection) : connection_(connection) {}
  Result<bool> has_rows(const std::string& table) override;
  Result<std::optional<std::string>> row_without_value(const std::string& table, const std::string& column) override;
  Result<std::optional<std::string>> duplicate(const std::string& table,
                                               const std::vector<std::string>& columns) override;

 private:
  Connection& connection_;
};

}  // namespace banyan::sqlite
