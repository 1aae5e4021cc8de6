#include "banyan/api/query/selection.hpp"

namespace banyan::api {

std::optional<std::vector<std::size_t>> Selection::plain_fields() const {
  std::vector<std::size_t> places;
  for (const Member& member : members) {
    const bool plain = member.kind == Member::Kind::value && !member.place && !member.cast &&
                       member.term == Term(member.term.field) &&
                       member.name == collection->fields[member.term.field].name;
    if (!plain) return std::nullopt;
    places.push_back(member.term.field);
  }
  return places;
}

Selection select_all(const Collection& collection) {
  Selection selection;
  selection.collection = &collection;
  selection.whole = true;
  for (std::size_t i = 0; i < collection.fields.size(); ++i) {
    Selection::Member member;
    member.name = collection.fields[i].name;
    member.term = Term(i);
    member.type = collection.fields[i].type;
    selection.members.push_back(std::move(member));
  }
  return selection;
}

}  // namespace banyan::api
