// Writes that a filter decides, and many at once.
#include <atomic>
#include <thread>

#include "banyan/adapters/postgres/store_fixture.hpp"

namespace banyan::postgres {
namespace {

using contracts::number;
using contracts::text;

class GuardedWrites : public StoreTest {
 protected:
  Write upsert(const std::string& email, std::int64_t age) const {
    Write write = contracts::create(at("users"), {{"name", text("x")}, {"email", text(email)}, {"age", number(age)}});
    write.kind = Write::Kind::upsert;
    write.conflict = {*at("users").find_field("email")};
    write.on_conflict = {{*at("users").find_field("age"), number(age)}};
    return write;
  }
  Filter named(const std::string& name) const { return Filter::compare(1, CompareOp::eq, {text(name)}); }
  Write rename(std::int64_t id, const std::string& name) const {
    return contracts::update(at("users"), number(id), {{"name", text(name)}});
  }

  template <typename Work>
  void at_once(int threads, Work&& work) {
    std::vector<std::jthread> running;
    for (int thread = 0; thread < threads; ++thread) running.emplace_back([&, thread] { work(thread); });
  }
};

TEST_F(GuardedWrites, upserts_of_the_same_records_at_once_all_succeed_and_make_each_once) {
  start();
  std::atomic<int> created = 0;
  at_once(8, [&](int thread) {
    for (int i = 0; i < 40; ++i) {
      const auto applied = apply({upsert("u" + std::to_string(i % 5) + "@a.b", thread)});
      ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
      created += applied->changes.at(0).created ? 1 : 0;
    }
  });
  EXPECT_EQ(created, 5);
  EXPECT_EQ(run("SELECT count(*) FROM users"), "5");
}

TEST_F(GuardedWrites, one_that_is_refused_keeps_none_of_those_from_succeeding_that_came_with_it) {
  start();
  ASSERT_TRUE(apply({user("Alice"), user("Bob")}));
  std::atomic<int> refused = 0;
  at_once(8, [&](int thread) {
    for (int i = 0; i < 25; ++i) {
      Write write = rename(thread < 2 ? 1 : 2, thread < 2 ? "Mallory" : "Bob");
      if (thread == 0) write.filter = named("Bob");
      if (thread == 1) write.check = named("Alice");
      const auto applied = apply({write});
      if (thread > 1) {
        ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
      } else {
        ASSERT_FALSE(applied);
        EXPECT_EQ(applied.error().reason, "access_denied") << applied.error().message;
        ++refused;
      }
    }
  });
  EXPECT_EQ(refused, 50);
  EXPECT_EQ(find("users", number(1))->values[1], text("Alice"));
}

TEST_F(GuardedWrites, changes_of_all_that_match_at_once_wait_for_each_other) {
  start();
  run("INSERT INTO users (name, age) SELECT 'u', i FROM generate_series(1, 200) i");
  at_once(6, [&](int thread) {
    for (int i = 0; i < 10; ++i) {
      Write write{.kind = Write::Kind::update_matches, .collection = &at("users")};
      write.filter = Filter::compare(3, thread % 2 == 0 ? CompareOp::lt : CompareOp::gt, {number(100)});
      write.changes = {{1, text("u" + std::to_string(thread))}};
      const auto applied = apply({std::move(write)});
      ASSERT_TRUE(applied) << applied.error().message << applied.error().detail;
      EXPECT_EQ(applied->counts.at(0), thread % 2 == 0 ? 99U : 100U);
    }
  });
}

TEST_F(GuardedWrites, a_record_that_stops_matching_while_its_lock_is_waited_for_is_not_changed) {
  start();
  ASSERT_TRUE(apply({user("Alice")}));
  Connection other = other_program();
  ASSERT_TRUE(other.execute("BEGIN; UPDATE users SET name = 'Ann' WHERE id = 1"));
  Result<Applied> answer;
  {
    std::jthread waiting([&] {
      Write write = rename(1, "Al");
      write.filter = named("Alice");
      answer = apply({std::move(write)});
    });
    while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
    ASSERT_TRUE(other.execute("COMMIT"));
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "access_denied");
  EXPECT_EQ(find("users", number(1))->values[1], text("Ann"));
}

// The same of what makes a record once another has given up its value, or has made the record that an upsert meets.
TEST_F(GuardedWrites, a_permission_that_ends_while_a_record_is_waited_for_counts_no_more) {
  schema_ = [] {
    using namespace contracts;  // NOLINT: words of schemas
    return schema({collection("users", {field("name", FieldType::text)}),
                   collection("posts", {unique(field("title", FieldType::text)), field("text", FieldType::text),
                                        reference("author", "users", OnDelete::cascade)})});
  }();
  start();
  const Collection& posts = at("posts");
  const Relation author{.kind = Relation::Kind::to_one, .target = &at("users"), .field = 3, .single = true};
  const Filter by_alice = Filter::related_by(author, named("Alice"), {});
  Write create = contracts::create(posts, {{"title", text("p")}, {"text", text("mine")}, {"author", number(1)}});
  create.check = by_alice;
  Write merge = create;
  merge.kind = Write::Kind::upsert;
  merge.conflict = {1};
  merge.on_conflict = {{2, text("mine")}};
  merge.filter = by_alice;
  merge.conflict_check = by_alice;
  const auto changed_meanwhile = [&](const Write& write, const std::string& meanwhile) {
    Connection other = other_program();
    EXPECT_TRUE(other.execute("BEGIN; " + meanwhile));
    Result<Applied> answer;
    {
      std::jthread waiting([&] { answer = apply({write}); });
      while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
      EXPECT_TRUE(other.execute("COMMIT"));
    }
    return answer ? "done" : answer.error().reason;
  };
  const std::string anew =
      "TRUNCATE users, posts RESTART IDENTITY; INSERT INTO users (name) VALUES ('Alice'), ('Bob'); ";
  const std::string taken = "INSERT INTO posts (title, text, author) VALUES ('p', 'theirs', 2)";
  for (const Write& write : {create, merge}) {
    run(anew + taken);
    EXPECT_EQ(changed_meanwhile(write, "DELETE FROM posts; UPDATE users SET name = 'Ann' WHERE id = 1"),
              "access_denied");
    EXPECT_EQ(run("SELECT count(*) FROM posts"), "0");
    run(anew);
    EXPECT_NE(changed_meanwhile(write, taken), "done") << "it is another's";
    EXPECT_EQ(run("SELECT text FROM posts"), "theirs");
    run(anew);
    EXPECT_TRUE(apply({write}));
  }
  EXPECT_EQ(apply({merge})->changes.front().created, false);
  Write second = create;
  second.changes[0].value = text("q");
  Write third = second;
  third.changes[0].value = text("r");
  third.changes[2].value = number(2);
  const auto refused = apply({second, third});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().fields.front().field, "[1]");
  EXPECT_EQ(run("SELECT count(*) FROM posts"), "1");
}

TEST_F(GuardedWrites, each_create_is_checked_before_the_next_is_made) {
  schema_ = [] {
    using namespace contracts;  // NOLINT: words of schemas
    return schema(
        {collection("projects", {field("owner", FieldType::text), unique(field("slug", FieldType::text))},
                    IdKind::uuid),
         collection("tasks",
                    {reference("project", "projects", OnDelete::cascade), unique(field("title", FieldType::text))},
                    IdKind::uuid)});
  }();
  start();
  const auto id = [](int number) { return text("018f0000-0000-7000-8000-00000000000" + std::to_string(number)); };
  const Relation project{.kind = Relation::Kind::to_one, .target = &at("projects"), .field = 1, .single = true};
  const auto task = [&](int number, const std::string& title) {
    Write made = contracts::create(at("tasks"), {{"id", id(number)}, {"project", id(1)}, {"title", text(title)}});
    made.check = Filter::related_by(project, named("ann"), {});
    return made;
  };
  const Write its = contracts::create(at("projects"), {{"id", id(1)}, {"owner", text("ann")}, {"slug", text("s")}});
  const auto early = apply({task(2, "a"), its});
  ASSERT_FALSE(early) << "the project came after";
  EXPECT_EQ(early.error().fields.front().field, "[0]");
  EXPECT_TRUE(apply({its, task(2, "a"), task(3, "b")}));
  run("UPDATE projects SET owner = 'bob'");
  EXPECT_EQ(apply({task(4, "c"), task(5, "a")}).error().code, ErrorCode::forbidden) << "before what comes after it";
}

// What is asked of another record is asked as it is once the lock is there, not as it was when the wait began.
TEST_F(GuardedWrites, a_permission_that_ends_while_a_lock_is_waited_for_counts_no_more) {
  start();
  const Relation author{.kind = Relation::Kind::to_one,
                        .target = &at("users"),
                        .field = *at("posts").find_field("author"),
                        .single = true};
  const Relation written{.kind = Relation::Kind::to_many, .target = &at("posts"), .field = author.field};
  const Filter by_alice = Filter::related_by(author, named("Alice"), {});
  const Write retitle = contracts::update(at("posts"), number(1), {{"title", text("mine")}});
  const Write remove_post = contracts::remove(at("posts"), number(1));
  std::vector<Write> writes{retitle, retitle,     remove_post,
                            retitle, remove_post, contracts::remove(at("users"), number(1))};
  writes[0].filter = by_alice;
  writes[1].check = by_alice;
  writes[2].filter = by_alice;
  for (Write* write : {&writes[3], &writes[4]}) write->filter = by_alice;
  writes[3].kind = Write::Kind::update_matches;
  writes[4].kind = Write::Kind::remove_matches;
  writes[5].filter = Filter::related_by(written, Filter::compare(1, CompareOp::eq, {text("p")}), {});
  for (std::size_t i = 0; i < writes.size(); ++i) {
    run("TRUNCATE users, posts RESTART IDENTITY; INSERT INTO users (name) VALUES ('Alice'); "
        "INSERT INTO posts (title, author) VALUES ('p', 1)");
    Connection other = other_program();
    ASSERT_TRUE(other.execute("BEGIN; UPDATE posts SET title = 'theirs'; UPDATE users SET name = 'Ann'"));
    Result<Applied> answer;
    {
      std::jthread waiting([&] { answer = apply({writes[i]}); });
      while (run("SELECT count(*) FROM pg_locks WHERE NOT granted") == "0") std::this_thread::yield();
      ASSERT_TRUE(other.execute("COMMIT"));
    }
    const bool of_matches = i == 3 || i == 4;
    EXPECT_EQ(answer.has_value(), of_matches) << i;
    if (of_matches && answer) EXPECT_TRUE(answer->changes.empty()) << i;
    if (!answer) EXPECT_EQ(answer.error().reason, "access_denied") << i << ": " << answer.error().message;
    EXPECT_EQ(run("SELECT title FROM posts"), "theirs") << i;
    EXPECT_EQ(run("SELECT name FROM users"), "Ann") << i;
  }
}

TEST_F(GuardedWrites, a_check_sees_what_a_trigger_has_made_of_the_record) {
  start();
  run(R"sql(
    CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
    CREATE TRIGGER shout BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION shout())sql");
  Write write = user("Alice");
  write.check = named("Alice");
  EXPECT_EQ(apply({write}).error().reason, "access_denied");
  write.check = named("ALICE");
  EXPECT_TRUE(apply({write}));
}

TEST_F(GuardedWrites, a_write_that_changes_too_many_bytes_is_refused_and_changes_nothing) {
  options_.page_bytes_max = 10'000;
  start();
  run("INSERT INTO users (name) SELECT repeat('x', 3000) FROM generate_series(1, 5)");
  Write all{.kind = Write::Kind::update_matches, .collection = &at("users")};
  all.changes = {{3, number(7)}};
  EXPECT_EQ(apply({all}).error().code, ErrorCode::too_large);
  all.kind = Write::Kind::remove_matches;
  all.changes.clear();
  EXPECT_EQ(apply({all}).error().code, ErrorCode::too_large);
  std::vector<Write> one_often(5, contracts::update(at("users"), number(1), {{"age", number(7)}}));
  EXPECT_EQ(apply(one_often).error().code, ErrorCode::too_large);
  one_often.resize(3);
  EXPECT_TRUE(apply(one_often));
  EXPECT_EQ(run("SELECT count(*) * 10 + count(age) FROM users"), "51");
}

TEST_F(GuardedWrites, a_rehearsal_finds_what_only_the_end_of_a_transaction_would) {
  start();
  ASSERT_TRUE(apply({contracts::create(at("labels"), {{"id", text("018f0000-0000-7000-8000-00000000000a")}})}));
  run("ALTER TABLE labels ADD owner bigint; ALTER TABLE labels ALTER owner SET DEFAULT 7; "
      "ALTER TABLE labels ADD FOREIGN KEY (owner) REFERENCES users DEFERRABLE INITIALLY DEFERRED");
  Context context{executor_, clock_, clock_.steady() + std::chrono::seconds(30)};
  WriteBatch batch;
  batch.writes = {contracts::create(at("labels"), {{"id", text("018f0000-0000-7000-8000-00000000000b")}})};
  batch.rehearsal = true;
  const auto rehearsed = block_on(store_->apply(context, std::move(batch)));
  ASSERT_FALSE(rehearsed);
  EXPECT_EQ(rehearsed.error().code, ErrorCode::reference_broken);
  EXPECT_EQ(run("SELECT count(*) FROM labels"), "1");
}

}  // namespace
}  // namespace banyan::postgres
