#pragma once

#include "composition.hpp"

namespace banyan::app {

/// Does what the command line asks; the exit code.
int run(int argc, char** argv, const Composition& composition);

}  // namespace banyan::app
