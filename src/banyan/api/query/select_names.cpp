#include "banyan/api/query/select_names.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "banyan/api/query/scanner.hpp"

namespace banyan::api {
namespace {

using Member = Selection::Member;

void collect_names(const Scope& scope, const Selection& selection, std::vector<std::string_view>& names) {
  for (const Member& member : selection.members) {
    if (member.kind != Member::Kind::spread) {
      names.push_back(member.name);
      continue;
    }
    const Scope& child = scope.children[member.embed];
    collect_names(child, child.selection, names);
  }
}

Result<void> check_names(const Scope& scope) {
  std::vector<std::string_view> names;
  collect_names(scope, scope.selection, names);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice == names.end()) return {};
  return malformed(quoted(*twice) + " is named twice.",
                   "Name each once, or give one another name: other:" + std::string(*twice) + ".");
}

// Each row of a spread to many would have rows of its own.
Result<void> check_spread(const Scope& scope, const Member& member) {
  const Scope& child = scope.children[member.embed];
  const auto is_spread = [](const Member& inner) { return inner.kind == Member::Kind::spread; };
  if (member.single || std::ranges::none_of(child.selection.members, is_spread)) return {};
  return fail(Error(ErrorCode::unsupported, "A spread within a spread of many records is not offered.")
                  .with_hint("Leave out the dots before " + quoted(member.name) + "."));
}

Selection shown_of(const Scope& scope, ScopeMembers& members) {
  Selection selection = scope.selection;
  const auto has_name = [&](const std::string& name) {
    return std::ranges::any_of(members.listed, [&](const ScopeMembers::Listed& listed) {
      return listed.member.name == name && listed.member.kind != Member::Kind::spread;
    });
  };
  selection.whole = members.star && members.listed.empty();
  for (std::size_t i = 0; i <= members.listed.size(); ++i) {
    if (members.star == i) {
      Selection all = select_all(*scope.collection);
      std::ranges::copy_if(all.members, std::back_inserter(selection.members),
                           [&](const Member& member) { return !has_name(member.name); });
    }
    if (i < members.listed.size()) selection.members.push_back(members.listed[i].member);
  }
  return selection;
}

std::size_t group_place(Grouping& grouping, const Term& term) {
  const auto known = std::ranges::find(grouping.by, term);
  if (known != grouping.by.end()) return static_cast<std::size_t>(known - grouping.by.begin());
  grouping.by.push_back(term);
  return grouping.by.size() - 1;
}

Result<void> group(Scope& scope, ScopeMembers members) {
  if (members.star)
    return malformed("'*' stands beside an aggregate, which groups by what else is named.", "Name the fields.");
  Grouping grouping;
  for (ScopeMembers::Listed& listed : members.listed) {
    if (listed.member.kind != Member::Kind::value)
      return fail(Error(ErrorCode::unsupported, "An embed beside an aggregate is not offered.")
                      .with_hint("Aggregate within what is embedded, as in users?select=name,posts(count())."));
    if (listed.aggregate) continue;
    if (listed.member.type == FieldType::json)
      return malformed(quoted(listed.member.name) + " is json, which is not grouped by.",
                       "Take a text out of it with ->>.");
    listed.member.place = group_place(grouping, listed.member.term);
  }
  for (ScopeMembers::Listed& listed : members.listed) {
    if (listed.aggregate) {
      listed.member.place = grouping.by.size() + grouping.aggregates.size();
      grouping.aggregates.push_back(std::move(*listed.aggregate));
    }
    scope.selection.members.push_back(std::move(listed.member));
  }
  scope.grouping = std::move(grouping);
  return check_names(scope);
}

}  // namespace

Result<void> finish_members(Scope& scope, ScopeMembers members) {
  const auto is_aggregate = [](const ScopeMembers::Listed& listed) { return listed.aggregate.has_value(); };
  if (std::ranges::any_of(members.listed, is_aggregate)) return group(scope, std::move(members));
  scope.selection = shown_of(scope, members);
  for (const Member& member : scope.selection.members) {
    if (member.kind != Member::Kind::spread) continue;
    if (Result<void> checked = check_spread(scope, member); !checked) return checked;
  }
  return check_names(scope);
}

}  // namespace banyan::api
