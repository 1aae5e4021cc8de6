#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "banyan/adapters/redis/script.hpp"

namespace banyan::redis {

/// A number as the cache's keys and values hold it, which is as hex16() writes it: a script's own numbers are exact to
/// 53 bits only, and versions have 64. 0 for what is not 16 hexadecimal digits.
std::uint64_t from_hex16(std::string_view text) noexcept;

/// The steps of the shared cache (docs/consistency), each one round trip.
///
/// The control key holds the cache's number and how many raises it counts, 16 digits each: lost together. A slot holds
///   V version sequence position payload    a value: version 0 is "absent"; position is that of the database's log
///   T floor id                             a ticket
/// KEYS are the control key and the slot. ARGV[1] is the cache's number that the caller knows: where it is another, or
/// gone, nothing is done and the answer is nil.
struct CacheScripts {
  /// KEYS: control. ARGV: a number. Makes the cache that number, if it has none. Answers what the control key holds.
  Script ensure;
  /// KEYS: control. ARGV: a number. Makes it that number, whatever it had.
  Script renew;
  /// ARGV: number, id, milliseconds. Answers the slot where it is a value, 1 where the ticket was given, else 0.
  Script ticket;
  /// ARGV: number, version, position, milliseconds, payload (empty: not known), channel, the key's name, mode. Answers
  /// the sequence. Mode "always" counts and tells of it whatever the slot held, "changed" only where that was older.
  Script raise;
  /// ARGV: number, id (empty: none), version, position, milliseconds, payload, channel, the key's name, "fresh" or
  /// "old". Answers the sequence, and 1 where the value was kept.
  Script fill;

  /// KEYS: control, a slot that nobody uses. ARGV: number. Writes the control key as it is, to see whether the server
  /// takes writes; else nil. A node of a cluster that gives its keys away refuses, since it lacks the slot.
  Script touch;
  /// KEYS: control. ARGV: number, channel, text. Tells the text, where the cache has that number; else nil.
  Script tell;

  CacheScripts();
};

}  // namespace banyan::redis
