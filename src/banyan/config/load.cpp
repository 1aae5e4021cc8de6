#include <algorithm>
#include <fstream>
#include <set>

#include "banyan/base/words.hpp"
#include "banyan/config/collections_reader.hpp"
#include "banyan/config/config.hpp"
#include "banyan/config/endpoints.hpp"
#include "banyan/config/fleet_check.hpp"
#include "banyan/config/fleet_settings.hpp"
#include "banyan/config/queries_reader.hpp"
#include "banyan/config/reading.hpp"
#include "banyan/config/settings.hpp"
#include "banyan/config/vocabulary.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t service_key_bytes_min = 16;
constexpr std::size_t service_key_bytes_max = 512;
constexpr std::string_view service_key_variable = "BANYAN_SERVICE_KEY";

// Names that platforms give by themselves, and the setting that each stands for.
struct CommonVariable {
  std::string_view name;
  std::string_view setting_variable;
};
constexpr CommonVariable common_variables[] = {
    {"PORT", "BANYAN_SERVER_LISTEN"}, {"DATABASE_URL", "BANYAN_DATABASE_URL"}, {"REDIS_URL", "BANYAN_CACHE_URL"}};

Given given_from(const toml::node& node) {
  Given given;
  if (const auto* text = node.as_string()) given.value = text->get();
  if (const auto* integer = node.as_integer()) given.value = integer->get();
  if (const auto* number = node.as_floating_point()) given.value = number->get();
  if (const auto* boolean = node.as_boolean()) given.value = boolean->get();
  if (const auto* array = node.as_array()) {
    std::vector<std::string> list;
    for (const auto& element : *array) {
      if (!element.is_string()) return {};
      list.push_back(element.as_string()->get());
    }
    given.value = std::move(list);
  }
  return given;
}

class Loader {
 public:
  Loader(const std::filesystem::path& file, const Environment& environment)
      : environment_(environment), problems_(file.string()), settings_(all_settings()) {
    config_.file = file;
    set_database_url(config_.database, config_.database.url);
  }

  std::expected<Config, std::vector<Problem>> load(std::string_view text) {
    text_ = text;
    try {
      read_file(toml::parse(text));
    } catch (const toml::parse_error& error) {
      problems_.add(error.source().begin, "not valid TOML: " + std::string(error.description()));
    }
    read_environment();
    check_together();
    resolve_tls();
    check_fleet();
    check_queries();
    warn_of_search();
    if (!problems_.empty()) return std::unexpected(problems_.take());
    resolve_paths();
    return std::move(config_);
  }

 private:
  void read_file(const toml::table& root) {
    for (const Entry& section : by_position(root)) {
      const auto vocabulary = section_vocabulary();
      if (std::ranges::find(vocabulary.words, section.name) == vocabulary.words.end())
        problems_.add(section.at, "unknown section " + in_quotes(section.name) + suggestion(section.name, vocabulary));
      else if (!section.node->is_table())
        problems_.add(section.at, in_quotes(section.name) + " is a section: [" + section.name + "]");
      else if (section.name == "collections")
        config_.schema = read_collections(*section.node->as_table(), text_, problems_);
      else if (section.name == "queries")
        queries_ = read_queries(*section.node->as_table(), text_, problems_);
      else
        read_section(section);
    }
    if (config_.schema.collections.empty())
      config_.warnings.push_back({config_.file.string(), 0, 0, "no collections are declared: there is nothing to serve",
                                  "For example: [collections.users] and below it fields.name = { type = \"text\" }"});
  }

  void read_section(const Entry& section) {
    for (const Entry& entry : by_position(*section.node->as_table())) {
      if (const Setting* setting = find_setting(section.name, entry.name)) {
        given_at_.insert_or_assign(setting->name(), entry.value_at());
        if (const auto refusal = setting->apply(config_, given_from(*entry.node)))
          problems_.add(entry.value_at(), setting->name() + " " + refusal->message, refusal->hint);
        continue;
      }
      std::vector<std::string_view> keys;
      for (const Setting& setting : settings_)
        if (setting.section == section.name) keys.push_back(setting.key);
      problems_.add(entry.at, "unknown key " + in_quotes(entry.name) + " in [" + section.name + "]" +
                                  did_you_mean(entry.name, keys));
    }
  }

  const Setting* find_setting(std::string_view section, std::string_view key) const {
    const auto is_it = [&](const Setting& setting) { return setting.section == section && setting.key == key; };
    const auto found = std::ranges::find_if(settings_, is_it);
    return found == settings_.end() ? nullptr : &*found;
  }

  const std::string* variable(std::string_view name) const {
    const auto found = environment_.find(name);
    return found == environment_.end() || found->second.empty() ? nullptr : &found->second;
  }

  void read_environment() {
    for (const auto& [name, setting_variable] : common_variables)
      if (const std::string* value = variable(name); value != nullptr && variable(setting_variable) == nullptr)
        refuse_variable(name, apply_common(name, *value));
    for (const Setting& setting : settings_)
      if (const std::string* value = variable(setting.variable()))
        refuse_variable(setting.variable(), setting.apply(config_, {*value, true}));
    if (const std::string* key = variable(service_key_variable)) refuse_variable(service_key_variable, set_key(*key));
    warn_of_unknown_variables();
  }

  std::optional<Refusal> apply_common(std::string_view name, const std::string& value) {
    if (name == "PORT") return set_port(config_.server, value);
    if (name == "DATABASE_URL") return set_database_url(config_.database, value);
    auto refusal = set_cache_url(config_.cache, value);
    if (refusal) refusal->hint += " Unset REDIS_URL, or set BANYAN_CACHE_URL, which goes before it.";
    return refusal;
  }

  void refuse_variable(std::string_view name, const std::optional<Refusal>& refusal) {
    if (refusal) problems_.add_without_place(std::string(name) + " " + refusal->message, refusal->hint);
  }

  std::optional<Refusal> set_key(const std::string& key) {
    const bool printable = std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
    if (!printable || key.size() < service_key_bytes_min || key.size() > service_key_bytes_max)
      return Refusal{"must have 16 to 512 printable ASCII characters without spaces",
                     "For example: openssl rand -hex 32"};
    config_.service_key = key;
    return std::nullopt;
  }

  void warn_of_search() {
    if (config_.database.kind != Database::Kind::sqlite) return;
    for (const Collection& collection : config_.schema.collections)
      if (!collection.search.empty())
        config_.warnings.push_back({config_.file.string(), 0, 0,
                                    collection.name + ": search is declared, and SQLite refuses requests that use it",
                                    "Keep the records in PostgreSQL, or use like and ilike."});
  }

  void warn_of_unknown_variables() {
    std::vector<std::string> names;
    for (const Setting& setting : settings_) names.push_back(setting.variable());
    names.emplace_back(service_key_variable);
    const std::vector<std::string_view> known(names.begin(), names.end());
    for (auto at = environment_.lower_bound("BANYAN_"); at != environment_.end() && at->first.starts_with("BANYAN_");
         ++at)
      if (std::ranges::find(known, at->first) == known.end())
        config_.warnings.push_back(
            {"", 0, 0, "unknown variable " + in_quotes(at->first) + did_you_mean(at->first, known), ""});
  }

  void check_together() {
    const Limits& limits = config_.server.limits;
    if (limits.body_bytes > limits.body_memory_bytes) refuse_order("limits.body", "limits.body_memory");
    if (config_.api.default_limit > config_.api.max_limit) refuse_order("api.default_limit", "api.max_limit");
    check_replicas();
  }

  void check_replicas() {
    if (config_.database.replicas.empty() || config_.database.kind == Database::Kind::postgres) return;
    const std::string message = "database.replicas needs a database of PostgreSQL in database.url";
    const std::string hint = "Name the primary there, or leave the replicas away.";
    const auto at = given_at_.find("database.replicas");
    if (at != given_at_.end()) return problems_.add(at->second, message, hint);
    problems_.add_without_place(message, hint);
  }

  void check_fleet() {
    place_counted_instances(config_.fleet);
    for (Conflict& conflict : fleet_conflicts(config_)) {
      auto at = given_at_.find(conflict.setting);
      if (at == given_at_.end()) at = given_at_.find("fleet.instances");
      if (at == given_at_.end())
        problems_.add_without_place(std::move(conflict.message), std::move(conflict.hint));
      else
        problems_.add(at->second, std::move(conflict.message), std::move(conflict.hint));
    }
    if (!config_.fleet.instances.empty() && config_.server.trusted_proxies.empty())
      config_.warnings.push_back({config_.file.string(), 0, 0,
                                  "server.trusted_proxies is empty: to the instances, every client is the balancer",
                                  "Give the addresses that the balancer connects from: [server] trusted_proxies = "
                                  "[\"127.0.0.1\"]"});
    const auto given = given_at_.lower_bound("fleet.");
    if (config_.fleet.instances.empty() && given != given_at_.end() && given->first.starts_with("fleet.") &&
        problems_.empty())
      problems_.add(given->second, given->first + " needs fleet.instances",
                    "Say how many there are, or where: instances = 3, or instances = [\"10.0.0.11:8080\"].");
  }

  // Which of its statements counts is known only when the environment has been read.
  void check_queries() {
    const bool on_postgres = config_.database.kind == Database::Kind::postgres;
    for (std::size_t i = 0; i < queries_.queries.size(); ++i) {
      const SavedQuery& query = queries_.queries[i];
      const bool has_none = query.postgres.empty() && query.sqlite.empty();  // Told already.
      if (has_none || !(on_postgres ? query.postgres : query.sqlite).empty()) continue;
      const std::string key = on_postgres ? "postgres" : "sqlite";
      problems_.add(queries_.places[i], "queries." + query.name + ": there is no statement for the database in use",
                    "Give it one: " + key + " = \"SELECT …\", or sql for both databases.");
    }
    config_.queries = std::move(queries_.queries);
  }

  void refuse_order(const std::string& smaller, const std::string& larger) {
    const std::string message = smaller + " must not be larger than " + larger;
    for (const std::string& name : {smaller, larger})
      if (const auto at = given_at_.find(name); at != given_at_.end()) return problems_.add(at->second, message);
    problems_.add_without_place(message);
  }

  // A balancer starts elsewhere: what is relative to the file must not be relative to where it starts.
  void resolve_tls() {
    const auto folder = std::filesystem::absolute(config_.file).parent_path();
    for (auto* path : {&config_.fleet.tls.certificate, &config_.fleet.tls.key})
      if (!path->empty()) *path = (folder / *path).lexically_normal();
  }

  void resolve_paths() {
    const auto folder = config_.file.parent_path();
    const bool has_file = config_.database.kind == Database::Kind::sqlite;
    if (has_file) config_.database.path = (folder / config_.database.path).lexically_normal();
    // Without a file, where SQLite's would be by default: who moves to PostgreSQL keeps the key.
    if (config_.service_key_file.empty())
      config_.service_key_file = (has_file ? config_.database.path.parent_path() : folder / "data") / "service.key";
    else
      config_.service_key_file = (folder / config_.service_key_file).lexically_normal();
  }

  const Environment& environment_;
  std::string_view text_;
  Problems problems_;
  std::vector<Setting> settings_;
  std::map<std::string, Position, std::less<>> given_at_;
  ReadQueries queries_;
  Config config_;
};

std::vector<Problem> unreadable(const std::filesystem::path& file, std::string why, std::string hint) {
  return {{file.string(), 0, 0, std::move(why), std::move(hint)}};
}

}  // namespace

std::string to_string(const Problem& problem) {
  std::string text = problem.file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
  text += (text.empty() ? "" : ": ") + problem.message;
  return problem.hint.empty() ? text : text + "\n  " + problem.hint;
}

std::expected<Config, std::vector<Problem>> load_text(std::string_view text, const std::filesystem::path& file,
                                                      const Environment& environment) {
  if (text.size() > file_bytes_max)
    return std::unexpected(unreadable(file, "is larger than 1 MiB", "A configuration is a file for people to read."));
  return Loader(file, environment).load(text);
}

std::expected<Config, std::vector<Problem>> load(const std::filesystem::path& file, const Environment& environment) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status))
    return std::unexpected(unreadable(file, "there is no such file", "`banyan init` writes one to start from."));
  std::ifstream stream(file, std::ios::binary);
  if (std::filesystem::is_directory(status) || !stream)
    return std::unexpected(unreadable(file, "cannot be read as a file", "Its kind or its permissions forbid it."));
  std::string text(file_bytes_max + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return load_text(text, file, environment);
}

}  // namespace banyan::config
