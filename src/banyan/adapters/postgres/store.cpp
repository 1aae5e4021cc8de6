#include "banyan/adapters/postgres/store.hpp"

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/engine.hpp"
#include "banyan/adapters/postgres/keeper.hpp"
#include "banyan/adapters/postgres/schema_reader.hpp"

namespace banyan::postgres {
namespace {

/// As engines lock records: for the life of the deletion's version, and some days of clocks that disagree.
constexpr const char* forget_old_graves = "DELETE FROM \"_banyan_graves\" WHERE at < now() - interval '7 days'";

}  // namespace

struct Store::State {
  Options options;
  Parts parts;
  std::unique_ptr<Connection> connection;  ///< For the schema; closed at the start.
  std::function<void(const ForeignChange&)> on_foreign_change;
  std::unique_ptr<Engine> engine;

  Result<Keeper> keeper() {
    if (!connection) {
      auto opened = Connection::open(options, "schema");
      if (!opened) return fail(std::move(opened.error()));
      connection = std::make_unique<Connection>(std::move(*opened));
    }
    return Keeper(parts.schema, parts.clock, *connection);
  }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::~Store() { stop(); }

Result<std::unique_ptr<Store>> Store::open(Options options, Parts parts) {
  auto state = std::make_unique<State>(State{.options = std::move(options),
                                             .parts = parts,
                                             .connection = nullptr,
                                             .on_foreign_change = nullptr,
                                             .engine = nullptr});
  if (auto keeper = state->keeper(); !keeper) return fail(std::move(keeper.error()));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

void Store::on_foreign_change(std::function<void(const ForeignChange&)> call) {
  state_->on_foreign_change = std::move(call);
}

Result<void> Store::start() {
  if (auto keeper = state_->keeper(); !keeper) return fail(std::move(keeper.error()));
  if (auto done = state_->connection->execute(forget_old_graves); !done) return done;
  auto shape = read_shape(*state_->connection);
  if (!shape) return fail(std::move(shape.error()));
  state_->connection.reset();
  state_->engine =
      std::make_unique<Engine>(state_->options, state_->parts, std::move(*shape), state_->on_foreign_change);
  state_->engine->start();
  return {};
}

void Store::stop() {
  if (state_->engine) state_->engine->stop();
}

Task<Result<Record>> Store::find(const Context& context, const RecordKey& key, Source) {
  FindRequest request(context, state_->parts.clock.steady(), key);
  state_->engine->submit(request);
  co_return co_await request.completion;
}

Task<Result<RecordPage>> Store::list(const Context& context, Query query) {
  mend_patterns(query);
  ListRequest request(context, state_->parts.clock.steady(), query);
  state_->engine->submit(request);
  co_return co_await request.completion;
}

Task<Result<Applied>> Store::apply(const Context& context, WriteBatch batch) {
  if (batch.writes.empty()) co_return Applied();
  for (Write& write : batch.writes)
    for (Filter* filter : {&write.filter, &write.check, &write.conflict_check}) mend_patterns(*filter);
  WriteRequest request(context, state_->parts.clock.steady(), batch);
  state_->engine->submit(request);
  co_return co_await request.completion;
}

std::optional<std::string> Store::unready_reason() const {
  return state_->engine ? state_->engine->unready_reason() : "the store has not been started";
}

Result<SchemaPlan> Store::plan() {
  auto keeper = state_->keeper();
  if (!keeper) return fail(std::move(keeper.error()));
  return keeper->plan();
}

Result<void> Store::apply_additive(const SchemaPlan& plan) {
  auto keeper = state_->keeper();
  if (!keeper) return fail(std::move(keeper.error()));
  return keeper->apply_additive(plan);
}

Result<void> Store::apply_planned(const SchemaPlan& plan) {
  auto keeper = state_->keeper();
  if (!keeper) return fail(std::move(keeper.error()));
  return keeper->apply_planned(plan);
}

}  // namespace banyan::postgres
