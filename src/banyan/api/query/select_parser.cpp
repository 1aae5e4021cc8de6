#include "banyan/api/query/select_parser.hpp"

#include <algorithm>
#include <utility>

#include "banyan/api/query/aggregates.hpp"
#include "banyan/api/query/column.hpp"
#include "banyan/api/query/relations.hpp"
#include "banyan/api/query/select_names.hpp"

namespace banyan::api {
namespace {

using Member = Selection::Member;

constexpr std::string_view select_hint =
    "Write select=id,other:name,extra->>key,age::text,posts(title); names with other characters go in double quotes.";
constexpr std::string_view name_stops = ":,()!.\"";

/// One part of a select as it is read: `alias:name…`.
struct Part {
  std::string alias;
  ColumnName column;
  bool spread = false;

  const std::string& shown(const std::string& otherwise) const { return alias.empty() ? otherwise : alias; }
};

// PostgREST's way: the last step that is no number; the field where all are.
std::string default_name(const ColumnName& column) {
  const auto is_number = [](const std::string& step) {
    return std::ranges::all_of(step, [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
  };
  for (auto step = column.path.rbegin(); step != column.path.rend(); ++step)
    if (!is_number(*step)) return *step;
  return column.name;
}

class SelectParser {
 public:
  SelectParser(std::string_view text, const QuerySubject& subject) : scanner_(text, select_hint), subject_(subject) {}

  Result<void> whole(Scope& scope) {
    Result<void> read = list(scope, 0);
    if (read && !scanner_.done()) return scanner_.unexpected_here("','");
    return read;
  }

 private:
  Result<void> list(Scope& scope, std::size_t depth) {
    ScopeMembers members;
    do {
      if (++members_ > subject_.limits.select_members_max)
        return malformed("'select' takes at most " + std::to_string(subject_.limits.select_members_max) + " members.",
                         "Use * for all fields.");
      if (Result<void> read = part(scope, members, depth); !read) return read;
    } while (scanner_.take_mark(','));
    return finish_members(scope, std::move(members));
  }

  Result<void> part(Scope& scope, ScopeMembers& members, std::size_t depth) {
    Part part;
    scanner_.skip_blanks();
    part.spread = scanner_.take("...");
    if (Result<void> named = take_names(part); !named) return named;
    if (scanner_.at("!") || (scanner_.at("(") && !is_count(part, *scope.collection)))
      return embed(scope, members, std::move(part), depth);
    if (part.spread) return scanner_.unexpected_here("'(' after what is spread");
    if (part.column.name == "*" && part.column.path.empty()) {
      if (!part.alias.empty()) return malformed("'*' takes no other name.", std::string(select_hint));
      if (members.star) return malformed("'*' is named twice.", "Name it once.");
      members.star = members.listed.size();
      return {};
    }
    return value(scope, members, part);
  }

  // `alias:name->path`; a name is an alias where a single colon follows.
  Result<void> take_names(Part& part) {
    Result<std::string> name = take_name(scanner_, name_stops);
    if (!name) return std::unexpected(std::move(name.error()));
    if (scanner_.at(":") && !scanner_.at("::")) {
      scanner_.take(":");
      if (name->empty()) return scanner_.unexpected_here("a name");
      part.alias = std::move(*name);
      name = take_name(scanner_, name_stops);
      if (!name) return std::unexpected(std::move(name.error()));
    }
    part.column.name = std::move(*name);
    return take_path(scanner_, name_stops, subject_.limits.path_steps_max, part.column);
  }

  static bool is_count(const Part& part, const Collection& collection) {
    return part.column.name == "count" && part.column.path.empty() && !collection.find_field("count") && !part.spread;
  }

  std::string take_cast() {
    return std::string(scanner_.take("::") ? trimmed(scanner_.take_until(",)(.:")) : std::string_view());
  }

  Result<void> value(Scope& scope, ScopeMembers& members, const Part& part) {
    if (is_count(part, *scope.collection)) {
      if (scanner_.take("(") && !scanner_.take(")")) return scanner_.unexpected_here("')'");
      return add_aggregate(members, part, Column(), "count", "");
    }
    Result<Column> column = column_of(*scope.collection, part.column);
    if (!column) return std::unexpected(std::move(column.error()));
    const std::string cast = take_cast();
    if (scanner_.take(".")) {
      const std::string function(scanner_.take_until(",)(.:"));
      if (!scanner_.take("()")) return scanner_.unexpected_here("'()' after an aggregate");
      return add_aggregate(members, part, *column, function, cast);
    }
    Member member;
    member.name = part.shown(default_name(part.column));
    member.term = column->term;
    member.type = column->type();
    if (Result<void> given = give_cast(member, cast); !given) return given;
    members.listed.push_back({std::move(member), std::nullopt});
    return {};
  }

  static Result<void> give_cast(Member& member, const std::string& name) {
    if (name.empty()) return {};
    Result<Cast> cast = cast_from(name, member.type);
    if (!cast) return std::unexpected(std::move(cast.error()));
    member.cast = *cast;
    return {};
  }

  Result<void> add_aggregate(ScopeMembers& members, const Part& part, const Column& column, const std::string& function,
                             const std::string& cast_before) {
    Result<TypedAggregate> aggregate = aggregate_of(function, column, cast_before);
    if (!aggregate) return std::unexpected(std::move(aggregate.error()));
    Member member;
    member.name = part.shown(function);
    member.type = aggregate->type;
    if (Result<void> given = give_cast(member, take_cast()); !given) return given;
    members.listed.push_back({std::move(member), std::move(aggregate->aggregate)});
    return {};
  }

  // `name!hint!inner(members)`
  Result<void> embed(Scope& scope, ScopeMembers& members, Part part, std::size_t depth) {
    const std::string& name = part.column.name;
    if (!part.column.path.empty())
      return malformed("What stands before brackets has no arrows.", std::string(select_hint));
    if (++embeds_ > subject_.limits.embeds_max)
      return malformed("A query embeds at most " + std::to_string(subject_.limits.embeds_max) + " collections.",
                       "Ask in several requests.");
    if (depth == subject_.limits.embed_depth_max)
      return malformed("Embeds nest at most " + std::to_string(depth) + " deep.", "Ask in several requests.");
    Scope child;
    std::string by;
    while (scanner_.take("!")) {
      Result<std::string> word = take_name(scanner_, name_stops);
      if (!word) return std::unexpected(std::move(word.error()));
      if (word->empty()) return scanner_.unexpected_here("inner, left or a hint");
      if (*word == "inner") {
        child.inner = true;
      } else if (*word != "left") {
        if (!by.empty()) return malformed(quoted(*word) + " is a second hint.", "Give one.");
        by = std::move(*word);
      }
    }
    if (!scanner_.take_mark('(')) return scanner_.unexpected_here("'('");
    Result<Relation> relation = relation_of(subject_.schema, *scope.collection, name, by);
    if (!relation) return std::unexpected(std::move(relation.error()));
    child.relation = *relation;
    child.collection = relation->target;
    child.selection.collection = relation->target;
    child.name = part.shown(name);
    if (scope.find(child.name) != nullptr)
      return malformed("Two embeds are called " + quoted(child.name) + ".",
                       "Give one another name: other:" + name + "(…).");
    if (!scanner_.take_mark(')')) {
      if (Result<void> read = list(child, depth + 1); !read) return read;
      if (!scanner_.take_mark(')')) return scanner_.unexpected_here("')'");
    }
    return add_embed(scope, members, std::move(child), part.spread);
  }

  static Result<void> add_embed(Scope& scope, ScopeMembers& members, Scope child, bool spread) {
    Member member;
    member.kind = spread ? Member::Kind::spread : Member::Kind::embed;
    member.name = child.name;
    member.embed = scope.children.size();
    member.single = child.relation.single;
    const bool shown = !child.selection.members.empty();
    scope.children.push_back(std::move(child));
    if (shown) members.listed.push_back({std::move(member), std::nullopt});
    return {};
  }

  Scanner scanner_;
  const QuerySubject& subject_;
  std::size_t members_ = 0;
  std::size_t embeds_ = 0;
};

}  // namespace

Result<void> parse_select(std::string_view text, const QuerySubject& subject, Scope& scope) {
  return SelectParser(text, subject).whole(scope);
}

}  // namespace banyan::api
