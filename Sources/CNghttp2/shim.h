// The part of libnghttp2 (1.52 or newer) that the HTTP2 target uses. Nothing is shimmed: the importer sees it all.
#include <nghttp2/nghttp2.h>
