#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "tests/histories/history.hpp"
#include "tests/histories/world.hpp"

namespace banyan::histories {

/// One client, which asks one instance after the other, and enters in the record what it was told.
/// Thread safety: none.
class Client {
 public:
  /// `by_token`: it brings what it has seen, as answers told it.
  Client(World& world, Recorder& recorder, std::size_t number, bool by_token)
      : world_(world), recorder_(recorder), number_(number), by_token_(by_token) {}

  /// The version that it was shown, 0: no record; nothing where there was no answer.
  std::optional<Version> read(std::size_t instance, std::size_t key);
  bool create(std::size_t instance, std::size_t key);
  bool update(std::size_t instance, std::size_t key);
  bool remove(std::size_t instance, std::size_t key);
  /// The first `count` keys as a list. What it does not show is not entered: that a list shows nothing promises
  /// nothing.
  bool list(std::size_t instance, std::size_t count);

  std::size_t unanswered_reads() const { return unanswered_reads_; }
  std::size_t acknowledged() const { return acknowledged_; }
  const std::string& last_failure() const { return last_failure_; }

 private:
  std::unique_ptr<Context> request(Instance& instance);
  void answered(const Context& context);
  bool change(std::size_t instance, std::size_t key, Operation::Kind kind, services::Operation operation);

  World& world_;
  Recorder& recorder_;
  std::size_t number_;
  bool by_token_;
  Position position_;
  std::size_t requests_ = 0;
  std::size_t unanswered_reads_ = 0;
  std::size_t acknowledged_ = 0;
  std::string last_failure_;
};

/// The id of a key.
Value id_of(std::size_t key);

}  // namespace banyan::histories
