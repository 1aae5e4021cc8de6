#include "banyan/adapters/sqlite/store.hpp"

#include <atomic>
#include <new>

#include "banyan/adapters/sqlite/database_file.hpp"
#include "banyan/adapters/sqlite/find_route.hpp"
#include "banyan/adapters/sqlite/in_place_readers.hpp"
#include "banyan/adapters/sqlite/keeper.hpp"
#include "banyan/adapters/sqlite/owner_lock.hpp"
#include "banyan/adapters/sqlite/read_pool.hpp"
#include "banyan/adapters/sqlite/writer.hpp"

namespace banyan::sqlite {
namespace {

std::int64_t nanoseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

Error busy_reading() {
  return Error(ErrorCode::overloaded, "too many reads wait for the database").with_hint("try again in a moment");
}

/// What the read answers, or why there is no memory for it: an exception would end the thread, and the process.
template <typename Read>
auto within_memory(Read&& read) -> decltype(read()) {
  try {
    return read();
  } catch (const std::bad_alloc&) {
    return fail(Error(ErrorCode::unavailable, "the server is short of memory").with_hint("try again in a moment"));
  }
}

Error not_serving() { return Error(ErrorCode::unavailable, "the database is not open for requests"); }

}  // namespace

struct Store::State {
  State(Options given, Parts given_parts, OwnerLock given_lock, Connection opened)
      : options(std::move(given)),
        parts(given_parts),
        lock(std::move(given_lock)),
        metrics(parts.metrics),
        writer_connection(parts.schema, parts.clock, options, writer_settings(options)),
        checkpointer(options, parts.clock, parts.log, metrics),
        pool(parts.schema, reader_settings(options), options, metrics),
        in_place(std::make_shared<InPlaceReaders>(parts.schema, in_place_settings(options), options.in_place_readers)),
        route(options.find_slow_us, options.find_fast_us, metrics.finds_are_pooled) {
    keeper.emplace(parts.schema, parts.clock, std::move(opened), true);
  }

  Options options;
  Parts parts;
  OwnerLock lock;
  StoreMetrics metrics;
  Health health;
  std::optional<Keeper> keeper;  ///< Until the store starts.
  WriterConnection writer_connection;
  Checkpointer checkpointer;
  std::optional<Writer> writer;
  ReadPool pool;
  std::shared_ptr<InPlaceReaders> in_place;  ///< Shared with what runs at the end of a loop's turn.
  std::atomic<std::uint64_t> commits = 0;    ///< Of the writer, each counted before it is acknowledged.
  FindRoute route;
  std::function<void(const ForeignChange&)> on_foreign_change;
  std::atomic<bool> serving = false;

  /// Finds of one turn of an event loop share a snapshot; this runs behind them. The reader must have been given back,
  /// for there are executors that run it at once.
  void end_snapshot_after_turn(Executor& executor, std::size_t place) {
    executor.run([readers = in_place, place] {
      if (const auto reader = readers->borrow_again(place)) reader->end_snapshot();
    });
  }

  /// Notes how long a read took on SQLite; in nanoseconds, for finds take few microseconds.
  void note_find(Duration duration) {
    const std::int64_t took = nanoseconds(duration);
    route.note(took);
    metrics.find_latency.observe(static_cast<std::uint64_t>(took) / 1000);
  }
};

namespace {

class ListJob final : public ReadJob {
 public:
  ListJob(const Context& context_, const Query& query, StoreMetrics& metrics)
      : ReadJob(context_), completion(context_.executor), query_(query), metrics_(metrics) {}

  void run(Reader& reader) override {
    auto page = within_memory([&] {
      const SteadyTime before = context.clock.steady();
      auto read = reader.list(context, query_);
      metrics_.list_latency.observe(static_cast<std::uint64_t>(nanoseconds(context.clock.steady() - before)) / 1000);
      return read;
    });
    completion.complete(std::move(page));
  }
  void refuse(Error error) override { completion.complete(fail(std::move(error))); }

  Completion<Result<RecordPage>> completion;

 private:
  const Query& query_;
  StoreMetrics& metrics_;
};

template <typename Note>
class FindJob final : public ReadJob {
 public:
  FindJob(const Context& context_, const RecordKey& key, Note note)
      : ReadJob(context_), completion(context_.executor), key_(key), note_(note) {}

  void run(Reader& reader) override {
    const SteadyTime before = context.clock.steady();
    auto record = within_memory([&] { return reader.find(key_); });
    note_(context.clock.steady() - before);
    completion.complete(std::move(record));
  }
  void refuse(Error error) override { completion.complete(fail(std::move(error))); }

  Completion<Result<Record>> completion;

 private:
  const RecordKey& key_;
  Note note_;
};

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Store>> Store::open(Options options, Parts parts) {
  if (auto done = prepare_place(options); !done) return fail(std::move(done.error()));
  auto lock = OwnerLock::take(options.file);
  if (!lock) return fail(std::move(lock.error()));
  auto connection = open_database(options);
  if (!connection) return fail(std::move(connection.error()));
  auto state = std::make_unique<State>(std::move(options), parts, std::move(*lock), std::move(*connection));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Result<std::unique_ptr<SchemaKeeper>> Store::open_for_plan(Options options, Parts parts) {
  auto connection = open_to_look(options);
  if (!connection) return fail(std::move(connection.error()));
  return std::make_unique<Keeper>(parts.schema, parts.clock, std::move(*connection), false);
}

void Store::stop() {
  state_->serving = false;
  if (state_->writer) state_->writer->stop();
  state_->checkpointer.stop();
  state_->pool.stop();
}

Store::~Store() {
  stop();
  State& state = *state_;
  state.in_place->close();
  state.writer_connection.close();
}

void Store::on_foreign_change(std::function<void(const ForeignChange&)> call) {
  state_->on_foreign_change = std::move(call);
}

void Store::note_commit() noexcept { state_->commits.fetch_add(1, std::memory_order_release); }

Result<void> Store::start() {
  State& state = *state_;
  if (!state.keeper) return fail(ErrorCode::invalid, "the store has started already");
  if (auto done = state.writer_connection.open(state.keeper->release()); !done) return done;
  state.keeper.reset();
  // Readers that find every table: what the schema asks for is there, and reads need no file handle later.
  if (auto done = state.pool.open(); !done) return done;
  if (auto done = state.checkpointer.start(); !done) return done;
  state.writer.emplace(state.options,
                       Writer::Parts{state.parts.clock, state.parts.log, state.metrics, state.health, state.commits,
                                     state.checkpointer, state.on_foreign_change},
                       state.writer_connection);
  state.writer->start();
  state.pool.start();
  state.serving = true;
  return {};
}

Task<Result<Record>> Store::find(const Context& context, const RecordKey& key, Source) {
  State& state = *state_;
  if (!state.serving.load(std::memory_order_acquire)) return Result<Record>(fail(not_serving()));
  if (state.route.in_place()) {
    const SteadyTime before = state.parts.clock.steady();
    if (before >= context.deadline || context.cancelled.load(std::memory_order_relaxed)) {
      return Result<Record>(fail(ErrorCode::deadline_exceeded, "the read began after its deadline"));
    }
    if (auto found = find_in_place(context, key, before)) return std::move(*found);
  }
  return find_in_pool(context, key);
}

std::optional<Result<Record>> Store::find_in_place(const Context& context, const RecordKey& key, SteadyTime began_at) {
  State& state = *state_;
  std::optional<Result<Record>> found;
  std::optional<std::size_t> snapshot_place;
  {
    const auto reader = state.in_place->borrow();
    if (!reader) return found;
    if (reader->keep_snapshot(state.commits.load(std::memory_order_acquire))) snapshot_place = reader.place();
    found.emplace(reader->find(key));
  }
  // A lock of another program, or no file handle left: the reader threads can wait, and have theirs.
  if (!*found && found->error().code == ErrorCode::unavailable) found.reset();
  if (snapshot_place) state.end_snapshot_after_turn(context.executor, *snapshot_place);
  state.note_find(state.parts.clock.steady() - began_at);
  if (found) state.metrics.finds_in_place.add();
  return found;
}

Task<Result<Record>> Store::find_in_pool(const Context& context, RecordKey key) {
  State& state = *state_;
  auto note = [&state](Duration duration) { state.note_find(duration); };
  FindJob<decltype(note)> job(context, key, note);
  if (!state.pool.push(job)) {
    state.metrics.reads_refused.add();
    co_return fail(busy_reading());
  }
  state.metrics.finds_pooled.add();
  co_return co_await job.completion;
}

Task<Result<RecordPage>> Store::list(const Context& context, Query query) {
  State& state = *state_;
  if (!state.serving.load(std::memory_order_acquire)) co_return fail(not_serving());
  ListJob job(context, query, state.metrics);
  if (!state.pool.push(job)) {
    state.metrics.reads_refused.add();
    co_return fail(busy_reading());
  }
  co_return co_await job.completion;
}

Task<Result<Applied>> Store::apply(const Context& context, WriteBatch batch) {
  State& state = *state_;
  if (!state.serving.load(std::memory_order_acquire)) co_return fail(not_serving());
  if (batch.writes.empty()) co_return Applied();
  if (batch.writes.size() > state.options.request_writes_max) {
    co_return fail(Error(ErrorCode::too_large, "the request has too many writes")
                       .with_hint("send at most " + std::to_string(state.options.request_writes_max) + " at once"));
  }
  WriteRequest request(context, std::move(batch));
  switch (state.writer->push(request)) {
    case Writer::Push::taken: break;
    case Writer::Push::stopped: co_return fail(not_serving());
    case Writer::Push::full:
      state.metrics.writes_refused.add();
      co_return fail(
          Error(ErrorCode::overloaded, "too many writes wait for the database").with_hint("try again in a moment"));
  }
  co_return co_await request.completion;
}

std::optional<std::string> Store::unready_reason() const {
  if (!state_->serving.load(std::memory_order_acquire)) return "the database has not started";
  return state_->health.reason();
}

Result<SchemaPlan> Store::plan() {
  if (state_->keeper) return state_->keeper->plan();
  auto keeper = open_for_plan(state_->options, state_->parts);
  if (!keeper) return fail(std::move(keeper.error()));
  return (*keeper)->plan();
}

Result<void> Store::apply_additive(const SchemaPlan& plan) {
  if (!state_->keeper) return fail(ErrorCode::unsupported, "the schema is changed before the store starts");
  return state_->keeper->apply_additive(plan);
}

Result<void> Store::apply_planned(const SchemaPlan& plan) {
  if (!state_->keeper) return fail(ErrorCode::unsupported, "the schema is changed before the store starts");
  return state_->keeper->apply_planned(plan);
}

}  // namespace banyan::sqlite
