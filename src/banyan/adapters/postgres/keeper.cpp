#include "banyan/adapters/postgres/keeper.hpp"

#include <algorithm>
#include <thread>

#include "banyan/adapters/postgres/dialect.hpp"
#include "banyan/adapters/postgres/schema_reader.hpp"
#include "banyan/sql/schema_differences.hpp"

namespace banyan::postgres {
namespace {

/// Of the advisory lock, in every database the same: "banyan" in ASCII.
constexpr const char* lock_key = "108170552795502";
/// How long others may be at it.
constexpr std::chrono::minutes turn_timeout{5};

constexpr const char* make_graves =
    "CREATE TABLE IF NOT EXISTS \"_banyan_graves\" (collection text NOT NULL, id text NOT NULL, version bigint NOT "
    "NULL, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (collection, id))";

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

Result<void> Keeper::apply_additive(const SchemaPlan& plan) {
  if (auto done = take_turn(); !done) return done;
  auto done = make(plan);
  auto released = connection_.execute(std::string("SELECT pg_advisory_unlock(") + lock_key + ")");
  return done ? released : done;
}

Result<void> Keeper::make(const SchemaPlan& wanted) {
  // What still differs now; somebody else may have made it meanwhile.
  auto current = plan();
  if (!current) return fail(std::move(current.error()));
  std::erase_if(current->differences, [&](const SchemaDifference& difference) {
    const bool asked_for = std::ranges::any_of(wanted.differences, [&](const SchemaDifference& one) {
      return one.kind == difference.kind && one.what == difference.what;
    });
    return difference.kind != SchemaDifference::Kind::additive || !asked_for;
  });
  if (auto done = make_together(*current); !done) return done;
  return make_apart(*current);
}

Result<void> Keeper::make_together(const SchemaPlan& current) {
  if (auto done = connection_.execute("BEGIN"); !done) return done;
  Result<void> done = connection_.execute(make_graves);
  for (const SchemaDifference& difference : current.differences)
    if (done && !difference.apart) done = run(difference);
  auto ended = connection_.execute(done ? "COMMIT" : "ROLLBACK");
  return done ? ended : done;
}

Result<void> Keeper::make_apart(const SchemaPlan& current) {
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
