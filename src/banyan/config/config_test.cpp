#include "banyan/config/config.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "banyan/config/settings.hpp"
#include "banyan/config/starter.hpp"
#include "banyan/config/units.hpp"
#include "banyan/config/vocabulary.hpp"

namespace banyan::config {
namespace {

std::string joined(const std::vector<Problem>& problems) {
  std::string text;
  for (const Problem& problem : problems) text += to_string(problem) + "\n";
  return text;
}

Config loaded(std::string_view text, const Environment& environment = {}) {
  auto config = load_text(text, "/srv/app/banyan.toml", environment);
  if (config) return std::move(*config);
  ADD_FAILURE() << joined(config.error());
  return {};
}

TEST(Config, of_an_empty_file_is_all_defaults) {
  const Config config = loaded("");
  EXPECT_EQ(config.app_name, "banyan");
  EXPECT_EQ(config.server, Server{});
  EXPECT_EQ(config.cache, Cache{});
  EXPECT_EQ(config.log, Log{});
  EXPECT_EQ(config.metrics, Metrics{});
  EXPECT_EQ(config.api, Api{});
  EXPECT_EQ(config.fleet, Fleet{});
  EXPECT_EQ(config.database.path, "/srv/app/data/app.db");
  EXPECT_EQ(config.database.shown(), "/srv/app/data/app.db");
  EXPECT_EQ(config.service_key_file, "/srv/app/data/service.key");
  EXPECT_TRUE(config.service_key.empty());
  ASSERT_EQ(config.warnings.size(), 1U);
  EXPECT_EQ(config.warnings[0].message, "no collections are declared: there is nothing to serve");
}

TEST(Config, the_default_that_each_setting_states_is_the_one_it_has) {
  Config config;
  for (const Setting& setting : all_settings()) {
    if (setting.default_value.empty() || setting.kind == "list of texts") continue;
    Given given{setting.default_value, true};
    if (setting.default_value.front() == '"')
      given.value = setting.default_value.substr(1, setting.default_value.size() - 2);
    const auto refusal = setting.apply(config, given);
    EXPECT_FALSE(refusal) << setting.name() << " " << refusal->message;
  }
  EXPECT_EQ(config.app_name, Config{}.app_name);
  EXPECT_EQ(config.server, Server{});
  EXPECT_EQ(config.cache, Cache{});
  EXPECT_EQ(config.log, Log{});
  EXPECT_EQ(config.metrics, Metrics{});
  EXPECT_EQ(config.api, Api{});
  EXPECT_EQ(config.fleet, Fleet{});
}

constexpr std::string_view everything = R"toml(
[app]
name = "shop"
[server]
listen = "[::1]:9000"
loops = 3
trusted_proxies = ["10.0.0.0/8", "::1"]
[limits]
request_line = "1KiB"
headers = "2KB"
header_count = 9
body = "2MiB"
body_memory = "3MiB"
connections = 7
pipelined_requests = 5
header_timeout = "500ms"
body_timeout = "1s"
idle_timeout = "2m"
request_timeout = "3s"
write_timeout = "4s"
shutdown_timeout = "5s"
[cors]
origins = ["https://app.example.com", "http://localhost:3000"]
max_age = "1h"
[database]
url = "sqlite:../store/shop.db"
connections = 20
replicas = []
max_lag = "3s"
[cache]
url = "memory:1GiB"
local = "32MB"
ttl = "1m"
negative_ttl = "2s"
[log]
format = "json"
level = "warning"
access = false
[metrics]
access = "service"
[api]
default_limit = 10
max_limit = 20
max_batch = 30
anonymous_key = "everybody-knows"
[service_key]
file = "secrets/key"
[fleet]
instances = ["app-1.internal:9001 weight=3 max_connections=50"]
first_port = 4000
balancer = "nginx"
algorithm = "ip_hash"
listen = "0.0.0.0:443"
sticky = "route"
tls_certificate = "tls/full.pem"
tls_key = "/etc/tls/shop.pem"
tls_redirect = "0.0.0.0:80"
tls_hsts = "24h"
health_path = "/health/live"
health_interval = "3s"
health_timeout = "2s"
health_rise = 4
health_fall = 5
drain = "9s"
retries = 1
metrics = "off"
runtime_socket = "/run/shop.sock"
)toml";

Fleet everything_of_a_fleet() {
  return {.instances = {{{"app-1.internal", 9001}, 3, 50}},
          .first_port = 4000,
          .balancer = Fleet::Balancer::nginx,
          .algorithm = Fleet::Algorithm::ip_hash,
          .listen = {"0.0.0.0", 443},
          .sticky_cookie = "route",
          .tls = {"/srv/app/tls/full.pem", "/etc/tls/shop.pem", {"0.0.0.0", 80}, std::chrono::hours(24)},
          .health = {"/health/live", Millis(3'000), Millis(2'000), 4, 5},
          .drain = Millis(9'000),
          .retries = 1,
          .metrics = {},
          .runtime_socket = "/run/shop.sock"};
}

TEST(Config, takes_every_setting_from_the_file) {
  const Config config = loaded(everything);
  EXPECT_EQ(config.app_name, "shop");
  EXPECT_EQ(config.server.address, "::1");
  EXPECT_EQ(config.server.port, 9000);
  EXPECT_EQ(config.server.loops, 3U);
  EXPECT_EQ(config.server.trusted_proxies,
            (std::vector<AddressRange>{*parse_address_range("10.0.0.0/8"), *parse_address_range("::1")}));
  const Limits limits{
      1024,         2000,         9,           2 << 20, 3 << 20, 7, 5, Millis(500), Millis(1000), Millis(120'000),
      Millis(3000), Millis(4000), Millis(5000)};
  EXPECT_EQ(config.server.limits, limits);
  EXPECT_EQ(config.server.cors_origins, (std::vector<std::string>{"https://app.example.com", "http://localhost:3000"}));
  EXPECT_EQ(config.server.cors_max_age, std::chrono::hours(1));
  EXPECT_EQ(config.database.path, "/srv/store/shop.db");
  EXPECT_EQ(config.database.connections, 20U);
  EXPECT_EQ(config.database.max_lag, Millis(3'000));
  EXPECT_EQ(config.cache, (Cache{true, 1U << 30, Millis(60'000), Millis(2000), "", 32'000'000}));
  EXPECT_EQ(config.log, (Log{Log::Format::json, Log::Level::warning, false}));
  EXPECT_EQ(config.metrics.access, Metrics::Access::service);
  EXPECT_EQ(config.api, (Api{10, 20, 30, "everybody-knows"}));
  EXPECT_EQ(config.service_key_file, "/srv/app/secrets/key");
  EXPECT_EQ(config.fleet, everything_of_a_fleet());
  for (const Setting& setting : all_settings())
    EXPECT_NE(everything.find("\n" + setting.key + " = "), std::string_view::npos) << setting.name() << " is not tried";
}

TEST(Config, the_environment_goes_before_the_file) {
  const Config config = loaded(everything, {{"PORT", "8123"},
                                            {"DATABASE_URL", "sqlite:/var/lib/shop.db"},
                                            {"BANYAN_LIMITS_BODY", "3MiB"},
                                            {"BANYAN_API_MAX_LIMIT", "500"},
                                            {"BANYAN_LOG_ACCESS", "true"},
                                            {"BANYAN_LOG_FORMAT", "text"},
                                            {"BANYAN_CORS_ORIGINS", "https://a.example,https://b.example"},
                                            {"BANYAN_CACHE_URL", "off"},
                                            {"BANYAN_APP_NAME", ""},
                                            {"BANYAN_SERVICE_KEY", "0123456789abcdef"}});
  EXPECT_EQ(config.server.address, "::1");
  EXPECT_EQ(config.server.port, 8123);
  EXPECT_EQ(config.database.path, "/var/lib/shop.db");
  EXPECT_EQ(config.server.limits.body_bytes, 3U << 20);
  EXPECT_EQ(config.api.max_limit, 500U);
  EXPECT_TRUE(config.log.access);
  EXPECT_EQ(config.log.format, Log::Format::text);
  EXPECT_EQ(config.server.cors_origins.size(), 2U);
  EXPECT_FALSE(config.cache.enabled);
  EXPECT_EQ(config.app_name, "shop") << "what is set to nothing counts as not set";
  EXPECT_EQ(config.service_key, "0123456789abcdef");
}

TEST(Config, a_banyan_variable_goes_before_a_common_one) {
  const Config config = loaded("", {{"PORT", "1"},
                                    {"BANYAN_SERVER_LISTEN", "0.0.0.0:2"},
                                    {"REDIS_URL", "redis://elsewhere"},
                                    {"BANYAN_CACHE_URL", "memory:2MB"}});
  EXPECT_EQ(config.server.address, "0.0.0.0");
  EXPECT_EQ(config.server.port, 2);
  EXPECT_EQ(config.cache.bytes, 2'000'000U);
}

TEST(Config, a_postgres_database_has_replicas_from_the_file_or_the_environment) {
  const std::string text =
      "[database]\nurl = \"postgres://a/b\"\nreplicas = [\"postgres://c/b\", \"postgresql://u:p@d:5433/b\"]\n";
  EXPECT_EQ(loaded(text).database.replicas, (std::vector<std::string>{"postgres://c/b", "postgresql://u:p@d:5433/b"}));
  EXPECT_EQ(loaded(text, {{"BANYAN_DATABASE_REPLICAS", "postgres://e/b,postgres://f/b"}}).database.replicas,
            (std::vector<std::string>{"postgres://e/b", "postgres://f/b"}));
  EXPECT_EQ(loaded("").database.replicas, std::vector<std::string>());
}

TEST(Config, a_postgres_database_has_no_file_and_the_service_key_lies_where_sqlites_would_be_by_default) {
  const Config config = loaded("", {{"DATABASE_URL", "postgres://shop:s3cret%40@db:5433/shop?sslmode=require"}});
  EXPECT_EQ(config.database.kind, Database::Kind::postgres);
  EXPECT_EQ(config.database.url, "postgres://shop:s3cret%40@db:5433/shop?sslmode=require");
  EXPECT_EQ(config.database.path, "");
  EXPECT_EQ(config.database.shown(), "postgres://db:5433/shop");
  EXPECT_EQ(config.service_key_file, "/srv/app/data/service.key");
  EXPECT_EQ(loaded("", {{"BANYAN_DATABASE_URL", "postgres://a/b"}, {"DATABASE_URL", "sqlite:c"}}).database.url,
            "postgres://a/b");
}

TEST(Config, unknown_banyan_variables_are_warned_of) {
  const Config config = loaded("", {{"BANYAN_SERVER_LISTN", "x"}, {"BANYAN", "x"}, {"PATH", "/bin"}});
  ASSERT_EQ(config.warnings.size(), 2U);
  EXPECT_EQ(config.warnings[1].message, "unknown variable 'BANYAN_SERVER_LISTN', did you mean 'BANYAN_SERVER_LISTEN'?");
}

TEST(Config, a_search_that_sqlite_will_refuse_is_warned_of) {
  const char* const text = "[collections.notes]\nsearch = [\"title\"]\nfields.title.type = \"text\"\n";
  const Config config = loaded(text);
  ASSERT_EQ(config.warnings.size(), 1U);
  EXPECT_EQ(config.warnings[0].message, "notes: search is declared, and SQLite refuses requests that use it");
  EXPECT_TRUE(loaded(text, {{"DATABASE_URL", "postgres://a/b"}}).warnings.empty());
}

TEST(Config, of_a_file_that_is_not_there_says_how_to_make_one) {
  const auto config = load("/nowhere/banyan.toml", {});
  ASSERT_FALSE(config);
  EXPECT_EQ(joined(config.error()),
            "/nowhere/banyan.toml: there is no such file\n  `banyan init` writes one to start from.\n");
  EXPECT_FALSE(load("/", {}));
  EXPECT_FALSE(load_text(std::string(file_bytes_max + 1, '#'), "banyan.toml", {}));
}

TEST(Config, of_a_file_in_the_current_folder_stays_relative) {
  const auto config = load_text("", "banyan.toml", {});
  ASSERT_TRUE(config);
  EXPECT_EQ(config->database.path, "data/app.db");
  EXPECT_EQ(config->service_key_file, "data/service.key");
}

TEST(Starter, works_as_it_stands_whatever_the_application_is_called) {
  for (const std::string& name :
       std::vector<std::string>{"shop", "a \"quoted\\\n name", "", "é", std::string(5'000, 'x')}) {
    const Config config = loaded(starter_config(name));
    EXPECT_EQ(config.schema.collections.size(), 2U) << name;
    EXPECT_TRUE(config.warnings.empty()) << name;
  }
  EXPECT_EQ(loaded(starter_config("shop")).app_name, "shop");
}

TEST(Units, are_whole_numbers_with_a_unit) {
  EXPECT_EQ(parse_size("64MB"), 64'000'000U);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576U);
  EXPECT_EQ(parse_size("0B"), 0U);
  for (const char* bad : {"", "64", "MB", "64 MB", "64mb", "-1MB", "+1MB", "1.5MB", "64MBs", "99999999999999999999B",
                          "9999999999999999GB"})
    EXPECT_FALSE(parse_size(bad)) << bad;
  EXPECT_EQ(parse_duration("500ms"), Millis(500));
  EXPECT_EQ(parse_duration("2h"), Millis(7'200'000));
  for (const char* bad : {"", "5", "5 s", "s", "5S", "1d", "-5s", "0.5s", "99999999999h"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Vocabulary, has_the_words_of_core) {
  const auto words = type_vocabulary().words;
  EXPECT_EQ(std::vector(words.begin(), words.end()), field_type_words());
  for (const auto& [synonym, word] : type_vocabulary().synonyms) EXPECT_TRUE(field_type_from(word)) << synonym;
}

TEST(Vocabulary, knows_what_people_mean_by_other_words) {
  const std::pair<const char*, const char*> cases[] = {
      {"strng", "text"},         {"string", "text"},         {"varchar", "text"},         {"txt", "text"},
      {"Text", "text"},          {"int", "integer"},         {"bigint", "integer"},       {"intger", "integer"},
      {"float", "number"},       {"decimal", "number"},      {"bool", "boolean"},         {"boolen", "boolean"},
      {"datetime", "timestamp"}, {"date-time", "timestamp"}, {"time", "timestamp"},       {"jsonb", "json"},
      {"object", "json"},        {"guid", "uuid"},           {"mail", "email"},           {"uri", "url"},
      {"ref", "reference"},      {"relation", "reference"},  {"foreign_key", "reference"}};
  for (const auto& [given, meant] : cases)
    EXPECT_EQ(suggestion(given, type_vocabulary()), ", did you mean '" + std::string(meant) + "'?") << given;
  EXPECT_EQ(suggestion("quaternion", type_vocabulary()), "");
}

}  // namespace
}  // namespace banyan::config
