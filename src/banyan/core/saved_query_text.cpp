#include "banyan/core/saved_query_text.hpp"

#include <algorithm>
#include <optional>

namespace banyan {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

/// Where something ends that began at `at`; past the end of the text where nothing ends it.
class Scanner {
 public:
  Scanner(std::string_view text, SqlDialect dialect) : text_(text), is_postgres_(dialect == SqlDialect::postgres) {}

  /// The end of what hides its content from the tokenizer, where such a thing begins at `at`.
  std::optional<std::size_t> end_of_hidden(std::size_t at) const {
    const char c = text_[at];
    if (c == '\'') return end_of_quote(at, is_postgres_ && is_escape_prefix(at));
    if (c == '"' || (c == '`' && !is_postgres_)) return end_of_quote(at, false);
    if (c == '[' && !is_postgres_) return end_of_bracket(at);
    if (has(at, "--")) return end_of_line(at);
    if (has(at, "/*")) return end_of_comment(at);
    if (c == '$' && is_postgres_) return end_of_dollars(at);
    return std::nullopt;
  }

 private:
  bool has(std::size_t at, std::string_view what) const { return text_.substr(at).starts_with(what); }

  /// E'…' takes a character after `\` as it is; `nice'…'` is no such thing.
  bool is_escape_prefix(std::size_t quote) const {
    if (quote == 0 || (text_[quote - 1] != 'e' && text_[quote - 1] != 'E')) return false;
    return quote == 1 || !is_word(text_[quote - 2]);
  }

  std::size_t end_of_quote(std::size_t at, bool has_escapes) const {
    const char quote = text_[at];
    for (std::size_t i = at + 1; i < text_.size(); ++i) {
      if (has_escapes && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == quote) {
        if (i + 1 < text_.size() && text_[i + 1] == quote)
          ++i;
        else
          return i + 1;
      }
    }
    return text_.size() + 1;
  }

  // A name in SQLite, in which nothing stands for `]`.
  std::size_t end_of_bracket(std::size_t at) const {
    const std::size_t end = text_.find(']', at);
    return end == std::string_view::npos ? text_.size() + 1 : end + 1;
  }

  std::size_t end_of_line(std::size_t at) const {
    const std::size_t end = text_.find('\n', at);
    return end == std::string_view::npos ? text_.size() : end;
  }

  // PostgreSQL's comments nest, SQLite's do not.
  std::size_t end_of_comment(std::size_t at) const {
    std::size_t depth = 1;
    for (std::size_t i = at + 2; i < text_.size();) {
      if (has(i, "*/")) {
        i += 2;
        if (--depth == 0) return i;
      } else if (is_postgres_ && has(i, "/*")) {
        i += 2;
        ++depth;
      } else {
        ++i;
      }
    }
    return text_.size() + 1;
  }

  // $$…$$ and $tag$…$tag$; a `$` within a name begins nothing.
  std::optional<std::size_t> end_of_dollars(std::size_t at) const {
    if (at > 0 && is_word(text_[at - 1])) return std::nullopt;
    std::size_t end = at + 1;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end >= text_.size() || text_[end] != '$' || (end > at + 1 && is_digit(text_[at + 1]))) return std::nullopt;
    const std::string_view tag = text_.substr(at, end + 1 - at);
    const std::size_t close = text_.find(tag, end + 1);
    return close == std::string_view::npos ? text_.size() + 1 : close + tag.size();
  }

  std::string_view text_;
  bool is_postgres_;
};

// A parameter that the database's own grammar would see there; empty when none.
std::string foreign_parameter(std::string_view text, std::size_t at, SqlDialect dialect) {
  const char c = text[at];
  const char following = at + 1 < text.size() ? text[at + 1] : ' ';
  const bool within_name = at > 0 && is_word(text[at - 1]);
  if (dialect == SqlDialect::postgres) return c == '$' && !within_name && is_digit(following) ? "$1" : "";
  if (c == '?') return "?";
  if ((c == '@' || c == '$') && !within_name && is_word(following)) return std::string(1, c) + "name";
  return "";
}

bool is_keyword(std::string_view word, std::string_view known) {
  return std::ranges::equal(word, known, [](char a, char b) { return (a | 0x20) == b; });
}

// What begins, ends or changes the connection's own state: each call has a transaction, which is not the query's.
bool is_not_its_own(std::string_view word) {
  constexpr std::string_view words[] = {"abort",     "attach", "begin",  "commit",   "deallocate", "detach", "discard",
                                        "end",       "listen", "pragma", "prepare",  "release",    "reset",  "rollback",
                                        "savepoint", "set",    "start",  "unlisten", "vacuum"};
  return std::ranges::any_of(words, [&](std::string_view known) { return is_keyword(word, known); });
}

// Why no query can begin with the word; empty when one can.
std::string refused_beginning(std::string_view word) {
  if (is_not_its_own(word))
    return "each call is a transaction of its own, so " + std::string(word) + " is not for a query";
  if (is_keyword(word, "copy"))
    return "what " + std::string(word) + " moves are no rows of an answer: SELECT them, or INSERT … SELECT";
  return {};
}

}  // namespace

std::string ReadStatement::with(const std::function<std::string(std::string_view)>& mark) const {
  std::string text;
  for (const Piece& piece : pieces) {
    text += piece.text;
    if (!piece.parameter.empty()) text += mark(piece.parameter);
  }
  return text;
}

ReadStatement read_statement(std::string_view text, SqlDialect dialect) {
  const Scanner scanner(text, dialect);
  ReadStatement read;
  std::size_t begin = 0;
  std::size_t at = 0;
  bool begun = false;
  while (at < text.size()) {
    if (!begun && is_letter(text[at])) {
      begun = true;
      const std::string_view word = text.substr(at, std::ranges::find_if_not(text.substr(at), is_word) - &text[at]);
      read.problem = refused_beginning(word);
      read.problem_at = at;
      if (!read.problem.empty()) return read;
    }
    if (const auto end = scanner.end_of_hidden(at)) {
      if (*end > text.size()) {
        read.problem = "a quote or a comment has no end";
        read.problem_at = at;
        return read;
      }
      at = *end;
      continue;
    }
    if (const std::string foreign = foreign_parameter(text, at, dialect); !foreign.empty()) {
      read.problem = "parameters are written :name, not " + foreign;
      read.problem_at = at;
      return read;
    }
    if (text[at] != ':') {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    while (end < text.size() && text[end] == ':') ++end;
    if (end > at + 1 || end >= text.size() || !is_letter(text[end])) {
      at = end;
      continue;
    }
    while (end < text.size() && is_word(text[end])) ++end;
    read.pieces.push_back(
        {std::string(text.substr(begin, at - begin)), std::string(text.substr(at + 1, end - at - 1))});
    begin = at = end;
  }
  read.pieces.push_back({std::string(text.substr(begin)), {}});
  if (!begun) read.problem = "there is no statement in it";  // PostgreSQL would take comments alone for one.
  return read;
}

}  // namespace banyan
