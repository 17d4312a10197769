// zlib, with the two initialisers that are macros and therefore invisible to Swift's importer.
#ifndef TELLTALE_CZLIB_SHIM_H
#define TELLTALE_CZLIB_SHIM_H

#include <zlib.h>

/// deflateInit2 is a macro that passes the header's version and struct size.
static inline int CZlib_deflateInit2(
    z_streamp stream, int level, int method, int windowBits, int memLevel, int strategy
) {
    return deflateInit2(stream, level, method, windowBits, memLevel, strategy);
}

/// inflateInit2 is a macro that passes the header's version and struct size.
static inline int CZlib_inflateInit2(z_streamp stream, int windowBits) {
    return inflateInit2(stream, windowBits);
}

#endif
