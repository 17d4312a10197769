// The ceiling that the job table is measured against: a bare hash table with records of 64 bytes.
//
// Open addressing with linear probing, at most two thirds full; the id of 13 characters lies in the record. The whole
// table is one mapping that asks for huge pages. SipHash-1-3 over the id with a key of its own, as in the job table.
// No locks: many threads may look up, and one may change, never both at once. Compiled with -O3.
#ifndef TELLTALE_BARE_TABLE_H
#define TELLTALE_BARE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/// An id of 13 characters, followed by three zeros.
typedef struct {
    uint64_t words[2];
} BareID;

/// A job in one cache line.
typedef struct {
    BareID id;
    uint64_t createdAt;
    uint64_t updatedAt;
    uint64_t expiresAt;
    uint64_t owner;
    uint32_t version;
    uint32_t attempt;
    uint32_t lastSign;
    uint16_t progress;
    uint8_t state;
    uint8_t isTaken;
} BareRecord;

_Static_assert(sizeof(BareRecord) == 64, "a record is a cache line");

typedef struct BareTable BareTable;

/// An empty table with room for `jobs` jobs, or NULL when the system has no memory. The caller destroys it.
BareTable *BareTable_create(uint64_t jobs, uint64_t firstKey, uint64_t secondKey);
void BareTable_destroy(BareTable *table);

/// Puts a job in; false when it is there already. The caller puts in no more than there is room for.
bool BareTable_insert(BareTable *table, BareID id, uint64_t now);

/// The job of this id, or NULL.
BareRecord *BareTable_find(const BareTable *table, const BareID *id);

/// Takes a job out; false when it is not there. Later records of the run move up, so that no mark stays behind.
bool BareTable_remove(BareTable *table, const BareID *id);

/// Looks up each of `count` ids and returns how many were found: the loop in C as well, as fast as it goes.
uint64_t BareTable_findAll(const BareTable *table, const BareID *ids, uint64_t count);

/// The same, and each record found is copied to `copy`.
uint64_t BareTable_readAll(const BareTable *table, const BareID *ids, uint64_t count, BareRecord *copy);

/// Moves each of `count` jobs on to `progress`, straight through pointers; returns how many moved.
uint64_t BareTable_advanceAll(BareRecord *const *records, uint64_t count, uint16_t progress, uint64_t now);

#endif
