#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "banyan/adapters/sqlite/store.hpp"
#include "banyan/base/metrics.hpp"
#include "banyan/core/query.hpp"
#include "tests/contracts/blog.hpp"

/// What the tests of this folder share.
namespace banyan::sqlite::testkit {

/// A directory of its own that goes with the test. In memory where that is possible: what the store asks of the
/// device is tested by looking at what it asks, and a slow device would only make the tests slow.
class TempDirectory {
 public:
  TempDirectory() {
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = access(memory.c_str(), W_OK | X_OK) == 0 && getenv("TMPDIR") == nullptr;
    std::string name =
        ((in_memory ? memory : std::filesystem::temp_directory_path()) / "banyan-sqlite-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

using contracts::blog;
using contracts::collection;
using contracts::field;
using contracts::number;
using contracts::reference;
using contracts::required;
using contracts::schema;
using contracts::text;
using contracts::unique;

/// A store over a file, with all that it needs.
struct Opened {
  explicit Opened(Options options_, std::unique_ptr<Schema> schema_ = blog())
      : options(std::move(options_)), schema(std::move(schema_)) {}

  /// Opens, makes what is missing, starts.
  Result<void> start() {
    auto opened = open();
    if (!opened) return opened;
    auto plan = store->plan();
    if (!plan) return fail(plan.error());
    if (auto done = store->apply_additive(*plan); !done) return done;
    return store->start();
  }
  Result<void> open() {
    auto opened = Store::open(options, {*schema, clock, log, metrics});
    if (!opened) return fail(opened.error());
    store = std::move(*opened);
    return {};
  }

  const Collection& at(std::string_view name) const { return *schema->find(name); }

  Result<Applied> apply(std::vector<Write> writes) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    return block_on(store->apply(context, WriteBatch{std::move(writes)}));
  }
  Result<Record> find(std::string_view name, Value id) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    const RecordKey key(&at(name), std::move(id));
    return block_on(store->find(context, key, Source::primary));
  }
  Result<RecordPage> list(Query query) {
    Context context{executor, clock, clock.steady() + std::chrono::seconds(30)};
    return block_on(store->list(context, std::move(query)));
  }

  Write create(std::string_view name, const contracts::NamedValues& values) const {
    return contracts::create(at(name), values);
  }
  Write update(std::string_view name, Value id, const contracts::NamedValues& values) const {
    return contracts::update(at(name), std::move(id), values);
  }
  Write remove(std::string_view name, Value id) const { return contracts::remove(at(name), std::move(id)); }

  Options options;
  std::unique_ptr<Schema> schema;
  SystemClock clock;
  NullLog log;
  UnseenMetrics metrics;
  InlineExecutor executor;
  std::unique_ptr<Store> store;
};

}  // namespace banyan::sqlite::testkit
