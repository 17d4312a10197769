#define _GNU_SOURCE
#include "BareTable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct BareTable {
    BareRecord *records;
    uint64_t mask;
    uint64_t firstKey;
    uint64_t secondKey;
    uint64_t bytes;
};

#define HUGE_PAGE (2ull << 20)

BareTable *BareTable_create(uint64_t jobs, uint64_t firstKey, uint64_t secondKey) {
    uint64_t places = 64;
    while (places * 2 < jobs * 3) places *= 2;
    BareTable *table = malloc(sizeof *table);
    if (table == NULL) return NULL;
    // A mapping of one huge page more than is needed holds an aligned one.
    uint64_t bytes = places * sizeof(BareRecord) + HUGE_PAGE;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        free(table);
        return NULL;
    }
    char *aligned = (char *)(((uintptr_t)memory + HUGE_PAGE - 1) & ~(uintptr_t)(HUGE_PAGE - 1));
    if (aligned > memory) munmap(memory, (size_t)(aligned - memory));
    if (aligned < memory + HUGE_PAGE) munmap(aligned + (bytes - HUGE_PAGE), (size_t)(memory + HUGE_PAGE - aligned));
    bytes -= HUGE_PAGE;
    // Advice: where the system has no huge pages, the table works with small ones.
    (void)madvise(aligned, bytes, MADV_HUGEPAGE);
    *table = (BareTable){(BareRecord *)aligned, places - 1, firstKey, secondKey, bytes};
    return table;
}

void BareTable_destroy(BareTable *table) {
    munmap(table->records, table->bytes);
    free(table);
}

// SipHash-1-3 of 13 bytes (Aumasson and Bernstein, 2012).

#define ROTATE(value, by) ((value) << (by) | (value) >> (64 - (by)))

#define ROUND                                                                                                          \
    do {                                                                                                               \
        v0 += v1; v1 = ROTATE(v1, 13) ^ v0; v0 = ROTATE(v0, 32);                                                       \
        v2 += v3; v3 = ROTATE(v3, 16) ^ v2;                                                                            \
        v0 += v3; v3 = ROTATE(v3, 21) ^ v0;                                                                            \
        v2 += v1; v1 = ROTATE(v1, 17) ^ v2; v2 = ROTATE(v2, 32);                                                       \
    } while (0)

static inline uint64_t digest(const BareTable *table, const BareID *id) {
    uint64_t v0 = table->firstKey ^ 0x736f6d6570736575u, v1 = table->secondKey ^ 0x646f72616e646f6du;
    uint64_t v2 = table->firstKey ^ 0x6c7967656e657261u, v3 = table->secondKey ^ 0x7465646279746573u;
    uint64_t last = id->words[1] | 13ull << 56;
    v3 ^= id->words[0];
    ROUND;
    v0 ^= id->words[0];
    v3 ^= last;
    ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    ROUND;
    ROUND;
    ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

static inline bool isSame(const BareID *left, const BareID *right) {
    return ((left->words[0] ^ right->words[0]) | (left->words[1] ^ right->words[1])) == 0;
}

static inline BareRecord *find(const BareTable *table, const BareID *id) {
    for (uint64_t place = digest(table, id) & table->mask;; place = (place + 1) & table->mask) {
        BareRecord *record = &table->records[place];
        if (isSame(&record->id, id)) return record;
        if (!record->isTaken) return NULL;
    }
}

BareRecord *BareTable_find(const BareTable *table, const BareID *id) { return find(table, id); }

bool BareTable_insert(BareTable *table, BareID id, uint64_t now) {
    uint64_t place = digest(table, &id) & table->mask;
    while (table->records[place].isTaken) {
        if (isSame(&table->records[place].id, &id)) return false;
        place = (place + 1) & table->mask;
    }
    table->records[place] = (BareRecord){
        .id = id,
        .createdAt = now,
        .updatedAt = now,
        .expiresAt = now + 86400000,
        .version = 1,
        .attempt = 1,
        .state = 1,
        .isTaken = 1,
    };
    return true;
}

bool BareTable_remove(BareTable *table, const BareID *id) {
    BareRecord *record = find(table, id);
    if (record == NULL) return false;
    uint64_t hole = (uint64_t)(record - table->records);
    for (uint64_t next = (hole + 1) & table->mask; table->records[next].isTaken; next = (next + 1) & table->mask) {
        uint64_t home = digest(table, &table->records[next].id) & table->mask;
        // It may move up unless its home lies behind the hole.
        if (((next - home) & table->mask) < ((next - hole) & table->mask)) continue;
        table->records[hole] = table->records[next];
        hole = next;
    }
    memset(&table->records[hole], 0, sizeof(BareRecord));
    return true;
}

uint64_t BareTable_findAll(const BareTable *table, const BareID *ids, uint64_t count) {
    uint64_t found = 0;
    for (uint64_t index = 0; index < count; index++) {
        const BareRecord *record = find(table, &ids[index]);
        found += record != NULL && record->expiresAt != 0;
    }
    return found;
}

uint64_t BareTable_readAll(const BareTable *table, const BareID *ids, uint64_t count, BareRecord *copy) {
    uint64_t found = 0;
    for (uint64_t index = 0; index < count; index++) {
        const BareRecord *record = find(table, &ids[index]);
        if (record == NULL) continue;
        *(volatile BareRecord *)copy = *record;
        found++;
    }
    return found;
}

uint64_t BareTable_advanceAll(BareRecord *const *records, uint64_t count, uint16_t progress, uint64_t now) {
    uint64_t moved = 0;
    for (uint64_t index = 0; index < count; index++) {
        BareRecord *record = records[index];
        if (!record->isTaken || progress <= record->progress) continue;
        record->progress = progress;
        record->updatedAt = now;
        record->lastSign = (uint32_t)now;
        record->version++;
        moved++;
    }
    return moved;
}
