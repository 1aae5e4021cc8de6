#pragma once

#include <exception>
#include <optional>

#include "banyan/base/context.hpp"
#include "banyan/base/task.hpp"
#include "banyan/http/buffer.hpp"
#include "banyan/http/request_reader.hpp"
#include "banyan/http/response.hpp"
#include "banyan/http/router.hpp"

namespace banyan::http {

/// When something happened, on both clocks.
struct Moment {
  SteadyTime steady;
  UnixMicros wall = 0;
};

/// One request and its answer, from the first byte to the last. A connection holds one only in between.
struct Exchange {
  Moment began;
  SteadyTime head_complete;
  RequestReader reader;
  Buffer head_block;  ///< Where the head stands, when the body did not come along with it.
  const Route* route = nullptr;
  std::optional<Context> context;
  std::optional<Task<Response>> task;
  Response answer;                  ///< From a handler that took its time; held while a large body goes out.
  std::exception_ptr thrown;        ///< What the handler threw instead.
  std::size_t held_body_bytes = 0;  ///< This exchange's part of the site's.
  bool holds_answer = false;
  bool answered = false;  ///< What is left to do is to send.

  void reset() {
    reader.reset();
    route = nullptr;
    answered = false;
    thrown = nullptr;
    task.reset();
    context.reset();
  }
};

}  // namespace banyan::http
