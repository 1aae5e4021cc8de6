#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/http/request_reader.hpp"

namespace banyan::http {

/// Reads requests out of bytes that arrive in pieces, as a connection does, and writes down what came of it: for tests
/// and fuzzing.
class ReaderDriver {
 public:
  explicit ReaderDriver(Limits limits = {}) : limits_(limits) { reader_.reset(); }

  void feed(std::string_view piece) {
    if (refused_) return;
    // Each piece arrives at another address, so that a view kept too long shows.
    unread_ = std::make_unique<std::string>(*unread_ + std::string(piece));
    while (!refused_ && read_one()) {
    }
  }
  /// One line a request: "GET /path?query | name=value | body", or "400 reason" as the last.
  const std::vector<std::string>& outcomes() const { return outcomes_; }
  bool refused() const { return refused_; }

 private:
  bool read_one() {
    if (unread_->empty()) return false;
    const RequestReader::Step step = reader_.advance(*unread_, limits_);
    if (step.state == RequestReader::State::refused) {
      const FaultText& text = describe(reader_.fault());
      outcomes_.push_back(std::to_string(text.status) + " " + std::string(text.reason));
      refused_ = true;
      return false;
    }
    const std::string rest = unread_->substr(step.consumed);
    if (step.state == RequestReader::State::more) {
      if (reader_.has_head()) {
        kept_.push_back(std::move(unread_));
        unread_ = std::make_unique<std::string>(rest);
      }
      return false;
    }
    note();
    kept_.clear();
    unread_ = std::make_unique<std::string>(rest);
    reader_.reset();
    return true;
  }

  void note() {
    const Request& request = reader_.request();
    std::string line(to_string(request.method));
    line += " " + std::string(request.path) + (request.query.empty() ? "" : "?" + std::string(request.query));
    for (const Header& header : request.headers) {
      line += " | " + std::string(header.name) + "=" + std::string(header.value);
    }
    if (reader_.head().keep_alive) line += " | keep-alive";
    outcomes_.push_back(line + " | " + std::string(request.body));
  }

  Limits limits_;
  RequestReader reader_;
  std::unique_ptr<std::string> unread_ = std::make_unique<std::string>();
  std::vector<std::unique_ptr<std::string>> kept_;  // where the request in progress points to
  std::vector<std::string> outcomes_;
  bool refused_ = false;
};

inline std::vector<std::string> read_whole(std::string_view bytes, const Limits& limits = {}) {
  ReaderDriver driver(limits);
  driver.feed(bytes);
  return driver.outcomes();
}

}  // namespace banyan::http
