#include "instance.hpp"

#include <malloc.h>

#include <sstream>
#include <utility>

#include "banyan/observe/process_metrics.hpp"
#include "open_store.hpp"
#include "report.hpp"
#include "service_key_file.hpp"

namespace banyan::app {
namespace {

http::ServerOptions server_options(const config::Server& settings, bool positions) {
  http::ServerOptions options;
  options.loops = settings.loops;
  options.limits.request_line_bytes = settings.limits.request_line_bytes;
  options.limits.header_bytes = settings.limits.header_bytes;
  options.limits.header_count = settings.limits.header_count;
  options.limits.body_bytes = settings.limits.body_bytes;
  options.limits.body_memory_bytes = settings.limits.body_memory_bytes;
  options.limits.connections = settings.limits.connections;
  options.limits.pipelined_requests = settings.limits.pipelined_requests;
  options.limits.header_timeout = settings.limits.header_timeout;
  options.limits.body_timeout = settings.limits.body_timeout;
  options.limits.idle_timeout = settings.limits.idle_timeout;
  options.limits.request_timeout = settings.limits.request_timeout;
  options.limits.write_timeout = settings.limits.write_timeout;
  options.limits.shutdown_timeout = settings.limits.shutdown_timeout;
  options.cors.origins = settings.cors_origins;
  options.cors.max_age = settings.cors_max_age;
  options.trusted_proxies = settings.trusted_proxies;
  if (positions) options.cors.exposed = {std::string(api::PositionHeader::name)};
  return options;
}

observe::LogFormat log_format(config::Log::Format format) {
  switch (format) {
    case config::Log::Format::json: return observe::LogFormat::json;
    case config::Log::Format::text: return observe::LogFormat::text;
    case config::Log::Format::automatic: break;
  }
  return observe::LogFormat::automatic;
}

LogLevel log_level(config::Log::Level level) {
  switch (level) {
    case config::Log::Level::debug: return LogLevel::debug;
    case config::Log::Level::info: return LogLevel::info;
    case config::Log::Level::warning: return LogLevel::warning;
    case config::Log::Level::error: break;
  }
  return LogLevel::error;
}

observe::OperatorLogOptions log_options(const config::Log& settings) {
  observe::OperatorLogOptions options;
  options.format = log_format(settings.format);
  options.level = log_level(settings.level);
  return options;
}

std::unique_ptr<AccessLog> make_access_log(const config::Log& settings, Metrics& metrics) {
  if (!settings.access) return std::make_unique<observe::NullAccessLog>();
  observe::AccessLogOptions options;
  options.format = log_format(settings.format);
  return std::make_unique<observe::BackgroundAccessLog>(options, metrics);
}

Error refused_by_differences(const SchemaPlan& plan) {
  std::ostringstream text;
  describe(plan, text);
  return Error(ErrorCode::unavailable,
               "The database differs from the configuration in a way that is not mended by itself.")
      .with_detail(text.str())
      .with_hint("See `banyan schema plan`; nothing was changed.");
}

}  // namespace

Instance::Instance(const config::Config& config, const Composition& composition)
    : config_(config),
      composition_(composition),
      log_(log_options(config.log), clock_, metrics_),
      access_log_(make_access_log(config.log, metrics_)) {
  observe::add_process_metrics(metrics_, {BANYAN_VERSION, __VERSION__});
}

// Requests that outlived the server's patience end in here: the store completes them, the server's loops run them to
// their end, and only then may what they use go.
Instance::~Instance() {
  if (store_) store_->stop();
  if (query_runner_) query_runner_->stop();
  if (cache_.cache) cache_.stop();
  server_.reset();
}

// What can be refused without a trace goes first: a start that fails for the address or the key makes no database.
Result<void> Instance::start() {
  Result<http::ReservedAddress> address = http::reserve_address(config_.server.address, config_.server.port);
  if (!address) return std::unexpected(std::move(address.error()));
  Result<std::string> key = known_service_key();
  if (!key) return std::unexpected(std::move(key.error()));
  if (Result<void> opened = open_database(); !opened) return opened;
  if (Result<void> opened = open_queries(); !opened) return opened;
  if (key->empty()) key = new_service_key();
  if (!key) return std::unexpected(std::move(key.error()));
  return listen(std::move(*address), std::move(*key));
}

// Empty when one has yet to be made.
Result<std::string> Instance::known_service_key() const {
  if (!config_.service_key.empty()) return config_.service_key;
  return read_service_key(config_.service_key_file);
}

Result<std::string> Instance::new_service_key() {
  Result<std::string> key = make_service_key(config_.service_key_file, random_);
  if (key) log_.info("made a new service key", {{"file", config_.service_key_file.string()}});
  return key;
}

Result<void> Instance::open_database() {
  auto store = open_store(config_.database, {config_.schema, clock_, log_, metrics_, config_.cache.shared()});
  if (!store) return std::unexpected(std::move(store.error()));
  store_ = std::move(*store);
  const Result<SchemaPlan> plan = store_->plan();
  if (!plan) return std::unexpected(plan.error());
  if (plan->has(SchemaDifference::Kind::blocking)) return fail(refused_by_differences(*plan));
  for (const SchemaDifference& difference : plan->differences) {
    if (difference.kind == SchemaDifference::Kind::additive) log_.info("schema: " + difference.what);
  }
  if (Result<void> applied = store_->apply_additive(*plan); !applied) return applied;
  auto cache = open_cache(config_.cache, {.schema = config_.schema,
                                          .clock = clock_,
                                          .random = random_,
                                          .log = log_,
                                          .metrics = metrics_,
                                          .agreement = store_->cache_agreement(),
                                          .changed = [this](std::string_view key) { records_->forget_readers(key); }});
  if (!cache) return std::unexpected(std::move(cache.error()));
  cache_ = std::move(*cache);
  services::Records::Options records_options = services::Records::default_options;
  records_options.batch_records_max = config_.api.max_batch;
  records_options.cached = config_.cache.enabled;
  records_ = std::make_unique<services::Records>(
      services::Records::Parts{config_.schema, *store_, *cache_.cache, clock_, random_, metrics_}, records_options);
  store_->on_foreign_change([this](const ForeignChange& change) { detach(forget(change)); });
  if (Result<void> started = store_->start(); !started) return started;
  cache_.start();
  return {};
}

// What the database does not take is told at the start rather than to the first who calls.
Result<void> Instance::open_queries() {
  query_runner_ = open_saved_queries(config_.database, config_.schema, *store_);
  queries_ = std::make_unique<services::SavedQueries>(
      services::SavedQueries::Parts{config_.queries, *query_runner_, *records_});
  for (const SavedQuery& query : config_.queries)
    if (Result<void> checked = query_runner_->check(query); !checked) return checked;
  return {};
}

Result<void> Instance::listen(http::ReservedAddress address, std::string key) {
  const bool positions = store_->cache_agreement() != nullptr;
  if (positions) positions_ = std::make_unique<api::PositionHeader>(key);
  if (positions)
    router_.wrap_handlers([this](http::Handler handler) { return positions_->around(std::move(handler)); });
  known_viewers_ = composition_.make_viewers(std::move(key));
  viewers_ = std::make_unique<api::AnonymousKey>(config_.api.anonymous_key, *known_viewers_);
  const api::QueryLimits limits{.default_limit = config_.api.default_limit, .max_limit = config_.api.max_limit};
  application_ = std::make_unique<api::Application>(api::Application::Parts{
      .schema = config_.schema,
      .records = *records_,
      .queries = *queries_,
      .log = log_,
      .viewers = *viewers_,
      .limits = limits,
      .documents = {.schema = config_.schema,
                    .queries = config_.queries,
                    .application = config_.app_name,
                    .version = BANYAN_VERSION,
                    .default_limit = config_.api.default_limit,
                    .max_limit = config_.api.max_limit,
                    .max_batch = config_.api.max_batch,
                    .positions = positions},
      .unready_reasons = [this] { return unready_reasons(); },
      .expose_metrics = [this] { return metrics_.expose(); },
      .metrics_need_key = config_.metrics.access == config::Metrics::Access::service,
  });
  application_->add_routes(router_);
  rest_ = std::make_unique<api::rest::Face>(api::rest::Face::Parts{.schema = config_.schema,
                                                                   .records = *records_,
                                                                   .queries = *queries_,
                                                                   .viewers = *viewers_,
                                                                   .limits = limits,
                                                                   .records_max = config_.api.max_batch,
                                                                   .log = log_,
                                                                   .document = application_->openapi_handler()});
  rest_->add_routes(router_);
  router_.finish(metrics_);
  auto server =
      http::Server::listen(std::move(address), server_options(config_.server, positions), router_,
                           {clock_, random_, log_, metrics_, *access_log_,
                            [this](const http::Problem& problem) { return application_->render_problem(problem); }});
  if (!server) return std::unexpected(std::move(server.error()));
  server_ = std::move(*server);
  // What was made on the way to the documents and the schema is not needed any more.
  malloc_trim(0);
  listening_ = true;
  log_.info("listening", {{"address", config_.server.address},
                          {"port", std::to_string(server_->port())},
                          {"application", config_.app_name},
                          {"database", config_.database.shown()}});
  return {};
}

// Nobody waits for it: not the store's thread, which tells of the change, nor a client.
Task<void> Instance::forget(ForeignChange change) {
  constexpr std::chrono::seconds patience{5};
  InlineExecutor executor;
  const Context context{executor, clock_, clock_.steady() + patience};
  (void)co_await records_->forget(context, std::move(change));
}

void Instance::run() { server_->run(); }

void Instance::stop() { server_->stop(); }

std::vector<std::string> Instance::unready_reasons() const {
  std::vector<std::string> reasons;
  if (!listening_ || server_->stopping()) reasons.emplace_back("the server is starting or stopping");
  if (auto reason = store_->unready_reason()) reasons.push_back(std::move(*reason));
  if (auto reason = cache_.cache->unready_reason()) reasons.push_back(std::move(*reason));
  return reasons;
}

}  // namespace banyan::app
