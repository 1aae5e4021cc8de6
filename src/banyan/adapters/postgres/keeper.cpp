#include "banyan/adapters/postgres/keeper.hpp"

#include <algorithm>
#include <thread>

#include "banyan/adapters/postgres/agreement.hpp"
#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/schema_reader.hpp"
#include "banyan/adapters/postgres/triggers.hpp"
#include "banyan/sql/schema_differences.hpp"

namespace banyan::postgres {
namespace {

/// Of the advisory lock, in every database the same: "banyan" in ASCII.
constexpr const char* lock_key = "108170552795502";
/// How long others may be at it.
constexpr std::chrono::minutes turn_timeout{5};

constexpr const char* make_graves =
    "CREATE TABLE \"_banyan_graves\" (collection text NOT NULL, id text NOT NULL, version bigint NOT NULL, at "
    "timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (collection, id))";

/// Of a change that keeps others out: a lock that it waits for keeps others waiting behind it.
constexpr const char* brief_timeouts = "SET LOCAL lock_timeout = '500ms'; SET LOCAL statement_timeout = 0";
/// Of a change that lets others go on, and may wait for their transactions to end.
constexpr const char* long_timeouts = "SET lock_timeout = '10min'; SET statement_timeout = 0";
constexpr int brief_attempts_max = 40;

bool waited_for_a_lock(const Error& error) { return error.detail.find("55P03") != std::string::npos; }

}  // namespace

Result<SchemaPlan> Keeper::plan() {
  auto shape = read_shape(connection_);
  if (!shape) return fail(std::move(shape.error()));
  PostgresProbe probe(connection_);
  const PostgresDialect dialect;
  return sql::schema_differences(schema_, *shape, probe, dialect, clock_.wall());
}

// Asked again and again rather than waited for: a statement that waits keeps CREATE INDEX CONCURRENTLY of whoever has
// the lock from ending.
Result<void> Keeper::take_turn() {
  const auto until = std::chrono::steady_clock::now() + turn_timeout;
  while (true) {
    auto taken = connection_.query(std::string("SELECT pg_try_advisory_lock(") + lock_key + ")");
    if (!taken) return fail(std::move(taken.error()));
    if (text(taken->get(), 0, 0) == "t") return {};
    if (std::chrono::steady_clock::now() > until)
      return fail(Error(ErrorCode::unavailable, "another Banyan has been changing the tables for minutes")
                      .with_hint("wait until it is done, or end it"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

Result<void> Keeper::in_turn(const std::function<Result<void>()>& work) {
  if (auto done = take_turn(); !done) return done;
  auto done = work();
  auto released = connection_.execute(std::string("SELECT pg_advisory_unlock(") + lock_key + ")");
  return done ? released : done;
}

Result<void> Keeper::apply_additive(const SchemaPlan& plan) {
  return in_turn([&] { return make(plan); });
}

Result<SchemaPlan> Keeper::still_wanted(const SchemaPlan& wanted) {
  auto current = plan();
  if (!current) return current;
  std::erase_if(current->differences, [&](const SchemaDifference& difference) {
    return std::ranges::none_of(wanted.differences, [&](const SchemaDifference& one) {
      return one.kind == difference.kind && one.what == difference.what;
    });
  });
  return current;
}

Result<void> Keeper::make(const SchemaPlan& wanted) {
  auto current = still_wanted(wanted);
  if (!current) return fail(std::move(current.error()));
  std::erase_if(current->differences,
                [](const SchemaDifference& difference) { return difference.kind != SchemaDifference::Kind::additive; });
  auto own = missing_own();
  if (!own) return fail(std::move(own.error()));
  if (auto done = make_together(*own, *current); !done) return done;
  return make_apart(*current);
}

Result<void> Keeper::apply_planned(const SchemaPlan& wanted) {
  return in_turn([&]() -> Result<void> {
    auto current = still_wanted(wanted);
    if (!current) return fail(std::move(current.error()));
    auto own = missing_own();
    if (!own) return fail(std::move(own.error()));
    if (auto done = make_together(*own, {}); !done) return done;
    for (const SchemaDifference& difference : current->differences)
      if (auto done = make_one(difference); !done) return done;
    return {};
  });
}

Result<void> Keeper::make_one(const SchemaDifference& difference) {
  using Kind = SchemaDifference::Kind;
  if (difference.kind == Kind::additive && difference.apart) return make_apart({.differences = {difference}});
  if (!difference.apart) return briefly([&] { return run(difference); });
  for (const std::string& statement : difference.statements) {
    SchemaDifference step = difference;
    step.statements = {statement};
    if (auto done = briefly([&] { return run(step); }); !done) return done;
  }
  return {};
}

Result<void> Keeper::add_missing(std::vector<std::string>& missing, const char* table, const char* statement) {
  const std::vector<Value> parameters{std::string(table)};
  auto found = connection_.query(
      "SELECT 1 FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = $1", parameters);
  if (!found) return fail(std::move(found.error()));
  if (PQntuples(found->get()) == 0) missing.emplace_back(statement);
  return {};
}

// Looked for rather than made IF NOT EXISTS: a role that may not make tables can serve what is there.
Result<std::vector<std::string>> Keeper::missing_own() {
  std::vector<std::string> missing;
  Result<void> added = add_missing(missing, "_banyan_graves", make_graves);
  if (added && cache_use_) added = add_missing(missing, "_banyan_cache_use", make_cache_use);
  if (!added) return fail(std::move(added.error()));
  for (const TriggerFunction& function : trigger_functions) {
    const std::vector<Value> parameters{std::string(function.name), std::string(function.body)};
    auto found = connection_.query(
        "SELECT 1 FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname = $1 AND prosrc = $2",
        parameters);
    if (!found) return fail(std::move(found.error()));
    if (PQntuples(found->get()) == 0) missing.push_back(function.make());
  }
  return missing;
}

Result<void> Keeper::make_together(const std::vector<std::string>& own, const SchemaPlan& current) {
  const bool nothing_to_do = own.empty() && std::ranges::all_of(current.differences, &SchemaDifference::apart);
  if (nothing_to_do) return {};
  return briefly([&] {
    Result<void> done;
    for (const std::string& statement : own)
      if (done) done = connection_.execute(statement);
    for (const SchemaDifference& difference : current.differences)
      if (done && !difference.apart) done = run(difference);
    return done;
  });
}

Result<void> Keeper::briefly(const std::function<Result<void>()>& change) {
  for (int attempt = 1;; ++attempt) {
    if (auto done = connection_.execute(std::string("BEGIN; ") + brief_timeouts); !done) return done;
    Result<void> done = change();
    auto ended = connection_.execute(done ? "COMMIT" : "ROLLBACK");
    if (done) return ended;
    if (attempt == brief_attempts_max || !waited_for_a_lock(done.error())) return done;
    // Whoever waited behind it gets through meanwhile.
    std::this_thread::sleep_for(std::chrono::milliseconds(100 + 10 * attempt));
  }
}

Result<void> Keeper::make_apart(const SchemaPlan& current) {
  if (std::ranges::none_of(current.differences, &SchemaDifference::apart)) return {};
  if (auto set = connection_.execute(long_timeouts); !set) return set;
  for (const SchemaDifference& difference : current.differences) {
    if (!difference.apart) continue;
    if (auto done = run(difference); !done) return done;
  }
  return {};
}

Result<void> Keeper::run(const SchemaDifference& difference) {
  for (const std::string& statement : difference.statements) {
    if (auto done = connection_.execute(statement); !done) {
      done.error().message = "cannot " + difference.what + ": " + done.error().message;
      return done;
    }
  }
  return {};
}

}  // namespace banyan::postgres
