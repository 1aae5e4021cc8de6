#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "banyan/core/json_text.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan {
namespace {

Field field_of(FieldType type) {
  Field field;
  field.name = "field";
  field.type = type;
  if (type == FieldType::boolean) field.storage = Field::Storage::boolean;
  if (type == FieldType::integer) field.storage = Field::Storage::integer;
  if (type == FieldType::number) field.storage = Field::Storage::number;
  if (type == FieldType::enumeration) field.enum_values = {"open", "closed"};
  return field;
}

// The canonical JSON of what a field makes of JSON, or "!" and the message.
std::string through_json(const Field& field, std::string_view text) {
  const auto json = parse_json(text);
  if (!json) return "!!" + json.error().message;
  const auto value = value_from_json(field, *json);
  if (!value) return "!" + value.error().message;
  std::string out;
  append_json(out, field, *value);
  return out;
}

std::string through_text(const Field& field, std::string_view text) {
  const auto value = value_from_text(field, text);
  if (!value) return "!" + value.error().message;
  std::string out;
  append_json(out, field, *value);
  return out;
}

struct Case {
  FieldType type;
  std::string given;
  std::string expected;  // "!" alone: refused, whatever the words.
};

constexpr auto text_type = FieldType::text;
constexpr auto integer_type = FieldType::integer;
constexpr auto number = FieldType::number;
constexpr auto boolean = FieldType::boolean;
constexpr auto timestamp = FieldType::timestamp;
constexpr auto date = FieldType::date;
constexpr auto json_type = FieldType::json;
constexpr auto uuid = FieldType::uuid;
constexpr auto email = FieldType::email;
constexpr auto url = FieldType::url;
constexpr auto enumeration = FieldType::enumeration;

void expect_same(const Case& wanted, const std::string& got) {
  const std::string where = std::string(to_string(wanted.type)) + " from " + wanted.given;
  if (wanted.expected == "!")
    EXPECT_TRUE(got.starts_with("!") && !got.starts_with("!!")) << where << " gave " << got;
  else
    EXPECT_EQ(got, wanted.expected) << where;
}

TEST(ValueFromJson, takes_each_type_as_docs_values_md_says) {
  const Case cases[] = {
      {text_type, R"("Alice")", R"("Alice")"},
      {text_type, R"("")", R"("")"},
      {text_type, R"("é \u0301 \/ \" \n \u0007")", "\"é \u0301 / \\\" \\n \\u0007\""},
      {text_type, R"("a\u0000b")", "!must be valid UTF-8 without U+0000"},
      {text_type, "1", "!must be text"},
      {text_type, "true", "!must be text"},
      {text_type, "[]", "!must be text"},
      {integer_type, "0", "0"},
      {integer_type, "-0", "0"},
      {integer_type, "9223372036854775807", "9223372036854775807"},
      {integer_type, "-9223372036854775808", "-9223372036854775808"},
      {integer_type, "9223372036854775808", "!must be a whole number from -9223372036854775808 to 9223372036854775807"},
      {integer_type, "1.0", "!"},
      {integer_type, "1e2", "!"},
      {integer_type, R"("1")", "!"},
      {integer_type, "true", "!"},
      {number, "1", "1"},
      {number, "1.0", "1"},
      {number, "-0.0", "0"},
      {number, "-0", "0"},
      {number, "0.1", "0.1"},
      {number, "0.30000000000000004", "0.30000000000000004"},
      {number, "1e300", "1e+300"},
      {number, "9007199254740993", "9007199254740992"},
      {number, "18446744073709551615", "18446744073709551616"},
      {number, R"("1")", "!must be a number"},
      {boolean, "true", "true"},
      {boolean, "false", "false"},
      {boolean, "1", "!must be true or false"},
      {boolean, R"("true")", "!must be true or false"},
      {timestamp, R"("2026-11-23t20:17:05.1234567+02:00")", R"("2026-11-23T18:17:05.123456Z")"},
      {timestamp, R"("2026-11-23")", "!"},
      {timestamp, "1763921825", "!"},
      {date, R"("2026-11-23")", R"("2026-11-23")"},
      {date, R"("2026-02-29")", "!must be a day of the calendar, for example \"2026-11-23\""},
      {uuid, R"("0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21")", R"("0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21")"},
      {uuid, R"("0193a1c49f3e7d2b8c115f0e9a6b7c21")", "!"},
      {uuid, R"("{0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21}")", "!"},
      {email, R"("Alice@Example.com")", R"("Alice@Example.com")"},
      {email, R"("a+b.c@localhost")", R"("a+b.c@localhost")"},
      {email, R"("ünï@münchen.de")", R"("ünï@münchen.de")"},
      {email, R"("alice")", "!must be an e-mail address, for example \"alice@example.com\""},
      {email, R"("@example.com")", "!"},
      {email, R"("alice@")", "!"},
      {email, R"("a@b@c")", "!"},
      {email, R"("a@b..c")", "!"},
      {email, R"("a@.b")", "!"},
      {email, R"("a@b.")", "!"},
      {email, R"("a b@c.d")", "!"},
      {email, R"("a@b.c\r\nBcc: x@y.z")", "!"},
      {email, R"("Alice <a@b.c>")", "!"},
      {url, R"("https://example.com/a?b=c#d")", R"("https://example.com/a?b=c#d")"},
      {url, R"("HTTP://Example.COM")", R"("HTTP://Example.COM")"},
      {url, R"("http://[::1]:8080/")", R"("http://[::1]:8080/")"},
      {url, R"("//example.com")", "!"},
      {url, R"("/path")", "!"},
      {url, R"("ftp://example.com")", "!"},
      {url, R"("javascript:alert")", "!"},
      {url, R"("https://")", "!"},
      {url, R"("https:///path")", "!"},
      {url, R"("http://a:x")", "!"},
      {url, R"("http://a:80x/b")", "!"},
      {url, R"("http://a:1:2")", "!"},
      {url, R"("http://a:?b")", R"("http://a:?b")"},
      {url, R"("https://example.com/a b")", "!"},
      {enumeration, R"("open")", R"("open")"},
      {enumeration, "1", "!must be text"},
      {json_type, R"({ "b" : [1.0, {"z":null}], "a" : "\u00e9" })", R"({"a":"é","b":[1,{"z":null}]})"},
      {json_type, "\"text\"", "\"text\""},
      {json_type, "false", "false"},
      {json_type, R"({"a":"\u0000"})", "!must not hold the character U+0000"},
  };
  for (const Case& row : cases) expect_same(row, through_json(field_of(row.type), row.given));
}

TEST(ValueFromJson, null_is_null_whatever_the_type) {
  for (const auto word : field_type_words())
    EXPECT_EQ(through_json(field_of(*field_type_from(word)), "null"), "null") << word;
}

TEST(ValueFromJson, an_email_has_at_most_254_bytes) {
  const auto address = [](std::size_t bytes) { return "\"" + std::string(bytes - 4, 'a') + "@b.c\""; };
  EXPECT_EQ(through_json(field_of(email), address(254)), address(254));
  expect_same({email, "255 bytes", "!"}, through_json(field_of(email), address(255)));
}

TEST(ValueFromJson, a_reference_takes_what_the_id_it_names_takes) {
  Field field = field_of(FieldType::reference);
  field.storage = Field::Storage::integer;
  EXPECT_EQ(through_json(field, "7"), "7");
  EXPECT_TRUE(through_json(field, "\"7\"").starts_with("!must be a whole number"));
  field.storage = Field::Storage::text;
  EXPECT_EQ(through_json(field, "\"0193A1C4-9f3e-7d2b-8c11-5f0e9a6b7c21\""),
            "\"0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21\"");
  EXPECT_TRUE(through_json(field, "7").starts_with("!must be a UUID"));
}

TEST(ValueFromText, reads_operands_by_the_fields_type) {
  const Case cases[] = {
      {text_type, "", R"("")"},
      {text_type, "null", R"("null")"},
      {text_type, std::string("a\0b", 3), "!must be valid UTF-8 without U+0000"},
      {text_type, "\xff", "!must be valid UTF-8 without U+0000"},
      {integer_type, "42", "42"},
      {integer_type, "0", "0"},
      {integer_type, "-42", "-42"},
      {integer_type, "-9223372036854775808", "-9223372036854775808"},
      {integer_type, "", "!"},
      {integer_type, "-", "!"},
      {integer_type, "-0", "!"},
      {integer_type, "007", "!"},
      {integer_type, "-07", "!"},
      {integer_type, "+1", "!"},
      {integer_type, " 1", "!"},
      {integer_type, "1 ", "!"},
      {integer_type, "1.0", "!"},
      {integer_type, "0x1", "!"},
      {integer_type, "9223372036854775808", "!"},
      {number, "1", "1"},
      {number, "-1.5e-3", "-0.0015"},
      {number, "-0.0", "0"},
      {number, "", "!must be a number"},
      {number, "inf", "!must be a number"},
      {number, "nan", "!must be a number"},
      {number, "1e400", "!must be a number"},
      {number, ".5", "!must be a number"},
      {number, " 1", "!must be a number"},
      {number, "0x1p3", "!must be a number"},
      {boolean, "true", "true"},
      {boolean, "false", "false"},
      {boolean, "TRUE", "!must be true or false"},
      {boolean, "1", "!must be true or false"},
      {timestamp, "2026-11-23T20:17:05+02:00", R"("2026-11-23T18:17:05.000000Z")"},
      {date, "2026-11-23", R"("2026-11-23")"},
      {uuid, "0193A1C4-9F3E-7D2B-8C11-5F0E9A6B7C21", R"("0193a1c4-9f3e-7d2b-8c11-5f0e9a6b7c21")"},
      {uuid, "1", "!"},
      {enumeration, "open", R"("open")"},
      {enumeration, "opne", "!must be one of 'open', 'closed', did you mean 'open'?"},
      {json_type, "{}", "!is json, which cannot be compared; only is.null can be asked of it"},
  };
  for (const Case& row : cases) expect_same(row, through_text(field_of(row.type), row.given));
}

TEST(ValueFromText, a_plus_that_became_a_space_is_explained) {
  const auto value = value_from_text(field_of(timestamp), "2026-11-23T20:17:05 02:00");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().hint, "In a URL a '+' stands for a space: write it as %2B.");
}

}  // namespace
}  // namespace banyan
