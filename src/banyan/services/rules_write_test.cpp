#include "banyan/core/query.hpp"
#include "banyan/services/rules_fixture.hpp"

namespace banyan::services {
namespace {

class RuledWrites : public testing::RuledRecords {
 protected:
  Result<std::vector<Written>> create(const Context& context, const Collection& in, std::string_view text,
                                      CreateOptions options = {}) {
    const boost::json::value body = json(text);
    return block_on(records.create(context, in, body, std::move(options)));
  }
  std::string created(const Context& context, const Collection& in, std::string_view text, CreateOptions options = {}) {
    return shown(create(context, in, text, std::move(options)));
  }
  Result<std::vector<Written>> update_matches(const Context& context, const Collection& in, Filter filter,
                                              std::string_view text, MatchOptions options = {}) {
    const boost::json::value body = json(text);
    return block_on(records.update_matches(context, in, std::move(filter), body, options));
  }
  /// "1 {…} 2+ unseen": ids, a plus for what was created, bodies.
  static std::string shown(const Result<std::vector<Written>>& written) {
    if (!written) return to_string(written.error().code);
    std::string out;
    for (const Written& one : *written) {
      out += (out.empty() ? "" : " ") + text_of(one.id) + (one.created ? "+" : "");
      out += one.record ? " " + one.record->body : " unseen";
    }
    return out;
  }
  static boost::json::value json(std::string_view text) { return testing::json(text); }
  static CreateOptions upsert(std::vector<std::size_t> conflict, bool ignore = false) {
    CreateOptions options;
    options.upsert = CreateOptions::Upsert{.conflict = std::move(conflict), .ignore_duplicates = ignore};
    return options;
  }
};

TEST_F(RuledWrites, a_record_is_created_where_the_rule_lets_the_new_one) {
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"new","secret":"s"})"),
            R"(4+ {"id":4,"owner":2,"title":"new","public":null,"secret":"s","state":null})");
  EXPECT_EQ(created(*bob, notes, R"({"owner":1,"title":"forged"})"), "forbidden");
  EXPECT_EQ(created(*bob, notes, R"([{"owner":2,"title":"a"},{"owner":1,"title":"b"}])"), "forbidden");
  const auto refused = create(*bob, notes, R"([{"owner":2,"title":"a"},{"owner":1,"title":"b"}])");
  ASSERT_EQ(refused.error().fields.size(), 1U);
  EXPECT_EQ(refused.error().fields[0].field, "[1]");
  EXPECT_EQ(listed(*service, query_of(notes), note_title), "open closed bobs new");
  EXPECT_EQ(created(*nobody, notes, R"({"title":"x"})"), "unauthenticated");
}

TEST_F(RuledWrites, a_record_is_changed_where_the_rule_holds_before_and_after) {
  EXPECT_EQ(update(*ann, notes, 2, R"({"title":"c"})"),
            R"({"id":2,"owner":1,"title":"c","public":false,"secret":"s2","state":null})");
  EXPECT_EQ(update(*bob, notes, 1, R"({"title":"x"})"), "forbidden") << "Bob may read it";
  EXPECT_EQ(update(*bob, notes, 2, R"({"title":"x"})"), "not_found") << "Bob may not read it";
  EXPECT_EQ(update(*bob, notes, 2, R"({"title":"x"})", Version{1}), "not_found");
  EXPECT_EQ(update(*bob, notes, 9, R"({"title":"x"})", Version{1}), "not_found");
  EXPECT_EQ(update(*ann, notes, 1, R"({"owner":2})"), "forbidden") << "it would not be hers afterwards";
  EXPECT_EQ(update(*service, notes, 1, R"({"owner":2})"),
            R"({"id":1,"owner":2,"title":"open","public":true,"secret":"s1","state":null})");
}

TEST_F(RuledWrites, a_change_of_what_may_not_be_read_is_answered_as_one_of_what_is_not_there) {
  const boost::json::value body = json(R"({"title":"x"})");
  const auto change = [&] { return block_on(records.update(*bob, notes, Value(std::int64_t{2}), body, std::nullopt)); };
  const Error closed = change().error();
  const Error closed_removal = block_on(records.remove(*bob, notes, Value(std::int64_t{2}), std::nullopt)).error();
  ASSERT_EQ(remove(*ann, notes, 2), "removed");
  const Error gone = change().error();
  EXPECT_EQ(words(closed), words(gone));
  EXPECT_EQ(words(closed_removal), words(gone));
  EXPECT_EQ(closed.hint + closed.reason, gone.hint + gone.reason);
  EXPECT_EQ(closed.fields, gone.fields);
}

TEST_F(RuledWrites, a_record_is_deleted_where_the_rule_lets_it) {
  EXPECT_EQ(remove(*bob, notes, 1), "forbidden");
  EXPECT_EQ(remove(*bob, notes, 2), "not_found");
  EXPECT_EQ(remove(*ann, notes, 2), "removed");
  EXPECT_EQ(find(*ann, comments, 2), "not_found") << "it went along";
}

TEST_F(RuledWrites, a_field_is_set_by_those_whom_its_rule_lets) {
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"t","state":"done"})"), "forbidden");
  const auto refused = create(*bob, notes, R"([{"owner":2,"title":"t","state":"done"}])");
  EXPECT_EQ(refused.error().fields.front().field, "[0].state");
  EXPECT_EQ(update(*ann, notes, 1, R"({"state":"done"})"), "forbidden");
  EXPECT_EQ(update(*editor, notes, 3, R"({"state":"done"})"),
            R"({"id":3,"owner":2,"title":"bobs","public":false,"secret":"s3","state":"done"})");
  const boost::json::value body = json(R"({"owner":2,"title":"again"})");
  EXPECT_EQ(body_of(block_on(records.replace(*bob, notes, Value(std::int64_t{3}), body, std::nullopt))),
            R"({"id":3,"owner":2,"title":"again","public":null,"secret":null,"state":"done"})")
      << "a replacement leaves alone what this viewer may never set";
}

TEST_F(RuledWrites, a_write_shows_no_more_than_a_read_would) {
  EXPECT_EQ(created(*nobody, comments, R"([{"note":1,"text":"seen"},{"note":2,"text":"unseen"}])"),
            R"(4+ {"id":4,"note":1,"text":"seen"} 5+ unseen)");
  EXPECT_EQ(update(*bob, comments, 1, R"({"note":2})"), "unseen") << "it has moved out of Bob's sight";
  EXPECT_EQ(store.counts().lists, 2U) << "one for all notes of a write";
}

TEST_F(RuledWrites, what_matches_is_changed_where_it_may_be_read_and_changed) {
  EXPECT_EQ(shown(update_matches(*ann, notes, {}, R"({"public":true})")),
            R"(1 {"id":1,"owner":1,"title":"open","public":true,"secret":"s1","state":null} )"
            R"(2 {"id":2,"owner":1,"title":"closed","public":true,"secret":"s2","state":null})");
  EXPECT_EQ(shown(update_matches(*bob, notes, equals(note_title, "open"), R"({"public":false})")), "");
  EXPECT_EQ(shown(update_matches(*bob, notes, equals(note_secret, "s1"), R"({"public":false})")), "forbidden");
  EXPECT_EQ(shown(update_matches(*bob, comments, equals(2, "c2"), R"({"text":"x"})")),
            R"(2 {"id":2,"note":2,"text":"x"})")
      << "the note is public by now";
  EXPECT_EQ(shown(update_matches(*nobody, comments, equals(2, "c3"), R"({"text":"x"})")), "")
      << "matches would tell what it holds";
  EXPECT_EQ(shown(update_matches(*ann, notes, {}, "{}")), "");
  EXPECT_EQ(shown(update_matches(*ann, notes, {}, R"({"owner":2})")), "forbidden");
  EXPECT_EQ(shown(block_on(records.remove_matches(*bob, notes, Filter()))),
            R"(3 {"id":3,"owner":2,"title":"bobs","public":false,"secret":"s3","state":null})");
  EXPECT_EQ(listed(*service, query_of(notes), note_title), "open closed");
}

TEST_F(RuledWrites, more_matches_than_are_allowed_are_refused_and_left_alone) {
  const auto refused = update_matches(*service, notes, {}, R"({"public":false})", {.matches_max = 2});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  EXPECT_EQ(refused.error().reason, "too_many_matches");
  EXPECT_EQ(listed(*nobody, query_of(notes), note_title), "open");
}

TEST_F(RuledWrites, who_may_not_create_a_record_is_not_told_what_others_hold) {
  const auto refusal = [&](const Context& context, const Collection& in, std::string_view body,
                           CreateOptions options = {}) {
    const boost::json::value value = json(body);
    const auto refused = block_on(records.create(context, in, value, std::move(options)));
    if (refused) return std::string("created");
    std::string fields;
    for (const FieldProblem& problem : refused.error().fields) fields += " " + problem.field + ": " + problem.message;
    return words(refused.error()) + refused.error().reason + refused.error().hint + fields;
  };
  const std::string free = refusal(*bob, notes, R"({"owner":1,"title":"free"})");
  EXPECT_TRUE(free.starts_with("forbidden")) << free;
  EXPECT_EQ(refusal(*bob, notes, R"({"owner":1,"title":"open"})"), free);
  EXPECT_EQ(refusal(*bob, notes, R"({"owner":1,"title":"free","secret":"s1"})"), free);
  EXPECT_EQ(refusal(*bob, notes, R"({"owner":99,"title":"free"})"), free) << "nor whether one is there to refer to";
  EXPECT_TRUE(refusal(*bob, notes, R"({"owner":2,"title":"open"})").starts_with("already_exists")) << "may create it";

  const std::string many = refusal(*bob, notes, R"([{"owner":2,"title":"new"},{"owner":1,"title":"free"}])");
  EXPECT_EQ(refusal(*bob, notes, R"([{"owner":2,"title":"new"},{"owner":1,"title":"open"}])"), many);

  const std::string skipped = refusal(*bob, notes, R"({"owner":1,"title":"free"})", upsert({note_title}, true));
  EXPECT_TRUE(skipped.starts_with("forbidden")) << skipped;
  EXPECT_EQ(refusal(*bob, notes, R"({"owner":1,"title":"open"})", upsert({note_title}, true)), skipped);
  const std::string met = refusal(*bob, notes, R"({"owner":1,"title":"free"})", upsert({note_title}));
  EXPECT_EQ(refusal(*bob, notes, R"({"owner":1,"title":"free","secret":"s1"})", upsert({note_title})), met);
}

TEST_F(RuledWrites, a_rule_of_create_that_follows_a_reference_is_asked_before_what_is_taken_is_told) {
  make(tags, R"([{"name":"red"}])");
  make(taggings, R"([{"note":1,"tag":1,"label":"taken"}])");
  EXPECT_EQ(created(*bob, taggings, R"({"note":1,"tag":1,"label":"taken"})"), "forbidden");
  EXPECT_EQ(created(*bob, taggings, R"({"note":1,"tag":1,"label":"free"})"), "forbidden");
  EXPECT_EQ(created(*bob, taggings, R"({"tag":1,"label":"taken"})"), "forbidden");
  EXPECT_EQ(created(*bob, taggings, R"({"note":3,"tag":1,"label":"taken"})"), "already_exists");
  EXPECT_EQ(created(*bob, taggings, R"({"note":3,"tag":1,"label":"free"})"), "2+ unseen");
}

TEST_F(RuledWrites, who_may_not_change_a_record_so_is_not_told_what_others_hold) {
  const auto refusal = [&](std::string_view body) {
    const boost::json::value value = json(body);
    const auto one = block_on(records.update(*bob, notes, Value(std::int64_t{3}), value, std::nullopt));
    const auto match = update_matches(*bob, notes, {}, body);
    EXPECT_FALSE(one || match);
    if (one || match) return std::string("changed");
    EXPECT_EQ(words(one.error()), words(match.error()));
    return words(one.error()) + one.error().reason + (one.error().fields.empty() ? "" : one.error().fields[0].field);
  };
  const std::string free = refusal(R"({"owner":1,"title":"free"})");
  EXPECT_TRUE(free.starts_with("forbidden")) << free;
  EXPECT_EQ(refusal(R"({"owner":1,"title":"open"})"), free);
  EXPECT_EQ(refusal(R"({"owner":99,"title":"bobs"})"), free);
  EXPECT_TRUE(refusal(R"({"title":"open"})").starts_with("already_exists")) << "of their own record";
  const auto upserted = [&](std::string_view body) { return created(*bob, notes, body, upsert({note_title})); };
  EXPECT_EQ(upserted(R"({"title":"bobs","owner":1,"secret":"s1"})"), "forbidden");
  EXPECT_EQ(upserted(R"({"title":"bobs","owner":1,"secret":"s9"})"), "forbidden");
  EXPECT_EQ(upserted(R"({"title":"bobs","owner":2,"secret":"s1"})"), "already_exists");
}

TEST_F(RuledWrites, what_a_batch_has_done_before_counts_where_its_rules_are_asked_again) {
  make(tags, R"([{"name":"red"}])");
  make(taggings, R"([{"note":1,"tag":1,"label":"taken"}])");
  const boost::json::value title = json(R"({"title":"opened"})");
  const boost::json::value tagging = json(R"({"note":2,"tag":1,"label":"taken"})");
  const Operation open{
      .kind = Operation::Kind::update, .collection = &notes, .id = Value(std::int64_t{2}), .body = &title};
  const Operation tag{.kind = Operation::Kind::create, .collection = &taggings, .body = &tagging};
  EXPECT_EQ(block_on(records.apply(*ann, {tag})).error().code, ErrorCode::forbidden) << "the note is closed";
  EXPECT_EQ(block_on(records.apply(*ann, {open, tag})).error().code, ErrorCode::already_exists);
  const Operation removal{.kind = Operation::Kind::remove, .collection = &notes, .id = Value(std::int64_t{2})};
  EXPECT_EQ(block_on(records.apply(*ann, {open, removal, tag})).error().code, ErrorCode::forbidden);
}

TEST_F(RuledWrites, an_upsert_of_many_asks_others_by_one_query) {
  make(tags, R"([{"name":"red"}])");
  std::string body = "[";
  for (int i = 0; i < 50; ++i)
    body += (i == 0 ? "" : ",") + std::string(R"({"note":)") + std::to_string(i % 2 == 0 ? 1 : 4) +
            R"(,"tag":1,"label":"l)" + std::to_string(i) + "\"}";
  const boost::json::value value = json(body + "]");
  make(notes, R"([{"owner":1,"title":"second"}])");
  const auto before = store.counts();
  const auto written = block_on(records.create(*ann, taggings, value, upsert({3}, true)));
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->size(), 50U);
  EXPECT_LE(store.counts().lists - before.lists + store.counts().finds - before.finds, 1U);
}

TEST_F(RuledWrites, an_id_that_the_store_makes_is_null_to_the_rule_of_create) {
  EXPECT_EQ(created(*ann, tags, R"({"name":"red"})"), R"(1+ {"id":1,"name":"red"})");
  EXPECT_EQ(created(*ann, tags, R"({"name":"blue"})"), R"(2+ {"id":2,"name":"blue"})");
}

TEST_F(RuledWrites, an_upsert_finds_nobodys_record_by_what_may_be_hidden) {
  const std::string_view body = R"({"owner":2,"title":"guess","secret":"s1"})";
  EXPECT_EQ(created(*bob, notes, body, upsert({note_secret})), "forbidden") << "its id would say whose the secret is";
  EXPECT_EQ(created(*bob, notes, body, upsert({note_secret}, true)), "forbidden");
  EXPECT_EQ(created(*service, notes, R"({"owner":1,"title":"open","secret":"s1"})", upsert({note_secret})).front(),
            '1');
}

TEST_F(RuledWrites, an_upsert_needs_both_rules) {
  EXPECT_EQ(created(*ann, notes, R"({"owner":1,"title":"open","public":false})", upsert({note_title})),
            R"(1 {"id":1,"owner":1,"title":"open","public":false,"secret":"s1","state":null})");
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"open"})", upsert({note_title})), "forbidden");
  EXPECT_EQ(created(*ann, notes, R"({"owner":2,"title":"open"})", upsert({note_title})), "forbidden")
      << "it would not be hers afterwards";
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"fresh"})", upsert({note_title})),
            R"(4+ {"id":4,"owner":2,"title":"fresh","public":null,"secret":null,"state":null})");
  EXPECT_EQ(created(*bob, notes, R"({"owner":1,"title":"fresher"})", upsert({note_title})), "forbidden");
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"open"})", upsert({note_title}, true)), "") << "left alone";
  EXPECT_EQ(listed(*service, query_of(notes, equals(note_title, "open")), note_owner), "1");
  EXPECT_EQ(created(*ann, notes, R"({"owner":1})", upsert({note_owner})), "invalid") << "many have one owner";
}

TEST_F(RuledWrites, an_upsert_by_an_integer_id_changes_a_record_that_is_there) {
  EXPECT_EQ(created(*ann, notes, R"([{"id":1,"title":"o"},{"owner":1,"title":"more"}])", upsert({0})),
            R"(1 {"id":1,"owner":1,"title":"o","public":true,"secret":"s1","state":null} )"
            R"(4+ {"id":4,"owner":1,"title":"more","public":null,"secret":null,"state":null})");
  const auto missing = create(*ann, notes, R"([{"id":1,"title":"p"},{"id":77,"title":"q"}])", upsert({0}));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::invalid);
  EXPECT_EQ(missing.error().message, "There is no record notes:77, and ids are made here.");
  EXPECT_EQ(missing.error().fields.front().field, "[1]");
  const auto closed = create(*ann, notes, R"([{"id":3,"title":"q"}])", upsert({0}));
  EXPECT_EQ(closed.error().message, "There is no record notes:3, and ids are made here.");
  EXPECT_EQ(created(*ann, notes, R"({"id":1,"title":"q"})", upsert({0}, true)), "unsupported");
  EXPECT_EQ(created(*service, notes, R"({"id":8,"title":"q"})"), "invalid");
}

TEST_F(RuledWrites, columns_say_which_members_count) {
  CreateOptions options;
  options.columns = {{note_owner, note_title}};
  EXPECT_EQ(created(*bob, notes, R"({"owner":2,"title":"t","secret":"s","nonsense":1})", options),
            R"(4+ {"id":4,"owner":2,"title":"t","public":null,"secret":null,"state":null})");
}

TEST_F(RuledWrites, a_rehearsal_shows_what_would_be_and_leaves_the_cache_as_it_is) {
  const std::string before = find(*ann, notes, 1);
  EXPECT_EQ(shown(update_matches(*ann, notes, equals(0, std::int64_t{1}), R"({"title":"r"})", {.rehearsal = true})),
            R"(1 {"id":1,"owner":1,"title":"r","public":true,"secret":"s1","state":null})");
  const auto finds = store.counts().finds;
  EXPECT_EQ(find(*ann, notes, 1), before);
  EXPECT_EQ(store.counts().finds, finds) << "it is still kept";
}

TEST_F(RuledWrites, several_operations_happen_together_and_name_their_problems) {
  const boost::json::value person = json(R"({"name":"Cat"})");
  const boost::json::value title = json(R"({"title":"t"})");
  const boost::json::value bad = json(R"({"titel":"t","public":7})");
  const auto operation = [](Operation::Kind kind, const Collection& in, std::int64_t id,
                            const boost::json::value* body) {
    Operation made;
    made.kind = kind;
    made.collection = &in;
    if (id != 0) made.id = id;
    made.body = body;
    return made;
  };
  const Operation create = operation(Operation::Kind::create, people, 0, &person);
  const Operation change = operation(Operation::Kind::update, notes, 1, &title);
  const Operation removal = operation(Operation::Kind::remove, notes, 2, nullptr);
  const auto done = block_on(records.apply(*ann, {create, change, removal}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(shown((*done)[0]), R"(3+ {"id":3,"name":"Cat"})");
  EXPECT_EQ(shown((*done)[1]), R"(1 {"id":1,"owner":1,"title":"t","public":true,"secret":"s1","state":null})");
  EXPECT_EQ(shown((*done)[2]), R"(2 {"id":2,"owner":1,"title":"closed","public":false,"secret":"s2","state":null})");

  const auto wrong = block_on(records.apply(*ann, {create, operation(Operation::Kind::update, notes, 1, &bad)}));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fields,
            (std::vector<FieldProblem>{{"[1].titel", "is not a field of 'notes', did you mean 'title'?"},
                                       {"[1].public", "must be true or false"}}));
  const auto refused = block_on(records.apply(*bob, {create, change}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::forbidden);
  EXPECT_EQ(refused.error().fields.front().field, "[1]");
  const auto unseen = block_on(records.apply(*bob, {create, operation(Operation::Kind::update, notes, 9, &title)}));
  EXPECT_EQ(unseen.error().code, ErrorCode::not_found);
  EXPECT_EQ(listed(*service, query_of(people), 1), "Ann Bob Cat") << "all or none";
}

TEST_F(RuledWrites, after_many_matches_of_unknown_outcome_nothing_kept_is_believed) {
  EXPECT_NE(find(*ann, notes, 1), "not_found");
  store.lose_next_apply_answer(Error(ErrorCode::outcome_unknown, "lost"));
  EXPECT_EQ(shown(update_matches(*ann, notes, {}, R"({"public":false})")), "outcome_unknown");
  EXPECT_EQ(find(*nobody, notes, 1), "not_found");
}

}  // namespace
}  // namespace banyan::services
