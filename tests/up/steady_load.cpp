#include "up/steady_load.hpp"

#include "scenarios/http_client.hpp"
#include "scenarios/requests.hpp"

namespace banyan::scenarios {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds answers_within{30'000};
constexpr milliseconds look_again_after{5};
constexpr int requests_in_turn = 4;

Request next_request(int turn) {
  if (turn % requests_in_turn == 0) return post("/users", R"({"name":"Alice"})");
  return turn % requests_in_turn == 1 ? get("/health") : get("/users/1");
}

}  // namespace

SteadyLoad::SteadyLoad(std::uint16_t port, int clients) {
  for (int client = 0; client < clients; ++client) threads_.emplace_back([=, this] { ask(port, client); });
}

void SteadyLoad::stop() {
  stopping_ = true;
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

bool SteadyLoad::answers_more(std::uint64_t count) const {
  const std::uint64_t wanted = answered_ + count;
  const auto until = steady_clock::now() + answers_within;
  while (answered_ < wanted) {
    if (steady_clock::now() > until) return false;
    std::this_thread::sleep_for(look_again_after);
  }
  return true;
}

std::vector<FailedRequest> SteadyLoad::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::vector<FailedRequest> SteadyLoad::repeated() const {
  const std::lock_guard lock(mutex_);
  return repeated_;
}

void SteadyLoad::ask(std::uint16_t port, int client) {
  HttpClient connection(port);
  connection.keep_position();
  for (int turn = client; !stopping_; ++turn) {
    const Request request = next_request(turn);
    const auto began = steady_clock::now();
    const Response response = connection.send(request);
    const bool answered = response.status == 200 || response.status == 201;
    if (answered) ++answered_;
    if (response.status == 201) ++made_;
    if (answered && !response.repeated) continue;
    const std::lock_guard lock(mutex_);
    (answered ? repeated_ : failed_)
        .push_back({began, steady_clock::now(),
                    request.method + " " + request.path + ": " + std::to_string(response.status) + " " +
                        response.failure + response.body});
  }
}

}  // namespace banyan::scenarios
