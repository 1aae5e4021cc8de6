#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace banyan::sqlite {

/// Where the database is, and the bounds of the store.
struct Options {
  std::filesystem::path file;  ///< Its directory is made if it is missing.

  std::size_t reader_threads = 2;     ///< For lists, and for finds when the device is slow.
  std::size_t in_place_readers = 8;   ///< Connections for finds on the calling threads; opened when first used.
  std::size_t read_queue_max = 1024;  ///< Requests; what comes on top is `overloaded`.
  std::size_t write_queue_max = 8192;
  std::size_t batch_writes_max = 256;         ///< Writes of different requests that share one commit.
  std::size_t request_writes_max = 10'000;    ///< Writes of one request; more is `too_large`.
  std::size_t cascade_rows_max = 10'000;      ///< Records that one request may touch beside those it names.
  std::size_t page_bytes_max = 64U << 20;     ///< Of the texts of one list\'s records; more is `too_large`.
  std::size_t reader_cache_bytes = 8U << 20;  ///< Of pages, a connection.
  std::size_t writer_cache_bytes = 16U << 20;
  std::size_t checkpoint_bytes = 16U << 20;         ///< Size of the write-ahead log that asks for a checkpoint.
  std::chrono::milliseconds lock_wait_max{2'000};   ///< For a lock that another program holds on the database.
  std::chrono::milliseconds watch_interval{1'000};  ///< How often an idle store looks for changes by others.
  /// Mean duration of a find in place, in microseconds, above which finds move to the reader threads, and below which
  /// they return.
  std::uint32_t find_slow_us = 300;
  std::uint32_t find_fast_us = 60;
  bool waits_for_disk =
      true;         ///< Else a commit may be lost with the power (SQLite's `synchronous = NORMAL`). For tests.
  std::string vfs;  ///< SQLite's file layer by name; empty is the system's. For tests.
};

}  // namespace banyan::sqlite
