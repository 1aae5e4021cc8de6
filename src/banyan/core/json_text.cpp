#include "banyan/core/json_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

#include "banyan/core/json_write.hpp"
#include "banyan/core/utf8.hpp"

namespace banyan {
namespace {

namespace json = boost::json;

// Builds the value, as Boost.JSON's own handler does, and watches what that one does not. (The names are those that
// basic_parser calls.)
class StrictHandler {
 public:
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();
  using Text = json::string_view;
  using Code = json::error_code;

  StrictHandler() { stack_.reset(); }

  json::value release() { return stack_.release(); }
  /// Why the handler stopped the parser; empty when it did not.
  const std::string& complaint() const { return complaint_; }

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) {
    first_keys_.push_back(keys_.size());
    return true;
  }
  bool on_object_end(std::size_t members, Code& code) {
    if (names_a_member_twice()) return stop(code);
    stack_.push_object(members);
    return true;
  }
  bool on_array_begin(Code&) { return true; }
  bool on_array_end(std::size_t elements, Code&) { return stack_.push_array(elements), true; }
  bool on_key_part(Text part, std::size_t, Code&) {
    key_.append(part.data(), part.size());
    stack_.push_chars(part);
    return true;
  }
  bool on_key(Text part, std::size_t, Code&) {
    key_.append(part.data(), part.size());
    keys_.push_back(std::move(key_));
    key_.clear();
    stack_.push_key(part);
    return true;
  }
  bool on_string_part(Text part, std::size_t, Code&) { return stack_.push_chars(part), true; }
  bool on_string(Text part, std::size_t, Code&) { return stack_.push_string(part), true; }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t value, Text, Code&) { return stack_.push_int64(value), true; }
  bool on_uint64(std::uint64_t value, Text, Code&) { return stack_.push_uint64(value), true; }
  bool on_double(double rough, Text text, Code& code) {
    // The whole document is written at once, so `text` is the whole number.
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) value = std::abs(rough) < 1 ? 0.0 : HUGE_VAL;
    if (!std::isfinite(value)) {
      complaint_ = "a number is larger than a double can hold";
      return stop(code);
    }
    stack_.push_double(value);
    return true;
  }
  bool on_bool(bool value, Code&) { return stack_.push_bool(value), true; }
  bool on_null(Code&) { return stack_.push_null(), true; }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  // Looks at the object that ends, and forgets its keys.
  bool names_a_member_twice() {
    const auto first = keys_.begin() + static_cast<std::ptrdiff_t>(first_keys_.back());
    first_keys_.pop_back();
    std::sort(first, keys_.end());
    const auto twin = std::adjacent_find(first, keys_.end());
    const bool found = twin != keys_.end();
    if (found) complaint_ = "an object names the member '" + std::string(utf8_prefix(*twin, 64)) + "' twice";
    keys_.erase(first, keys_.end());
    return found;
  }
  static bool stop(Code& code) {
    code = json::error::syntax;
    return false;
  }

  json::value_stack stack_;
  std::string key_;
  std::vector<std::string> keys_;        // Of every object that is open.
  std::vector<std::size_t> first_keys_;  // Where each open object's keys begin.
  std::string complaint_;
};

std::string explain(const json::error_code& code, const StrictHandler& handler) {
  if (!handler.complaint().empty()) return handler.complaint();
  if (code == json::error::incomplete) return "the text ends too early";
  if (code == json::error::too_deep) return "arrays and objects nest too deep";
  if (code == json::error::exponent_overflow) return "a number is larger than a double can hold";
  return code.message();
}

// Measures and checks first, so that writing cannot fail and has room.
class CanonicalWriter {
 public:
  bool too_deep = false;
  bool has_nul = false;
  bool has_infinity = false;

  std::size_t measure(const json::value& value, std::size_t depth) {
    switch (value.kind()) {
      case json::kind::null: return 4;
      case json::kind::bool_: return 5;
      case json::kind::int64:
      case json::kind::uint64: return json_write::integer_bytes_max;
      case json::kind::double_:
        if (!std::isfinite(value.get_double())) has_infinity = true;
        return json_write::number_bytes_max;
      case json::kind::string: return measure_string(value.get_string());
      case json::kind::array: break;
      case json::kind::object: break;
    }
    if (depth == json_depth_max) return too_deep = true, 0;
    std::size_t bytes = 2;
    if (const auto* array = value.if_array())
      for (const auto& element : *array) bytes += measure(element, depth + 1) + 1;
    else
      for (const auto& member : value.get_object())
        bytes += measure_string(member.key()) + measure(member.value(), depth + 1) + 2;
    return bytes;
  }

  char* put(char* at, const json::value& value) {
    switch (value.kind()) {
      case json::kind::null: return json_write::put_raw(at, "null");
      case json::kind::bool_: return json_write::put_raw(at, value.get_bool() ? "true" : "false");
      case json::kind::int64: return json_write::put_integer(at, value.get_int64());
      case json::kind::uint64: return json_write::put_integer(at, value.get_uint64());
      case json::kind::double_: return put_double(at, value.get_double());
      case json::kind::string: return put_string(at, value.get_string());
      case json::kind::array: return put_array(at, value.get_array());
      case json::kind::object: return put_object(at, value.get_object());
    }
    return at;
  }

 private:
  // A whole number has one text, however it was written: a store that keeps numbers forgets which it was.
  static char* put_double(char* at, double value) {
    if (value != std::trunc(value) || value < -0x1p63 || value >= 0x1p64) return json_write::put_number(at, value);
    if (value < 0x1p63) return json_write::put_integer(at, static_cast<std::int64_t>(value));
    return json_write::put_integer(at, static_cast<std::uint64_t>(value));
  }
  std::size_t measure_string(json::string_view text) {
    if (text.find('\0') != json::string_view::npos) has_nul = true;
    return json_write::string_bytes(text);
  }
  static char* put_string(char* at, json::string_view text) {
    return json_write::put_string(at, text, json_write::string_bytes(text));
  }
  char* put_array(char* at, const json::array& array) {
    *at++ = '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) *at++ = ',';
      at = put(at, array[i]);
    }
    *at++ = ']';
    return at;
  }
  char* put_object(char* at, const json::object& object) {
    std::vector<const json::key_value_pair*> members;
    members.reserve(object.size());
    for (const auto& member : object) members.push_back(&member);
    std::ranges::sort(members, {}, [](const auto* member) { return member->key(); });
    *at++ = '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) *at++ = ',';
      at = put_string(at, members[i]->key());
      *at++ = ':';
      at = put(at, members[i]->value());
    }
    *at++ = '}';
    return at;
  }
};

}  // namespace

Result<json::value> parse_json(std::string_view text, std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::basic_parser<StrictHandler> parser(options);
  json::error_code code;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), code);
  if (!code && read < text.size()) code = json::error::extra_data;
  if (!code) return parser.handler().release();
  return fail(Error(ErrorCode::invalid,
                    "Not valid JSON at byte " + std::to_string(read) + ": " + explain(code, parser.handler()) + ".")
                  .with_reason("malformed_json"));
}

Result<std::string> canonical_json(const json::value& value) {
  CanonicalWriter writer;
  const std::size_t bytes = writer.measure(value, 0);
  if (writer.too_deep)
    return fail(ErrorCode::invalid, "must not nest deeper than " + std::to_string(json_depth_max) + " levels");
  if (writer.has_infinity) return fail(ErrorCode::invalid, "must hold finite numbers only");
  if (writer.has_nul) return fail(ErrorCode::invalid, "must not hold the character U+0000");
  std::string text;
  json_write::append(text, bytes, [&](char* at) { return writer.put(at, value); });
  return text;
}

}  // namespace banyan
