#include "banyan/adapters/redis/errors.hpp"

#include <algorithm>
#include <array>

namespace banyan::redis {
namespace {

struct Meaning {
  std::string_view code;
  ErrorCode means;
  const char* message;
};

constexpr std::array meanings{
    Meaning{"LOADING", ErrorCode::unavailable, "Redis is starting"},
    Meaning{"BUSY", ErrorCode::unavailable, "Redis is busy with a script"},
    Meaning{"MOVED", ErrorCode::unavailable, "another node of the cluster has the keys"},
    Meaning{"ASK", ErrorCode::unavailable, "Redis is moving the keys"},
    Meaning{"TRYAGAIN", ErrorCode::unavailable, "Redis is moving the keys"},
    Meaning{"CLUSTERDOWN", ErrorCode::unavailable, "the cluster of Redis is down"},
    Meaning{"MASTERDOWN", ErrorCode::unavailable, "Redis has lost its primary"},
    Meaning{"READONLY", ErrorCode::unavailable, "Redis is a replica, which takes no writes"},
    Meaning{"MISCONF", ErrorCode::unavailable, "Redis cannot write to its disk"},
    Meaning{"NOREPLICAS", ErrorCode::unavailable, "Redis lacks replicas"},
    Meaning{"UNBLOCKED", ErrorCode::unavailable, "Redis has become a replica"},
    Meaning{"OOM", ErrorCode::storage_full, "the memory of Redis is full"},
    Meaning{"NOPERM", ErrorCode::forbidden, "Redis does not let this user do that"},
    Meaning{"DENIED", ErrorCode::forbidden, "Redis lets nobody in from here: it is in protected mode"},
    Meaning{"NOAUTH", ErrorCode::forbidden, "Redis wants a password"},
};

}  // namespace

std::string_view code_of(const resp::Reply& error) noexcept {
  const std::string_view text = error.text;
  return text.substr(0, text.find(' '));
}

Error error_from(const resp::Reply& error, std::source_location where) {
  const std::string_view code = code_of(error);
  const auto* known = std::ranges::find(meanings, code, &Meaning::code);
  const bool unknown_command = error.text.starts_with("ERR unknown command");
  Error made(ErrorCode::internal, "Redis refuses the command", where);
  if (unknown_command) made = Error(ErrorCode::unsupported, "Redis does not know the command", where);
  if (error.text.starts_with("ERR max number of clients"))
    made = Error(ErrorCode::unavailable, "Redis has as many clients as it takes", where);
  if (known != meanings.end()) made = Error(known->means, known->message, where);
  made.detail = error.text;
  made.reason = code;
  return made;
}

}  // namespace banyan::redis
