#include "banyan/api/openapi/ecma_pattern.hpp"

#include <utility>

namespace banyan::openapi {
namespace {

constexpr std::string_view syntax_characters = "^$\\.*+?()[]{}|/";

constexpr std::pair<std::string_view, std::string_view> named_classes[] = {{"[:alnum:]", "0-9A-Za-z"},
                                                                           {"[:alpha:]", "A-Za-z"},
                                                                           {"[:ascii:]", "\\x00-\\x7f"},
                                                                           {"[:blank:]", "\\t "},
                                                                           {"[:cntrl:]", "\\x00-\\x1f\\x7f"},
                                                                           {"[:digit:]", "0-9"},
                                                                           {"[:graph:]", "!-~"},
                                                                           {"[:lower:]", "a-z"},
                                                                           {"[:print:]", " -~"},
                                                                           {"[:space:]", "\\t-\\r "},
                                                                           {"[:upper:]", "A-Z"},
                                                                           {"[:word:]", "0-9A-Za-z_"},
                                                                           {"[:xdigit:]", "0-9A-Fa-f"}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hexadecimal(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

class Translator {
 public:
  explicit Translator(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> translate() {
    while (!rest_.empty())
      if (!step()) return std::nullopt;
    return "^(?:" + out_ + ")$";
  }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  char next() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  bool step() {
    if (take("\\")) return escape(false);
    if (take("[")) return character_class();
    if (take("(")) return group();
    if (take(".")) return out_ += "[^\\n]", true;
    if (rest_.front() == '{') return repetition();
    const char c = next();
    // To ECMA-262 these are never characters that stand for themselves.
    if (c == ']' || c == '}') out_ += '\\';
    out_ += c;
    return true;
  }

  bool group() {
    if (!take("?")) return out_ += '(', true;
    if (take(":")) return out_ += "(?:", true;
    const bool named = take("P<") || take("<");
    if (!named) return false;  // flags
    out_ += "(?<";
    return true;
  }

  // `{2}`, `{2,}`, `{2,3}`; any other brace stands for itself.
  bool repetition() {
    std::size_t at = 1;
    while (at < rest_.size() && (is_digit(rest_[at]) || (rest_[at] == ',' && at > 1))) ++at;
    if (at > 1 && at < rest_.size() && rest_[at] == '}') {
      out_ += rest_.substr(0, at + 1);
      rest_.remove_prefix(at + 1);
      return true;
    }
    rest_.remove_prefix(1);
    out_ += "\\{";
    return true;
  }

  bool character_class() {
    out_ += '[';
    if (take("^")) out_ += '^';
    bool first = true;
    bool after_set = false;
    while (!rest_.empty() && (first || rest_.front() != ']')) {
      first = false;
      const bool was_set = std::exchange(after_set, false);
      if (rest_.starts_with("[:")) {
        if (!named_class()) return false;
      } else if (take("\\")) {
        after_set = !rest_.empty() && std::string_view("dDwWspP").contains(rest_.front());
        if (!escape(true)) return false;
      } else {
        const char c = next();
        // A hyphen after a set makes no range, and ECMA-262 would refuse it.
        if (c == '[' || c == ']' || c == '^' || (c == '-' && was_set)) out_ += '\\';
        out_ += c;
      }
    }
    if (!take("]")) return false;
    out_ += ']';
    return true;
  }

  bool named_class() {
    for (const auto& [name, members] : named_classes)
      if (take(name)) return out_ += members, true;
    return false;
  }

  bool escape(bool in_class) {
    if (rest_.empty()) return false;
    const char c = next();
    switch (c) {
      case 'd':
      case 'D':
      case 'w':
      case 'W':
      case 't':
      case 'n':
      case 'r':
      case 'f':
      case 'v': return out_ += {'\\', c}, true;
      case 'b':
      case 'B':
        if (in_class) return false;
        return out_ += {'\\', c}, true;
      case 'a': return out_ += "\\x07", true;
      case 's': return out_ += in_class ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]", true;
      case 'S':
        if (in_class) return false;
        return out_ += "[^\\t\\n\\f\\r ]", true;
      case 'A': return out_ += '^', !in_class;
      case 'z': return out_ += '$', !in_class;
      case 'x': return hexadecimal();
      case 'p':
      case 'P': return category(c);
      default: return literal(c, in_class);
    }
  }

  bool literal(char c, bool in_class) {
    if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return false;
    if (syntax_characters.find(c) != std::string_view::npos || (in_class && c == '-')) out_ += '\\';
    out_ += c;
    return true;
  }

  bool hexadecimal() {
    std::size_t digits = 0;
    if (rest_.starts_with("{")) {
      const std::size_t end = rest_.find('}');
      if (end == std::string_view::npos) return false;
      out_ += "\\u" + std::string(rest_.substr(0, end + 1));
      rest_.remove_prefix(end + 1);
      return true;
    }
    while (digits < 2 && digits < rest_.size() && is_hexadecimal(rest_[digits])) ++digits;
    if (digits != 2) return false;
    out_ += "\\x" + std::string(rest_.substr(0, 2));
    rest_.remove_prefix(2);
    return true;
  }

  // Of general categories both know the same; of scripts ECMA-262 asks for the property's name.
  bool category(char letter) {
    std::string name;
    if (rest_.starts_with("{")) {
      const std::size_t end = rest_.find('}');
      if (end == std::string_view::npos) return false;
      name = rest_.substr(1, end - 1);
      rest_.remove_prefix(end + 1);
    } else if (!rest_.empty()) {
      name = next();
    }
    if (name.empty() || name.size() > 2) return false;
    out_ += std::string("\\") + letter + "{" + name + "}";
    return true;
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::optional<std::string> ecma_pattern(std::string_view pattern) { return Translator(pattern).translate(); }

}  // namespace banyan::openapi
