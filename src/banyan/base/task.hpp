#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "banyan/base/executor.hpp"
#include "banyan/base/frame_pool.hpp"

namespace banyan {

template <typename T>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr exception;

  static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
  static void operator delete(void* block, std::size_t bytes) noexcept { free_frame(block, bytes); }

  struct FinalAwaiter {
    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> finished) const noexcept {
      return finished.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { exception = std::current_exception(); }
};

template <typename T>
struct TaskPromise : TaskPromiseBase {
  std::optional<T> value;
  Task<T> get_return_object() noexcept;
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
};

}  // namespace detail

/// A computation that starts when it is awaited and hands its result to the one who awaits it.
///
/// A Task may also be born with its result (`return value;` from a plain function): such a one has no coroutine and
/// costs nothing, which is how an interface of Tasks stays cheap where the answer is already in memory.
/// Await a Task once, as a whole: `co_await std::move(task)` or `co_await function()`.
/// Thread safety: none; a Task belongs to one coroutine at a time.
template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  template <typename U>
    requires std::convertible_to<U&&, T> && (!std::same_as<std::remove_cvref_t<U>, Task>)
  Task(U&& value) : ready_(std::in_place, std::forward<U>(value)) {}  // NOLINT: a value is a finished task
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), ready_(std::move(other.ready_)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return !handle_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  T await_resume() {
    if (!handle_) return std::move(*ready_);
    if (handle_.promise().exception) std::rethrow_exception(handle_.promise().exception);
    return std::move(*handle_.promise().value);
  }

 private:
  Handle handle_;
  std::optional<T> ready_;
};

template <>
class [[nodiscard]] Task<void> {
 public:
  using promise_type = detail::TaskPromise<void>;
  using Handle = std::coroutine_handle<promise_type>;

  /// A task that is already done.
  Task() noexcept = default;
  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return !handle_; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    handle_.promise().continuation = awaiting;
    return handle_;
  }
  void await_resume() {
    if (handle_ && handle_.promise().exception) std::rethrow_exception(handle_.promise().exception);
  }

 private:
  Handle handle_;
};

namespace detail {

template <typename T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}

/// The root of a chain of tasks: starts at once, frees itself at the end.
struct Detached {
  struct promise_type {
    static void* operator new(std::size_t bytes) { return allocate_frame(bytes); }
    static void operator delete(void* block, std::size_t bytes) noexcept { free_frame(block, bytes); }
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

}  // namespace detail

/// Starts `task` on the calling thread and lets it run to its end on its own. The task must not throw.
inline detail::Detached detach(Task<void> task) { co_await std::move(task); }

/// A value that arrives once, from any thread, for one coroutine that awaits it.
///
/// It lives in the frame of the coroutine that awaits it; whoever completes it holds a pointer until complete() and
/// none afterwards. Every Completion must be completed, or its coroutine never goes on.
/// Thread safety: complete() from any thread, once; awaiting from one coroutine.
template <typename T>
class Completion {
 public:
  explicit Completion(Executor& executor) noexcept : executor_(&executor) {}
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  /// Stores the value and has the executor resume the waiter. Do not touch this object afterwards.
  void complete(T value) {
    Executor* const executor = executor_;
    if (const std::coroutine_handle<> waiter = complete_quietly(std::move(value))) executor->post(waiter);
  }
  /// The same, but leaves it to the caller to post the waiter to executor(), together with others; null when nobody
  /// waits yet, and nothing is left to do. Ask executor() before.
  [[nodiscard]] std::coroutine_handle<> complete_quietly(T value) {
    value_.emplace(std::move(value));
    if (state_.exchange(State::done, std::memory_order_acq_rel) != State::awaited) return nullptr;
    return waiter_;
  }
  Executor& executor() const noexcept { return *executor_; }

  bool await_ready() const noexcept { return state_.load(std::memory_order_acquire) == State::done; }
  bool await_suspend(std::coroutine_handle<> waiter) noexcept {
    waiter_ = waiter;
    State expected = State::fresh;
    return state_.compare_exchange_strong(expected, State::awaited, std::memory_order_acq_rel);
  }
  T await_resume() { return std::move(*value_); }

 private:
  enum class State : unsigned char { fresh, awaited, done };
  Executor* executor_;
  std::coroutine_handle<> waiter_;
  std::optional<T> value_;
  std::atomic<State> state_{State::fresh};
};

namespace detail {

template <typename T>
struct BlockingResult {
  std::mutex mutex;
  std::condition_variable arrived;
  bool done = false;
  std::exception_ptr exception;
  std::conditional_t<std::is_void_v<T>, std::monostate, std::optional<T>> value;

  void finish() {
    const std::lock_guard lock(mutex);
    done = true;
    arrived.notify_one();
  }
};

template <typename T>
Task<void> run_into(Task<T> task, BlockingResult<T>& result) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
    } else {
      result.value.emplace(co_await std::move(task));
    }
  } catch (...) {
    result.exception = std::current_exception();
  }
  result.finish();
}

}  // namespace detail

/// Runs `task` and blocks the calling thread until it is done: for start-up, tools and tests, never on an event loop.
template <typename T>
T block_on(Task<T> task) {
  detail::BlockingResult<T> result;
  detach(detail::run_into(std::move(task), result));
  std::unique_lock lock(result.mutex);
  result.arrived.wait(lock, [&] { return result.done; });
  if (result.exception) std::rethrow_exception(result.exception);
  if constexpr (!std::is_void_v<T>) return std::move(*result.value);
}

}  // namespace banyan
