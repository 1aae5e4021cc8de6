#include "banyan/adapters/redis/client.hpp"

#include <deque>
#include <utility>

#include "banyan/adapters/redis/engine.hpp"

namespace banyan::redis {

Result<std::unique_ptr<Client>> Client::make(Options options, const Parts& parts) {
  auto endpoint = parse_url(options.url);
  if (!endpoint) return fail(std::move(endpoint.error()));
  std::unique_ptr<boost::asio::ssl::context> tls;
  if (endpoint->tls) {
    auto made = make_tls(options);
    if (!made) return fail(std::move(made.error()));
    tls = std::move(*made);
  }
  auto engine = std::make_unique<Engine>(std::move(options), std::move(*endpoint), std::move(tls), parts);
  return std::unique_ptr<Client>(new Client(std::move(engine)));
}

Client::Client(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Client::~Client() = default;

void Client::on_connection(std::function<void(const Connected&)> connected, std::function<void()> lost) {
  engine_->on_connection(std::move(connected), std::move(lost));
}
void Client::subscribe(Subscription subscription) { engine_->subscribe(std::move(subscription)); }
void Client::follow(std::string key) { engine_->follow(std::move(key)); }
void Client::start() { engine_->start(); }
void Client::stop() { engine_->stop(); }
std::optional<Connected> Client::connected() const { return engine_->connected(); }
std::optional<std::string> Client::unready_reason() const { return engine_->unready_reason(); }

Task<Result<Client::Reply>> Client::run(const Context& context, const Command& command) {
  Request request(context, engine_->clock().steady(), command);
  Request* const only = &request;
  if (auto refused = engine_->submit({&only, 1})) co_return fail(std::move(*refused));
  co_return co_await request.completion;
}

Task<std::vector<Result<Client::Reply>>> Client::run_all(const Context& context, std::span<const Command> commands) {
  std::vector<Result<Reply>> answers;
  answers.reserve(commands.size());
  if (commands.empty()) co_return answers;
  std::deque<Request> requests;
  std::vector<Request*> all;
  for (const Command& command : commands)
    all.push_back(&requests.emplace_back(context, engine_->clock().steady(), command));
  if (const auto refused = engine_->submit(all)) {
    answers.assign(commands.size(), fail(*refused));
    co_return answers;
  }
  for (Request& request : requests) answers.push_back(co_await request.completion);
  co_return answers;
}

}  // namespace banyan::redis
