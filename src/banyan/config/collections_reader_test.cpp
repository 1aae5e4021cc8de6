#include <gtest/gtest.h>

#include "banyan/config/config.hpp"

namespace banyan::config {
namespace {

Schema schema_of(std::string_view text) {
  auto config = load_text(text, "banyan.toml", {});
  if (config) return std::move(config->schema);
  for (const Problem& problem : config.error()) ADD_FAILURE() << to_string(problem);
  return {};
}

TEST(Collections, keep_their_order_and_that_of_their_fields) {
  const Schema schema = schema_of(R"toml(
[collections.zebras]
updated_at = true
fields.z = { type = "text" }
fields.a = { type = "integer" }
created_at = true
fields.m.type = "boolean"
[collections.apes]
[collections.zebras.access]
read = "anyone"
)toml");
  ASSERT_EQ(schema.collections.size(), 2U);
  EXPECT_EQ(schema.collections[0].name, "zebras");
  EXPECT_EQ(schema.collections[0].field_names(),
            (std::vector<std::string_view>{"id", "z", "a", "m", "created_at", "updated_at"}));
  EXPECT_EQ(schema.collections[0].fields[5].role, FieldRole::updated_at);
  EXPECT_EQ(schema.collections[0].policy.access[0], Access::anyone);
  EXPECT_EQ(schema.collections[1].field_names(), std::vector<std::string_view>{"id"});
  EXPECT_EQ(schema.collections[1].policy.access[0], Access::nobody);
}

TEST(Collections, take_every_key_of_a_field) {
  const Schema schema = schema_of(R"toml(
[collections.users]
id = "uuid"
[collections.things]
cache = "off"
renamed_from = "stuff"
fields.code = { type = "text", required = true, unique = true, min_length = 1, max_length = 9, pattern = "[a-z]+" }
fields.size = { type = "number", min = 1, max = 2.5, default = 2, read_only = true }
fields.owner = { type = "reference", to = "users", on_delete = "set_null" }
fields.twin = { type = "reference", to = "things", default = 7 }
fields.state = { type = "enum", values = ["open", "shut"], default = "open" }
fields.seen = { type = "timestamp", default = "now", min = 2026-01-01T01:00:00+01:00 }
fields.day = { type = "date", default = 2026-11-23 }
fields.extra = { type = "json", default = { b = [1, 2.5, true], a = { } } }
fields.on = { type = "boolean", default = true, renamed_from = "Is On" }
indexes = ["code", ["owner", "seen"], { fields = ["state"], unique = true }]
search = ["code"]
)toml");
  const Collection& things = *schema.find("things");
  EXPECT_FALSE(things.cached);
  EXPECT_EQ(things.renamed_from, "stuff");
  EXPECT_EQ(things.fields[9].renamed_from, "Is On");
  const auto& f = things.fields;
  EXPECT_TRUE(f[1].required && f[1].unique && !f[1].read_only && f[1].pattern);
  EXPECT_EQ(f[1].min_length, 1);
  EXPECT_EQ(f[1].max_length, 9);
  EXPECT_EQ(f[2].min, Value(1.0));
  EXPECT_EQ(f[2].max, Value(2.5));
  EXPECT_TRUE(f[2].read_only);
  EXPECT_EQ(f[3].reference_index, 0U);
  EXPECT_EQ(f[3].on_delete, OnDelete::set_null);
  EXPECT_EQ(f[3].storage, Field::Storage::text);
  EXPECT_EQ(f[4].default_value, (Field::Default{std::int64_t{7}, false}));
  EXPECT_EQ(f[5].enum_values, (std::vector<std::string>{"open", "shut"}));
  EXPECT_EQ(f[6].default_value, (Field::Default{Null{}, true}));
  EXPECT_EQ(f[6].min, Value("2026-01-01T00:00:00.000000Z"));
  EXPECT_EQ(f[7].default_value, (Field::Default{"2026-11-23", false}));
  EXPECT_EQ(f[8].default_value, (Field::Default{R"({"a":{},"b":[1,2.5,true]})", false}));
  EXPECT_EQ(things.indexes, (std::vector<Index>{{{1}, false}, {{3, 6}, false}, {{5}, true}}));
  EXPECT_EQ(things.search, std::vector<std::size_t>{1});
}

}  // namespace
}  // namespace banyan::config
