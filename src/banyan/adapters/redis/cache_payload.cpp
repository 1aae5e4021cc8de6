#include "banyan/adapters/redis/cache_payload.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <variant>

namespace banyan::redis {
namespace {

// Numbers are little endian; a text is its length in 32 bits, then its bytes.
class Writer {
 public:
  template <typename Number>
  void number(Number value) {
    for (std::size_t i = 0; i < sizeof value; ++i)
      out_ += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
  }
  void text(std::string_view value) {
    number(static_cast<std::uint32_t>(value.size()));
    out_ += value;
  }
  void value(const Value& value) {
    number(static_cast<std::uint8_t>(value.index()));
    if (const auto* flag = std::get_if<bool>(&value)) number(static_cast<std::uint8_t>(*flag));
    if (const auto* integer = std::get_if<std::int64_t>(&value)) number(static_cast<std::uint64_t>(*integer));
    if (const auto* real = std::get_if<double>(&value)) number(std::bit_cast<std::uint64_t>(*real));
    if (const auto* string = std::get_if<std::string>(&value)) text(*string);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads what a Writer wrote; from the first thing that is missing on everything is 0 or empty.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : rest_(bytes) {}

  template <typename Number>
  Number number() {
    std::uint64_t value = 0;
    if (rest_.size() < sizeof(Number)) return fail();
    for (std::size_t i = 0; i < sizeof(Number); ++i)
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(sizeof(Number));
    return static_cast<Number>(value);
  }
  std::string_view text() {
    const auto length = number<std::uint32_t>();
    if (length > rest_.size()) return fail(), std::string_view();
    const std::string_view value = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return value;
  }
  Value value() {
    switch (number<std::uint8_t>()) {
      case 0: return Null();
      case 1: return number<std::uint8_t>() != 0;
      case 2: return static_cast<std::int64_t>(number<std::uint64_t>());
      case 3: return std::bit_cast<double>(number<std::uint64_t>());
      case 4: return std::string(text());
      default: fail(); return Null();
    }
  }
  /// How many follow that take so many bytes each at least.
  std::size_t count(std::size_t bytes_each) {
    const auto count = number<std::uint32_t>();
    if (count > rest_.size() / bytes_each) return fail();
    return count;
  }
  bool whole() const noexcept { return good_ && rest_.empty(); }

 private:
  std::uint8_t fail() noexcept {
    good_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool good_ = true;
};

// FNV-1a: the same on every instance, as std::hash need not be.
class Fingerprint {
 public:
  Fingerprint& add(std::string_view text) {
    for (const char c : text) add(static_cast<unsigned char>(c));
    return add(text.size());
  }
  Fingerprint& add(std::uint64_t number) {
    value_ = (value_ ^ number) * 0x100000001b3;
    return *this;
  }
  std::uint64_t value() const noexcept { return value_; }

 private:
  std::uint64_t value_ = 0xcbf29ce484222325;
};

constexpr std::uint64_t layout = 1;  // of payloads

}  // namespace

std::uint64_t encoding_of(const Collection& collection) {
  Fingerprint fingerprint;
  fingerprint.add(layout).add(collection.name).add(static_cast<std::uint64_t>(collection.id_kind));
  for (const Field& field : collection.fields)
    fingerprint.add(field.name).add(static_cast<std::uint64_t>(field.type)).add(static_cast<std::uint64_t>(field.role));
  for (const std::size_t field : collection.rule_fields) fingerprint.add(field);
  return fingerprint.value();
}

std::string to_payload(const CachedRecord& record, std::uint64_t encoding) {
  Writer writer;
  writer.number(encoding);
  if (record.absent()) return writer.take();
  writer.text(record.body);
  writer.number(static_cast<std::uint32_t>(record.field_ends.size()));
  for (const std::uint32_t end : record.field_ends) writer.number(end);
  writer.number(static_cast<std::uint32_t>(record.rule_values.size()));
  for (const Value& value : record.rule_values) writer.value(value);
  return writer.take();
}

std::shared_ptr<CachedRecord> from_payload(std::string_view payload, Version version, std::uint64_t encoding) {
  PayloadReader reader(payload);
  auto record = std::make_shared<CachedRecord>();
  record->version = version;
  if (reader.number<std::uint64_t>() != encoding) return nullptr;
  if (version == 0) return reader.whole() ? record : nullptr;
  record->body = reader.text();
  record->field_ends.resize(reader.count(sizeof(std::uint32_t)));
  for (std::uint32_t& end : record->field_ends) end = reader.number<std::uint32_t>();
  record->rule_values.resize(reader.count(1));
  for (Value& value : record->rule_values) value = reader.value();
  const bool ascending = std::ranges::is_sorted(record->field_ends) &&
                         (record->field_ends.empty() || record->field_ends.back() <= record->body.size());
  return reader.whole() && ascending ? record : nullptr;
}

}  // namespace banyan::redis
