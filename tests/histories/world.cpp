#include "tests/histories/world.hpp"

#include <future>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "banyan/adapters/postgres/store.hpp"
#include "tests/servers/shared_postgres.hpp"

namespace banyan::histories {
namespace {

void expect(const Result<void>& done) {
  if (!done) throw std::runtime_error(done.error().message + " " + done.error().detail);
}

void make_tables(DurableStore& store) {
  const Result<SchemaPlan> plan = store.plan();
  if (!plan) throw std::runtime_error(plan.error().message);
  expect(store.apply_additive(*plan));
}

postgres::Options options_of(std::string url) {
  postgres::Options options;
  options.url = std::move(url);
  options.positions = true;
  return options;
}

Schema schema_of_notes() {
  Collection notes = services::testing::open_collection("notes", IdKind::uuid);
  notes.fields.push_back(services::testing::field("text"));
  return services::testing::completed({std::move(notes)});
}

}  // namespace

Instance::Instance(const Parts& parts, const InstanceSettings& settings) {
  open_store(parts);
  if (settings.around_agreement) {
    around_agreement_ = settings.around_agreement(*agreement_);
    agreement_ = around_agreement_.get();
  }
  RecordStore* store = store_.get();
  if (settings.around_store) {
    around_store_ = settings.around_store(*store);
    store = around_store_.get();
  }
  stepped_store_ = std::make_unique<SteppedStore>(*store, parts.steps, parts.commits);
  open_cache(parts, settings);
  records_ = std::make_unique<services::Records>(
      services::Records::Parts{parts.schema, *stepped_store_, *stepped_cache_, clock_, random_, metrics_});
  if (settings.hears) store_->on_foreign_change([this](const ForeignChange& change) { detach(forget(change)); });
  expect(store_->start());
  cache_->start();
}

Instance::~Instance() {
  store_->stop();
  cache_->stop();
  std::promise<void> idle;
  loop_.run([&idle] { idle.set_value(); });
  idle.get_future().wait();
}

void Instance::open_store(const Parts& parts) {
  auto opened = postgres::Store::open(options_of(parts.database_url), {parts.schema, clock_, log_, metrics_});
  if (!opened) throw std::runtime_error(opened.error().message);
  store_ = std::move(*opened);
  make_tables(*store_);
  agreement_ = store_->cache_agreement();
}

void Instance::open_cache(const Parts& parts, const InstanceSettings& settings) {
  redis::SharedCache::Settings shared;
  shared.client.url = parts.cache_url;
  shared.ticket_patience = settings.ticket_patience;
  shared.write_patience = settings.write_patience;
  std::unique_ptr<Cache> own;
  if (settings.own_copies) {
    const memory::Cache::Options options{.ticket_lifetime = redis::SharedCache::own_ticket_lifetime};
    auto kept = std::make_unique<memory::Cache>(options, memory::Cache::Parts{clock_, random_, metrics_});
    own_ = kept.get();
    own = std::move(kept);
    if (settings.around_own_copies) {
      own_behind_ = std::move(own);
      own = settings.around_own_copies(*own_behind_, parts.steps);
    }
  }
  auto made = redis::SharedCache::make(std::move(shared),
                                       {.parts = {.clock = clock_, .log = log_, .metrics = metrics_, .random = random_},
                                        .schema = parts.schema,
                                        .agreement = agreement_,
                                        .own = std::move(own),
                                        .changed = [this](std::string_view key) { records_->forget_readers(key); },
                                        .scripts = settings.scripts});
  if (!made) throw std::runtime_error(made.error().message);
  cache_ = std::move(*made);
  Cache* cache = cache_.get();
  if (settings.around_cache) {
    around_cache_ = settings.around_cache(*cache);
    cache = around_cache_.get();
  }
  stepped_cache_ = std::make_unique<SteppedCache>(*cache, parts.steps);
}

Task<void> Instance::forget(ForeignChange change) {
  const Context context{loop_, clock_, clock_.steady() + std::chrono::seconds(5)};
  (void)co_await records_->forget(context, std::move(change));
}

World::World(Steps& steps, std::vector<InstanceSettings> settings)
    : steps_(steps),
      settings_(std::move(settings)),
      schema_(schema_of_notes()),
      database_url_(testkit::shared_postgres().make_database()) {
  settings_.resize(instances, settings_.front());
  make_database();
  for (std::size_t i = 0; i < instances; ++i) {
    ways_.push_back(std::make_unique<testkit::TcpProxy>(redis_.port()));
    places_[i].instance = make(i);
  }
}

World::~World() = default;

void World::make_database() {
  SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  auto opened = postgres::Store::open(options_of(database_url_), {schema_, clock, log, metrics});
  if (!opened) throw std::runtime_error(opened.error().message);
  make_tables(**opened);
}

std::unique_ptr<Instance> World::make(std::size_t instance) {
  const Instance::Parts parts{.schema = schema_,
                              .database_url = database_url_,
                              .cache_url = redis_.url_through(ways_[instance]->port()),
                              .steps = steps_,
                              .commits = commits_};
  return std::make_unique<Instance>(parts, settings_[instance]);
}

World::Use World::use(std::size_t instance) {
  Place& place = places_[instance];
  std::shared_lock lock(place.mutex);
  return {.lock = std::move(lock), .instance = *place.instance};
}

void World::replace(std::size_t instance) {
  Place& place = places_[instance];
  use(instance).instance.die();
  const std::lock_guard lock(place.mutex);
  place.instance.reset();
  place.instance = make(instance);
}

void World::evict() {
  redis_.run({"EVAL", "for _, key in ipairs(redis.call('KEYS', 'b:*')) do redis.call('DEL', key) end", "0"});
}

std::uint64_t World::count(std::string_view name) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < instances; ++i) sum += use(i).instance.count(name);
  return sum;
}

std::uint64_t World::own_hits() {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < instances; ++i) sum += use(i).instance.own_hits();
  return sum;
}

std::uint64_t World::finds() {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < instances; ++i) sum += use(i).instance.finds();
  return sum;
}

}  // namespace banyan::histories
