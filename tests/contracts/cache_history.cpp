#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "banyan/base/random.hpp"
#include "tests/contracts/cache_contract.hpp"

namespace banyan::contracts {
namespace {

constexpr std::size_t key_count = 2;
constexpr std::size_t actors_max = 6;

/// Every state that a key has had in the database, in the order of the commits.
struct Truth {
  struct State {
    Version version = 0;  ///< Of the commit, deletions too.
    bool exists = false;
  };
  std::vector<State> states{State()};
  std::size_t acknowledged = 0;  ///< The last state whose write has been acknowledged.

  CachedRecordPtr read() const { return record_at(states.back().exists ? states.back().version : 0); }
  bool allows(const CachedRecord& hit) const {
    return std::any_of(states.begin() + static_cast<std::ptrdiff_t>(acknowledged), states.end(),
                       [&](const State& s) { return s.exists ? hit.version == s.version : hit.absent(); });
  }
};

struct Reader {
  std::size_t key = 0;
  FillTicket ticket = 0;
  CachedRecordPtr value;  ///< Null until the database was asked.
};

struct Writer {
  std::size_t key = 0;
  std::size_t state = 0;  ///< What it has committed and not yet raised.
};

class Game {
 public:
  Game(Cache& cache, std::uint64_t seed, const Context& context) : cache_(cache), context_(context), random_(seed) {}

  std::optional<std::string> play(std::size_t steps) {
    for (std::size_t step = 0; step < steps; ++step) {
      act();
      for (std::size_t key = 0; key < key_count; ++key)
        if (auto broken = check(key, step)) return broken;
    }
    return std::nullopt;
  }

 private:
  static std::string name(std::size_t key) { return "users:" + std::to_string(key); }

  void act() {
    switch (random_.below(10)) {
      case 0:
      case 1: return start_reader();
      case 2:
      case 3: return read_database();
      case 4:
      case 5: return fill();
      case 6:
      case 7: return commit();
      case 8: return raise_and_acknowledge();
      default:
        if (random_.below(2) == 0) (void)block_on(cache_.clear(context_));
    }
  }

  void start_reader() {
    if (readers_.size() >= actors_max) return;
    Reader reader{.key = random_.below(key_count)};
    const Cache::Ticket ticket = block_on(cache_.take_ticket(context_, name(reader.key)));
    if (ticket.hit) return;
    reader.ticket = ticket.ticket;
    readers_.push_back(std::move(reader));
  }

  void read_database() {
    if (readers_.empty()) return;
    Reader& reader = readers_[random_.below(readers_.size())];
    if (!reader.value) reader.value = truths_[reader.key].read();
  }

  void fill() {
    if (readers_.empty()) return;
    const auto at = readers_.begin() + static_cast<std::ptrdiff_t>(random_.below(readers_.size()));
    if (!at->value) return;
    block_on(cache_.fill(context_, name(at->key), at->ticket, at->value));
    readers_.erase(at);
  }

  void commit() {
    if (writers_.size() >= actors_max) return;
    Writer writer{.key = random_.below(key_count)};
    Truth& truth = truths_[writer.key];
    writer.state = truth.states.size();
    truth.states.push_back({truth.states.back().version + 1, random_.below(2) != 0});
    writers_.push_back(writer);
  }

  void raise_and_acknowledge() {
    if (writers_.empty()) return;
    const auto at = writers_.begin() + static_cast<std::ptrdiff_t>(random_.below(writers_.size()));
    Truth& truth = truths_[at->key];
    const Truth::State state = truth.states[at->state];
    const bool sends_body = state.exists && random_.below(4) != 0;
    const std::string key = name(at->key);
    const Cache::Raise one{
        .key = key, .version = state.version, .value = sends_body ? record_at(state.version) : nullptr};
    if (!block_on(cache_.raise(context_, std::span(&one, 1), std::nullopt))) return;
    truth.acknowledged = std::max(truth.acknowledged, at->state);
    writers_.erase(at);
  }

  std::optional<std::string> check(std::size_t key, std::size_t step) {
    const CachedRecordPtr hit = block_on(cache_.get(context_, name(key)));
    const Truth& truth = truths_[key];
    if (!hit || truth.allows(*hit)) return std::nullopt;
    return "step " + std::to_string(step) + ": " + name(key) + " was hit at version " + std::to_string(hit->version) +
           " after version " + std::to_string(truth.states[truth.acknowledged].version) + " was acknowledged";
  }

  Cache& cache_;
  const Context& context_;
  SeededRandom random_;
  std::array<Truth, key_count> truths_;
  std::vector<Reader> readers_;
  std::vector<Writer> writers_;
};

}  // namespace

std::optional<std::string> find_stale_hit(Cache& cache, const Context& context, std::uint64_t seed, std::size_t steps) {
  return Game(cache, seed, context).play(steps);
}

}  // namespace banyan::contracts
