#include "banyan/api/openapi/json_document.hpp"

#include <boost/json/serialize.hpp>

#include "banyan/core/json_write.hpp"
#include "banyan/core/record_json.hpp"

namespace banyan::openapi {
namespace {

namespace json = boost::json;

// As deep as a document of Banyan's own making is.
void write(std::string& out, const json::value& value) {
  if (const auto* object = value.if_object()) {
    out += '{';
    for (const auto& member : *object) {
      if (out.back() != '{') out += ',';
      append_json_string(out, std::string_view(member.key().data(), member.key().size()));
      out += ':';
      write(out, member.value());
    }
    out += '}';
  } else if (const auto* array = value.if_array()) {
    out += '[';
    for (const json::value& element : *array) {
      if (&element != array->data()) out += ',';
      write(out, element);
    }
    out += ']';
  } else if (const auto* text = value.if_string()) {
    append_json_string(out, std::string_view(text->data(), text->size()));
  } else if (const auto* number = value.if_double()) {
    json_write::append(out, json_write::number_bytes_max,
                       [&](char* at) { return json_write::put_number(at, *number); });
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string write_json(const boost::json::value& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace banyan::openapi
