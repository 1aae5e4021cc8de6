#include "banyan/adapters/postgres/connection.hpp"

#include <poll.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <ranges>

#include "banyan/adapters/postgres/errors.hpp"

namespace banyan::postgres {
namespace {

constexpr int oldest_version = 130'000;
/// How soon an attempt notices that it is to be given up.
constexpr std::chrono::milliseconds look_interval{100};

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using ParsedOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

using Settings = std::map<std::string, std::string, std::less<>>;

/// What the URL sets.
Result<Settings> parse(const std::string& url) {
  if (Result<void> loaded = load_libpq(); !loaded) return fail(std::move(loaded.error()));
  char* raw_problem = nullptr;
  const ParsedOptions parsed(PQconninfoParse(url.c_str(), &raw_problem));
  const std::unique_ptr<char, decltype(PQfreemem)> problem(raw_problem, PQfreemem);
  if (!parsed) {
    // What libpq says may quote the URL, and with it the password.
    return fail(Error(ErrorCode::invalid, "the URL of the database cannot be understood")
                    .with_hint("write it as postgres://user:password@host:5432/name"));
  }
  Settings settings;
  for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) settings.emplace(option->keyword, option->val);
  return settings;
}

Settings complete(Settings settings, const Options& options, const Purpose& purpose) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(options.connect_timeout).count();
  const Settings defaults{{"target_session_attrs", options.any_server ? "any" : "read-write"},
                          {"connect_timeout", std::to_string(std::max<std::int64_t>(seconds, 2))},
                          {"keepalives_idle", "5"},
                          {"keepalives_interval", "2"},
                          {"keepalives_count", "3"},
                          {"tcp_user_timeout", "20000"},
                          {"application_name", "banyan " + purpose.name}};
  for (const auto& [key, value] : defaults) settings.try_emplace(key, value);
  settings.insert_or_assign("client_encoding", "UTF8");
  return settings;
}

ConnectionHandle begin(const Settings& settings) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : settings) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  return ConnectionHandle(PQconnectStartParams(keys.data(), values.data(), 0));
}

/// Waits until libpq has what it waits for; false when the time is up or the attempt is given up.
bool wait(PGconn* connection, PostgresPollingStatusType status, std::chrono::steady_clock::time_point until,
          const std::atomic<bool>& give_up) {
  const short events = status == PGRES_POLLING_WRITING ? POLLOUT : POLLIN;
  while (!give_up && std::chrono::steady_clock::now() < until) {
    pollfd descriptor{.fd = PQsocket(connection), .events = events, .revents = 0};
    if (poll(&descriptor, 1, static_cast<int>(look_interval.count())) > 0) return true;
  }
  return false;
}

/// What a setting lists, with commas between.
std::vector<std::string> listed(const Settings& settings, std::string_view key) {
  std::vector<std::string> parts;
  if (const auto found = settings.find(key); found != settings.end())
    for (const auto part : std::views::split(found->second, ',')) parts.emplace_back(part.begin(), part.end());
  return parts;
}

/// The same for each of the hosts, in order. A list of another length stays whole: for libpq to use or to complain of.
std::vector<Settings> each_host(const Settings& settings) {
  const std::size_t count =
      std::max<std::size_t>(listed(settings, settings.contains("hostaddr") ? "hostaddr" : "host").size(), 1);
  std::vector<Settings> hosts(count, settings);
  for (const char* key : {"host", "hostaddr", "port"}) {
    const std::vector<std::string> parts = listed(settings, key);
    for (std::size_t place = 0; place < count && parts.size() == count; ++place) hosts[place][key] = parts[place];
  }
  return hosts;
}

Error no_answer() {
  return Error(ErrorCode::unavailable, "the database does not answer")
      .with_hint("look whether it runs, and whether host and port in database.url are right");
}

Result<ConnectionHandle> reach(const Settings& settings, std::chrono::steady_clock::time_point until,
                               const std::atomic<bool>& give_up) {
  ConnectionHandle connection = begin(settings);
  if (!connection) return fail(ErrorCode::unavailable, "out of memory");
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (PQstatus(connection.get()) != CONNECTION_BAD) {
    if (!wait(connection.get(), status, until, give_up)) return fail(no_answer());
    status = PQconnectPoll(connection.get());
    if (status == PGRES_POLLING_OK) return connection;
    if (status == PGRES_POLLING_FAILED) break;
  }
  return fail(connection_error(connection.get()));
}

/// Where a commit does not wait for its log to be written, the position read after it may lie before it.
constexpr const char* wait_for_the_log =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'; ";

/// What every session of Banyan rests on. Without JIT: what a rule or a filter of many conditions may cost is estimated
/// high enough to be compiled, which takes seconds where the statement takes milliseconds.
std::string session_settings(const Options& options, const Purpose& purpose) {
  const auto milliseconds = [](std::chrono::milliseconds time) { return std::to_string(time.count()); };
  return "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET extra_float_digits = 1; "
         "SET standard_conforming_strings = on; SET default_transaction_isolation = 'read committed'; "
         "SET default_transaction_deferrable = off; SET jit = off; SET statement_timeout = " +
         milliseconds(options.statement_timeout) + "; SET lock_timeout = " + milliseconds(options.lock_timeout) +
         "; SET idle_in_transaction_session_timeout = " + milliseconds(options.statement_timeout) +
         "; SELECT set_config('banyan.writer', 'on', false); " + (options.positions ? wait_for_the_log : "") +
         purpose.settings;
}

Result<void> check(PGconn* connection) {
  if (PQserverVersion(connection) < oldest_version) {
    return fail(
        Error(ErrorCode::invalid, "the database server is too old").with_hint("Banyan needs PostgreSQL 13 or later"));
  }
  const char* const encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return fail(Error(ErrorCode::invalid, "the database does not keep its text as UTF-8")
                    .with_hint("make one that does: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"));
  }
  return {};
}

/// PQexec, but not longer than that.
Result<void> execute(PGconn* connection, const std::string& text, std::chrono::steady_clock::time_point until,
                     const std::atomic<bool>& give_up) {
  if (PQsendQuery(connection, text.c_str()) == 0) return fail(connection_error(connection));
  Result<void> outcome;
  while (true) {
    while (PQisBusy(connection) != 0) {
      if (!wait(connection, PGRES_POLLING_READING, until, give_up)) return fail(no_answer());
      if (PQconsumeInput(connection) == 0) return fail(connection_error(connection));
    }
    const ResultHandle result(PQgetResult(connection));
    if (!result) return outcome;
    if (PQresultStatus(result.get()) != PGRES_FATAL_ERROR) continue;
    if (PQstatus(connection) != CONNECTION_OK) return fail(connection_error(connection));
    outcome = fail(error_from(result.get()));
  }
}

Result<ConnectionHandle> connect_one(const Settings& host, const Options& options, const Purpose& purpose,
                                     const std::atomic<bool>& give_up) {
  const auto until = std::chrono::steady_clock::now() + options.connect_timeout;
  auto connection = reach(host, until, give_up);
  if (!connection) return connection;
  PQsetNoticeProcessor(connection->get(), [](void*, const char*) {}, nullptr);
  if (auto fit = check(connection->get()); !fit) return fail(std::move(fit.error()));
  if (auto set = execute(connection->get(), session_settings(options, purpose), until, give_up); !set)
    return fail(std::move(set.error()));
  return connection;
}

}  // namespace

// libpq moves on to the next host by itself where one refuses; one that is silent would keep it from the others.
Result<ConnectionHandle> connect(const Options& options, const Purpose& purpose, const std::atomic<bool>& give_up) {
  auto settings = parse(options.url);
  if (!settings) return fail(std::move(settings.error()));
  const Settings all = complete(std::move(*settings), options, purpose);
  std::vector<Settings> hosts = each_host(all);
  if (all.at("target_session_attrs") == "prefer-standby") {
    const std::vector<Settings> any = hosts;
    for (Settings& host : hosts) host["target_session_attrs"] = "standby";
    hosts.insert(hosts.end(), any.begin(), any.end());
  }
  Result<ConnectionHandle> connection = fail(no_answer());
  std::string details;
  for (const Settings& host : hosts) {
    connection = connect_one(host, options, purpose, give_up);
    if (connection || give_up) return connection;
    details += (details.empty() ? "" : "; ") + connection.error().detail;
  }
  connection.error().detail = std::move(details);
  return connection;
}

std::string describe(const std::string& url) {
  const auto settings = parse(url);
  if (!settings) return "?";
  const auto value = [&](std::string_view key) {
    const auto found = settings->find(key);
    return found == settings->end() ? std::string() : found->second;
  };
  const std::string port = value("port");
  return value("host") + (port.empty() ? "" : ":" + port) + "/" + value("dbname");
}

Result<Connection> Connection::open(const Options& options, std::string_view purpose) {
  const std::atomic<bool> never = false;
  auto handle = connect(options, {.name = std::string(purpose)}, never);
  if (!handle) return fail(std::move(handle.error()));
  return Connection(std::move(*handle));
}

Result<ResultHandle> Connection::query(const std::string& text, std::span<const Value> parameters) {
  std::vector<std::string> texts;
  texts.reserve(parameters.size());
  std::vector<const char*> pointers;
  for (const Value& value : parameters) {
    if (banyan::is_null(value)) {
      pointers.push_back(nullptr);
      continue;
    }
    std::string& made = texts.emplace_back();
    if (const auto* given = std::get_if<std::string>(&value))
      made = *given;
    else if (const auto* flag = std::get_if<bool>(&value))
      made = *flag ? "t" : "f";
    else if (const auto* integer = std::get_if<std::int64_t>(&value))
      made = std::to_string(*integer);
    else
      made.resize(32),
          made.resize(static_cast<std::size_t>(
              std::to_chars(made.data(), made.data() + made.size(), std::get<double>(value)).ptr - made.data()));
    pointers.push_back(made.c_str());
  }
  ResultHandle result(PQexecParams(get(), text.c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(),
                                   nullptr, nullptr, 0));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
  if (!result || PQstatus(get()) != CONNECTION_OK) return fail(connection_error(get()));
  return fail(error_from(result.get()));
}

Result<void> Connection::execute(const std::string& text) {
  const ResultHandle result(PQexec(get(), text.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return {};
  if (!result || PQstatus(get()) != CONNECTION_OK) return fail(connection_error(get()));
  return fail(error_from(result.get()));
}

}  // namespace banyan::postgres
