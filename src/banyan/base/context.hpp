#pragma once

#include <atomic>
#include <string>

#include "banyan/base/clock.hpp"
#include "banyan/base/executor.hpp"
#include "banyan/base/position.hpp"

namespace banyan {

/// Who asks.
struct Viewer {
  enum class Kind : unsigned char {
    anonymous,  ///< Anyone at all.
    user,       ///< Somebody who is known. Accounts will make them; until then only tests do.
    service,    ///< Whoever holds the service key; may do everything.
  };
  Kind kind = Kind::anonymous;
  std::string id = {};     ///< Of a user: the text of an integer or of a uuid in lower case. Empty otherwise.
  std::string role = {};   ///< Of a user, as the application names it; may be empty.
  std::string email = {};  ///< Of a user; may be empty.

  bool is_service() const noexcept { return kind == Kind::service; }
  bool is_user() const noexcept { return kind == Kind::user; }
};

/// What goes along with one request through every layer.
/// Lifetime: outlives every task started for the request. Thread safety: read-only while tasks run, except `cancelled`,
/// and `reached`, which belongs to the executor's thread.
struct Context {
  Executor& executor;  ///< Where the request's coroutines run; completions are posted here.
  const Clock& clock;
  SteadyTime deadline;  ///< Work that has not begun by then is refused; reads are interrupted.
  Viewer viewer;
  Position position;                    ///< What the client brought: nothing older may answer it.
  std::string request_id;               ///< For the log; at most 128 bytes.
  std::atomic<bool> cancelled = false;  ///< Set when nobody waits for the answer any more.
  mutable Position reached = position;  ///< How far the client has seen with the answer; what is read is folded in.

  bool expired() const { return cancelled.load(std::memory_order_relaxed) || clock.steady() >= deadline; }
};

}  // namespace banyan
