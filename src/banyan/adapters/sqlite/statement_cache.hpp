#pragma once

#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "banyan/adapters/sqlite/connection.hpp"

namespace banyan::sqlite {

/// Prepared statements of one connection by a key of the caller's choice (their text, or something shorter that
/// stands for it); the least recently used goes when there are too many. Thread safety: that of the connection.
class StatementCache {
 public:
  StatementCache(Connection& connection, std::size_t statements_max)
      : connection_(connection), statements_max_(statements_max) {}

  /// The statement of the key; `text()` is asked when it is not there. Valid until the next call.
  template <typename Text>
  Result<Statement*> get(std::string_view key, Text&& text) {
    if (Statement* known = find(key)) return known;
    auto statement = connection_.prepare(text());
    if (!statement) return fail(std::move(statement.error()));
    return keep(key, std::move(*statement));
  }

 private:
  struct Entry {
    std::string key;
    Statement statement;
  };

  Statement* find(std::string_view key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->statement;
  }

  Statement* keep(std::string_view key, Statement statement) {
    if (entries_.size() >= statements_max_) {
      places_.erase(entries_.back().key);
      entries_.pop_back();
    }
    entries_.push_front(Entry{std::string(key), std::move(statement)});
    places_.emplace(entries_.front().key, entries_.begin());
    return &entries_.front().statement;
  }

  Connection& connection_;
  std::size_t statements_max_;
  std::list<Entry> entries_;  ///< The latest used first.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> places_;
};

}  // namespace banyan::sqlite
