#include "tests/histories/client.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <future>
#include <utility>

namespace banyan::histories {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds patience{30};

template <typename T>
Task<void> answer(Task<T> task, std::shared_ptr<std::promise<T>> answered) {
  answered->set_value(co_await std::move(task));
}

/// What the instance's loop answers.
template <typename Ask>
auto on_loop(Instance& instance, Ask ask) {
  using Answer = decltype(block_on(ask()));
  const auto answered = std::make_shared<std::promise<Answer>>();
  std::future<Answer> future = answered->get_future();
  instance.loop().run([&ask, answered] { detach(answer<Answer>(ask(), answered)); });
  return future.get();
}

}  // namespace

Value id_of(std::size_t key) {
  std::string digits = std::to_string(key);
  return Value("0193a1c4-9f3e-7d2b-8c11-" + std::string(12 - digits.size(), '0') + digits);
}

std::unique_ptr<Context> Client::request(Instance& instance) {
  return std::unique_ptr<Context>(
      new Context{.executor = instance.loop(),
                  .clock = instance.clock(),
                  .deadline = instance.clock().steady() + patience,
                  .viewer = {},
                  .position = by_token_ ? position_ : Position(),
                  .request_id = std::to_string(number_) + "." + std::to_string(++requests_)});
}

// Errors say too how far the client has seen.
void Client::answered(const Context& context) { position_ = context.reached; }

std::optional<Version> Client::read(std::size_t instance, std::size_t key) {
  const World::Use use = world_.use(instance);
  const auto context = request(use.instance);
  Operation operation{.client = number_, .key = key};
  operation.began = steady_clock::now();
  const Result<CachedRecordPtr> found =
      on_loop(use.instance, [&] { return use.instance.records().find(*context, world_.notes(), id_of(key)); });
  operation.ended = steady_clock::now();
  answered(*context);
  if (!found && found.error().code != ErrorCode::not_found) {
    ++unanswered_reads_;
    last_failure_ = found.error().message + " " + found.error().detail;
    return std::nullopt;
  }
  operation.version = found ? (*found)->version : 0;
  recorder_.add(operation);
  return operation.version;
}

bool Client::change(std::size_t instance, std::size_t key, Operation::Kind kind, services::Operation asked) {
  const World::Use use = world_.use(instance);
  const auto context = request(use.instance);
  asked.collection = &world_.notes();
  Operation operation{.client = number_, .key = key, .kind = kind};
  operation.began = steady_clock::now();
  const auto done = on_loop(use.instance, [&] {
    std::vector<services::Operation> operations;
    operations.push_back(std::move(asked));
    return use.instance.records().apply(*context, std::move(operations));
  });
  operation.ended = steady_clock::now();
  const std::optional<Version> committed = world_.commits().of(context->request_id);
  answered(*context);
  if (done) {
    ++acknowledged_;
  } else {
    last_failure_ = done.error().message + " " + done.error().detail;
    if (!committed && done.error().code != ErrorCode::outcome_unknown) return false;
    operation.outcome = Operation::Outcome::unknown;
  }
  operation.version = committed.value_or(0);
  recorder_.add(operation);
  return done.has_value();
}

bool Client::create(std::size_t instance, std::size_t key) {
  const boost::json::value body{{"id", std::get<std::string>(id_of(key))}, {"text", "new"}};
  return change(instance, key, Operation::Kind::write, {.kind = services::Operation::Kind::create, .body = &body});
}

bool Client::update(std::size_t instance, std::size_t key) {
  const boost::json::value body{{"text", std::to_string(number_) + "." + std::to_string(requests_)}};
  return change(instance, key, Operation::Kind::write,
                {.kind = services::Operation::Kind::update, .id = id_of(key), .body = &body});
}

bool Client::remove(std::size_t instance, std::size_t key) {
  return change(instance, key, Operation::Kind::remove, {.kind = services::Operation::Kind::remove, .id = id_of(key)});
}

bool Client::list(std::size_t instance, std::size_t count) {
  const World::Use use = world_.use(instance);
  const auto context = request(use.instance);
  std::vector<Value> ids;
  for (std::size_t key = 0; key < count; ++key) ids.push_back(id_of(key));
  Query query;
  query.collection = &world_.notes();
  query.filter = Filter::compare(0, CompareOp::in, std::move(ids));
  query.limit = static_cast<std::uint32_t>(count);
  Operation operation{.client = number_};
  operation.began = steady_clock::now();
  const Result<RecordPage> page =
      on_loop(use.instance, [&] { return use.instance.records().list(*context, std::move(query)); });
  operation.ended = steady_clock::now();
  answered(*context);
  if (!page) {
    ++unanswered_reads_;
    last_failure_ = page.error().message + " " + page.error().detail;
    return false;
  }
  for (operation.key = 0; operation.key < count; ++operation.key) {
    for (const Record& record : page->records) {
      if (record.values.front() != id_of(operation.key)) continue;
      operation.version = record.version;
      recorder_.add(operation);
    }
  }
  return true;
}

}  // namespace banyan::histories
