#pragma once

#include <array>
#include <charconv>
#include <cstring>
#include <string_view>

#include "banyan/core/record.hpp"

namespace banyan::services {

/// The text of a RecordKey as to_string() has it, made without the heap. Empty where `id` cannot be an id of the
/// collection, so that no such key is ever looked up.
class KeyText {
 public:
  KeyText(const Collection& collection, const Value& id) noexcept {
    const std::string& name = collection.name;
    if (name.size() > name_bytes_max) return;
    std::memcpy(text_.data(), name.data(), name.size());
    text_[name.size()] = ':';
    char* const digits = text_.data() + name.size() + 1;
    if (const auto* number = std::get_if<std::int64_t>(&id); number && collection.id_kind == IdKind::integer)
      size_ = static_cast<std::size_t>(std::to_chars(digits, text_.data() + text_.size(), *number).ptr - text_.data());
    if (const auto* uuid = std::get_if<std::string>(&id); uuid && collection.id_kind == IdKind::uuid) {
      if (uuid->size() != uuid_bytes) return;
      std::memcpy(digits, uuid->data(), uuid_bytes);
      size_ = name.size() + 1 + uuid_bytes;
    }
  }

  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  static constexpr std::size_t name_bytes_max = 63;  // core/schema.hpp, is_valid_name
  static constexpr std::size_t uuid_bytes = 36;

  std::array<char, name_bytes_max + 1 + uuid_bytes> text_;
  std::size_t size_ = 0;
};

}  // namespace banyan::services
