#include "banyan/core/rule_lexer.hpp"

#include <optional>
#include <utility>

#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

// Longer ones first.
constexpr std::string_view signs[] = {"==", "!=", "<=", ">=", "&&", "||", "<", ">", "!",
                                      "(",  ")",  "[",  "]",  ",",  ".",  "+", "-"};

// What other languages write, and what it is here.
struct Foreign {
  std::string_view sign;
  const char* message;
  const char* hint;
};
constexpr Foreign foreign_signs[] = {
    {"=", "'=' is no comparison", "Write '==' to ask whether two are equal."},
    {"&", "'&' is unknown", "Write '&&' or 'and'."},
    {"|", "'|' is unknown", "Write '||' or 'or'."},
    {"*", "'*' is unknown", "Rules count with times and durations only, by + and -."},
    {"/", "'/' is unknown", "Rules count with times and durations only, by + and -."},
    {"%", "'%' is unknown", "Rules count with times and durations only, by + and -."},
    {"`", "'`' is unknown", "Texts stand in 'single' or \"double\" quotes."},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view rule) : rule_(rule) {}

  std::expected<std::vector<Token>, RuleProblem> run() {
    while (skip_space(), at_ < rule_.size() && !problem_) read_token();
    if (problem_) return std::unexpected(std::move(*problem_));
    tokens_.push_back({.kind = Token::Kind::end, .begin = rule_.size(), .end = rule_.size()});
    return std::move(tokens_);
  }

 private:
  void skip_space() {
    while (at_ < rule_.size() && is_space(rule_[at_])) ++at_;
  }

  void fail(std::size_t offset, std::string message, std::string hint = {}) {
    problem_ = RuleProblem{offset, std::move(message), std::move(hint)};
  }

  void push(Token::Kind kind, std::size_t begin, std::string text) {
    tokens_.push_back({.kind = kind, .begin = begin, .end = at_, .text = std::move(text)});
  }

  void read_token() {
    const char first = rule_[at_];
    if (is_letter(first)) return read_run(Token::Kind::word);
    if (is_digit(first)) return read_run(Token::Kind::number);
    if (first == '\'' || first == '"') return read_text(first);
    for (const std::string_view sign : signs) {
      if (!rule_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return push(Token::Kind::sign, at_ - sign.size(), std::string(sign));
    }
    for (const Foreign& foreign : foreign_signs)
      if (rule_.substr(at_).starts_with(foreign.sign)) return fail(at_, foreign.message, foreign.hint);
    const auto byte = static_cast<unsigned char>(first);
    if (byte < ' ' || byte == 0x7F) return fail(at_, "a control character has no place in a rule");
    fail(at_, "unknown sign '" + std::string(utf8_prefix(rule_.substr(at_), byte < 0x80 ? 1 : 4)) + "'");
  }

  // A number goes on over a '.' before a digit, and over the sign of an exponent.
  bool goes_on(Token::Kind kind, std::size_t begin) const {
    const char c = rule_[at_];
    if (is_letter(c) || is_digit(c)) return true;
    if (kind == Token::Kind::word) return false;
    const bool before_digit = at_ + 1 < rule_.size() && is_digit(rule_[at_ + 1]);
    const bool after_exponent = at_ > begin && (rule_[at_ - 1] | 0x20) == 'e';
    return before_digit && (c == '.' || (after_exponent && (c == '-' || c == '+')));
  }

  void read_run(Token::Kind kind) {
    const std::size_t begin = at_;
    while (at_ < rule_.size() && goes_on(kind, begin)) ++at_;
    push(kind, begin, std::string(rule_.substr(begin, at_ - begin)));
  }

  void read_text(char quote) {
    const std::size_t begin = at_++;
    std::string text;
    for (; at_ < rule_.size() && rule_[at_] != quote; ++at_) {
      if (rule_[at_] == '\0') return fail(at_, "a text cannot hold U+0000");
      if (rule_[at_] != '\\') {
        text += rule_[at_];
      } else if (!read_escape(text)) {
        return;
      }
    }
    if (at_ == rule_.size()) return fail(begin, "the text that begins here has no end");
    ++at_;
    push(Token::Kind::text, begin, std::move(text));
  }

  bool read_escape(std::string& text) {
    const char escaped = at_ + 1 < rule_.size() ? rule_[at_ + 1] : '\0';
    switch (escaped) {
      case 'n': text += '\n'; break;
      case 't': text += '\t'; break;
      case '\\':
      case '\'':
      case '"': text += escaped; break;
      default: return fail(at_, "unknown escape", R"(In a text there are \\, \', \", \n and \t.)"), false;
    }
    ++at_;
    return true;
  }

  std::string_view rule_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  std::optional<RuleProblem> problem_;
};

std::size_t first_invalid_byte(std::string_view text) {
  std::size_t valid = 0;
  for (std::size_t size = 1; size <= 4 && valid + size <= text.size(); ++size) {
    if (!is_valid_utf8(text.substr(valid, size))) continue;
    valid += size;
    size = 0;
  }
  return valid;
}

}  // namespace

std::expected<std::vector<Token>, RuleProblem> tokens_of(std::string_view rule) {
  if (!is_valid_utf8(rule)) return std::unexpected(RuleProblem{first_invalid_byte(rule), "is not valid UTF-8", ""});
  return Lexer(rule).run();
}

}  // namespace banyan::rules
