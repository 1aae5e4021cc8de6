#include "banyan/adapters/sqlite/keeper.hpp"

#include <algorithm>

#include "banyan/adapters/sqlite/dialect.hpp"
#include "banyan/adapters/sqlite/schema_reader.hpp"
#include "banyan/sql/schema_differences.hpp"

namespace banyan::sqlite {

Result<SchemaPlan> Keeper::plan() {
  auto shape = read_shape(connection_);
  if (!shape) return fail(std::move(shape.error()));
  SqliteProbe probe(connection_);
  return sql::schema_differences(schema_, *shape, probe, dialect, clock_.wall());
}

Result<void> Keeper::apply_additive(const SchemaPlan& plan) { return make_together(plan, true); }

Result<void> Keeper::apply_planned(const SchemaPlan& plan) { return make_together(plan, false); }

Result<void> Keeper::make_together(const SchemaPlan& plan, bool additive_only) {
  if (!may_change_) return fail(ErrorCode::unsupported, "the database was opened to be looked at only");
  if (auto done = connection_.execute("BEGIN IMMEDIATE"); !done) return done;
  auto done = make(plan, additive_only);
  if (done) done = connection_.execute("COMMIT");
  if (!done && connection_.in_transaction()) (void)connection_.execute("ROLLBACK");
  return done;
}

Result<void> Keeper::make(const SchemaPlan& wanted, bool additive_only) {
  // What still differs now, under the write lock; an earlier run may have made it already.
  auto current = plan();
  if (!current) return fail(std::move(current.error()));
  for (const SchemaDifference& difference : current->differences) {
    const bool asked_for = std::ranges::any_of(wanted.differences, [&](const SchemaDifference& one) {
      return one.kind == difference.kind && one.what == difference.what;
    });
    if ((additive_only && difference.kind != SchemaDifference::Kind::additive) || !asked_for) continue;
    for (const std::string& statement : difference.statements) {
      if (auto done = connection_.execute(statement.c_str()); !done) {
        done.error().message = "cannot " + difference.what + ": " + done.error().message;
        return done;
      }
    }
  }
  return {};
}

}  // namespace banyan::sqlite
