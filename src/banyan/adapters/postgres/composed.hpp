#pragma once

#include <optional>

#include "banyan/adapters/postgres/session.hpp"
#include "banyan/base/result.hpp"
#include "banyan/sql/operands.hpp"

namespace banyan::postgres {

/// Adds a statement that was made for one request to the session's next exchange; or nothing, and says why.
std::optional<Error> add(Session& session, Statements& statements, const Result<sql::StatementText>& made);

}  // namespace banyan::postgres
