#include <algorithm>
#include <optional>
#include <utility>

#include "banyan/core/rule_lexer.hpp"
#include "banyan/core/rule_syntax.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan::rules {
namespace {

using Kind = Syntax::Kind;

constexpr std::string_view comparison_signs[] = {"==", "!=", "<", "<=", ">", ">="};
// Words that stand between operands and so begin none.
constexpr std::string_view joining_words[] = {"and", "or", "in"};

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string shown(const Token& token) {
  if (token.kind == Token::Kind::end) return "the end";
  if (token.kind == Token::Kind::text) return "a text";
  return "'" + std::string(utf8_prefix(token.text, 40)) + "'";
}

/// After the first problem every token is the end, so that all comes to its own.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::expected<Syntax, RuleProblem> run() {
    if (token().kind == Token::Kind::end) fail("a rule says whom it lets, and this is empty", "");
    Syntax rule = parse_any();
    if (!problem_ && token().kind != Token::Kind::end) fail_after_operand();
    if (problem_) return std::unexpected(std::move(*problem_));
    return rule;
  }

 private:
  class Deeper {
   public:
    explicit Deeper(Parser& parser) : parser_(parser) {
      if (++parser_.depth_ > rule_depth_max)
        parser_.fail("the rule is nested more than " + std::to_string(rule_depth_max) + " deep", "");
    }
    ~Deeper() { --parser_.depth_; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;

   private:
    Parser& parser_;
  };

  const Token& token() const { return tokens_[at_]; }
  const Token& next_token() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  bool at_sign(std::string_view sign) const { return token().is_sign(sign); }
  bool at_word(std::string_view word) const { return token().is_word(word); }
  Token take() { return at_ + 1 < tokens_.size() ? tokens_[at_++] : tokens_[at_]; }

  void fail_at(std::size_t offset, std::string message, std::string hint) {
    if (!problem_) problem_ = RuleProblem{offset, std::move(message), std::move(hint)};
    at_ = tokens_.size() - 1;
  }
  void fail(std::string message, std::string hint) { fail_at(token().begin, std::move(message), std::move(hint)); }

  void expect(std::string_view sign, const char* why) {
    if (!at_sign(sign)) return fail("expected '" + std::string(sign) + "' " + why + ", there is " + shown(token()), "");
    take();
  }

  // What people write after an operand, from other languages.
  void fail_after_operand() {
    const std::string word = token().kind == Token::Kind::word ? lower(token().text) : std::string();
    std::string hint = "Conditions are joined by && and ||.";
    if (word == "and" || word == "or" || word == "in" || word == "not")
      hint = "It is written in small letters: '" + word + "'.";
    else if (word == "is")
      hint = "Ask for null by '== null' or '!= null'.";
    else if (word == "like" || word == "ilike" || word == "matches")
      hint = "There are starts_with(), ends_with() and contains().";
    else if (at_sign("("))
      hint = "Functions are called by their name alone, as in lower(record.name).";
    fail("unexpected " + shown(token()), std::move(hint));
  }

  Syntax made(Kind kind, std::size_t begin, std::string text = {}, std::vector<Syntax> children = {}) {
    if (++nodes_ > rule_nodes_max)
      fail_at(begin, "the rule has more than " + std::to_string(rule_nodes_max) + " parts", "");
    const std::size_t end = at_ > 0 ? tokens_[at_ - 1].end : begin;
    return {.kind = kind, .begin = begin, .end = end, .text = std::move(text), .children = std::move(children)};
  }

  Syntax parse_any() {
    return parse_chain(Kind::any, "||", "or", [this] { return parse_all(); });
  }
  Syntax parse_all() {
    return parse_chain(Kind::all, "&&", "and", [this] { return parse_not(); });
  }

  template <typename Part>
  Syntax parse_chain(Kind kind, std::string_view sign, std::string_view word, Part part) {
    const std::size_t begin = token().begin;
    Syntax first = part();
    if (!at_sign(sign) && !at_word(word)) return first;
    std::vector<Syntax> parts;
    parts.push_back(std::move(first));
    while (at_sign(sign) || at_word(word)) {
      take();
      parts.push_back(part());
    }
    return made(kind, begin, {}, std::move(parts));
  }

  // The word binds looser than a comparison, the sign tighter.
  Syntax parse_not() {
    if (!at_word("not")) return parse_comparison();
    const Deeper deeper(*this);
    const std::size_t begin = take().begin;
    return negated(begin, parse_not());
  }
  Syntax negated(std::size_t begin, Syntax child) {
    std::vector<Syntax> children;
    children.push_back(std::move(child));
    return made(Kind::negation, begin, {}, std::move(children));
  }

  bool at_comparison() const {
    return token().kind == Token::Kind::sign &&
           std::ranges::find(comparison_signs, token().text) != std::end(comparison_signs);
  }

  Syntax parse_comparison() {
    const std::size_t begin = token().begin;
    Syntax left = parse_sum();
    if (at_word("in")) return parse_membership(begin, std::move(left));
    if (at_word("not") && next_token().is_word("in")) {
      take();
      return negated(begin, parse_membership(begin, std::move(left)));
    }
    if (!at_comparison()) return left;
    const Token sign = take();
    std::vector<Syntax> sides;
    sides.push_back(std::move(left));
    sides.push_back(parse_sum());
    if (at_comparison()) fail("comparisons cannot stand in a row", "Join two of them by '&&'.");
    return made(Kind::comparison, begin, sign.text, std::move(sides));
  }

  Syntax parse_membership(std::size_t begin, Syntax left) {
    take();
    std::vector<Syntax> children;
    children.push_back(std::move(left));
    if (!at_sign("["))
      fail("expected a list after 'in', there is " + shown(token()), "For example: record.state in ['open', 'new']");
    take();
    if (at_sign("]")) fail("the list is empty", "Nothing is in an empty list: the comparison would never hold.");
    while (!problem_) {
      children.push_back(parse_sum());
      if (!at_sign(",")) break;
      take();
    }
    expect("]", "at the end of the list");
    return made(Kind::membership, begin, {}, std::move(children));
  }

  Syntax parse_sum() {
    const std::size_t begin = token().begin;
    Syntax sum = parse_operand();
    std::size_t length = 0;
    while (at_sign("+") || at_sign("-")) {
      if (++length > rule_depth_max) fail("more than " + std::to_string(rule_depth_max) + " terms of a sum", "");
      const Token sign = take();
      std::vector<Syntax> sides;
      sides.push_back(std::move(sum));
      sides.push_back(parse_operand());
      sum = made(Kind::sum, begin, sign.text, std::move(sides));
    }
    return sum;
  }

  Syntax parse_operand() {
    const Deeper deeper(*this);
    const Token first = token();
    if (first.is_sign("!")) {
      take();
      return negated(first.begin, parse_operand());
    }
    if (first.is_sign("(")) {
      take();
      Syntax inner = parse_any();
      expect(")", "to close the parenthesis");
      return inner;
    }
    if (first.is_sign("-")) {
      take();
      if (token().kind != Token::Kind::number) fail("expected a number after '-', there is " + shown(token()), "");
      return made(Kind::number, first.begin, "-" + take().text);
    }
    if (first.kind == Token::Kind::number) return made(Kind::number, first.begin, take().text);
    if (first.kind == Token::Kind::text) return made(Kind::text, first.begin, take().text);
    if (first.kind == Token::Kind::word && std::ranges::find(joining_words, first.text) == std::end(joining_words))
      return parse_word();
    fail("expected a value or a condition, there is " + shown(first),
         first.is_sign("[") ? "A list stands after 'in'." : "");
    return {};
  }

  Syntax parse_word() {
    const Token first = take();
    const std::string constant = lower(first.text);
    if (constant == "true" || constant == "false") return checked(first, constant, Kind::boolean);
    if (constant == "null") return checked(first, constant, Kind::null);
    if (at_sign("(")) return parse_call(first);
    std::vector<Syntax::Word> words;
    words.push_back({first.text, first.begin});
    while (at_sign(".")) {
      take();
      if (token().kind != Token::Kind::word) fail("expected a name after '.', there is " + shown(token()), "");
      words.push_back({token().text, token().begin});
      take();
    }
    Syntax path = made(Kind::path, first.begin);
    path.words = std::move(words);
    return path;
  }

  Syntax checked(const Token& word, const std::string& constant, Kind kind) {
    if (word.text != constant)
      fail_at(word.begin, "unknown word '" + word.text + "'", "It is written in small letters: '" + constant + "'.");
    return made(kind, word.begin, constant);
  }

  Syntax parse_call(const Token& name) {
    take();
    std::vector<Syntax> given;
    while (!problem_ && !at_sign(")")) {
      given.push_back(parse_any());
      if (!at_sign(",")) break;
      take();
    }
    expect(")", "after what the function is given");
    return made(Kind::call, name.begin, name.text, std::move(given));
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  std::optional<RuleProblem> problem_;
};

}  // namespace

std::expected<Syntax, RuleProblem> parse_rule(std::string_view rule) {
  if (rule.size() > rule_bytes_max)
    return std::unexpected(RuleProblem{0, "the rule has more than " + std::to_string(rule_bytes_max) + " bytes", ""});
  auto tokens = tokens_of(rule);
  if (!tokens) return std::unexpected(std::move(tokens.error()));
  return Parser(std::move(*tokens)).run();
}

}  // namespace banyan::rules
