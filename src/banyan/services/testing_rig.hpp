#pragma once

#include <boost/json/parse.hpp>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "banyan/base/context.hpp"
#include "banyan/core/schema.hpp"
#include "banyan/services/records.hpp"

// What the tests of this folder share.
namespace banyan::services::testing {

/// An event loop on a thread of its own. Thread-safe. Destroy it only when no coroutine waits on it.
class Loop final : public Executor {
 public:
  void post(std::coroutine_handle<> coroutine) override {
    run([coroutine] { coroutine.resume(); });
  }
  void run(std::move_only_function<void()> work) override {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    came_.notify_one();
  }

 private:
  void work(const std::stop_token& stopped) {
    while (true) {
      std::move_only_function<void()> next;
      {
        std::unique_lock lock(mutex_);
        if (!came_.wait(lock, stopped, [&] { return !queue_.empty(); })) return;
        next = std::move(queue_.front());
        queue_.pop_front();
      }
      next();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any came_;
  std::deque<std::move_only_function<void()>> queue_;
  std::jthread thread_{[this](const std::stop_token& stopped) { work(stopped); }};
};

inline Field field(std::string name, FieldType type = FieldType::text) {
  Field made;
  made.name = std::move(name);
  made.type = type;
  return made;
}

inline Field field(FieldRole role, IdKind id_kind = IdKind::integer) {
  Field made;
  made.role = role;
  made.name = role == FieldRole::id ? "id" : role == FieldRole::created_at ? "created_at" : "updated_at";
  made.type = role != FieldRole::id        ? FieldType::timestamp
              : id_kind == IdKind::integer ? FieldType::integer
                                           : FieldType::uuid;
  made.required = true;
  return made;
}

inline Collection open_collection(std::string name, IdKind id_kind = IdKind::integer) {
  Collection made;
  made.name = std::move(name);
  made.id_kind = id_kind;
  made.fields.push_back(field(FieldRole::id, id_kind));
  made.policy.access.fill(Access::anyone);
  return made;
}

inline Schema completed(std::vector<Collection> collections) {
  Schema schema;
  schema.collections = std::move(collections);
  if (!complete(schema).empty()) std::abort();
  return schema;
}

/// A request of an anonymous viewer that has all the time in the world.
inline std::unique_ptr<Context> request(Executor& executor, const Clock& clock) {
  return std::unique_ptr<Context>(
      new Context{.executor = executor, .clock = clock, .deadline = SteadyTime::max(), .viewer = {}, .position = {}});
}

inline boost::json::value json(std::string_view text) { return boost::json::parse({text.data(), text.size()}); }

}  // namespace banyan::services::testing
