#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "banyan/config/settings.hpp"

namespace banyan::config {

/// What is wrong with a URL of PostgreSQL, as libpq takes it (its manual, section 34.1.1.2):
/// `postgres://user:password@host:5432,other:5432/name?sslmode=verify-full`. It must name a database, and only
/// parameters that libpq knows. Nothing of the user, the password or the parameters' values is repeated.
std::optional<Refusal> check_postgres_url(std::string_view url);

/// `postgres://host:5432,other:5432/name` of a URL that is sound: what logs may show.
std::string shown_postgres_url(std::string_view url);

}  // namespace banyan::config
