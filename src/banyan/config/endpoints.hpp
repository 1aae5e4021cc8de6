#pragma once

#include <optional>
#include <string_view>

#include "banyan/config/settings.hpp"

namespace banyan::config {

// Settings whose text says where something is; each sets its part of the config or says what is wrong.

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080".
std::optional<Refusal> set_listen(Server& server, std::string_view text);
std::optional<Refusal> set_port(Server& server, std::string_view text);
/// "sqlite:data/app.db", "postgres://user:password@host:5432/name". A path stays as it is written.
std::optional<Refusal> set_database_url(Database& database, std::string_view text);
/// "memory:64MB", "redis://cache.internal" or "off".
std::optional<Refusal> set_cache_url(Cache& cache, std::string_view text);
/// "16MB" or "off".
std::optional<Refusal> set_cache_local(Cache& cache, std::string_view text);
/// "*" or "https://app.example.com".
std::optional<Refusal> check_origin(std::string_view text);

}  // namespace banyan::config
