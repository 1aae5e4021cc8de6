#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "banyan/core/record_store.hpp"

namespace banyan::memory {

/// A RecordStore in front of another, for tests of what stands on a store: it holds operations at chosen moments, makes
/// them fail, and counts them.
///
/// A hook is a coroutine that is awaited at its moment, on the request's executor: at once when it returns
/// `Task<void>()`, later when it waits (see Gate). What it refers to lives until the operations under way have ended.
/// Thread-safe; a hook that is set counts for operations that begin afterwards.
class StagedRecordStore final : public RecordStore {
 public:
  using FindHook = std::function<Task<void>(const Context&, const RecordKey&)>;
  using ListHook = std::function<Task<void>(const Context&, const Query&)>;
  using ApplyHook = std::function<Task<void>(const Context&, const WriteBatch&)>;

  /// `inner` outlives this.
  explicit StagedRecordStore(RecordStore& inner) : inner_(inner) {}

  void before_find(FindHook hook);    ///< Before the store is asked.
  void after_find(FindHook hook);     ///< Between the store's snapshot and the answer.
  void before_list(ListHook hook);    ///< Before the store is asked.
  void after_list(ListHook hook);     ///< Between the store's snapshot and the answer.
  void before_apply(ApplyHook hook);  ///< Before anything is done.
  void after_apply(ApplyHook hook);   ///< Between the commit (or refusal) and the answer.

  /// The next operations of that kind fail, one an error, and do nothing.
  void fail_next_find(Error error);
  void fail_next_list(Error error);
  void fail_next_apply(Error error);
  /// The next apply is done, if the store takes it, but answers this.
  void lose_next_apply_answer(Error error);

  /// Something to say instead of the inner store's own; nothing gives it back the word.
  void set_unready_reason(std::optional<std::string> reason);

  /// Operations that were asked for, also those that were made to fail.
  struct Counts {
    std::uint64_t finds = 0;
    std::uint64_t lists = 0;
    std::uint64_t applies = 0;
  };
  Counts counts() const;

  Task<Result<Record>> find(const Context& context, const RecordKey& key, Source source) override;
  Task<Result<RecordPage>> list(const Context& context, Query query) override;
  Task<Result<Applied>> apply(const Context& context, WriteBatch batch) override;
  std::optional<std::string> unready_reason() const override;

 private:
  /// What one kind of operation meets.
  template <typename Hook>
  struct Stage {
    std::shared_ptr<const Hook> before;
    std::shared_ptr<const Hook> after;
    std::deque<Error> failures;
    std::uint64_t count = 0;
  };
  template <typename Hook>
  struct Entrance;

  template <typename Hook>
  void set(std::shared_ptr<const Hook>& place, Hook hook);
  template <typename Hook>
  Entrance<Hook> enter(Stage<Hook>& stage);

  RecordStore& inner_;
  mutable std::mutex mutex_;
  Stage<FindHook> find_;
  Stage<ListHook> list_;
  Stage<ApplyHook> apply_;
  std::deque<Error> lost_answers_;
  std::optional<std::string> unready_reason_;
};

}  // namespace banyan::memory
