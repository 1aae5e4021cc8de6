#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/base/result.hpp"
#include "banyan/base/task.hpp"
#include "banyan/core/cache.hpp"

namespace banyan::services {

/// What a flight brought: the record (or "absent"), or an error that concerns everyone who asked. Nothing when its
/// leader gave up for a reason of its own (its deadline, its client): whoever followed tries again.
struct Landed {
  Result<CachedRecordPtr> record;
  Position reached;  ///< How far whoever is shown it has seen.
  SteadyTime began;  ///< When its leader began to ask.
};
using Landing = std::optional<Landed>;

class Flights;

/// One reader's way to the store, which others that miss the same key may share.
/// Lifetime: in the frame of the reader's coroutine, with the key. Thread safety: guarded by its Flights.
class Flight {
 public:
  /// `position`: what its reader has seen, so that nothing older will land.
  Flight(Flights& flights, std::string_view key, const Position& position) noexcept
      : flights_(flights), key_(key), position_(position) {}
  /// Lands with nothing if it has not landed, so that no follower waits for ever.
  ~Flight();
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

 private:
  friend class Flights;
  Flights& flights_;
  std::string_view key_;
  Position position_;
  bool under_way_ = false;
  std::vector<Completion<Landing>*> followers_;
};

/// One query a key, however many readers miss it at once, on whatever loops.
///
/// The rule that keeps it honest: a write detaches the key's flight before it is acknowledged. Who boarded before may
/// be given the older value, for they asked before; who comes after starts a flight that sees the write. Where another
/// instance can write, of which this one hears late, whoever boarded after the leader had begun asks again; and who
/// brings a position follows only a leader who has seen as much.
///
/// How long a follower waits: until the leader lands, which stores hold to the leader's deadline; then a follower whose
/// own has passed answers `deadline_exceeded`. All requests have the same time, counted from their first byte, so a
/// follower's deadline is before its leader's only by what its own request took to arrive (at most the header's
/// timeout): so much later than due it may answer, no more. It has no alarm of its own because nothing below http/ has
/// one: an Executor posts, and knows no time. An alarm would have to be cancelled on every landing, and to race it for
/// the Completion, which is completed once.
/// Thread-safe.
class Flights {
 public:
  explicit Flights(std::size_t followers_max) noexcept : followers_max_(followers_max) {}

  enum class Role : unsigned char {
    leads,    ///< Asks the store, then calls land(flight).
    follows,  ///< Awaits `arrival`, which the leader completes.
    alone,    ///< Has seen more than the leader: asks for itself, and lands nothing.
    refused,  ///< Too many follow already.
  };
  Role board(Flight& flight, Completion<Landing>& arrival);
  /// Ends the leader's flight and gives everyone who followed what it brought.
  void land(Flight& flight, const Landing& landing);
  /// Nobody boards the key's present flight any more.
  void detach(std::string_view key);
  void detach_all();

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    boost::unordered_flat_map<std::string_view, Flight*> boarding;  ///< The keys are the flights' own.
  };
  Shard& shard_of(std::string_view key) noexcept;

  std::size_t followers_max_;
  std::array<Shard, 16> shards_;
};

}  // namespace banyan::services
