#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/config/settings.hpp"

namespace banyan::config {

// Settings whose text says where something is; each sets its part of the config or says what is wrong.

/// "10.0.0.1:8080", "[::1]:8080", "app-1.internal:8080"; nothing for anything else.
std::optional<Endpoint> parse_endpoint(std::string_view text);
/// The same for what a process listens on: a numeric address, or "localhost", which becomes 127.0.0.1.
std::optional<Endpoint> parse_listen(std::string_view text);

/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080".
std::optional<Refusal> set_listen(Server& server, std::string_view text);
std::optional<Refusal> set_port(Server& server, std::string_view text);
/// "sqlite:data/app.db", "postgres://user:password@host:5432/name". A path stays as it is written.
std::optional<Refusal> set_database_url(Database& database, std::string_view text);
/// "postgres://user:password@replica:5432/name", each with one host.
std::optional<Refusal> set_replicas(Database& database, std::vector<std::string> urls);
/// "memory:64MB", "redis://cache.internal" or "off".
std::optional<Refusal> set_cache_url(Cache& cache, std::string_view text);
/// "16MB" or "off".
std::optional<Refusal> set_cache_local(Cache& cache, std::string_view text);
/// "*" or "https://app.example.com".
std::optional<Refusal> check_origin(std::string_view text);

}  // namespace banyan::config
