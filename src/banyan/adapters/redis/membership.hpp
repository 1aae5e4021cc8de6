#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "banyan/adapters/redis/attendant.hpp"
#include "banyan/adapters/redis/cache_scripts.hpp"
#include "banyan/adapters/redis/client.hpp"
#include "banyan/core/cache_use.hpp"

namespace banyan::redis {

/// What the keys of the caches of one database have in common, `{…}`: by it a cluster has all of them on one node, and
/// those of different databases on any. The system is the database server.
std::string tag_of(std::uint64_t system, std::uint64_t database);

/// The shared cache as this instance found it on one connection: the memory of one server process, for one database and
/// timeline, under one number. Immutable.
struct Attachment {
  std::uint64_t generation = 0;  ///< Of the connection: commands go out on no other.
  std::string run_id;
  std::uint64_t system = 0;
  std::uint64_t database = 0;
  std::uint32_t timeline = 0;
  std::uint64_t number = 0;
  std::string number_text;  ///< 16 digits.
  std::string tag;          ///< Of all its keys, as tag_of() has it.
  std::string control;      ///< The key.

  std::string slot_of(std::string_view key) const { return "b:" + tag + ":" + number_text + ":" + std::string(key); }
  /// A call of a script that may write, on this connection only. What it refers to lives until the answer has come.
  Command call(const Script& script, const std::vector<std::string_view>& keys,
               const std::vector<std::string_view>& arguments) const;
  Position position(std::uint64_t sequence, std::uint64_t lsn) const;
  /// How far in the database's log that is; 0 where it is of another timeline.
  std::uint64_t lsn_of(const Position& reached) const noexcept {
    return reached.system == system && reached.timeline == timeline ? reached.lsn : 0;
  }
};
using AttachmentPtr = std::shared_ptr<const Attachment>;

/// Whether this instance may use the shared cache, agreed with the others where there can be others.
///
/// The licence to serve hits lasts `licence_lifetime` from the moment at which the last heartbeat was sent that found
/// the cache in use. Where the cache cannot be reached for all, it is switched off in the database, and nobody serves
/// hits once all licences have run out; on again later, under a new number.
///
/// Without an agreement this instance is alone: then a raise that could not be made only means that the cache is given
/// a new number before it is believed again. Thread-safe, except start() and stop().
class Membership {
 public:
  static constexpr std::chrono::milliseconds licence_lifetime{2'000};
  static constexpr std::chrono::milliseconds beat_interval{400};
  static constexpr std::chrono::milliseconds unattended_max{1'000};

  struct Parts {
    Client& client;
    Attendant& attendant;
    CacheAgreement* agreement;  ///< Null: nobody else uses the database.
    const CacheScripts& scripts;
    const Clock& clock;
    Random& random;
    Log& log;
  };
  /// `renumbered` is called, on the attendant's thread, when there is a cache with another number: what was kept of the
  /// one before must be forgotten by the time it returns.
  Membership(const Parts& parts, std::function<void()> renumbered);

  /// What the first heartbeat needs to know; on the attendant's thread, before the client starts.
  Task<void> learn();
  /// Whether a heartbeat should not wait for its turn: there is no attachment, or one that is not believed.
  bool wants_beat() const;
  /// One heartbeat, on the attendant's thread, one at a time.
  Task<void> beat();

  /// Null while there is none.
  AttachmentPtr attachment() const;
  /// Of the attachment; 0 while there is none. As cheap as can be.
  std::uint64_t number() const noexcept { return number_.load(std::memory_order_acquire); }
  /// As cheap as can be.
  bool licensed(SteadyTime now) const noexcept {
    return now.time_since_epoch().count() < licensed_until_.load(std::memory_order_acquire);
  }
  bool alone() const noexcept { return parts_.agreement == nullptr; }

  /// The number is not the cache's any more.
  void doubt();
  /// Nothing that is kept may be believed: no licence until the next beat has given the cache a new number.
  void renew();
  /// Gives the cache a new number at once, and answers it; 0 where that is not confirmed.
  Task<std::uint64_t> renew_now(const Context& context, const Attachment& attached);

  /// Whether what is known here is of the timeline that the position is of.
  bool knows_timeline_of(const Position& reached) const;
  /// What is known of whether the cache is in use, at least as new as `use`; `since` counts from when this instance
  /// first saw it, by its own clock.
  CacheUse known_use(const std::optional<CacheUse>& use) const;
  /// Whether it is known that nobody served hits at that time or at a later one. The cache may be in use again.
  bool out_of_use_after(SteadyTime time) const;
  /// Whether that was asked of the database at that time or later.
  bool has_read_since(SteadyTime time) const;
  bool attached_to(const CacheUse& use) const;
  /// How long this instance has not been attached to the cache in use; nothing while it is, or none is in use.
  std::optional<Duration> detached_for() const;
  /// Others say that they reach the cache.
  bool others_attached() const;
  /// Acknowledgements on a new timeline wait until then: licences of the old one must have run out.
  SteadyTime quiet_until() const;

 private:
  struct Note {
    CacheUse use;
    SteadyTime asked_at;
    SteadyTime at;          ///< When it was read.
    SteadyTime first_seen;  ///< When the view was first read: by no other clock can a wait be measured.
    std::uint64_t system = 0;
    std::uint64_t database = 0;
    std::uint32_t timeline = 0;
  };

  Task<bool> read();
  void forget_where_view_changed();
  Task<bool> attach();
  Task<void> try_to_write();
  Task<void> decide(SteadyTime sent);
  Task<void> switch_to(bool on);
  void take(const CacheAgreement::Reading& reading, SteadyTime asked_at);
  void adopt(AttachmentPtr attachment);
  /// As the heartbeat says that was sent at that time.
  void license(SteadyTime sent);
  void end_licence();
  void note_detached(bool attached);

  Parts parts_;
  std::function<void()> renumbered_;
  std::uint64_t nobody_elses_;  ///< Stands for the database of whoever is alone: others may be, on the same Redis.
  std::atomic<std::uint64_t> number_ = 0;
  std::atomic<SteadyTime::rep> licensed_until_ = 0;

  mutable std::mutex mutex_;
  AttachmentPtr attachment_;
  std::optional<Note> note_;
  bool writable_ = false;  ///< The server took a write since the last heartbeat.
  bool moving_ = false;    ///< A node was giving the keys away, and nothing has been written since.
  bool view_changed_ = false;
  std::optional<SteadyTime> detached_since_;
  SteadyTime quiet_until_{};
  bool doubted_ = false;
  bool renewal_wanted_ = true;  ///< The first number is a new one where nobody else may have watched.
};

}  // namespace banyan::redis
