#pragma once

#include <libpq-fe.h>

#include "banyan/base/result.hpp"

// NOLINTBEGIN(readability-identifier-naming): the names are libpq's
/// Every function of libpq that this adapter calls.
// clang-format off
#define BANYAN_LIBPQ(DO) \
  DO(PQbackendPID) DO(PQclear) DO(PQcmdStatus) DO(PQconnectPoll) DO(PQconnectStartParams) DO(PQconninfoFree) \
  DO(PQconninfoParse) DO(PQconsumeInput) DO(PQdescribePrepared) DO(PQenterPipelineMode) DO(PQerrorMessage) \
  DO(PQexec) DO(PQexecParams) DO(PQfinish) DO(PQflush) DO(PQfname) DO(PQfreemem) DO(PQftype) DO(PQgetResult) \
  DO(PQgetisnull) DO(PQgetlength) DO(PQgetvalue) DO(PQisBusy) DO(PQnfields) DO(PQnotifies) DO(PQntuples) \
  DO(PQparameterStatus) DO(PQpipelineSync) DO(PQprepare) DO(PQputCopyData) DO(PQputCopyEnd) DO(PQresultErrorField) \
  DO(PQresultErrorMessage) DO(PQresultStatus) DO(PQsendPrepare) DO(PQsendQuery) DO(PQsendQueryParams) \
  DO(PQsendQueryPrepared) DO(PQserverVersion) DO(PQsetNoticeProcessor) DO(PQsetSingleRowMode) DO(PQsetnonblocking) \
  DO(PQsocket) DO(PQstatus) DO(PQtransactionStatus)
// clang-format on

namespace banyan::postgres {

/// Loads PostgreSQL's client library, once. Whoever has no database there needs none of it, nor of the dozen libraries
/// that it brings along: they are some 3 MB of an idle program.
///
/// Errors: `invalid` where it is not installed. Thread-safe. Nothing of libpq may be called before it succeeded;
/// everything here connects first, which calls it.
Result<void> load_libpq();

// In the place of libpq's own, which are not linked: what is written in this namespace finds these.
#define BANYAN_DECLARE(function) extern decltype(&::function) function;
BANYAN_LIBPQ(BANYAN_DECLARE)
#undef BANYAN_DECLARE
// NOLINTEND(readability-identifier-naming)

}  // namespace banyan::postgres
