#pragma once

#include <boost/json/object.hpp>

#include "banyan/api/openapi/description.hpp"

namespace banyan::openapi {

/// The schemas of all collections by name (`users`, `users.create`, `users.update`, and `users.replace` where a record
/// may be created under an id of one's own), those of saved queries (`rpc.top`, `rpc.top.arguments`), and those that
/// all share: `Error`, `Filter`, `Ready`. Collections' names have no upper case and no dots, so that none meets
/// another.
boost::json::object all_schemas(const Description& description);

}  // namespace banyan::openapi
