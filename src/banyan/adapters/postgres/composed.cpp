#include "banyan/adapters/postgres/composed.hpp"

namespace banyan::postgres {
namespace {

/// Bound of PostgreSQL's protocol.
constexpr std::size_t parameters_max = 65'535;

// The types of its parameters follow from the text.
Statement statement_of(const sql::StatementText& made) {
  Statement statement{.text = made.text, .types = {}};
  for (const sql::Operand& operand : made.operands) statement.types.push_back(parameter_type(operand.type));
  return statement;
}

}  // namespace

std::optional<Error> add(Session& session, Statements& statements, const Result<sql::StatementText>& made) {
  if (!made) return made.error();
  if (made->operands.size() > parameters_max)
    return Error(ErrorCode::too_large, "the filter holds too many values").with_hint("split the request");
  Parameters parameters;
  for (const sql::Operand& operand : made->operands) parameters.add(*operand.value);
  session.add(statements.get(made->text, [&] { return statement_of(*made); }), parameters);
  return std::nullopt;
}

}  // namespace banyan::postgres
