#include "banyan/adapters/postgres/store.hpp"

#include <algorithm>

#include "banyan/adapters/postgres/connection.hpp"
#include "banyan/adapters/postgres/engine.hpp"
#include "banyan/adapters/postgres/keeper.hpp"
#include "banyan/adapters/postgres/positions.hpp"
#include "banyan/adapters/postgres/replicas.hpp"
#include "banyan/adapters/postgres/schema_reader.hpp"

namespace banyan::postgres {
namespace {

/// As engines lock records: for the life of the deletion's version, and some days of clocks that disagree.
constexpr const char* forget_old_graves = "DELETE FROM \"_banyan_graves\" WHERE at < now() - interval '7 days'";

bool may_be_of_the_replica(ErrorCode code) {
  return code == ErrorCode::unavailable || code == ErrorCode::overloaded || code == ErrorCode::internal;
}

/// Whether the role may ask for what positions are made of.
Result<void> tells_positions(Connection& connection) {
  auto asked = connection.query(ask_primary_identity);
  if (!asked)
    return fail(
        Error(ErrorCode::unavailable, "the database does not tell how far its log is")
            .with_hint("GRANT EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() TO the role of Banyan")
            .with_detail(asked.error().detail));
  if (identity_from(asked->get()).system == 0) return fail(ErrorCode::unavailable, "the database has no identity");
  return {};
}

/// The agreement as others see it: asked on the thread of the engine.
class AgreementOfEngine final : public CacheAgreement {
 public:
  AgreementOfEngine(const std::unique_ptr<Engine>& engine, const Clock& clock) : engine_(engine), clock_(clock) {}

  Task<Result<Reading>> read(const Context& context, bool attended) override {
    if (!engine_) co_return fail(ErrorCode::unavailable, "the store has not been started");
    AgreementRequest request(context, clock_.steady(), attended);
    engine_->submit(request);
    co_return co_await request.completion;
  }

  Task<Result<Reading>> change(const Context& context, std::uint64_t view, bool on, std::string cache_id) override {
    if (!engine_) co_return fail(ErrorCode::unavailable, "the store has not been started");
    AgreementRequest::Change wanted{.view = view, .on = on, .cache_id = std::move(cache_id)};
    AgreementRequest request(context, clock_.steady(), std::move(wanted));
    engine_->submit(request);
    co_return co_await request.completion;
  }

 private:
  const std::unique_ptr<Engine>& engine_;
  const Clock& clock_;
};

}  // namespace

struct Store::State {
  State(Options of, Parts with) : options(std::move(of)), parts(with) {}

  Options options;
  Parts parts;
  std::unique_ptr<Connection> connection;  ///< For the schema; closed at the start.
  std::function<void(const ForeignChange&)> on_foreign_change;
  std::unique_ptr<Engine> engine;
  AgreementOfEngine agreement{engine, parts.clock};
  std::unique_ptr<Replicas> replicas;  ///< Null where there are none.

  /// Whether a replica may answer the read.
  bool may_be_elsewhere(const Context& context) {
    if (!replicas) return false;
    const bool held = std::max(context.position.hold_until, context.reached.hold_until) > context.clock.wall();
    if (!held && replicas->any_used()) return true;
    (held ? replicas->sources().held : replicas->sources().none).add();
    return false;
  }

  /// Whether what a replica answered is the answer, or the primary has to be asked.
  template <typename Request, typename Answer>
  bool settles(const Context& context, const Request& request, const Result<Answer>& answer) {
    if (!answer && may_be_of_the_replica(answer.error().code)) {
      (request.routed ? replicas->sources().failed : replicas->sources().behind).add();
      return false;
    }
    replicas->sources().by_replica.add();
    context.reached.fold(request.reached);
    return true;
  }

  Result<Keeper> keeper() {
    if (!connection) {
      auto opened = Connection::open(options, "schema");
      if (!opened) return fail(std::move(opened.error()));
      connection = std::make_unique<Connection>(std::move(*opened));
    }
    return Keeper(parts.schema, parts.clock, *connection, options.positions);
  }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Store::~Store() { stop(); }

Result<std::unique_ptr<Store>> Store::open(Options options, Parts parts) {
  auto state = std::make_unique<State>(std::move(options), parts);
  if (auto keeper = state->keeper(); !keeper) return fail(std::move(keeper.error()));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

void Store::on_foreign_change(std::function<void(const ForeignChange&)> call) {
  state_->on_foreign_change = std::move(call);
}

Result<void> Store::start() {
  if (auto keeper = state_->keeper(); !keeper) return fail(std::move(keeper.error()));
  if (auto done = state_->connection->execute(forget_old_graves); !done) return done;
  if (state_->options.positions)
    if (auto told = tells_positions(*state_->connection); !told) return told;
  auto shape = read_shape(*state_->connection);
  if (!shape) return fail(std::move(shape.error()));
  state_->connection.reset();
  if (!state_->options.replicas.empty())
    state_->replicas = std::make_unique<Replicas>(state_->options, state_->parts, *shape);
  state_->engine =
      std::make_unique<Engine>(state_->options, state_->parts, std::move(*shape), state_->on_foreign_change);
  state_->engine->start();
  if (state_->replicas) state_->replicas->start();
  return {};
}

void Store::stop() {
  if (state_->replicas) state_->replicas->stop();
  if (state_->engine) state_->engine->stop();
}

CacheAgreement* Store::cache_agreement() { return state_->options.positions ? &state_->agreement : nullptr; }

// Where there are no replicas, only the store's own coroutine is paid for.
Task<Result<Record>> Store::find(const Context& context, const RecordKey& key, Source source) {
  const bool elsewhere = source == Source::any && state_->may_be_elsewhere(context);
  if (elsewhere)
    if (auto found = co_await find_elsewhere(context, key)) co_return std::move(*found);
  FindRequest request(context, state_->parts.clock.steady(), key);
  state_->engine->submit(request);
  Result<Record> found = co_await request.completion;
  context.reached.fold(request.reached);
  if (source == Source::any && state_->replicas) state_->replicas->sources().by_primary.add();
  co_return found;
}

Task<std::optional<Result<Record>>> Store::find_elsewhere(const Context& context, const RecordKey& key) {
  FindRequest request(context, state_->parts.clock.steady(), key);
  state_->replicas->submit(request);
  Result<Record> found = co_await request.completion;
  if (!state_->settles(context, request, found)) co_return std::nullopt;
  co_return found;
}

Task<Result<RecordPage>> Store::list(const Context& context, Query query) {
  mend_patterns(query);
  if (query.source == Source::any && state_->may_be_elsewhere(context))
    if (auto page = co_await list_elsewhere(context, query)) co_return std::move(*page);
  ListRequest request(context, state_->parts.clock.steady(), query);
  state_->engine->submit(request);
  Result<RecordPage> page = co_await request.completion;
  context.reached.fold(request.reached);
  if (state_->replicas) state_->replicas->sources().by_primary.add();
  co_return page;
}

Task<std::optional<Result<RecordPage>>> Store::list_elsewhere(const Context& context, Query& query) {
  ListRequest request(context, state_->parts.clock.steady(), query);
  state_->replicas->submit(request);
  Result<RecordPage> page = co_await request.completion;
  if (!state_->settles(context, request, page)) co_return std::nullopt;
  co_return page;
}

Task<Result<Applied>> Store::apply(const Context& context, WriteBatch batch) {
  if (batch.writes.empty()) co_return Applied();
  for (Write& write : batch.writes)
    for (Filter* filter : {&write.filter, &write.check, &write.conflict_check}) mend_patterns(*filter);
  WriteRequest request(context, state_->parts.clock.steady(), batch);
  state_->engine->submit(request);
  Result<Applied> applied = co_await request.completion;
  context.reached.fold(request.reached);
  co_return applied;
}

std::optional<std::string> Store::unready_reason() const {
  if (!state_->engine) return "the store has not been started";
  std::optional<std::string> reason = state_->engine->unready_reason();
  if (reason && state_->replicas && state_->replicas->any_used()) *reason += " (replicas answer reads meanwhile)";
  return reason;
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
