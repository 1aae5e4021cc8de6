#include <array>
#include <atomic>
#include <thread>

#include "tests/contracts/on_threads.hpp"
#include "tests/contracts/record_store_contract.hpp"

// Trees, matches and upserts where many are at it at once.
namespace banyan::contracts {

bool link_contract_together() { return true; }

namespace {

TEST_P(RecordStoreMatches, of_concurrent_upserts_of_one_value_one_creates_and_all_succeed) {
  for (int round = 0; round < 20; ++round) {
    const Value email = text("user" + std::to_string(round) + "@example.org");
    std::array<Write, thread_count> writes;
    for (int i = 0; i < thread_count; ++i)
      writes[i] = upsertion("users", {{"email", email}}, {"email"}, {{"age", integer(i)}});
    std::atomic<int> created = 0;
    std::atomic<int> failures = 0;
    on_threads([&](int thread) {
      const Result<Applied> applied = apply(writes[thread]);
      if (!applied || applied->changes.size() != 1) {
        ++failures;
      } else if (applied->changes.front().created) {
        ++created;
      }
    });
    EXPECT_EQ(created, 1);
    EXPECT_EQ(failures, 0);
  }
  EXPECT_EQ(ids(query("users")).size(), 20U);
}

TEST_P(RecordStoreMatches, of_concurrent_upserts_that_set_nothing_one_creates_and_all_succeed) {
  std::atomic<int> created = 0;
  std::atomic<int> failures = 0;
  std::array<std::vector<Write>, thread_count> writes;
  for (auto& each : writes)
    for (std::uint64_t i = 0; i < 20; ++i)
      each.push_back(upsertion("tags", {{"id", uuid(i)}, {"label", text(std::to_string(i))}}, {"id"}, {}));
  on_threads([&](int thread) {
    for (const Write& write : writes[thread]) {
      const Result<Applied> applied = apply(write);
      if (!applied) {
        ++failures;
      } else {
        created += static_cast<int>(applied->changes.size());
      }
    }
  });
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(created, 20);
}

TEST_P(RecordStoreMatches, what_two_would_change_is_changed_by_one_only) {
  constexpr int rounds = 30;
  const Value id = make("users", {{"age", integer(0)}});
  std::atomic<int> by_matches = 0;
  std::atomic<int> by_id = 0;
  std::atomic<int> wrong = 0;
  on_threads([&](int thread) {
    for (int i = 0; i < rounds; ++i) {
      const Filter at_this = where("users", "age", CompareOp::eq, {integer(i)});
      const Named next{{"age", integer(i + 1)}};
      Write write = thread % 2 == 0 ? change_of_matches("users", at_this, next) : change("users", id, next);
      write.filter = at_this;
      const Result<Applied> applied = apply(std::move(write));
      if (applied) {
        (thread % 2 == 0 ? by_matches : by_id) += static_cast<int>(applied->counts.at(0));
      } else if (!is_denied(applied)) {
        ++wrong;
      }
      while (std::get<std::int64_t>(value_of("users", id, "age")) <= i) std::this_thread::yield();
    }
  });
  EXPECT_EQ(by_matches + by_id, rounds);
  EXPECT_EQ(wrong, 0);
}

TEST_P(RecordStoreTrees, a_page_what_belongs_to_it_and_its_count_are_of_one_moment) {
  constexpr std::size_t posts = 12;
  const Value ann = make("users");
  const Value bob = make("users");
  std::vector<Write> first;
  for (std::size_t i = 0; i < posts; ++i) first.push_back(creation("posts", {{"author", ann}}));
  const Applied made = must_apply(std::move(first));
  // All posts go from one to the other at once, and the one who has them gets a sign of it; users come in pairs.
  std::vector<std::vector<Write>> batches;
  for (int round = 0; round < 40; ++round) {
    const Value& to = round % 2 == 0 ? bob : ann;
    auto& batch = batches.emplace_back();
    for (const Changed& post : made.changes) batch.push_back(change("posts", post.key.id, {{"author", to}}));
    batch.push_back(change("users", ann, {{"active", to == ann}}));
    batch.push_back(change("users", bob, {{"active", to == bob}}));
    for (int i = 0; i < 2; ++i) batch.push_back(creation("users"));
  }
  must_apply(change("users", ann, {{"active", true}}));
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  {
    const std::jthread reader([&] {
      Query wanted = query("users", where("users", "id", CompareOp::lte, {bob}));
      wanted.embeds = {embed(to_many("posts", "author"))};
      Query counted = query("users");
      counted.counted = Counted::exact;
      counted.limit = 1'000;
      while (!done) {
        const RecordPage page = must_list(wanted);
        for (std::size_t i = 0; i < 2; ++i) {
          const EmbeddedPage::Span span = page.embeds.at(0).spans.at(i);
          const bool has_them = page.records.at(i).values.at(field("users", "active")) == Value(true);
          if (span.end - span.begin != (has_them ? posts : 0)) ++torn;
        }
        const RecordPage all = must_list(counted);
        if (all.count != all.records.size() || all.records.size() % 2 != 0) ++torn;
      }
    });
    for (auto& batch : batches) must_apply(std::move(batch));
    done = true;
  }
  EXPECT_EQ(torn, 0);
}

}  // namespace
}  // namespace banyan::contracts
