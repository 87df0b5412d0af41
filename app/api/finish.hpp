#pragma once

#include "net/http/cors.hpp"

namespace arauto::app {

/// Makes an answer one of the REST half, as Express sends it: CORS fields, `X-Powered-By`, a weak ETag of the body; 304
/// when the client of a GET or HEAD has that body; gzip when it is accepted and the body has 1 KiB to 1 MiB.
void finish(const http::cors_policy& cors, const http::request& asked, http::response& answer);

/// The same for what is answered before a request is looked at (preflights, refused origins): nothing depends on it.
http::response bare(http::response answer);

} // namespace arauto::app
