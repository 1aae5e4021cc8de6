#include "banyan/api/openapi/page.hpp"

#include <algorithm>

#include "banyan/api/openapi/examples.hpp"
#include "banyan/api/openapi/field_notes.hpp"
#include "banyan/api/openapi/html.hpp"
#include "banyan/api/openapi/operations.hpp"
#include "banyan/api/openapi/query_operations.hpp"

namespace banyan::openapi {
namespace {

std::string access_word(std::string_view access) {
  if (access == "anyone") return "anyone";
  if (access == "rule") return "by a rule";
  return "service key";
}

std::string navigation(const Description& description) {
  std::string out = "<nav aria-label=\"Contents\"><p class=\"name\">" + escape_html(description.application) +
                    "</p><p class=\"version\">Banyan " + escape_html(description.version) +
                    "</p><ul><li><a href=\"#asking\">How to ask</a></li><li><a href=\"#errors\">Errors</a></li>"
                    "<li><a href=\"/openapi.json\">openapi.json</a></li></ul><h2>Collections</h2><ul>";
  for (const Collection& collection : description.schema.collections)
    out += "<li><a href=\"#" + collection.name + "\">" + collection.name + "<small>" +
           std::to_string(collection.fields.size()) + "</small></a></li>";
  if (!description.queries.empty()) out += "</ul><h2>Saved queries</h2><ul>";
  for (const SavedQuery& query : description.queries)
    out += "<li><a href=\"#rpc-" + query.name + "\">" + query.name + "</a></li>";
  return out + "</ul></nav>";
}

std::string introduction(const Description& description) {
  const std::string limit = std::to_string(description.max_limit);
  return "<h1>" + escape_html(description.application) +
         "</h1><p class=\"lead\">Every collection is a plain resource: JSON over HTTP. The same for programs is "
         "<a href=\"/openapi.json\">openapi.json</a>.</p><pre><code>URL=http://localhost:8080   # where the server is\n"
         "KEY=…                       # the service key, where one is needed</code></pre>"
         "<h2 id=\"asking\">How to ask</h2>"
         "<p>A list takes filters, <code>field=operator.value</code>, and all of them must hold. "
         "<code>not.</code> before an operator turns it round.</p><dl>"
         "<dt>age=gte.18</dt><dd><code>eq neq gt gte lt lte</code> compare</dd>"
         "<dt>name=like.A*</dt><dd><code>like</code> and <code>ilike</code>: <code>*</code> is any run of "
         "characters</dd>"
         "<dt>id=in.(1,2,3)</dt><dd>one of them</dd>"
         "<dt>email=is.null</dt><dd><code>is.not_null</code>, <code>is.true</code>, <code>is.false</code></dd>"
         "<dt>select=id,name</dt><dd>only these, in this order</dd>"
         "<dt>order=age.desc,name</dt><dd>the id breaks ties</dd>"
         "<dt>or=(age.lt.18,role.eq.admin)</dt><dd>one of these; <code>and</code>, and <code>not.</code> before "
         "either</dd>"
         "<dt>select=id,posts(title)</dt><dd>with what belongs to it: by a reference, here or there</dd>"
         "<dt>limit=20&amp;offset=40</dt><dd>a page; " +
         std::to_string(description.default_limit) + " unless told, at most " + limit +
         "</dd></dl><p>Who asks: <code>Authorization: Bearer $KEY</code> or <code>apikey: $KEY</code> is the service "
         "and "
         "may do everything. Without a key one asks as anyone.</p>"
         "<p>One record comes with an <code>ETag</code>. Send it back as <code>If-None-Match</code> to save the "
         "answer, "
         "or as <code>If-Match</code> to change only what you have seen.</p>"
         "<h2 id=\"errors\">Errors</h2><p>Every refusal has the same body, <code>application/problem+json</code>: "
         "<code>message</code> says what is wrong, <code>hint</code> what to do, <code>code</code> is for programs, "
         "and "
         "<code>errors</code> names every wrong field at once.</p>"
         "<pre><code>{\"type\":\"urn:banyan:error:invalid_value\",\"title\":\"Bad Request\",\"status\":400,\n"
         " \"detail\":\"…\",\"code\":\"23514\",\"message\":\"…\",\"details\":\"…\",\"hint\":null,\n"
         " \"errors\":[{\"field\":\"age\",\"message\":\"must be at least 0\"}]}</code></pre>";
}

std::string chips(const std::vector<Path>& paths) {
  std::string out = "<ul class=\"chips\">";
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"get", "read"}, {"post", "create"}, {"patch", "change"}, {"delete", "delete"}};
  for (const auto& [method, word] : words)
    for (const Path& path : paths) {
      const auto found = std::ranges::find(path.operations, method, &Operation::method);
      if (found == path.operations.end()) continue;
      out += "<li class=\"chip " + std::string(found->access) + "\">" + std::string(word) + ": " +
             access_word(found->access) + "</li>";
      break;
    }
  return out + "</ul>";
}

std::string fields_table(const Schema& schema, const std::vector<Field>& fields) {
  std::string out =
      "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">Field</th><th scope=\"col\">Type</th>"
      "<th scope=\"col\">Notes</th></tr></thead><tbody>";
  for (const Field& field : fields) {
    out += "<tr><td><code>" + escape_html(field.name) + "</code></td><td class=\"kind\">" + kind_text(schema, field) +
           "</td><td><ul>";
    for (const std::string& note : field_notes(schema, field)) out += "<li>" + prose(note) + "</li>";
    out += "</ul></td></tr>";
  }
  return out + "</tbody></table></div>";
}

std::string statuses(const Operation& operation) {
  std::string out = "<dl>";
  for (const Answer& answer : operation.answers)
    out += "<dt>" + std::to_string(answer.status) + "</dt><dd>" + prose(answer.description) + "</dd>";
  std::string refusals;
  // Those of every request stand under "Errors".
  for (const int status : operation.errors)
    if (status == 401 || status == 403 || status == 404 || status == 409 || status == 412)
      refusals += (refusals.empty() ? "" : ", ") + std::to_string(status);
  if (!refusals.empty()) out += "<dt>" + refusals + "</dt><dd>an error, as above</dd>";
  return out + "</dl>";
}

std::string operation_text(const Schema& schema, const Collection& collection, const Path& path,
                           const Operation& operation, bool is_open) {
  std::string method(operation.method);
  std::ranges::transform(method, method.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  std::string out = std::string("<details") + (is_open ? " open" : "") + " id=\"" + operation.id +
                    "\"><summary><span class=\"method " + std::string(operation.method) + "\">" + method +
                    "</span><span class=\"path\">" + path.path + "</span><span class=\"what\">" +
                    escape_html(operation.summary) + "</span></summary><div class=\"inside\">";
  if (!operation.description.empty()) out += "<p>" + prose(operation.description) + "</p>";
  out += "<pre><code>" + escape_html(curl_example(schema, collection, path, operation)) + "</code></pre>";
  return out + statuses(operation) + "</div></details>";
}

std::string query_section(const Description& description, const SavedQuery& query) {
  const Path path = query_path(description.schema, query);
  std::string out = "<section><h2 id=\"rpc-" + query.name + "\">" + query.name +
                    "</h2><ul class=\"chips\"><li class=\"chip " + std::string(path.operations.front().access) +
                    "\">call: " + access_word(path.operations.front().access) + "</li></ul>";
  if (query.writes) out += "<p>It may change records.</p>";
  if (!query.parameters.empty()) out += "<h3>Parameters</h3>" + fields_table(description.schema, query.parameters);
  if (!query.columns.empty()) out += "<h3>Columns</h3>" + fields_table(description.schema, query.columns);
  return out + "<h3>Request</h3><pre><code>" + escape_html(curl_example(description.schema, query)) +
         "</code></pre></section>";
}

std::string collection_section(const Description& description, const Collection& collection) {
  const std::vector<Path> paths = collection_paths(description, collection);
  std::string out = "<section><h2 id=\"" + collection.name + "\">" + collection.name + "</h2>" + chips(paths) +
                    "<h3>Fields</h3>" + fields_table(description.schema, collection.fields) + "<h3>Requests</h3>";
  for (const Path& path : paths)
    for (const Operation& operation : path.operations)
      out += operation_text(description.schema, collection, path, operation,
                            &path == paths.data() && operation.method == "get");
  return out + "</section>";
}

}  // namespace

std::string make_page(const Description& description) {
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>" +
      escape_html(description.application) + " · API</title><style>";
  out += page_style();
  out += "</style></head><body>" + navigation(description) + "<main>" + introduction(description);
  for (const Collection& collection : description.schema.collections)
    out += collection_section(description, collection);
  for (const SavedQuery& query : description.queries) out += query_section(description, query);
  return out +
         "<footer>Made from the configuration when the server started. <code>GET /health</code> says whether it lives, "
         "<code>GET /health/ready</code> whether it should get requests.</footer></main></body></html>\n";
}

}  // namespace banyan::openapi
