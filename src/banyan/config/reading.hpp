#pragma once

#include <toml++/toml.h>

#include <string>
#include <utility>
#include <vector>

#include "banyan/config/config.hpp"

// What the readers of the file share. Nothing outside this folder sees toml++.
namespace banyan::config {

using Position = toml::source_position;

/// Where problems of one file are gathered.
class Problems {
 public:
  explicit Problems(std::string file) : file_(std::move(file)) {}

  void add(Position at, std::string message, std::string hint = {}) {
    put({file_, at.line, at.column, std::move(message), std::move(hint)});
  }
  void add_without_place(std::string message, std::string hint = {}) {
    put({{}, 0, 0, std::move(message), std::move(hint)});
  }
  bool empty() const { return list_.empty(); }
  /// In the order of the file; what has no place comes last.
  std::vector<Problem> take() { return std::move(list_); }

 private:
  void put(Problem problem);

  std::string file_;
  std::vector<Problem> list_;
};

struct Entry {
  std::string name;
  Position at;  ///< Of the key.
  const toml::node* node;
  Position value_at() const { return node->source().begin; }
};

/// A table's entries as they stand in the file: toml++ has them by name.
std::vector<Entry> by_position(const toml::table& table);

/// A word of the file as a message may repeat it: short, in quotes.
std::string in_quotes(std::string_view word);

}  // namespace banyan::config
