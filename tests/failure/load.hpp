#pragma once

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "failure/ledger.hpp"
#include "scenarios/http_client.hpp"

namespace banyan::scenarios {

/// One client that writes one request after the other, and enters in the ledger what it was told: creates, batches,
/// changes and deletions of what it made itself.
class Writer {
 public:
  Writer(std::uint16_t port, Ledger& ledger, std::string name, std::uint64_t seed)
      : client_(port), ledger_(ledger), name_(std::move(name)), random_(seed) {}

  /// One request, and what became of it.
  Outcome step();
  /// A create, and what became of it.
  Outcome create();
  /// Whether the last request was answered at all.
  bool answered() const noexcept { return answered_; }

 private:
  Outcome create_batch();
  Outcome update();
  Outcome remove_one();
  Outcome learn(const Response& response, int status);

  HttpClient client_;
  Ledger& ledger_;
  std::string name_;
  std::mt19937 random_;
  std::vector<std::int64_t> mine_;
  std::int64_t count_ = 0;
  std::int64_t value_ = 0;
  bool answered_ = true;
};

/// Clients that go on whatever they are told, until they are stopped.
class Load {
 public:
  Load(std::uint16_t port, Ledger& ledger, int writers, int readers, std::uint64_t seed);
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  void stop();
  std::uint64_t writes() const { return writes_; }
  std::uint64_t reads() const { return reads_; }

 private:
  void write(std::uint16_t port, Ledger& ledger, std::string name, std::uint64_t seed);
  void read(std::uint16_t port, const Ledger& ledger, std::uint64_t seed);

  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> writes_ = 0;
  std::atomic<std::uint64_t> reads_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace banyan::scenarios
