#include <cstdlib>
#include <string_view>

#include "banyan/core/query.hpp"
#include "banyan/core/rule.hpp"
#include "banyan/core/schema.hpp"

namespace {

banyan::Field field_of(const char* name, banyan::FieldType type) {
  banyan::Field field;
  field.name = name;
  field.type = type;
  return field;
}

banyan::Schema schema_of_notes() {
  using banyan::FieldType;
  banyan::Schema schema;
  banyan::Collection notes{.name = "notes"};
  notes.fields = {make_id_field(banyan::IdKind::integer),   field_of("title", FieldType::text),
                  field_of("price", FieldType::number),     field_of("open", FieldType::boolean),
                  field_of("made", FieldType::timestamp),   field_of("due", FieldType::date),
                  field_of("token", FieldType::uuid),       field_of("state", FieldType::enumeration),
                  field_of("parent", FieldType::reference), field_of("extra", FieldType::json)};
  notes.fields[7].enum_values = {"draft", "open"};
  notes.fields[8].reference_to = "notes";
  schema.collections = {std::move(notes)};
  if (!complete(schema).empty()) std::abort();
  return schema;
}

/// Every record alike, behind references too.
class Nulls final : public banyan::RuleRecord, public banyan::RelatedRecords {
 public:
  const banyan::Value& value(std::size_t) const override { return null_; }
  const banyan::Value& related(std::size_t, std::size_t) const override { return null_; }
  std::vector<const banyan::Record*> find(const banyan::Collection&, std::size_t, const banyan::Value&) const override {
    return {};
  }

 private:
  banyan::Value null_ = banyan::Null();
};

}  // namespace

// Any text: either a rule that says the same however it is asked, or a problem within the text that says something.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const banyan::Schema schema = schema_of_notes();
  const banyan::Collection& notes = schema.collections.front();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto rule = banyan::Rule::compile(text, schema, notes);
  if (!rule) {
    if (rule.error().message.empty() || rule.error().offset > text.size()) std::abort();
    return 0;
  }
  const banyan::Viewer viewer{.kind = banyan::Viewer::Kind::user, .id = "7", .role = "editor"};
  const banyan::RuleInputs inputs{viewer, 1'700'000'000'000'000};
  const Nulls nulls;
  const banyan::Record record{.version = 1, .values = std::vector<banyan::Value>(notes.fields.size())};
  const bool allowed = (*rule)->allows(inputs, nulls);
  if (matches((*rule)->bind(inputs), record, &nulls) != allowed) std::abort();
  if ((*rule)->decide(inputs).value_or(allowed) != allowed) std::abort();
  if ((*rule)->explain(inputs, nulls).empty()) std::abort();
  return 0;
}
