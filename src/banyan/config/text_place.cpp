#include "banyan/config/text_place.hpp"

namespace banyan::config {
namespace {

/// Goes through a file as toml++ counts it: columns are code points.
class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  bool ended() const { return at_ >= file_.size(); }
  Position place() const { return place_; }
  bool starts_with(std::string_view text) const { return file_.substr(at_).starts_with(text); }
  char character() const { return file_[at_]; }

  void skip() {
    if (character() == '\n') {
      ++place_.line;
      place_.column = 1;
      ++at_;
      return;
    }
    do ++at_;
    while (!ended() && (static_cast<unsigned char>(character()) & 0xC0) == 0x80);
    ++place_.column;
  }
  void skip(std::size_t count) {
    for (; count > 0 && !ended(); --count) skip();
  }
  std::size_t position() const { return at_; }

 private:
  std::string_view file_;
  std::size_t at_ = 0;
  Position place_{1, 1};
};

std::size_t utf8_bytes(std::size_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

// The bytes that an escape stands for; 0 for a folded line.
std::size_t skip_escape(Reader& reader) {
  reader.skip();
  if (reader.ended()) return 0;
  const char kind = reader.character();
  if (kind == '\n' || kind == '\r' || kind == ' ' || kind == '\t') return 0;
  reader.skip();
  const std::size_t digits = kind == 'u' ? 4 : kind == 'U' ? 8 : kind == 'x' ? 2 : 0;
  if (digits == 0) return 1;
  std::size_t code_point = 0;
  for (std::size_t i = 0; i < digits && !reader.ended(); ++i, reader.skip()) {
    const char c = reader.character();
    code_point = code_point * 16 + static_cast<std::size_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return utf8_bytes(code_point);
}

}  // namespace

Position place_in_text(std::string_view file, Position begin, std::size_t offset) {
  Reader reader(file);
  const auto is_before = [&] {
    const Position at = reader.place();
    return at.line < begin.line || (at.line == begin.line && at.column < begin.column);
  };
  while (!reader.ended() && is_before()) reader.skip();
  const bool basic = reader.starts_with("\"");
  if (!basic && !reader.starts_with("'")) return begin;
  if (reader.starts_with("\"\"\"") || reader.starts_with("'''")) {
    reader.skip(3);
    if (reader.starts_with("\r\n")) reader.skip();
    if (reader.starts_with("\n")) reader.skip();
  } else {
    reader.skip();
  }
  for (std::size_t decoded = 0; decoded < offset;) {
    if (reader.ended()) return begin;
    if (basic && reader.character() == '\\') {
      const std::size_t bytes = skip_escape(reader);
      if (bytes == 0) return begin;
      decoded += bytes;
      continue;
    }
    // The end of a line is one byte of the value, however it is written.
    if (reader.starts_with("\r\n")) reader.skip();
    const std::size_t before = reader.position();
    reader.skip();
    decoded += reader.position() - before;
  }
  return reader.place();
}

}  // namespace banyan::config
