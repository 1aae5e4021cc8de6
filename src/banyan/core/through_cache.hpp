#pragma once

#include <utility>

#include "banyan/core/cache.hpp"

namespace banyan {

/// For tests: passes everything on to the cache behind it, so that one thing can be changed. Thread-safe as that is.
class ThroughCache : public Cache {
 public:
  explicit ThroughCache(Cache& behind) : behind_(behind) {}
  Task<CachedRecordPtr> get(const Context& context, std::string_view key) override { return behind_.get(context, key); }
  Task<Ticket> take_ticket(const Context& context, std::string_view key) override {
    return behind_.take_ticket(context, key);
  }
  Task<void> fill(const Context& context, std::string_view key, FillTicket ticket, CachedRecordPtr value) override {
    return behind_.fill(context, key, ticket, std::move(value));
  }
  Task<Result<void>> before_write(const Context& context) override { return behind_.before_write(context); }
  Task<Result<void>> raise(const Context& context, std::span<const Raise> keys,
                           const std::optional<CacheUse>& use) override {
    return behind_.raise(context, keys, use);
  }
  Task<void> hear(const Context& context, std::span<const Raise> keys) override { return behind_.hear(context, keys); }
  Task<void> show(const Context& context, std::span<const Raise> keys) override { return behind_.show(context, keys); }
  Version shown_from() const override { return behind_.shown_from(); }
  bool hears_in_time() const override { return behind_.hears_in_time(); }
  Task<Result<void>> clear(const Context& context) override { return behind_.clear(context); }
  std::optional<std::string> unready_reason() const override { return behind_.unready_reason(); }

 protected:
  Cache& behind_;
};

}  // namespace banyan
