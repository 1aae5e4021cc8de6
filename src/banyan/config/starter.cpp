#include "banyan/config/starter.hpp"

#include <algorithm>

#include "banyan/core/utf8.hpp"

namespace banyan::config {
namespace {

constexpr std::size_t name_bytes_max = 100;

constexpr std::string_view starter_text =
    R"toml(# What this application is, and how Banyan serves it. `banyan check` says what is wrong with it, and where.

[app]
name = "{name}"

[server]
listen = "127.0.0.1:8080"        # "0.0.0.0:8080" for every address of this machine. PORT overrides the port.

[database]
url = "sqlite:data/app.db"       # A path from the folder of this file; or "postgres://user:password@host:5432/name".

[cache]
url = "memory:64MB"              # "off" keeps nothing.

# A collection is served at /users. Every record has an `id`.
[collections.users]
fields.name  = { type = "text", required = true, max_length = 200 }
fields.email = { type = "email", unique = true }
fields.role  = { type = "enum", values = ["member", "admin"], default = "member", read_only = true }
created_at = true                # Banyan fills these in.
updated_at = true
access.read   = "anyone"         # Whatever is not opened here is for the service key only.
access.create = "anyone"

# Types: text integer number boolean timestamp date json uuid email url enum reference
[collections.notes]
id = "uuid"                      # Instead of 1, 2, 3 …
fields.title  = { type = "text", required = true, min_length = 1, max_length = 120 }
fields.body   = { type = "text" }
fields.stars  = { type = "integer", min = 0, max = 5, default = 0 }
fields.author = { type = "reference", to = "users", on_delete = "cascade" }
fields.due    = { type = "date" }
indexes = [["author", "due"]]    # For what is filtered and sorted by.
created_at = true

# Try:
#   banyan serve
#   curl -s localhost:8080/users -H 'Content-Type: application/json' -d '{"name":"Alice"}'
#   curl -s localhost:8080/users/1
#   curl -s localhost:8080/notes -H "Authorization: Bearer $(cat data/service.key)"
)toml";

}  // namespace

std::string starter_config(std::string_view app_name) {
  std::string name;
  for (const char c : utf8_prefix(app_name, name_bytes_max))
    if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\' && c != '\x7f') name.push_back(c);
  if (name.empty() || !is_valid_utf8(name)) name = "app";
  std::string text(starter_text);
  const std::string_view placeholder = "{name}";
  return text.replace(text.find(placeholder), placeholder.size(), name);
}

}  // namespace banyan::config
