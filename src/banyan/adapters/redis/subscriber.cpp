#include "banyan/adapters/redis/subscriber.hpp"

#include <array>
#include <utility>

namespace banyan::redis {

Subscriber::Subscriber(const Reconnector::Tools& tools, Subscription subscription)
    : options_(tools.parts.options),
      clock_(tools.parts.clock),
      subscription_(std::move(subscription)),
      reconnector_(tools, "subscriber", Reconnector::Role::follows,
                   {.on_ready = [this](const Connected&) { confirmed_ = 0; },
                    .on_reply = [this](const resp::Reply& reply) { take(reply); },
                    .on_turn_end = [this] { subscribe(); },
                    .on_lost = [this](const Error&) { lost(); },
                    .on_known_down = [] {}}) {}

void Subscriber::subscribe() {
  Link* const link = reconnector_.link();
  if (link == nullptr || link->writing() || owed_since_ || confirmed_ > 0) return;
  std::vector<std::string_view> words{"SUBSCRIBE"};
  words.insert(words.end(), subscription_.channels.begin(), subscription_.channels.end());
  std::string out;
  if (auto appended = resp::append_command(out, words); !appended) return link->close(appended.error());
  owed_since_ = clock_.steady();
  link->write(std::move(out));
}

// Each is an array: its kind first.
void Subscriber::take(const resp::Reply& reply) {
  if (reply.is_error())
    return reconnector_.link()->close(
        Error(ErrorCode::forbidden, "Redis does not let this user subscribe").with_detail(reply.text));
  if (reply.items.empty()) return;
  const std::string& kind = reply.items.front().text;
  if (kind == "message" && reply.items.size() == 3)
    return subscription_.on_message(reply.items[1].text, reply.items[2].text);
  if (kind == "pong") owed_since_.reset();
  if (kind != "subscribe" || ++confirmed_ != subscription_.channels.size()) return;
  owed_since_.reset();
  subscription_.on_subscribed(reconnector_.connected());
}

void Subscriber::lost() {
  const bool was_subscribed = confirmed_ == subscription_.channels.size();
  confirmed_ = 0;
  owed_since_.reset();
  if (was_subscribed) subscription_.on_lost();
}

void Subscriber::look_at_time(SteadyTime now) {
  reconnector_.look_at_time(now, owed_since_);
  Link* const link = reconnector_.link();
  if (link == nullptr || owed_since_ || link->writing() || now - link->heard_at() < options_.ping_after) return;
  std::string out;
  const std::array<std::string_view, 1> words{"PING"};
  (void)resp::append_command(out, words);
  owed_since_ = now;
  link->write(std::move(out));
}

}  // namespace banyan::redis
